"""Webhooks: how many are delivered in a second, and whether a slow receiver slows those who call the API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import uvloop

from benchmarks import load, servers
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure, median
from benchmarks.load import Sample
from benchmarks.plan import Plan
from benchmarks.receiver import receiving
from benchmarks.servers import Server
from benchmarks.workload import CUSTOMER, creating, new_world

SLOW_SECONDS = 2.0
STALL_SECONDS = 120.0


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the rate of deliveries, and the latency of calls with a slow receiver and with none."""
    with servers.greenroom(plan.port) as server:
        runs = [uvloop.run(_backlog(server, plan.deliveries)) for _ in range(plan.rounds)]
        rates = [plan.deliveries / seconds for seconds, _ in runs]
        detail = (
            f"{plan.deliveries:,} events of one endpoint, posted from a backlog; "
            f"{median(cpu for _, cpu in runs) / plan.deliveries * 1e6:.0f} µs CPU each"
        )
        yield Figure("deliveries", median(rates), "/s", Bar(500, "at least"), detail, {"rounds": rates})
        pairs = [uvloop.run(_slow(server, plan)) for _ in range(plan.rounds)]
    none, slow = [before for before, _ in pairs], [after for _, after in pairs]
    slowest = max(sample.slowest for sample in slow) / 1e3
    detail = (
        f"receiver pauses {SLOW_SECONDS:g} s; p50 {median(each.p50 for each in slow) / 1e3:.2f} ms,"
        f" p99 {median(each.p99 for each in slow) / 1e3:.2f}; without endpoint p50"
        f" {median(each.p50 for each in none) / 1e3:.2f}, p99 {median(each.p99 for each in none) / 1e3:.2f},"
        f" slowest {max(each.slowest for each in none) / 1e3:.0f}"
    )
    yield Figure("slowest call, slow receiver", slowest, "ms", Bar(SLOW_SECONDS * 100), detail)


async def _backlog(server: Server, count: int) -> tuple[float, float]:
    """Let events pile up while webhooks are paused; return seconds and CPU seconds until all have arrived."""
    world = new_world(server)
    async with receiving() as receiver:
        world.hear(receiver.url, "stripe")
        world.control("/webhooks/pause")
        await load.send(server, creating(world.consumer)(count), 16, CUSTOMER)
        if receiver.received:
            raise BenchmarkError("events were posted while webhooks were paused")
        started, cpu = time.perf_counter(), server.cpu_seconds()
        await asyncio.to_thread(world.control, "/webhooks/resume")
        await receiver.expect(count, STALL_SECONDS)
        seconds, cpu = time.perf_counter() - started, server.cpu_seconds() - cpu
        await asyncio.to_thread(world.control, "/webhooks/settle")
        if receiver.received != count or len(receiver.ids) != count:
            raise BenchmarkError(
                f"{count} events, {receiver.received} posts, {len(receiver.ids)} different ids"
            )
    return seconds, cpu


async def _slow(server: Server, plan: Plan) -> tuple[Sample, Sample]:
    """Create customers one after the other, without an endpoint and with one whose receiver is slow."""
    count = max(100, plan.requests // 2)
    alone, heard = new_world(server), new_world(server)
    async with receiving(SLOW_SECONDS) as receiver:
        heard.hear(receiver.url, "stripe")
        none = await load.send(server, creating(alone.consumer)(count), 1, CUSTOMER)
        slow = await load.send(server, creating(heard.consumer)(count), 1, CUSTOMER)
        await receiver.expect(1, STALL_SECONDS)
        await asyncio.to_thread(heard.control, "", "DELETE")
    return none, slow
