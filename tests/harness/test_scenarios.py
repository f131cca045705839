"""Scenarios: told by a catalogue, projected by rooms, all of it or nothing; part of what `reset` comes back to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Unpack

import pytest

from harness.catalogues import Wishes
from harness.collection import Collection
from harness.errors import Conflict, GreenroomError, InvalidInput, Refusal
from harness.transaction import Transaction
from harness.world import World
from tests.harness.lab import Lab
from tests.harness.sample import build

Json = dict[str, Any]
NOTES = Collection("parcel.note")
LARGE, PARTS = 1_000_000, 5
mended: list[bool] = []
"""Holds anything when the scenario is no longer broken."""


class Tales:
    """A catalogue of one scenario."""

    def names(self) -> list[str]:
        return ["tale"]

    def title(self, name: str) -> str:
        return f"The {name}"

    def parameters(self, name: str) -> dict[str, Json]:
        return {"notes": {"default": 2}}

    def schema(self) -> Json:
        return {"type": "object"}

    def story(self, name: str, *, now: datetime, **wishes: Unpack[Wishes]) -> Json:
        seed, scale = wishes["seed"], wishes["scale"]
        if scale > 5:
            raise ValueError("line 1, column 1: too large")
        count = (wishes.get("parameters") or {"notes": 2})["notes"] * scale
        notes = [{"id": f"note-{number}", "seed": seed} for number in range(round(count))]
        told = {"name": name, "seed": seed, "order": ["parcel"], "notes": notes, "refs": {}}
        return told | {"text": wishes.get("text")}

    def extent(self, name: str, **wishes: Unpack[Wishes]) -> tuple[int, int]:
        return (LARGE, PARTS) if wishes.get("text") in ("large", "broken later") else (2, 1)

    def parts(self, name: str, *, now: datetime, begin: int = 0, **wishes: Unpack[Wishes]) -> Iterator[Json]:
        for part in range(begin, PARTS):
            story = self.story(name, now=now, **wishes)
            broken = wishes.get("text") == "broken later" and part == 2 and mended == []
            notes = [{"id": f"note-{part}", "seed": now.isoformat()}]
            yield story | {"part": part, "notes": notes, "text": "broken" if broken else None}


seen: list[Json] = []
"""The refs that each story came with."""


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Keep the notes; their ids are the references."""
    for note in story["notes"]:
        tx.insert(NOTES, dict(note))
        tx.token("note", 4)
    if story["text"] == "broken":
        raise Refusal(402, {}, message="no money")
    seen.append(dict(story["refs"]))
    first = story.get("part", 0)
    return {f"parcel.note.{first + number}": note["id"] for number, note in enumerate(story["notes"])}


@pytest.fixture
def told(lab: Lab) -> Iterator[Lab]:
    parcel = lab.runtime.providers["parcel"]
    parcel.populate = populate
    lab.runtime.scenarios._catalogues = [Tales()]
    yield lab
    parcel.populate = None


def notes(lab: Lab, world: World) -> list[str]:
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    return [note["seed"] for note in tx.every(NOTES)]


async def test_a_scenario_fills_a_world_by_its_seed_and_returns_the_ids(told: Lab) -> None:
    world, scenarios = told.world(), told.runtime.scenarios
    loaded = await scenarios.load(world, scenarios.story(world, "tale"))
    assert loaded == {
        "name": "tale",
        "seed": "7",
        "refs": {"parcel.note.0": "note-0", "parcel.note.1": "note-1"},
    }
    assert notes(told, world) == ["7", "7"]
    assert scenarios.listed() == [{"name": "tale", "title": "The tale"}]


async def test_a_room_that_refuses_leaves_nothing_behind(told: Lab) -> None:
    world, scenarios = told.world(), told.runtime.scenarios
    story = scenarios.story(world, "of-mine", text="broken")
    with pytest.raises(
        GreenroomError, match=r"parcel could not tell its part .* no money; nothing was changed"
    ):
        await scenarios.load(world, story)
    assert notes(told, world) == []
    assert "parcel.note" not in world.counters
    await told.create(world)
    await scenarios.load(world, scenarios.story(world, "tale"))
    assert len(notes(told, world)) == 2


async def test_what_was_loaded_before_and_cannot_be_again_is_told_as_such(told: Lab) -> None:
    world, scenarios = told.world(), told.runtime.scenarios
    with pytest.raises(InvalidInput, match=r"no money; nothing was changed$"):
        await scenarios.fill(world, "tale", text="broken")
    await scenarios.fill(world, "tale")
    with pytest.raises(Conflict, match=r"it was loaded before: reset the world"):
        await scenarios.fill(world, "tale", text="broken")


async def test_a_story_is_kept_once_with_how_to_tell_it_and_what_it_expects(told: Lab) -> None:
    world, scenarios = told.world(), told.runtime.scenarios
    await scenarios.fill(world, "tale", seed="9", parameters={"notes": 1})
    (story,) = scenarios.told(world)
    assert (story["seed"], story["parameters"], story["expectations"]) == ("9", {"notes": 1}, [])
    other = told.world()
    await scenarios.fill(other, "tale", text="large")
    (story,) = scenarios.told(other)
    assert (story["seed"], story["text"], story["expectations"]) == (other.seed, "large", [])
    kinds = dict(told.runtime.store.kinds(other.space))
    assert kinds["harness.story"] == 1
    assert "harness.loading" not in kinds


