"""What it takes to make, reset, keep and copy a world, as seen by who calls the control API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import servers
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.workload import World, check_written, new_world


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the wall time of each, empty and with many objects."""
    with servers.greenroom(plan.port) as server:
        new_world(server)  # the first one imports what the control API needs
        times = [_milliseconds(partial(new_world, server)) for _ in range(5 * plan.rounds)]
        yield _figure("create world", times, Bar(10))
        empty = new_world(server)
        times = [_milliseconds(partial(empty.control, "/reset")) for _ in range(5 * plan.rounds)]
        yield _figure("reset world, empty", times, Bar(10))
        yield from _copies(plan, empty, "empty")
        full = new_world(server)
        full.fill(plan.objects)
        check_written(full, plan.objects)
        size = f"{2 * plan.objects:,} objects"
        yield from _copies(plan, full, size)
        times = []
        for _ in range(plan.rounds):
            full.control("/snapshots/bench/restore")
            times.append(_milliseconds(partial(full.control, "/reset")))
        yield _figure(f"reset world, {size}", times, Bar(10))


def _copies(plan: Plan, world: World, size: str) -> Iterator[Figure]:
    """Yield snapshot, restore and fork of a world."""
    rounds = range(plan.rounds)
    keep = partial(world.control, "/snapshots", body={"name": "bench"})
    yield _figure(f"snapshot, {size}", [_milliseconds(keep) for _ in rounds])
    yield _figure(
        f"restore, {size}",
        [_milliseconds(partial(world.control, "/snapshots/bench/restore")) for _ in rounds],
    )
    yield _figure(f"fork, {size}", [_milliseconds(partial(world.control, "/fork", body={})) for _ in rounds])


def _milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _figure(name: str, times: list[float], bar: Bar | None = None) -> Figure:
    detail = f"{len(times)} times, slowest {max(times):.1f} ms"
    return Figure(name, median(times), "ms", bar, detail, {"rounds": times})
