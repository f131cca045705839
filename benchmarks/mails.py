"""Mail: how many are accepted in a second in batches, and how fast what they announce is delivered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import NamedTuple

import uvloop

from benchmarks import load, servers
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.receiver import receiving
from benchmarks.servers import Server
from benchmarks.workload import MAIL, new_world

IN_ONE = 100
"""Mails of one request: the most that Resend takes."""
STALL_SECONDS = 120.0


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the rate of acceptance, and the rate at which a queue of deliveries is drained."""
    with servers.greenroom(plan.port) as server:
        runs = [uvloop.run(_round(server, plan.mails)) for _ in range(plan.rounds)]
    accepted = [plan.mails / taken.seconds for taken, _ in runs]
    drained = [2 * plan.mails / taken.seconds for _, taken in runs]
    cost = median(taken.cpu for taken, _ in runs) / plan.mails * 1e6
    detail = f"{plan.mails:,} mails in batches of {IN_ONE}, each into the mail store; {cost:.0f} µs CPU each"
    yield Figure(
        "mails accepted", median(accepted), "/s", Bar(1000, "at least"), detail, {"rounds": accepted}
    )
    cost = median(taken.cpu for _, taken in runs) / (2 * plan.mails) * 1e6
    detail = (
        f"{2 * plan.mails:,} events (sent, delivered) to one endpoint, from a backlog; {cost:.0f} µs CPU each"
    )
    yield Figure(
        "mail events delivered", median(drained), "/s", Bar(500, "at least"), detail, {"rounds": drained}
    )


class Taken(NamedTuple):
    """How long something took, and what it cost the server."""

    seconds: float
    cpu: float


async def _round(server: Server, count: int) -> tuple[Taken, Taken]:
    """Return what it took to accept mails, and to deliver their events."""
    world = new_world(server)
    async with receiving() as receiver:
        world.hear(receiver.url, "resend")
        world.control("/webhooks/pause")
        requests = [world.consumer.send_batch(first, IN_ONE) for first in range(0, count, IN_ONE)]
        started, cpu = time.perf_counter(), server.cpu_seconds()
        await load.send(server, requests, 4, MAIL)
        accepting = Taken(time.perf_counter() - started, server.cpu_seconds() - cpu)
        await asyncio.to_thread(world.control, "/clock/advance", "POST", {"seconds": 10})
        if receiver.received:
            raise BenchmarkError("events were posted while webhooks were paused")
        started, cpu = time.perf_counter(), server.cpu_seconds()
        await asyncio.to_thread(world.control, "/webhooks/resume")
        await receiver.expect(2 * count, STALL_SECONDS)
        draining = Taken(time.perf_counter() - started, server.cpu_seconds() - cpu)
    return accepting, draining
