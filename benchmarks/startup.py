"""How fast a server of all providers is ready, and what it holds in memory while it waits."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks import servers
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.workload import new_world

IDLE_SECONDS = 0.5


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield start-up time (process start to the first 200 on health) and resident memory."""
    ready, cpu, idle, used = [], [], [], []
    for _ in range(plan.rounds):
        with servers.greenroom(plan.port) as server:
            cpu.append(server.cpu_seconds())
            time.sleep(IDLE_SECONDS)
            ready.append(server.ready_seconds)
            idle.append(server.resident_mib())
            new_world(server).fill(plan.requests)
            used.append(server.resident_mib())
    detail = f"{median(cpu):.2f} s CPU; {plan.rounds} starts, slowest {max(ready):.2f} s; empty data folder, seven providers"
    yield Figure("ready after start", median(ready), "s", Bar(1.7, aim=1.0), detail, {"rounds": ready})
    detail = (
        f"resident; {median(used):.0f} MiB once a world was made and {plan.requests:,} customers were created"
    )
    yield Figure(
        "idle memory", median(idle), "MiB", Bar(110), detail, {"rounds": idle, "used_mib": median(used)}
    )
