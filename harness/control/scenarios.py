"""Scenarios: what there is, and filling a world with one."""

from __future__ import annotations

import re
from typing import Any, cast

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from harness import instants
from harness.control import scenario_shapes as shapes
from harness.control.context import Named, Running
from harness.control.faults import add_fault
from harness.control.models import LoadScenario, PlayScenario, ProviderState
from harness.errors import NotFound

router = APIRouter(tags=["scenarios"])
one = APIRouter(prefix="/worlds/{w}", tags=["scenarios"])


@router.get("/scenarios")
async def list_scenarios(runtime: Running) -> shapes.Scenarios:
    """List the scenarios that are installed."""
    return {"scenarios": cast("list[shapes.Scenario]", runtime.scenarios.listed())}


@router.get("/scenarios/schema", response_model=None)
async def show_schema(runtime: Running) -> JSONResponse:
    """Show the JSON schema of scenario files."""
    return JSONResponse(runtime.scenarios.schema())


@router.get("/scenarios/words")
async def list_happenings(runtime: Running) -> shapes.Happenings:
    """List what scenarios may let happen in plain words, with the fields that each takes."""
    return {"happenings": cast("list[shapes.Happening]", runtime.scenarios.words())}


@router.get("/scenarios/{name}")
async def show_scenario(runtime: Running, name: str) -> shapes.ScenarioDetails:
    """Show a scenario with its parameters."""
    found = next((each for each in runtime.scenarios.listed() if each["name"] == name), None)
    if found is None:
        raise NotFound(f"there is no scenario {name!r}; see GET /scenarios")
    return cast("shapes.ScenarioDetails", {**found, "parameters": runtime.scenarios.parameters(name)})


@one.post("/scenario")
async def load_scenario(runtime: Running, world: Named, body: LoadScenario) -> shapes.Loaded:
    """Add what a scenario tells to a world, at every provider: all of it, or nothing when a room refuses.

    `refs` names the ids that were given, for example `clerk.person.northwind-1`. Its timeline is played by the world's
    clock from now on. A large scenario is loaded in `parts`, each all or nothing; what was stopped goes on when the same
    is asked for again, and `refs` are those of its first things.
    """
    return cast("shapes.Loaded", await runtime.scenarios.fill(world, body.name, **_wanted(body)))


@one.post("/scenario/play")
async def play_scenario(runtime: Running, world: Named, body: PlayScenario) -> shapes.Played:
    """Load a scenario, move the world's clock through its timeline, and check what it expects."""
    until = None if body.until_seconds is None else round(body.until_seconds * instants.SECOND)
    return cast("shapes.Played", await runtime.scenarios.play(world, body.name, until, **_wanted(body)))


@one.get("/scenario/check")
async def check_scenario(runtime: Running, world: Named) -> shapes.Checked:
    """Check what the scenarios expect that a world was filled with, as it stands."""
    return cast("shapes.Checked", await runtime.scenarios.check(world))


def _wanted(body: LoadScenario) -> dict[str, Any]:
    seed = None if body.seed is None else str(body.seed)
    return {"seed": seed, "scale": body.scale, "text": body.text, "parameters": body.parameters}


@one.get("/loads")
async def list_loads(runtime: Running, world: Named) -> shapes.Loads:
    """List the loads of large scenarios that go on, or were stopped, with how many of their parts are done."""
    names = ("name", "seed", "scale", "done", "parts")
    found = [{name: each[name] for name in names} for each in runtime.scenarios.loads.unfinished(world)]
    return {"loads": cast("list[shapes.Load]", found)}


@one.get("/stories")
async def list_stories(runtime: Running, world: Named) -> shapes.Stories:
    """List the scenarios that were loaded into a world, the last first."""
    keys = ("name", "seed", "scale", "now")
    told = runtime.scenarios.told(world)
    return {"stories": [cast("shapes.StoryLine", {key: each.get(key) for key in keys}) for each in told]}


@one.get("/stories/{name}")
async def show_story(runtime: Running, world: Named, name: str) -> shapes.Story:
    """Show how a scenario was told in a world, and the ids that providers gave: what another telling has to agree with."""
    for each in runtime.scenarios.told(world):
        if each["name"] == name:
            known = {key: each.get(key) for key in shapes.Story.__annotations__}
            return cast("shapes.Story", known | {"refs": runtime.scenarios.refs(world, each)})
    raise NotFound(f"the scenario {name!r} was not loaded into world {world.name}")


@one.post("/provider-state", response_model=None)
async def set_provider_state(runtime: Running, world: Named, body: ProviderState) -> JSONResponse:
    """Be the state-change URL of a Pact verifier: a provider state is a scenario of the same name.

    `setup` loads it and answers the ids that it gave, for generators of the kind ProviderState
    (`${stripe_organisation_northwind}`: every character but letters and digits is a `_`) and the world's environment
    (`${CINT_ACCOUNT_ID}`); `teardown` resets the world.
    The state's parameter `faults` injects failures, each as `POST …/faults` takes it.
    """
    if body.action == "teardown":
        await runtime.worlds.reset(world)
        await runtime.scenarios.begin_again(world)
        runtime.timeline.plan(world)
        return JSONResponse({})
    refs: dict[str, str] = {}
    if body.state:
        refs = (await runtime.scenarios.load(world, runtime.scenarios.story(world, body.state)))["refs"]
    for fault in body.params.faults:
        await add_fault(runtime, world, fault)
    ids = {re.sub(r"[^A-Za-z0-9]", "_", name): id for name, id in refs.items()}
    return JSONResponse({**runtime.environment(world), **ids})
