"""What a full store costs: lists and writes with many customers beside few, in the same interleaved run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from benchmarks import load, servers
from benchmarks.calls import Caller
from benchmarks.figures import Bar, Figure, median
from benchmarks.load import Sample
from benchmarks.plan import Plan
from benchmarks.workload import CUSTOMER, World, check_written, creating, new_world

FEW = 1000
READS: dict[str, Callable[[Caller, int], bytes]] = {
    "list 10": lambda caller, _number: caller.list_customers(),
    "list by email": Caller.find_customers,
    "search by email": Caller.search_customers,
}
Samples = list[tuple[Sample, Sample]]
"""The samples of each round: the small store, the full store."""


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the ratios of a full store to a small one, each in a server process of its own."""
    with ExitStack() as stack:
        small = new_world(stack.enter_context(servers.greenroom(plan.port, "small")))
        full = new_world(stack.enter_context(servers.greenroom(plan.port + servers.GREENROOM_PORTS, "full")))
        _load(full, plan.customers)
        writes = _writes(plan, small, full)
        small.control("/reset")
        small.fill(FEW)
        check_written(small, FEW)
        found = {name: _reads(plan, small, full, name) for name in READS}
    objects = f"{2 * plan.customers:,} objects ({plan.customers:,} customers, their events; idempotency records besides)"
    rates = [many.rate / few.rate for few, many in writes]
    yield Figure(
        "write rate, full to empty store",
        median(rates),
        "x",
        Bar(0.9, "at least"),
        f"{median(many.rate for _, many in writes):,.0f}/s to {median(few.rate for few, _ in writes):,.0f}/s; {objects}",
        {"rounds_ratio": rates, "cpu_ratio": median(many.cpu / few.cpu for few, many in writes)},
    )
    for name, samples in found.items():
        costs = [many.cpu / few.cpu for few, many in samples]
        yield Figure(
            f"{name}, {plan.customers:,} to {FEW:,} customers",
            median(costs),
            "x",
            Bar(1.2),
            f"{median(many.cpu for _, many in samples):.0f} µs CPU to {median(few.cpu for few, _ in samples):.0f}",
            {"rounds_ratio": costs},
        )


def _load(world: World, count: int) -> None:
    """Create customers in portions, so that the requests of one portion only are held in memory."""
    for at in range(0, count, 5000):
        world.fill(min(5000, count - at), at)
    check_written(world, count)


def _writes(plan: Plan, small: World, full: World) -> Samples:
    """Write to an empty store (made empty before each round) and to the full one."""
    builds = {world.id: creating(world.consumer, first=plan.customers) for world in (small, full)}
    found = []
    for number in range(plan.rounds + 1):
        small.control("/reset")
        few, many = (
            load.run(world.server, builds[world.id](plan.requests), 16, CUSTOMER) for world in (small, full)
        )
        if number:
            found.append((few, many))
    return found


def _reads(plan: Plan, small: World, full: World, name: str) -> Samples:
    build, found = READS[name], []
    for number in range(plan.rounds + 1):
        few, many = (
            load.run(
                world.server,
                [build(world.consumer, each % FEW) for each in range(plan.requests)],
                16,
                CUSTOMER,
            )
            for world in (small, full)
        )
        if number:
            found.append((few, many))
    return found
