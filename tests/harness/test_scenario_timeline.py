"""What a scenario tells of the time after it was loaded: the world's clock plays it, and what it expects is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InvalidInput
from harness.happenings import told, vocabulary
from harness.instants import DAY, HOUR
from harness.params import Params
from harness.provider import Provider
from harness.transaction import TIMERS, Transaction
from harness.world import World
from tests.harness.lab import Lab
from tests.harness.sample import PARCELS, found, parcel_document, refusal

Json = dict[str, Any]
HEAD = "scenario: 1\ntitle: Mine\norganisations: [{key: shop, name: Shop}]\n"


class OfShop(Params):
    """Whose parcel, and what becomes of it."""

    parcel: str = told("parcel.parcel", by="organisation")
    state: str = "lost"


class Found(Params):
    """How many."""

    count: int = 1


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Give each organisation a parcel."""
    refs = {}
    for each in story["organisations"]:
        parcel = tx.insert(PARCELS, parcel_document(tx, each["name"], "green", ["s", "l"]))
        refs[f"parcel.parcel.{each['key']}"] = parcel["id"]
    return refs


def furnish(parcel: Provider) -> None:
    """Let things happen at the sample provider."""
    parcel.populate = populate

    @parcel.happening("parcel changes")
    def change(tx: Transaction, params: OfShop) -> None:
        """A parcel gets into another state."""
        if params.state == "impossible":
            raise refusal(409, "not_so")
        document = tx.save(PARCELS, found(tx, params.parcel) | {"state": params.state})
        tx.emit(f"parcel.{params.state}", document, id=f"evt_{tx.token('event.id', 12)}")

    @parcel.trigger("parcel.found")
    def find(tx: Transaction, params: Found) -> None:
        """Parcels are found."""
        for _ in range(params.count):
            tx.insert(PARCELS, parcel_document(tx, "found", "grey", []))


@pytest.fixture
async def told_lab(tmp_path: Path) -> AsyncIterator[Lab]:
    lab = Lab.open(tmp_path / "data")
    furnish(lab.runtime.providers["parcel"])
    lab.runtime.start()
    yield lab
    await lab.close()


async def load(lab: Lab, world: World, text: str) -> Json:
    scenarios = lab.runtime.scenarios
    return await scenarios.load(world, scenarios.story(world, "mine", text=HEAD + text))


async def play(lab: Lab, text: str, world: World | None = None) -> Json:
    scenarios, world = lab.runtime.scenarios, world or lab.world()
    return await scenarios.play(world, "mine", text=HEAD + text)


def states(lab: Lab, world: World) -> list[str]:
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    return [f"{each['name']} {each['state']}" for each in tx.every(PARCELS)][1:]


STEPS = """\
timeline:
  - {at: 1d, provider: parcel, happens: parcel changes, with: {organisation: shop}}
  - {at: 2d, every: 1h, times: 2, provider: parcel, trigger: parcel.found, with: {count: 2}}
  - {at: 3d, provider: parcel, happens: parcel changes, with: {organisation: shop, state: back}}
"""


async def test_the_worlds_clock_plays_a_timeline(told_lab: Lab) -> None:
    world, timeline = told_lab.world(), told_lab.runtime.timeline
    await load(told_lab, world, STEPS)
    assert states(told_lab, world) == ["Shop new"]
    begun = world.clock.now()
    await timeline.advance(world, begun + DAY)
    assert states(told_lab, world) == ["Shop lost"]
    await timeline.advance(world, begun + 2 * DAY)
    assert states(told_lab, world) == ["Shop lost", *["found new"] * 2]
    await timeline.advance(world, begun + 4 * DAY)
    assert states(told_lab, world) == ["Shop back", *["found new"] * 4]


async def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    left: list[str] = []
    for day in (1, 4):
        lab = Lab.open(tmp_path / "data")
        furnish(lab.runtime.providers["parcel"])
        lab.runtime.start()
        if day == 1:
            await load(lab, lab.world(name="kept"), STEPS)
        world = lab.runtime.worlds.find("kept")
        await lab.runtime.timeline.advance(world, world.clock.now() + day * DAY)
        left = states(lab, world)
        await lab.close()
    assert left == ["Shop back", *["found new"] * 4]


