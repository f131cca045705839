"""Respondents who open a real survey page, answer it, are reported by its host, and return."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mocks.cint.resources import forms
from mocks.cint.resources.sessions import COMPLETE, INSIDE
from tests.mocks.cint.room import UNREACHABLE, Room
from tests.mocks.cint.survey_host import RETURN, SurveyHost


@pytest.fixture
async def host(room: Room) -> AsyncIterator[SurveyHost]:
    async def report(rid: str, status: int) -> int:
        return (await room.s2s("POST", "transition", {"id": rid, "status": status})).status_code

    made = SurveyHost(report)
    await made.start()
    yield made
    made.stop()


async def live(room: Room, host: SurveyHost, **changes: Any) -> str:
    group = await room.live(live_url=host.live_url, test_url=host.live_url, **changes)
    await room.sign_in()
    return group


async def test_respondents_answer_the_page_and_the_host_reports_them(room: Room, host: SurveyHost) -> None:
    group = await live(room, host, filling_goal=30)
    await room.advance(12 * 86400)
    counts = room.counts(group)
    assert set(host.reported) == {200}
    assert counts["completes"] == len(host.answers) == len(host.reported) >= 30
    assert counts["prescreens"] == len(host.opened)
    assert counts["inside"] == len(host.opened) - len(host.answers) > 0
    for asked in host.opened:
        assert asked["exposure"] in ("exposed", "control")
        assert asked["other"] == ""
    for sent in host.answers:
        assert set(sent) == {"rid", "exposure", "recall", "known", "tea", "size"}
        assert sent["size"] in ("s", "l")
    finished = [each for each in room.sessions(group) if each["client"] == COMPLETE]
    assert all(each["returned"] for each in finished)
    shown = await room.ok("GET", f"{group}/overview")
    assert shown["status"] == "completed"
    assert shown["progress"]["current_completes"] == counts["completes"]


async def test_the_time_an_interview_takes_passes_in_the_world(room: Room, host: SurveyHost) -> None:
    group = await live(room, host)
    room.trigger("respondents.come", count=10)
    await room.advance(19)
    assert host.opened
    assert not host.answers
    await room.advance(3600)
    assert host.answers
    lengths = [each["seconds"] for each in room.sessions(group) if each["client"] == COMPLETE]
    assert all(60 < seconds < 60 * 60 for seconds in lengths)


async def test_the_lift_comes_out_near_what_was_set(room: Room, host: SurveyHost) -> None:
    group = await live(room, host, filling_goal=400)
    room.trigger("panel.behave", control_rate=0.2, exposed_rate=0.5, incidence=1.0)
    await room.advance(13 * 86400)
    told = Counter((sent["exposure"], sent["recall"] == "yes") for sent in host.answers)
    share = {arm: told[arm, True] / (told[arm, True] + told[arm, False]) for arm in ("control", "exposed")}
    assert len(host.answers) >= 400
    assert abs(share["control"] - 0.2) < 0.07
    assert abs(share["exposed"] - 0.5) < 0.08
    assert room.counts(group)["completes"] >= 400


async def test_a_host_without_form_is_only_opened(room: Room, host: SurveyHost) -> None:
    host.page = "<p>Come back later</p>"
    group = await live(room, host)
    came = room.trigger("respondents.come", count=10)
    await room.advance(3600)
    assert len(host.opened) >= len(came["respondents"]) > 0
    assert room.counts(group)["inside"] == room.counts(group)["prescreens"]


async def test_a_host_that_is_down_is_opened_only(room: Room, host: SurveyHost) -> None:
    group = await live(room, host)
    host.stop()
    room.trigger("respondents.come", count=10)
    await room.advance(3600)
    assert room.counts(group)["inside"] == room.counts(group)["prescreens"] > 0


async def test_a_survey_that_may_not_be_contacted_is_decided_by_the_model(room: Room) -> None:
    group = await room.live(live_url=UNREACHABLE)
    room.trigger("respondents.come", count=40)
    await room.advance(2 * 3600)
    counts = room.counts(group)
    assert counts["completes"] > 5
    assert counts["terminates"] > 5


async def test_several_pages_are_answered_one_after_the_other(room: Room, host: SurveyHost) -> None:
    first = '<form method="get" action="/survey"><input type=hidden name=rid value="{rid}"><input type=hidden name=exposure value="{exposure}"></form>'
    second, host.page = host.page, first
    await live(room, host)
    room.trigger("respondents.come", count=6)
    await room.runtime.dispatcher.settle(room.world)
    host.page = second
    await room.advance(3600)
    assert len(host.answers) > 0
    assert len(host.opened) > len(host.answers)


@pytest.mark.parametrize(("told", "client"), [("10", 10), ("20", 20), ("34", 34), ("77", 91), ("x", 91)])
async def test_a_status_in_the_return_address_counts_when_none_was_reported(
    room: Room, host: SurveyHost, told: str, client: int
) -> None:
    async def silent(rid: str, status: int) -> int:
        return 200

    host.report, host.redirect = silent, f"{RETURN}?RIS={told}&RID={{rid}}"
    group = await live(room, host)
    room.trigger("respondents.come", count=8)
    await room.advance(3600)
    ended = {each["client"] for each in room.sessions(group) if each["returned"]}
    assert ended == {client}


async def test_who_only_returns_stays_in_the_survey(room: Room, host: SurveyHost) -> None:
    async def silent(rid: str, status: int) -> int:
        return 200

    host.report = silent
    group = await live(room, host)
    room.trigger("respondents.come", count=8)
    await room.advance(3600)
    returned = [each for each in room.sessions(group) if each["returned"]]
    assert {each["client"] for each in returned} == {INSIDE}
    answer = await room.s2s("GET", returned[0]["id"])
    assert answer.json()["status"] == 1


FORM = """<form method="post" action="/a"><input type="hidden" name="rid" value="R-1">
<input type="range" name="liking" min="1" max="7"><input type="number" name="cups" max="4" step="0.5">
<textarea name="why"></textarea><input type="text" name="brand">
<fieldset><input type="radio" name="tea" value="a"><input type="radio" name="tea" value="b">
<input type="radio" name="tea" value="c"></fieldset>
<fieldset><input type="checkbox" name="pets" value="cat"><input type="checkbox" name="pets" value="dog"></fieldset>
<select name="size"><option value="">-</option><option value="s">S</option><option value="l">L</option></select>
</form>"""


def test_every_type_of_question_is_answered_by_its_kind() -> None:
    form = forms.read(FORM, "http://127.0.0.1/s", "R-1")
    assert form is not None
    assert form.fixed == [("rid", "R-1")]
    found: dict[str, set[str]] = {}
    for person in range(60):
        for name, value in forms.answer(form, {}, f"7|{person}"):
            found.setdefault(name, set()).add(value)
    assert found["liking"] == {str(each) for each in range(1, 8)}
    assert found["cups"] <= {f"{each / 2:g}" for each in range(9)}
    assert (found["tea"], found["pets"], found["size"]) == ({"a", "b", "c"}, {"cat", "dog"}, {"s", "l"})
    assert all(len(each.split()) > 3 for each in found["why"] | found["brand"])


def test_straight_liners_choose_the_same_place_and_write_nothing_of_worth() -> None:
    form = forms.read(FORM, "http://127.0.0.1/s")
    assert form is not None
    for person in range(20):
        chosen = dict(forms.answer(form, {}, f"7|{person}", "straight_liner"))
        assert (chosen["liking"], chosen["tea"], chosen["size"]) == ("1", "a", "s")
        assert chosen["why"] in forms.CARELESS


def test_a_page_is_read_once_for_all_who_open_it() -> None:
    pages = [FORM.replace("R-1", rid) for rid in ("one-1", "two-2")]
    read = [
        forms.read(page, f"http://h/s?rid={rid}", rid)
        for page, rid in zip(pages, ("one-1", "two-2"), strict=True)
    ]
    assert [each.fixed for each in read if each] == [[("rid", "one-1")], [("rid", "two-2")]]
    assert read[0] is not None
    assert read[1] is not None
    assert read[0].questions is read[1].questions
