"""Scenarios: what there is, loading one, and how two worlds differ."""

from __future__ import annotations

import shlex
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from harness.control import models
from harness.control import scenarios as control
from harness.control.coherence import check_coherence
from harness.control.context import Named, Running
from harness.dashboard import links, showing
from harness.dashboard.security import SameOrigin
from harness.runtime import Runtime
from harness.scenarios import Scenarios
from harness.store import Query
from harness.world import World

router = APIRouter(prefix="/{w}")
COUNTED = 2000
FINDINGS = 50
"""What is told of that is wrong with a world."""
COMPARED = 300
"""Documents of a kind whose ids are compared, the newest of both worlds."""
Word = Annotated[str, Form(max_length=1_000_000)]
Json = dict[str, Any]


@router.get("/scenarios")
async def show(
    request: Request,
    runtime: Running,
    world: Named,
    beside: str = "",
    kind: str = "",
    coherence: str = "",
    check: str = "",
) -> HTMLResponse:
    """Show the scenarios, and when asked: what they expect, whether the world is coherent, how it differs from another."""
    other = runtime.worlds.find(beside) if beside else None
    kinds, ids = ([], None) if other is None else _compared(runtime, world, other, kind)
    return showing.page(
        request,
        runtime,
        world,
        "scenarios.html",
        section="/scenarios",
        scenarios=installed(runtime),
        other=other,
        kinds=kinds,
        kind=kind,
        ids=ids,
        counted=COUNTED,
        compared=COMPARED,
        begun_with=world.origin.get("scenario"),
        told=runtime.scenarios.told(world),
        loads=runtime.scenarios.loads.unfinished(world),
        checked=await runtime.scenarios.check(world) if check else None,
        report=await check_coherence(runtime, world, limit=FINDINGS) if coherence else None,
    )


@router.post("/scenarios")
async def load(
    runtime: Running,
    world: Named,
    _: SameOrigin,
    name: Word = "",
    play: Word = "",
    seed: Word = "",
    scale: Word = "1",
    parameters: Word = "",
    text: Word = "",
) -> Response:
    """Add what the scenario `name` tells to the world, or load `play` and move the clock through its timeline.

    `parameters` are NAME=VALUE with spaces between, `text` is a scenario of one's own, in YAML.
    """
    own = f"{showing.base(world)}/scenarios"

    async def tell() -> str:
        given = dict(each.partition("=")[::2] for each in shlex.split(parameters))
        told: Json = {
            "name": (play or name).strip(),
            "seed": seed.strip() or None,
            "scale": scale.strip() or 1,
        }
        told |= {"text": text or None, "parameters": given}
        if play:
            played = await control.play_scenario(runtime, world, models.PlayScenario.model_validate(told))
            good = sum(each["passed"] for each in played["expectations"])
            return (
                f"{played['name']} was played to {showing.moment(played['now'])}: {len(played['steps'])} things happened,"
                f" {good} of {len(played['expectations'])} expectations hold."
            )
        loaded = await control.load_scenario(runtime, world, models.LoadScenario.model_validate(told))
        return f"{loaded['name']} was loaded with seed {loaded['seed']}: {len(loaded['refs'])} things have ids at the providers."

    return await showing.act(f"{own}?check=1" if play else own, tell())


def installed(runtime: Runtime) -> list[Json]:
    """Return the name, title and parameters of every scenario; their files are read once."""
    names = tuple(name for each in runtime.scenarios.catalogues for name in each.names())
    return _listed(runtime.scenarios, names)


@lru_cache(4)
def _listed(scenarios: Scenarios, names: tuple[str, ...]) -> list[Json]:  # noqa: ARG001 - another name, another list
    return scenarios.listed(parameters=True)


def _compared(runtime: Runtime, world: World, other: World, kind: str) -> tuple[list[Json], Json | None]:
    """Return how many documents of each kind both worlds have, and the ids of one kind that are in one of them only."""
    ours, theirs = (links.kinds(runtime, each, COUNTED + 1) for each in (world, other))
    kinds = [
        {"kind": name, "ours": ours.get(name, 0), "theirs": theirs.get(name, 0)}
        for name in sorted(ours.keys() | theirs.keys())
        if not name.startswith("harness.counters")
    ]
    return kinds, _ids(runtime, world, other, kind) if kind else None


def _ids(runtime: Runtime, world: World, other: World, kind: str) -> Json:
    """Return the ids of a kind that only one world has, and those whose documents differ."""
    found: Json = {"ours": [], "theirs": [], "changed": [], "same": 0}
    for row in runtime.store.page(world.space, Query(kind, limit=COMPARED)):
        twin = runtime.store.get(other.space, kind, row.id)
        if twin is None:
            found["ours"].append(row.id)
        elif twin.body != row.body:
            found["changed"].append(row.id)
        else:
            found["same"] += 1
    for row in runtime.store.page(other.space, Query(kind, limit=COMPARED)):
        if runtime.store.get(world.space, kind, row.id) is None:
            found["theirs"].append(row.id)
    return found
