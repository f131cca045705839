"""Scenarios: what it takes to fill a world, small and large, and to write a million creators into files."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import servers
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.workload import new_world

A_MILLION, WANTED = 1_000_000, 50_000
LARGE = """
scenario: 1
title: An agency and its ten clients
plans: [PROFESSIONAL_MONTHLY, ADVANCED_MONTHLY]
organisations:
  - {key: agency, name: Canopy, kind: agency, people: PEOPLE, days_ago: 400, plan: ADVANCED_MONTHLY}
  - {key: client, name: Client, count: 10, people: PEOPLE, campaigns: CAMPAIGNS, days_ago: 380, agency: agency, mixed_plans: [PROFESSIONAL_MONTHLY, ADVANCED_MONTHLY], lifts: 2, completes: 400, news: true}
creators: {size: 100000}
"""


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the time of loading `starter` into a new world, of the first load in a process, and the memory after it."""
    with servers.greenroom(plan.port) as server:
        first, first_cpu = _load(server)
        held = server.resident_mib()
        rounds = [_load(server) for _ in range(plan.rounds)]
    times, cpu = [seconds for seconds, _ in rounds], [spent for _, spent in rounds]
    detail = f"{median(cpu):.2f} s CPU; the first in a process {first:.2f} s, {first_cpu:.2f} s CPU (imports)"
    data = {"rounds": times, "rounds_cpu": cpu, "first": first, "first_cpu": first_cpu}
    yield Figure("load scenario starter", median(times), "s", Bar(2.0), detail, data)
    detail = "resident after the first load: every room imported, clients of none"
    yield Figure("memory, seven providers in use", held, "MiB", detail=detail)
    yield from _large(plan)
    yield from _written(plan)


def _large(plan: Plan) -> Iterator[Figure]:
    """Yield what it takes to load tens of thousands of objects over all providers, part by part."""
    text = LARGE.replace("CAMPAIGNS", str(plan.campaigns)).replace("PEOPLE", str(plan.campaigns // 8))
    with servers.greenroom(plan.port) as server:
        world = new_world(server)
        cpu = server.cpu_seconds()
        loaded: Any = world.control("/scenario", body={"name": "large", "text": text})
        spent = server.cpu_seconds() - cpu
        held_by_kind: Any = world.control("/objects", method="GET")
        objects = sum(each["count"] for each in held_by_kind["kinds"])
        held = server.resident_mib()
    detail = f"{objects:,} objects in {loaded['parts']} parts; {held:.0f} MiB resident"
    bar = Bar(30.0) if objects >= WANTED else None
    yield Figure("load 50,000 objects", spent, "s CPU", bar, detail, {"objects": objects, "mib": held})


def _written(plan: Plan) -> Iterator[Figure]:
    """Yield CPU and memory of a process that writes creators as Parquet."""
    size = max(plan.creators)
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        path = Path(folder) / "creators.yaml"
        path.write_text(f"scenario: 1\ntitle: Creators\ncreators: {{size: {size}}}\n", "utf-8")
        words = ["generate", str(path), "--to", f"{folder}/out", "--format", "parquet"]
        command = [sys.executable, "-m", "harness.cli", *words]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        written = sum(each.stat().st_size for each in Path(folder).glob("out/*/*.parquet"))
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1024
    detail = f"{written / (1 << 20):.0f} MiB of Parquet; at most {peak:.0f} MiB resident, of 500 allowed"
    bar = Bar(60.0) if size >= A_MILLION else None
    yield Figure(f"write {size:,} creators", spent, "s CPU", bar, detail, {"bytes": written, "mib": peak})


def _load(server: servers.Server) -> tuple[float, float]:
    """Load the scenario into a new world; return seconds and CPU seconds."""
    world = new_world(server)
    started, cpu = time.perf_counter(), server.cpu_seconds()
    world.control("/scenario", body={"name": "starter"})
    return time.perf_counter() - started, server.cpu_seconds() - cpu
