"""Worlds: make, show, reset, fork, delete, and the environment that points a consumer at one."""

from __future__ import annotations

import re
import shlex
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from harness import __version__
from harness.control import shapes
from harness.control.context import Named, Running
from harness.control.models import Fork, NewWorld
from harness.runtime import Runtime
from harness.world import World

router = APIRouter(tags=["worlds"])
one = APIRouter(prefix="/worlds/{w}", tags=["worlds"])
NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})")
PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")


def line(runtime: Runtime, world: World) -> shapes.World:
    """Return a world as lists show it."""
    told: shapes.World = {
        "id": world.id,
        "name": world.name,
        "seed": int(world.seed) if NUMBER.fullmatch(world.seed) else world.seed,
        "urls": {name: runtime.url(name) for name in runtime.providers},
        "clock": cast("shapes.Clock", world.clock.shown()),
        "lenient": sorted(world.lenient),
        "live": sorted(world.live),
    }
    if (origin := world.origin.get("scenario")) is not None:
        told["scenario"] = origin["name"]
    return told


def shown(runtime: Runtime, world: World) -> shapes.World:
    """Return a world with its environment."""
    return {**line(runtime, world), "env": runtime.environment(world)}


@router.get("/health", tags=["server"])
async def health() -> shapes.Health:
    """Tell that the server is ready, and its version."""
    return {"status": "ok", "version": __version__}


@router.get("/providers", tags=["server"])
async def list_providers(runtime: Running) -> shapes.Providers:
    """List the providers that are served, with their addresses and the number of their operations."""
    listed: list[shapes.Provider] = []
    for name, provider in runtime.providers.items():
        provider.load()
        listed.append(
            {
                "name": name,
                "title": provider.title,
                "port": runtime.settings.port + provider.port,
                "url": runtime.url(name),
                "hosts": list(provider.hosts),
                "operations": len(provider.operations),
            }
        )
    return {"providers": listed}


@router.get("/worlds")
async def list_worlds(runtime: Running) -> shapes.Worlds:
    """List all worlds."""
    return {"worlds": [line(runtime, world) for world in runtime.worlds]}


@router.post("/worlds", status_code=201)
async def create_world(runtime: Running, body: NewWorld) -> shapes.World:
    """Make a world: an account at every provider, with fresh credentials, bare unless a scenario is named."""
    at = body.clock.model_dump()
    world = runtime.worlds.create(name=body.name, seed=body.seed, at=at, lenient=body.lenient, live=body.live)
    if body.scenario is not None:
        try:
            await runtime.scenarios.begin_with(world, body.scenario, body.scale, body.parameters)
        except BaseException:
            await runtime.worlds.delete(world)
            raise
    runtime.timeline.plan(world)
    return shown(runtime, world)


@one.get("")
async def show_world(runtime: Running, world: Named) -> shapes.World:
    """Show a world with its environment."""
    return shown(runtime, world)


@one.delete("", status_code=204)
async def delete_world(runtime: Running, world: Named) -> None:
    """Remove a world with everything in it; the world `default` always exists."""
    await runtime.worlds.delete(world)
    runtime.timeline.plan(world)
    runtime.hub.end(world.id)


@one.post("/reset")
async def reset_world(runtime: Running, world: Named) -> shapes.World:
    """Return a world to what it was when it was made: same credentials, seed, clock and scenario, no endpoints."""
    await runtime.worlds.reset(world)
    await runtime.scenarios.begin_again(world)
    runtime.timeline.plan(world)
    return shown(runtime, world)


@one.post("/fork", status_code=201)
async def fork_world(runtime: Running, world: Named, body: Fork | None = None) -> shapes.World:
    """Make a world with the same data and time, credentials of its own, and its endpoints paused."""
    twin = await runtime.worlds.fork(world, body.name if body else None)
    runtime.timeline.plan(twin)
    return shown(runtime, twin)


@one.get("/env", response_model=None)
async def show_environment(
    runtime: Running,
    world: Named,
    format: Annotated[Literal["json", "dotenv", "shell"], Query()] = "json",
) -> Response:
    """Show the environment that points a consumer at a world: JSON, a .env file, or lines for a shell."""
    env = runtime.environment(world)
    if format == "json":
        return JSONResponse(env)
    if format == "shell":
        return PlainTextResponse("".join(f"export {name}={shlex.quote(env[name])}\n" for name in env))
    return PlainTextResponse("".join(f"{name}={_dotenv(env[name])}\n" for name in env))


def _dotenv(value: str) -> str:
    """Write a value as every reader of .env files understands it: quoted only where it must be."""
    return value if PLAIN.fullmatch(value) else f"'{value}'"