async def test_snapshots_and_forks_have_it(told_lab: Lab) -> None:
    runtime, world = told_lab.runtime, told_lab.world()
    await load(told_lab, world, STEPS)
    await runtime.worlds.snapshot(world, "before")
    twin = await runtime.worlds.fork(world, None)
    for each in (world, twin):
        await runtime.timeline.advance(each, each.clock.now() + 4 * DAY)
    assert states(told_lab, world) == states(told_lab, twin) == ["Shop back", *["found new"] * 4]
    await runtime.worlds.restore(world, "before")
    assert states(told_lab, world) == ["Shop new"]
    await runtime.timeline.advance(world, world.clock.now() + 4 * DAY)
    assert states(told_lab, world) == states(told_lab, twin)


async def test_a_fault_stands_for_a_while_or_until_it_is_cleared(told_lab: Lab) -> None:
    played = await play(
        told_lab,
        "faults: [{key: slow, kind: status, status: 500, provider: parcel}]\n"
        "timeline:\n"
        "  - {at: 1m, provider: parcel, calls: {operation: ListParcels}}\n"
        "  - {at: 1h, clear: slow}\n"
        "  - {at: 2h, fault: {kind: status, status: 503, operation: ListParcels}, for: 1h}\n"
        "  - {at: 90m, every: 1h, times: 3, provider: parcel, calls: {operation: ListParcels, times: 2}}\n"
        "expectations:\n"
        "  - {calls: parcel, where: {status: 500}, count: 1}\n"
        "  - {calls: parcel, where: {status: 503, operation: ListParcels}, count: 2}\n"
        "  - {calls: parcel, where: {status: 200}, count: 4}\n"
        "  - {faults: all, count: 0}\n",
    )
    assert played["passed"], played["expectations"]


async def test_a_consumer_shows_wrong_credentials_or_none_and_sends_bodies(told_lab: Lab) -> None:
    played = await play(
        told_lab,
        "timeline:\n"
        "  - {at: 1m, provider: parcel, calls: {operation: ListParcels, credentials: wrong}}\n"
        "  - {at: 1m, provider: parcel, calls: {operation: ListParcels, credentials: none}}\n"
        "  - {at: 2m, provider: parcel, calls: {operation: CreateParcel, body: {name: by call}}}\n"
        "  - {at: 3m, provider: parcel, calls: {operation: GetParcel, path: {parcel: '${parcel.parcel.shop}'}}}\n"
        "  - {at: 4m, fault: {kind: reset, times: 1}}\n"
        "  - {at: 5m, provider: parcel, calls: {operation: ListParcels, query: {colour: green}}}\n"
        "expectations:\n"
        "  - {calls: parcel, where: {status: 401}, count: 2}\n"
        "  - {calls: parcel, where: {status: 201}, count: 1}\n"
        "  - {objects: parcel.parcel, where: {name: by call}, count: 1}\n"
        "  - {calls: parcel, where: {operation: GetParcel, status: 200}, count: 1}\n"
        "  - {calls: parcel, where: {status: null}, count: 1}\n",
    )
    assert played["passed"], played["expectations"]


async def test_webhooks_go_into_the_sink(told_lab: Lab) -> None:
    played = await play(
        told_lab,
        "endpoints: [{provider: parcel}]\n"
        + STEPS
        + "  - {at: 1d, fault: {kind: delivery, mode: fail, times: 1}}\nlasts: 5d\n"
        "expectations:\n"
        "  - {deliveries: parcel, where: {state: delivered}, count: 2}\n"
        "  - {deliveries: parcel, where: {attempts.status: 200}, count: 2}\n"
        "  - {events: parcel, in_order: [parcel.lost, parcel.back]}\n",
    )
    assert played["passed"], played["expectations"]
    assert [each["what"] for each in played["steps"]][:2] == [
        "parcel: events go to http://sink.greenroom.localhost/webhooks",
        "parcel: parcel changes (organisation shop)",
    ]
    assert played["now"] == "2026-02-05T09:00:00.000Z"