async def test_a_room_that_refuses_takes_back_what_the_rooms_before_it_told(told: Lab) -> None:
    crate = build()
    crate.name = "crate"
    told.runtime.providers["crate"] = crate
    world, scenarios = told.world(), told.runtime.scenarios

    def refuse(tx: Transaction, story: Json) -> dict[str, str]:
        tx.insert(NOTES, {"id": "crate-note", "seed": ""})
        assert tx.count(NOTES) == len(story["notes"]) + 1
        raise Refusal(402, {}, message="no room")

    crate.populate = refuse
    with pytest.raises(GreenroomError, match=r"crate could not tell its part"):
        await scenarios.load(world, scenarios.story(world, "tale"))
    assert notes(told, world) == []
    await told.create(world)
    crate.populate = None
    await scenarios.load(world, scenarios.story(world, "tale"))
    assert len(notes(told, world)) == 2


async def test_what_a_catalogue_cannot_use_is_an_error_of_the_reader(told: Lab) -> None:
    world = told.world()
    with pytest.raises(InvalidInput, match="line 1, column 1: too large"):
        told.runtime.scenarios.story(world, "tale", scale=6)
    with pytest.raises(InvalidInput, match=r"no scenario 'tail'; there are: tale"):
        told.runtime.scenarios.story(world, "tail")


async def test_a_world_made_with_a_scenario_comes_back_to_it(told: Lab) -> None:
    world, runtime = told.world(), told.runtime
    await runtime.scenarios.begin_with(world, "tale", 2.0)
    await told.create(world)
    await runtime.worlds.reset(world)
    assert notes(told, world) == []
    await runtime.scenarios.begin_again(world)
    assert len(notes(told, world)) == 4


async def test_a_world_made_without_comes_back_bare(told: Lab) -> None:
    world, runtime = told.world(), told.runtime
    await runtime.scenarios.load(world, runtime.scenarios.story(world, "tale"))
    await runtime.worlds.reset(world)
    await runtime.scenarios.begin_again(world)
    assert notes(told, world) == []


async def test_a_large_scenario_is_loaded_in_parts_that_know_the_ids_of_those_before(told: Lab) -> None:
    world, scenarios = told.world(), told.runtime.scenarios
    seen.clear()
    loaded = await scenarios.fill(world, "tale", text="large")
    assert loaded["parts"] == PARTS
    assert loaded["refs"] == {f"parcel.note.{number}": f"note-{number}" for number in range(PARTS)}
    assert [len(each) for each in seen] == [0, 1, 2, 3, 4]
    assert len(notes(told, world)) == PARTS
    assert scenarios.loads.unfinished(world) == []


async def test_a_load_that_was_stopped_goes_on_where_it_was_and_as_of_when_it_began(told: Lab) -> None:
    world, runtime = told.world(), told.runtime
    mended.clear()
    with pytest.raises(
        GreenroomError, match=r"no money; nothing was changed in part 3 of 5; .* the same call goes on"
    ):
        await runtime.scenarios.fill(world, "tale", text="broken later")
    assert len(notes(told, world)) == 2
    (load,) = runtime.scenarios.loads.unfinished(world)
    assert (load["done"], load["parts"]) == (2, PARTS)
    await runtime.timeline.advance(world, world.clock.now() + 86_400_000_000)
    mended.append(True)
    loaded = await runtime.scenarios.fill(world, "tale", text="broken later")
    assert len(set(notes(told, world))) == 1
    assert len(notes(told, world)) == len(loaded["refs"]) == PARTS
    assert runtime.scenarios.loads.unfinished(world) == []


async def test_requests_are_served_between_the_parts_of_a_load(told: Lab) -> None:
    world, scenarios = told.world(), told.runtime.scenarios
    loading = asyncio.create_task(scenarios.fill(world, "tale", text="large"))
    while not (going := scenarios.loads.unfinished(world)):  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)
    assert 0 < going[0]["done"] < PARTS
    await told.create(world)
    with pytest.raises(Conflict, match="right now"):
        await scenarios.fill(world, "tale", text="large")
    assert not loading.done()
    await loading


async def test_only_so_many_ids_of_a_large_scenario_are_kept(
    told: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.loading.MOST_REFS", 2)
    seen.clear()
    world, scenarios = told.world(), told.runtime.scenarios
    loaded = await scenarios.fill(world, "tale", text="large")
    assert list(loaded["refs"]) == ["parcel.note.0", "parcel.note.1"]
    assert list(seen[-1]) == ["parcel.note.0", "parcel.note.1", "parcel.note.3"]
    (told_of,) = scenarios.told(world)
    assert scenarios.refs(world, told_of) == {
        f"parcel.note.{number}": f"note-{number}" for number in range(PARTS)
    }


async def test_parameters_are_given_to_the_catalogue_and_come_back_with_a_reset(told: Lab) -> None:
    world, runtime = told.world(), told.runtime
    await runtime.scenarios.begin_with(world, "tale", 1.0, {"notes": 3})
    await runtime.worlds.reset(world)
    await runtime.scenarios.begin_again(world)
    assert len(notes(told, world)) == 3
    assert runtime.scenarios.parameters("tale") == {"notes": {"default": 2}}
    assert runtime.scenarios.schema() == {"type": "object"}
