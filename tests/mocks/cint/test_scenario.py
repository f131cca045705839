"""Studies that a scenario tells of."""

from typing import Any

import pytest

from fixtures.panel.interviews import interview
from fixtures.studies import responses
from harness import instants
from mocks.cint.provider import cint
from mocks.cint.resources.sessions import COMPLETE, INSIDE
from tests.mocks.cint.room import Room

STORY: dict[str, Any] = {
    "name": "starter",
    "seed": "7",
    "organisations": [{"key": "northwind", "country": "GB"}],
    "studies": [
        {"key": "lift", "organisation": "northwind", "name": "Spring lift", "status": "COLLECTING", "primary_kpi": "AD_RECALL", "completes": 300, "control_rate": 0.2, "exposed_rate": 0.5},
        {"key": "done", "status": "COMPLETED", "completes": 20},
        {"key": "soon", "status": "DRAFT"},
    ],
}  # fmt: skip


def populate(room: Room, story: dict[str, Any]) -> dict[str, str]:
    assert cint.populate is not None
    tx = room.tx()
    refs = cint.populate(tx, story)
    tx.commit()
    return refs


@pytest.fixture
def refs(room: Room) -> dict[str, str]:
    return populate(room, STORY)


def path(room: Room, refs: dict[str, str], key: str) -> str:
    return f"{room.account}/projects/{refs[f'cint.project.{key}']}/target-groups/{refs[f'cint.study.{key}']}"


async def test_a_study_is_live_and_answered(room: Room, refs: dict[str, str]) -> None:
    group = path(room, refs, "lift")
    shown = await room.ok("GET", f"{group}/overview")
    assert (shown["status"], shown["country_code"]) == ("live", "gb")
    assert shown["progress"]["current_completes"] == room.counts(group)["completes"] == 300
    assert shown["current_cost"]["currency_code"] == "GBP"
    now = room.world.clock.now()
    for session in room.sessions(group):
        assert now - 7 * instants.DAY <= session["entered"] < now
        assert session["ended"] is None or session["entered"] < session["ended"] < now
    performance = await room.ok("GET", f"{group}/performance")
    assert performance["first_complete"] < performance["last_complete"] < instants.iso(now)
    await room.advance(2 * 86400)
    assert room.counts(group)["completes"] > 300


async def test_other_states_of_studies(room: Room, refs: dict[str, str]) -> None:
    assert (await room.ok("GET", f"{path(room, refs, 'done')}/overview"))["status"] == "completed"
    assert room.counts(path(room, refs, "done"))["completes"] == 20
    await room.ok("GET", path(room, refs, "soon"))
    assert {name for name in refs if name.endswith(".soon")} == {"cint.project.soon", "cint.study.soon"}
    kinds = ("project", "study", "launch", "run", "respondent", "complete")
    assert {f"cint.{kind}.{key}" for kind in kinds for key in ("lift", "done")} < set(refs)
    statuses = {session["id"]: session["client"] for session in room.sessions(path(room, refs, "lift"))}
    assert statuses[refs["cint.respondent.lift"]] == INSIDE
    assert statuses[refs["cint.complete.lift"]] == COMPLETE
    run = f"{path(room, refs, 'lift')}/fielding-runs/{refs['cint.run.lift']}"
    assert (await room.ok("GET", run))["status"] == "Live"
    job = f"{path(room, refs, 'lift')}/fielding-run-jobs/launch-from-draft/{refs['cint.launch.lift']}"
    assert (await room.ok("GET", job))["created_fielding_run_id"] == refs["cint.run.lift"]