# --- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "timeline:\n  - {at: 1d, provider: crate, trigger: t}",
            "line 5, column 14: there is no provider 'crate'",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, trigger: parcel.fond}",
            "line 5, column 32: parcel cannot trigger 'parcel.fond'; did you mean parcel.found?",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, happens: parcel changed}",
            "line 5, column 32: parcel knows no happening 'parcel changed'; did you mean parcel changes?",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, trigger: parcel.found, with: {count: many}}",
            "line 5, column 62: count: Input should be a valid integer",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, happens: parcel changes, with: {organisation: shoe}}",
            "line 5, column 64: there is no parcel.parcel of 'shoe' in this scenario; there are: shop",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, trigger: parcel.found, with: {count: '${people.nobody.age}'}}",
            "line 5, column 62: nothing in this scenario is called 'people.nobody.age'",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, calls: {operation: ListParcel}}",
            "line 5, column 40: no operation 'ListParcel' is served by parcel; did you mean ListParcels",
        ),
        (
            "timeline:\n  - {at: 1d, provider: parcel, calls: {operation: GetParcel}}",
            "line 5, column 32: the path of GetParcel has these parameters: parcel",
        ),
        (
            "timeline:\n  - {at: 1d, fault: {kind: status}}",
            "line 5, column 14: a fault of kind status needs status",
        ),
        (
            "timeline:\n  - {at: 1d, fault: {kind: reset, operation: Lists}}",
            "line 5, column 14: no operation 'Lists' is served",
        ),
        ("faults: [{kind: reset, provider: crate}]", "'crate' is not an installed provider"),
        ("endpoints: [{provider: parcel, url: here}]", "'here' is not an address"),
        ("expectations:\n  - {objects: crate.lid}", "line 5, column 6: there is no provider 'crate'"),
        (
            "expectations:\n  - {mails: all, where: {to: '${people.x.email}'}}",
            "line 5, column 26: nothing in this scenario is called 'people.x.email'",
        ),
    ],
)
async def test_what_cannot_be_is_told_with_its_place_and_nothing_is_changed(
    told_lab: Lab, text: str, wrong: str
) -> None:
    world = told_lab.world()
    with pytest.raises(InvalidInput) as error:
        await load(told_lab, world, text)
    assert f"mine: {wrong}" in str(error.value)
    assert states(told_lab, world) == []
    tx = Transaction(told_lab.runtime.store, world, told_lab.runtime.providers["parcel"])
    assert tx.count(TIMERS) == 0


async def test_what_the_provider_refuses_when_it_happens_is_told_with_its_place(told_lab: Lab) -> None:
    text = "timeline:\n  - {at: 1h, provider: parcel, happens: parcel changes, with: {organisation: shop, state: impossible}}"
    with pytest.raises(
        InvalidInput, match=r"mine, line 5, column 5 \(parcel changes\): parcel refused: not_so"
    ):
        await play(told_lab, text)


# --- what is expected ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "saw"),
    [
        ("{objects: parcel.parcel, where: {state: back}, count: 2}", "1 of 6, state new (5); state back (1)"),
        ("{objects: parcel.parcel, count: {at_most: 3}}", "6"),
        ("{objects: parcel.nothing}", "0"),
        (
            "{objects: parcel.parcel, where: {colour: green}, sum: {of: created, is: 1}}",
            "1 of 6, created adds up to",
        ),
        (
            "{events: parcel, in_order: [parcel.back, parcel.lost]}",
            "2 events, parcel.lost did not come after parcel.back",
        ),
        (
            "{events: all, where: {type: {contains: lost}}, count: 0}",
            "1 of 2, type parcel.lost (1); type parcel.back (1)",
        ),
        ("{violations: parcel}", "0"),
        ("{deliveries: all}", "0"),
        ("{objects: parcel.parcel, where: {sizes: m}}", "0 of 6, sizes - (5); sizes s, l (1)"),
        ("{objects: parcel.parcel, where: {arrived: {exists: true}}}", "0 of 6, arrived - (6)"),
        ("{objects: parcel.parcel, where: {created: {at_least: 9999999999}}}", "0 of 6"),
        ("{objects: parcel.parcel, where: {created: {at_most: later}}}", "0 of 6"),
        ("{objects: parcel.parcel, where: {sizes.1: s}}", "0 of 6"),
    ],
)
async def test_an_expectation_that_does_not_hold_tells_what_was_seen(
    told_lab: Lab, check: str, saw: str
) -> None:
    played = await play(told_lab, f"{STEPS}expectations:\n  - {check}")
    (verdict,) = played["expectations"]
    assert (played["passed"], verdict["passed"]) == (False, False)
    assert verdict["saw"].startswith(saw)
    assert (verdict["scenario"], verdict["place"]) == ("mine", "line 9, column 5")


