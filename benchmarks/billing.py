"""Subscriptions: what beginning one costs beside a bare write, and what a month and a year of them cost by the clock."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import calls, load, servers
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.workload import CUSTOMER, World, new_world

DAY = 86_400
MONTH = 32
"""Days until every renewal is paid, whatever the month."""
YEAR_OF = 200
ACTIVE = b'"status": "active"'
WRITES = 1000


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the ratio of a new subscription to a bare write, and the CPU time of a month and of a year."""
    created, ratios, months, bare = [], [], [], []
    with ExitStack() as stack:
        reference = stack.enter_context(servers.reference(plan.port + servers.GREENROOM_PORTS))
        server = stack.enter_context(servers.greenroom(plan.port))
        numbers = itertools.count()
        for number in range(plan.rounds + 1):
            written = _write(reference, numbers)
            world = new_world(server)
            cpu = _subscribe(world, plan.subscriptions)
            month = _advance(world, MONTH, plan.subscriptions)
            world.control("", "DELETE")
            if number:  # the first round warms up
                bare.append(written)
                created.append(cpu)
                ratios.append(cpu / written)
                months.append(month / plan.subscriptions * 1e6)
        world = new_world(server)
        _subscribe(world, YEAR_OF)
        year = _advance(world, 365, YEAR_OF)
    detail = (
        f"{median(created):.0f} µs CPU to {median(bare):.0f}: with invoice, intent, charge and nine events"
    )
    yield Figure("subscription create @16", median(ratios), "x", detail=detail, data={"rounds_ratio": ratios})
    count = f"{plan.subscriptions:,} subscriptions"
    times = [each / 1e6 * plan.subscriptions for each in months]
    detail = f"{median(months):.0f} µs each ({median(months) / median(bare):.1f} bare writes), no endpoint"
    yield Figure(f"a month of {count}", median(times), "s CPU", detail=detail, data={"rounds": times})
    yield Figure(
        f"a year of {YEAR_OF} subscriptions", year, "s CPU", Bar(20), "all of them renew; no endpoint"
    )


def _write(server: Server, numbers: Iterator[int]) -> float:
    consumer = calls.caller(server)
    rows = [calls.write_row(consumer, next(numbers)) for _ in range(WRITES)]
    return load.run(server, rows, 16, b'"object": "row"').cpu


def _subscribe(world: World, count: int) -> float:
    """Subscribe so many customers; return the CPU time of one subscription in microseconds."""
    payers = [world.consumer.create_payer(number, "sub") for number in range(count)]
    load.run(world.server, payers, 16, CUSTOMER)
    requests = [world.consumer.subscribe(id) for id in world.customers(count)]
    return load.run(world.server, requests, 16, ACTIVE).cpu


def _advance(world: World, days: int, count: int) -> float:
    """Move the clock and return the server's CPU seconds; every subscription must have been renewed by then."""
    before = world.server.cpu_seconds()
    world.control("/clock/advance", body={"seconds": days * DAY})
    spent = world.server.cpu_seconds() - before
    paid = world.counted("invoice")
    if paid < 2 * count:
        raise BenchmarkError(f"{count} subscriptions have {paid} invoices after {days} days")
    return spent
