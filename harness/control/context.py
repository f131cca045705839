"""What every route needs: the running server, and the world that its path names."""

from __future__ import annotations

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
ProviderName = Annotated[str | None, Query(alias="provider", description="Only of this provider.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many, the newest first.")]


def provider_of(runtime: Runtime, name: str) -> Provider:
    """Return an installed provider; raise NotFound."""
    provider = runtime.providers.get(name)
    if provider is None:
        known = ", ".join(runtime.providers)
        raise NotFound(f"there is no provider {name!r}; installed are: {known}")
    return provider


def providers_of(runtime: Runtime, name: str | None) -> list[Provider]:
    """Return the provider of that name, or all when there is no name; raise NotFound."""
    return list(runtime.providers.values()) if name is None else [provider_of(runtime, name)]


def transaction(runtime: Runtime, world: World, provider: Provider | None = None) -> Transaction:
    """Begin a unit of work in a world; without a provider it is for reading what all providers share."""
    return Transaction(runtime.store, world, provider or next(iter(runtime.providers.values())))
