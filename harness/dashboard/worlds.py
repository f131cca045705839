"""Worlds: all of them, made, forked, reset and removed; one with its environment and its snapshots."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from harness import instants
from harness.control import models, snapshots
from harness.control import worlds as control
from harness.control.context import Named, Running
from harness.dashboard import showing
from harness.dashboard.scenarios import installed
from harness.dashboard.security import SameOrigin
from harness.runtime import Runtime
from harness.world import World
from harness.worlds import DEFAULT

router = APIRouter(prefix="/{w}")
SHOWN = 100
Word = Annotated[str, Form(max_length=500)]


@router.get("/worlds")
async def list_worlds(request: Request, runtime: Running, world: Named, q: str = "") -> HTMLResponse:
    """List worlds, the newest first, and what can be done with the one that is looked at."""
    every = list(runtime.worlds)
    found = [each for each in reversed(every) if q.casefold() in each.name or q == each.id]
    return showing.page(
        request,
        runtime,
        world,
        "worlds.html",
        section="/worlds",
        q=q,
        total=len(every),
        found=[_line(runtime, each) for each in found[:SHOWN]],
        beyond=max(0, len(found) - SHOWN),
        env=runtime.environment(world),
        kept=[(each["name"], instants.iso(each["created"])) for each in runtime.worlds.snapshots(world)],
        scenarios=installed(runtime),
        providers={name: each.title for name, each in runtime.providers.items()},
        fixed=world.id == DEFAULT,
    )


def _line(runtime: Runtime, world: World) -> dict[str, Any]:
    """Return a world as the list shows it: with what was told in it, and how many of its requests are kept."""
    told = [each["name"] for each in runtime.scenarios.told(world)]
    return {**control.line(runtime, world), "told": told, "requests": len(world.journal.ring)}


@router.post("/worlds")
async def create(
    runtime: Running,
    world: Named,
    _: SameOrigin,
    name: Word = "",
    seed: Word = "",
    mode: Word = "real",
    now: Word = "",
    scenario: Word = "",
    lenient: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a world and go to it."""
    own = showing.base(world)
    made: list[str] = []

    async def make() -> str:
        body = models.NewWorld.model_validate(
            {
                "name": name.strip() or None,
                "seed": seed.strip() or None,
                "clock": {"mode": mode, "now": now.strip() or None},
                "scenario": scenario or None,
                "lenient": lenient or [],
            }
        )
        made.append((await control.create_world(runtime, body))["name"])
        return f"World {made[0]} was made."

    answer = await showing.act(own, make())
    answer.headers["location"] = f"{showing.ROOT}/{made[0]}/worlds" if made else f"{own}/worlds"
    return answer


@router.post("/worlds/fork")
async def fork(runtime: Running, world: Named, _: SameOrigin, name: Word = "") -> Response:
    """Make a world with the same data, and go to it."""
    made: list[str] = []

    async def make() -> str:
        body = models.Fork.model_validate({"name": name.strip() or None})
        made.append((await control.fork_world(runtime, world, body))["name"])
        return f"{made[0]} was forked from {world.name}; its webhook endpoints are paused."

    answer = await showing.act(showing.base(world), make())
    answer.headers["location"] = f"{showing.ROOT}/{made[0] if made else world.name}/worlds"
    return answer


@router.post("/worlds/reset")
async def reset(runtime: Running, world: Named, _: SameOrigin) -> Response:
    """Return the world to what it was when it was made."""

    async def back() -> str:
        await control.reset_world(runtime, world)
        return f"World {world.name} is as it was when it was made."

    return await showing.act(f"{showing.base(world)}/worlds", back())


@router.post("/worlds/delete")
async def delete(runtime: Running, world: Named, _: SameOrigin) -> Response:
    """Remove the world, and go to `default`."""

    async def remove() -> str:
        await control.delete_world(runtime, world)
        return f"World {world.name} was deleted."

    to = world.name if world.id == DEFAULT else DEFAULT
    return await showing.act(f"{showing.ROOT}/{to}/worlds", remove())


@router.post("/snapshots")
async def save(runtime: Running, world: Named, _: SameOrigin, name: Word = "") -> Response:
    """Keep the world's data and time under a name."""

    async def keep() -> str:
        await snapshots.save_snapshot(runtime, world, models.NewSnapshot(name=name.strip()))
        return f"Snapshot {name.strip()} was saved."

    return await showing.act(f"{showing.base(world)}/worlds", keep())


@router.post("/snapshots/{name}/restore")
async def restore(runtime: Running, world: Named, name: str, _: SameOrigin) -> Response:
    """Return the world to a snapshot."""

    async def back() -> str:
        await snapshots.restore_snapshot(runtime, world, name)
        return f"World {world.name} is as it was in snapshot {name}."

    return await showing.act(f"{showing.base(world)}/worlds", back())


@router.post("/snapshots/{name}/delete")
async def forget(runtime: Running, world: Named, name: str, _: SameOrigin) -> Response:
    """Remove a snapshot."""

    async def drop() -> str:
        await snapshots.delete_snapshot(runtime, world, name)
        return f"Snapshot {name} was deleted."

    return await showing.act(f"{showing.base(world)}/worlds", drop())
