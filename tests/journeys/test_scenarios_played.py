"""Every shipped scenario, played: green with its timeline, not without it, the same bytes from the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from fixtures.builder import Draft, scenario
from fixtures.catalogue import FOLDER, catalogue
from fixtures.strategies import drafts
from harness.errors import GreenroomError
from harness.inprocess import InProcess

NOW = "2026-03-01T09:00:00.000Z"
PROVIDERS = ("algolia", "cint", "clerk", "insightiq", "mux", "resend", "stripe", "vercel")
REAL = {"clerk.client_stamp"}
"""Stamps that SDKs compare with their host's clock."""
SMALL: dict[str, dict[str, Any]] = {
    "agency-at-scale": {"people": 2, "campaigns": 3, "completes": 5, "creators": 100},
    "webhook-storm": {"size": 12},
}
SHIPPED = [(name, SMALL.get(name, {})) for name in catalogue.names() if name != "provider-outage"]
SHIPPED += [("provider-outage", {"provider": each}) for each in PROVIDERS]
TIMED = [(name, given) for name, given in SHIPPED if catalogue.reading(name).scenario.timeline]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def greenroom() -> Iterator[InProcess]:
    with InProcess() as running:
        yield running


def play(greenroom: InProcess, body: Json, *, seed: str = "7") -> tuple[Json, Json]:
    """Play a scenario in a fresh world; return the world and what came of it."""
    world = greenroom.create_world(seed=seed, clock={"mode": "frozen", "now": NOW})
    return world, greenroom.play(world["id"], body)


def spelled(given: Json) -> str:
    return "-".join(map(str, given.values())) if "provider" in given else ""


@pytest.mark.parametrize(
    ("name", "given"), SHIPPED, ids=[f"{name}{spelled(given)}" for name, given in SHIPPED]
)
def test_it_plays_as_it_expects_and_again_to_the_same_bytes(
    greenroom: InProcess, name: str, given: Json
) -> None:
    body = {"name": name, "parameters": given}
    world, played = play(greenroom, body)
    assert played["passed"], [each for each in played["expectations"] if not each["passed"]]
    first = {provider: documents(greenroom, world, provider) for provider in PROVIDERS}
    greenroom.call("POST", f"/worlds/{world['id']}/reset")
    greenroom.play(world["id"], body)
    for provider in PROVIDERS:
        assert documents(greenroom, world, provider) == first[provider]


@pytest.mark.parametrize("name", sorted({name for name, _ in SHIPPED}))
def test_it_plays_as_it_expects_from_another_seed(greenroom: InProcess, name: str) -> None:
    _, played = play(greenroom, {"name": name, "parameters": SMALL.get(name, {})}, seed="another")
    assert played["passed"], [each for each in played["expectations"] if not each["passed"]]


@pytest.mark.parametrize(("name", "given"), TIMED, ids=[f"{name}{spelled(given)}" for name, given in TIMED])
def test_without_its_timeline_it_is_not_as_expected(greenroom: InProcess, name: str, given: Json) -> None:
    whole = catalogue.reading(name).scenario
    bare = scenario("bare").extends(name, without=["timeline"]).put(lasts=whole.lasts or "2d").given(**given)
    _, played = play(greenroom, bare.request())
    failed = [each["that"] for each in played["expectations"] if not each["passed"]]
    assert failed, f"{name} expects nothing that its timeline brings about"


def documents(greenroom: InProcess, world: Json, provider: str) -> list[Json]:
    """Return what a provider holds in a world, but for what tells real time by its purpose."""
    path = f"/worlds/{world['id']}/objects"
    found: list[Json] = []
    for kind in greenroom.call("GET", path, provider=provider, limit=1)["kinds"]:
        if f"{provider}.{kind['kind']}" not in REAL:
            page = greenroom.call("GET", path, provider=provider, kind=kind["kind"], limit=1000)
            found += page["objects"]
    return found


@pytest.mark.parametrize("name", catalogue.names())
def test_it_says_what_it_is_about(name: str) -> None:
    read = catalogue.reading(name).scenario
    assert len(read.description or read.title) > 40
    assert (FOLDER / f"{name}.yaml").stat().st_size < 10_000
    assert read.expectations or not read.timeline
    assert all(each.that or each.key for each in read.expectations)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(drafts(most=2))
def test_any_generated_scenario_loads_and_plays_without_a_mistake(greenroom: InProcess, draft: Draft) -> None:
    world, played = play(greenroom, draft.request())
    assert played["passed"]
    known = {id for provider in PROVIDERS for id in _ids(greenroom, world, provider)}
    given = {name: id for name, id in played["refs"].items() if not name.startswith(("algolia.", "vercel."))}
    dangling = {name: id for name, id in given.items() if id not in known}
    assert dangling == {}
    greenroom.delete_world(world["id"])


def _ids(greenroom: InProcess, world: Json, provider: str) -> Iterator[str]:
    return _strings(documents(greenroom, world, provider))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def test_a_world_made_with_parameters_comes_back_to_them(greenroom: InProcess) -> None:
    wish = {"scenario": "brand-lift-launch", "parameters": {"completes": 4}}
    world = greenroom.create_world(seed="7", clock={"mode": "frozen", "now": NOW}, **wish)
    before = documents(greenroom, world, "cint")
    greenroom.call("POST", f"/worlds/{world['id']}/reset")
    assert documents(greenroom, world, "cint") == before


def test_a_draft_is_loaded_and_its_clock_plays_it(greenroom: InProcess) -> None:
    made = (
        scenario("mine")
        .extends("starter", without=["expectations"])
        .happens("2d", "clerk", "person is erased", person="lumen-2")
        .expect("She is gone", objects="clerk.user", where={"id": "${clerk.person.lumen-2}"}, count=0)
    )
    world = greenroom.create_world(seed="7", clock={"mode": "frozen", "now": NOW})
    refs = greenroom.load(world["id"], made.request())
    assert refs["clerk.person.lumen-2"].startswith("user_")
    path = f"/worlds/{world['id']}/scenario/check"
    assert not greenroom.call("GET", path)["passed"]
    greenroom.advance(world["id"], days=2)
    assert greenroom.call("GET", path)["passed"]


def test_a_mistake_is_the_readers(greenroom: InProcess) -> None:
    world = greenroom.create_world(seed="7")
    wrong = scenario("mine").happens("1d", "stripe", "payment fails", organisation="nobody")
    with pytest.raises(
        GreenroomError, match=r"mine: line 8, column 5: there is no stripe\.subscription of 'nobody'"
    ):
        greenroom.load(world["id"], wrong.request())
