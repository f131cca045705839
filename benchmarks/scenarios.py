"""Scenarios: how long a world takes to be filled by one, and what the server holds once all its rooms are in use."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks import servers
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.workload import new_world


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


def _load(server: servers.Server) -> tuple[float, float]:
    """Load the scenario into a new world; return seconds and CPU seconds."""
    world = new_world(server)
    started, cpu = time.perf_counter(), server.cpu_seconds()
    world.control("/scenario", body={"name": "starter"})
    return time.perf_counter() - started, server.cpu_seconds() - cpu
