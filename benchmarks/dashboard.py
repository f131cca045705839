"""What the dashboard's pages cost: the first one with a full journal, all of them in a world with many objects."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson

from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure
from benchmarks.plan import Plan
from harness.application import Application
from harness.messages import Answer, Request
from harness.registry import providers
from harness.runtime import Runtime, Settings, open_runtime
from harness.store.interface import SHIFT
from harness.world import World

JOURNAL = 100_000
KIND = "stripe.customer"
AGENTS = ("Stripe/v1 PythonBindings/16.1.0", "resend-node:6.38.0", "acme/1.2.3")
PAGES = (
    "/",
    "/worlds",
    "/time",
    "/requests",
    "/webhooks",
    "/inbox",
    "/objects",
    f"/objects/{KIND}",
    f"/objects/{KIND}/cus_Benchmark",
    "/faults",
    "/scenarios",
    "/scenarios?beside=default&kind=stripe.customer",
    "/contracts",
)


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the first page's cost with 100,000 exchanges kept, and the CPU of each page with many objects."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        yield from asyncio.run(_measured(Path(folder), plan))


async def _measured(folder: Path, plan: Plan) -> list[Figure]:
    objects = plan.documents
    runtime = open_runtime(Settings(data_dir=folder, keep_requests=JOURNAL), providers())
    world = runtime.worlds.create(name="full", seed=7)
    _fill_journal(world)
    _fill_store(runtime, world, objects)
    transport = httpx.ASGITransport(app=Application(runtime))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:4400", timeout=300
    ) as client:
        begun = time.process_time()
        wall = await _page(client, "/")
        first = (time.process_time() - begun) * 1000
        costs = {path: await _cpu(client, path, plan.rounds) for path in PAGES}
    await runtime.close()
    dearest = max(costs, key=lambda path: costs[path])
    told = ", ".join(f"{path} {cost:.0f}" for path, cost in costs.items())
    return [
        Figure(
            f"first page of the dashboard, {JOURNAL:,} requests kept",
            first,
            "ms",
            Bar(1000),
            f"CPU, FastAPI's import and the templates' compilation included; {wall:,.0f} ms on the clock",
        ),
        Figure(
            f"dearest page of the dashboard ({dearest}), {objects:,} objects",
            costs[dearest],
            "ms",
            Bar(50),
            f"CPU of the server and the client in it; {told}",
            {"pages": costs},
        ),
    ]


async def _page(client: httpx.AsyncClient, path: str) -> float:
    """Return the wall milliseconds that a page takes."""
    begun = time.perf_counter()
    answer = await client.get(f"/_greenroom/ui/full{path}")
    if answer.status_code != 200:
        raise BenchmarkError(f"{path} was answered {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


async def _cpu(client: httpx.AsyncClient, path: str, rounds: int) -> float:
    """Return the CPU milliseconds of a page, the median of some."""
    await _page(client, path)
    costs = []
    for _ in range(max(5, rounds)):
        begun = time.process_time()
        await _page(client, path)
        costs.append((time.process_time() - begun) * 1000)
    return statistics.median(costs)


def _fill_journal(world: World) -> None:
    for number in range(JOURNAL):
        agent = AGENTS[number % len(AGENTS)]
        world.journal.add(
            at=1_780_000_000_000_000 + number * 20_000,
            world_time=0,
            provider=("stripe", "resend", "mux")[number % 3],
            operation="PostCustomers",
            request=Request(
                "POST", "/v1/customers", headers={"user-agent": agent}, body=b"email=a@shop.test"
            ),
            answer=Answer(
                200 if number % 50 else 404, [("Content-Type", "application/json")], b'{"id": "x"}'
            ),
            milliseconds=number % 97 / 10,
            fault=None,
        )


def _fill_store(runtime: Runtime, world: World, objects: int) -> None:
    """Write documents straight into the store: what pages cost is measured, not how they came."""
    store, at = runtime.store, world.clock.now()
    for begun in range(0, objects, 10_000):
        store.begin()
        for number in range(begun, min(begun + 10_000, objects)):
            id = "cus_Benchmark" if number == 0 else f"cus_{number:014}"
            body = orjson.dumps(
                {
                    "id": id,
                    "object": "customer",
                    "email": f"c{number}@shop.test",
                    "next": f"cus_{number + 1:014}",
                }
            )
            world.sequence += 1
            pk = world.space << SHIFT | world.sequence
            store.insert(pk, KIND, id, at + number, body, [("email", f"c{number}@shop.test")])
        store.keep()
        store.commit()