async def test_the_story_sets_what_the_panel_thinks(room: Room, refs: dict[str, str]) -> None:
    from mocks.cint.resources import outcomes, recruiting

    tx = room.tx()
    told: dict[str, list[bool]] = {"control": [], "exposed": []}
    for session in room.sessions(path(room, refs, "lift")):
        if session["client"] == COMPLETE:
            answers = outcomes.answers(tx, recruiting.group_of(tx, session), session)
            recall = next(each for each in answers if each["question_identifier"] == "AD_RECALL")
            told[session["exposure"]].append(recall["answer_value"] == "yes")
    assert abs(sum(told["control"]) / len(told["control"]) - 0.2) < 0.1
    assert abs(sum(told["exposed"]) / len(told["exposed"]) - 0.5) < 0.12


async def test_cint_knows_the_respondents_of_whom_the_story_tells(room: Room, refs: dict[str, str]) -> None:
    """Sessions, a generated world's responses and a database's rows are the same people with the same answers."""
    (study, *_) = STORY["studies"]
    group, now = path(room, refs, "lift"), room.world.clock.now()
    done = {each["id"]: each for each in room.sessions(group) if each["client"] == COMPLETE}
    told = list(responses("7", study))
    assert [each["rid"] for each in told] == list(done)
    for each in told:
        session = done[each["rid"]]
        for name in ("exposure", "demographics", "seconds"):
            assert session[name] == each[name]
        answers = {
            answer["question_identifier"].lower(): answer["answer_value"] for answer in session["answers"]
        }
        assert answers == each["answers"]
        assert session["entered"] == now - interview("7", study, each["respondent"]).ago * instants.SECOND
    assert (await room.s2s("GET", told[0]["rid"])).json()["status"] == 5


def test_a_large_study_told_in_parts_has_the_same_respondents(room: Room) -> None:
    study = {**STORY["studies"][0], "completes": 60}
    first = populate(room, {**STORY, "studies": [study | {"arrived": 25}]})
    arrival = {"study": "lift", "from": 25, "to": 60, "completes": 60, "asked": study}
    populate(room, {"seed": "7", "arrivals": [arrival], "refs": first})
    sessions = room.sessions(path(room, first, "lift"))
    done = [each["id"] for each in sessions if each["client"] == COMPLETE]
    assert done == [each["rid"] for each in responses("7", study)]
    entered = [each["entered"] for each in sessions]
    assert entered == sorted(entered)


def test_a_story_told_twice_has_other_respondents_the_second_time(room: Room) -> None:
    small = {**STORY, "studies": [{"key": "lift", "status": "COLLECTING", "completes": 3}]}
    ids = [
        {each["id"] for each in room.sessions(path(room, found, "lift"))}
        for found in (populate(room, small), populate(room, small))
    ]
    assert not ids[0] & ids[1]


def test_a_story_without_studies_is_nothing_to_tell(room: Room) -> None:
    assert populate(room, {}) == {}


async def test_wrong_triggers_say_what_to_do(room: Room) -> None:
    from harness.errors import InvalidInput

    for event, params, said in (
        ("respondents.come", {}, "no such target group"),
        ("panel.behave", {"target_group_id": "x"}, "no such target group"),
        ("session-updated", {"respondent_id": "x"}, "is not in a survey"),
    ):
        with pytest.raises(InvalidInput, match=said):
            room.trigger(event, **params)
    group = (await room.target_group()).rpartition("/")[2]
    for event, params, said in (
        ("respondents.come", {}, "is draft"),
        ("panel.behave", {"kpi": "JOY"}, "is no indicator"),
        ("target-group-updated", {}, "was not launched"),
    ):
        with pytest.raises(InvalidInput, match=said):
            room.trigger(event, target_group_id=group, **params)
    live = (await room.live()).rpartition("/")[2]
    with pytest.raises(InvalidInput, match="is live"):
        room.trigger("target-group-updated", target_group_id=live, status="live")


async def test_a_respondent_ends_by_trigger(room: Room) -> None:
    group = await room.live(live_url="http://127.0.0.1:9/?r=[%RID%]")
    rid = room.trigger("respondents.come", count=10)["respondents"][0]
    assert room.trigger("session-updated", respondent_id=rid)["status"] == 5
    assert room.counts(group)["completes"] == 1
