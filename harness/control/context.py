"""What every route needs: the running server, the world that its path names, and units of work in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from harness.errors import NotFound
from harness.provider import Provider
from harness.runtime import Runtime
from harness.transaction import Transaction
from harness.world import World


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


Running = Annotated[Runtime, Depends(_runtime)]


async def _world(runtime: Running, w: Annotated[str, Path(description="A world's id or name.")]) -> World:
    world = runtime.worlds.find(w)
    if not world.open.is_set():
        await world.open.wait()
    return world


Named = Annotated[World, Depends(_world)]
OfProvider = Annotated[str | None, Query(alias="provider", description="Only of this provider.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many, the newest first.")]


def provider_of(runtime: Runtime, name: str) -> Provider:
    """Return an installed provider; raise NotFound."""
    provider = runtime.providers.get(name)
    if provider is None:
        raise NotFound(f"there is no provider {name!r}; installed are: {', '.join(runtime.providers)}")
    return provider


def providers_of(runtime: Runtime, name: str | None) -> list[Provider]:
    """Return the provider of that name, or all when there is no name; raise NotFound."""
    return list(runtime.providers.values()) if name is None else [provider_of(runtime, name)]


def reading(runtime: Runtime, world: World, provider: Provider | None = None) -> Transaction:
    """Begin a unit of work for reading; what all providers share needs none in particular."""
    return Transaction(runtime.store, world, provider or next(iter(runtime.providers.values())))


@asynccontextmanager
async def writing(
    runtime: Runtime, world: World, provider: Provider | None = None
) -> AsyncIterator[Transaction]:
    """Do a unit of work: committed and durable at the end, then announced; undone when it raises."""
    provider = provider or next(iter(runtime.providers.values()))
    if provider.name not in world.accounts:
        runtime.worlds.account(world, provider)
    tx = Transaction(runtime.store, world, provider)
    try:
        yield tx
        outcome = tx.commit()
    except BaseException:
        tx.rollback()
        raise
    await runtime.batch.durable()
    runtime.engine.announce(world, outcome)