@pytest.mark.parametrize(
    "check",
    [
        "{objects: parcel.parcel, where: {state: {one_of: [back, gone]}, colour: green}, count: 1}",
        "{objects: parcel.parcel, where: {sizes: l}, count: 1}",
        "{objects: parcel.parcel, where: {sizes.1: l}, count: 1}",
        "{objects: parcel.parcel, where: {colour: {not: green}}, count: 5}",
        "{objects: parcel.parcel, where: {arrived: {exists: false}}, count: {at_least: 6, at_most: 6}}",
        "{objects: parcel.parcel, where: {name: found}, sum: {of: created, is: {at_least: 1}}}",
        "{events: parcel, where: {body.name: Shop}, in_order: [parcel.lost, parcel.back]}",
        "{objects: parcel.parcel, where: {id: '${parcel.parcel.shop}'}, count: 1}",
        "{mails: all, count: 0}",
    ],
)
async def test_an_expectation_that_holds(told_lab: Lab, check: str) -> None:
    played = await play(told_lab, f"{STEPS}expectations:\n  - {check}")
    assert played["passed"], played["expectations"]


async def test_a_world_can_be_checked_as_it_stands(told_lab: Lab) -> None:
    world, scenarios = told_lab.world(), told_lab.runtime.scenarios
    assert await scenarios.check(world) == {"passed": True, "expectations": []}
    await load(
        told_lab,
        world,
        f"{STEPS}expectations:\n  - {{that: It is back, objects: parcel.parcel, where: {{state: back}}}}",
    )
    assert not (await scenarios.check(world))["passed"]
    await told_lab.runtime.timeline.advance(world, world.clock.now() + 3 * DAY + HOUR)
    checked = await scenarios.check(world)
    assert [each["that"] for each in checked["expectations"]] == ["It is back"]
    assert checked["passed"]


async def test_a_play_may_end_before_the_timeline_does(told_lab: Lab) -> None:
    world, scenarios = told_lab.world(), told_lab.runtime.scenarios
    played = await scenarios.play(world, "mine", DAY, text=HEAD + STEPS)
    assert played["now"] == "2026-02-01T09:00:00.000Z"
    assert states(told_lab, world) == ["Shop lost"]


async def test_a_play_is_whole_where_time_went_by_while_the_world_was_filled(
    told_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, scenarios = told_lab.world(), told_lab.runtime.scenarios
    tell = scenarios.story

    def slowly(world: World, name: str, **wanted: Any) -> Json:
        story = tell(world, name, **wanted)
        world.clock.set_to(world.clock.now() + HOUR)
        return story

    monkeypatch.setattr(scenarios, "story", slowly)
    played = await play(told_lab, STEPS, world)
    assert states(told_lab, world) == ["Shop back", *["found new"] * 4]
    assert played["steps"][0]["at"] == "2026-02-01T10:00:00.000Z"
    assert played["now"] == "2026-02-03T10:00:00.000Z"


async def test_a_play_that_ends_earlier_tells_what_happened_alone(told_lab: Lab) -> None:
    scenarios = told_lab.runtime.scenarios
    played = await scenarios.play(told_lab.world(), "mine", 2 * DAY, text=HEAD + STEPS)
    assert [each["at"][:13] for each in played["steps"]] == ["2026-02-01T09", "2026-02-02T09"]


async def test_what_was_played_is_told_with_what_its_steps_name(told_lab: Lab) -> None:
    step = "{at: 1h, provider: parcel, happens: parcel changes, with: {organisation: shop, state: 'at ${organisations.shop.name}'}}"
    call = "{at: 2h, provider: parcel, calls: {operation: ListParcels}}"
    played = await play(told_lab, f"timeline:\n  - {step}\n  - {call}\n")
    assert [each["what"] for each in played["steps"]] == [
        "parcel: parcel changes (organisation shop, state at Shop)",
        "parcel: 1 call of ListParcels, right credentials",
    ]


async def test_a_room_says_what_can_happen(told_lab: Lab) -> None:
    assert vocabulary(told_lab.runtime.providers["parcel"]) == [
        {
            "provider": "parcel",
            "happens": "parcel changes",
            "with": {"organisation": "key, parcel.parcel", "state": "str = lost"},
            "summary": "A parcel gets into another state.",
        }
    ]
