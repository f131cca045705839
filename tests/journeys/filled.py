"""A world of all rooms inside the test's own process, filled with scenarios, to be looked at and broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import orjson

from harness import coherence
from harness.runtime import Runtime, Settings, open_runtime
from harness.store import Query
from harness.world import World

Json = dict[str, Any]
NOW = "2026-03-01T09:00:00Z"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Runtime]:
    """Open a Greenroom of all rooms, and close it."""
    runtime = open_runtime(Settings(data_dir=folder))
    try:
        yield runtime
    finally:
        await runtime.close()


def new_world(runtime: Runtime, seed: str | int = 7) -> World:
    """Make a world whose clock stands still."""
    return runtime.worlds.create(seed=seed, at={"mode": "frozen", "now": NOW})


async def load(
    runtime: Runtime, world: World, *names: str, text: str | None = None, scale: float = 1.0
) -> None:
    """Load scenarios, one after the other."""
    for name in names:
        await runtime.scenarios.load(world, runtime.scenarios.story(world, name, text=text, scale=scale))


async def checked(runtime: Runtime, world: World, *rooms: str) -> coherence.Report:
    """Check what a world says, at all rooms unless some are named."""
    return await coherence.check(
        runtime.store, world, [runtime.providers[name] for name in rooms or runtime.providers]
    )


@contextmanager
def changed(
    runtime: Runtime, world: World, kind: str, id: str, change: Callable[[Json], Any]
) -> Iterator[None]:
    """Change a document behind everybody's back, and put it back afterwards."""
    row = runtime.store.get(world.space, kind, id)
    assert row is not None
    document = orjson.loads(row.body)
    change(document)
    runtime.store.begin()
    body = orjson.dumps(document)
    runtime.store.update((row.at, row.pk), kind, id, row.at, body, ([], []))
    try:
        yield
    finally:
        runtime.store.undo()


@contextmanager
def added(runtime: Runtime, world: World, kind: str, document: Json) -> Iterator[None]:
    """Add a document, and take it out afterwards."""
    number = world.space << 40 | (world.sequence + 1)
    runtime.store.begin()
    runtime.store.insert(number, kind, document["id"], world.clock.now(), orjson.dumps(document), [])
    try:
        yield
    finally:
        runtime.store.undo()


def documents(runtime: Runtime, world: World, kind: str) -> Iterator[Json]:
    """Go through a world's documents of a kind."""
    for row in runtime.store.page(world.space, Query(kind)):
        yield orjson.loads(row.body)


def run(work: Any) -> Any:
    """Run a coroutine to its end."""
    return asyncio.run(work)
