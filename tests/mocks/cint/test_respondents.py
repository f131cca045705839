"""Server-to-server calls, returns and tries: what a survey's host and a browser see of a respondent."""

from typing import Any

import pytest

from mocks.cint.resources.forms import answer, filled, read, submission
from mocks.cint.signing import redirect_hash
from tests.mocks.cint.room import Room

UNKNOWN = "6780395e-94fa-4eb7-912c-d2e19af42758"
BACK = "/s/ClientCallBack.aspx"


async def inside(room: Room, count: int = 30) -> list[str]:
    """Return the RIDs of respondents who stay in a survey that nobody reports on."""
    await room.live(live_url="http://127.0.0.1:9/s?rid=[%RID%]")
    rids: list[str] = room.trigger("respondents.come", count=count)["respondents"]
    return rids


async def transition(room: Room, rid: Any, status: Any) -> tuple[int, Any]:
    answer = await room.s2s("POST", "transition", {"id": rid, "status": status})
    return answer.status_code, answer.json()


async def test_a_respondent_in_the_survey_may_go_on(room: Room) -> None:
    rid = (await inside(room))[0]
    for spelled in (rid, rid.upper()):
        shown = (await room.s2s("GET", spelled)).json()
        assert shown == {
            "id": spelled,
            "status": 1,
            "links": [{"href": f"http://127.0.0.1:9/s?rid={rid}"}],
        }
    answer = await room.s2s("GET", UNKNOWN)
    assert (answer.status_code, answer.json()["object"]) == (404, "not_found_error")


@pytest.mark.parametrize(("status", "client"), [(5, 10), (2, 20), (3, 40), (4, 30)])
async def test_an_outcome_is_reported_once(room: Room, status: int, client: int) -> None:
    rid = (await inside(room))[0]
    assert await transition(room, rid.upper(), status) == (200, {"id": rid.upper(), "status": status})
    assert (await room.s2s("GET", rid)).json()["status"] == status
    (session,) = [each for each in room.sessions() if each["id"] == rid]
    assert session["client"] == client
    for again in (status, 5):
        code, refusal = await transition(room, rid, again)
        assert (code, refusal["object"]) == (422, "invalid_state_error")


@pytest.mark.parametrize("status", [1, 0, 6, "5", None, 5.5, True])
async def test_other_statuses_are_refused(room: Room, status: Any) -> None:
    rid = (await inside(room))[0]
    code, refusal = await transition(room, rid, status)
    assert code in (400, 422)
    assert {"id", "object", "detail"} <= set(refusal)
    assert (await room.s2s("GET", rid)).json()["status"] == 1


async def test_an_unknown_respondent_has_no_outcome(room: Room) -> None:
    assert (await transition(room, UNKNOWN, 5))[0] == 404
    assert (await transition(room, None, 5))[0] == 422


async def test_who_was_sent_away_is_not_known_to_the_survey(room: Room) -> None:
    await inside(room, 60)
    away = [each["id"] for each in room.sessions() if each["client"] is None]
    assert (await room.s2s("GET", away[0])).status_code == 404
    assert (await transition(room, away[0], 5))[0] == 404


async def test_outcomes_show_in_overview_and_performance(room: Room) -> None:
    rids = await inside(room)
    group = f"{room.account}/projects/{room.sessions()[0]['project']}/target-groups/{room.sessions()[0]['target_group']}"
    await room.advance(600)
    for rid, status in zip(rids, [5, 5, 5, 2, 3, 4], strict=False):
        await transition(room, rid, status)
    counts = room.counts(group)
    assert [counts[name] for name in ("completes", "terminates", "overquota", "quality")] == [3, 1, 1, 1]
    shown = await room.ok("GET", f"{group}/overview")
    assert shown["progress"]["current_completes"] == 3
    assert shown["progress"]["current_prescreens"] == len(rids)
    assert shown["incidence_rate"] == 0.75
    assert shown["median_length_of_interview_seconds"] == 600
    assert float(shown["current_cost"]["value"]) == pytest.approx(
        3 * float(shown["average_cost_per_interview"]["value"])
    )
    performance = await room.ok("GET", f"{group}/performance")
    found = {each["label"]: each["count"] for each in performance["respondent_analysis"]["live"]}
    assert found["Returned as Complete"] == 3
    assert sum(found.values()) == performance["entrants"] == len(room.sessions())


async def test_the_legacy_statistics_are_a_switch(room: Room) -> None:
    group = await room.live()
    assert "statistics" not in await room.ok("GET", f"{group}/overview")
    room.trigger("account.configured", compat_overview_statistics=True)
    shown = await room.ok("GET", f"{group}/overview")
    assert shown["statistics"]["filling_goal"] == 40


# --- browsers ----------------------------------------------------------------------------------------------------


async def test_the_return_address_takes_respondents_back(room: Room) -> None:
    rid = (await inside(room))[0]
    world = f"/~{room.world.name}"
    answer = await room.client.get(f"{world}{BACK}?RID={rid.upper()}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await room.s2s("GET", rid)).json()["status"] == 1
    await room.client.get(f"{world}{BACK}?RIS=10&RID={rid}")
    assert (await room.s2s("GET", rid)).json()["status"] == 5
    assert (await room.client.get(f"{world}{BACK}?RID={UNKNOWN}")).status_code == 404


async def test_a_wrong_hash_tells_no_status(room: Room) -> None:
    first, second, third = (await inside(room))[:3]
    key = room.env["CINT_REDIRECT_KEY"]
    for rid, ending in ((first, "&"), (second, "")):
        query = f"RIS=20&RID={rid}"
        good = redirect_hash(key, f"https://samplicio.us{BACK}?{query}{ending}")
        await room.client.get(f"/~{room.world.name}{BACK}?{query}&hash={good}")
        assert (await room.s2s("GET", rid)).json()["status"] == 2
    await room.client.get(f"/~{room.world.name}{BACK}?RIS=10&RID={third}&hash=forged")
    assert (await room.s2s("GET", third)).json()["status"] == 1


def test_the_hash_of_a_redirect() -> None:
    message = f"https://samplicio.us{BACK}?RIS=10&RID={UNKNOWN}&"
    assert redirect_hash("TESTKEY", message) == "arMHw9U3D0enXwyZ14L-gic7dNY"


async def test_a_try_is_led_to_the_test_address_and_counted_apart(room: Room) -> None:
    group = await room.live()
    link = (await room.ok("GET", f"{group}/details"))["links"]["test_client_survey"]
    answer = await room.client.get(link)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://survey.studio.test/test?rid=")
    (session,) = room.sessions(group)
    assert (await room.s2s("GET", session["id"])).json()["status"] == 1
    assert (await transition(room, session["id"], 5))[0] == 200
    performance = await room.ok("GET", f"{group}/performance")
    assert (performance["entrants"], performance["completes"]) == (0, 0)
    assert [each["count"] for each in performance["respondent_analysis"]["test"]] == [1]
    assert room.counts(group) == {"test": 1, "test.client.10": 1}
    assert (await room.client.get(link.replace("SurveySID=", "SurveySID=0"))).status_code == 404


# --- forms -------------------------------------------------------------------------------------------------------


def test_variables_of_addresses() -> None:
    known = {"RID": "r 1", "EXPOSURE": "control"}
    assert filled("https://a.test/[%RID%]?x=[%exposure%]&y=[%none%]&z=[%", known) == (
        "https://a.test/r%201?x=control&y=&z=[%"
    )


@pytest.mark.parametrize("html", ["", "<p>no form</p>", "<!-- <form> -->", "<script><form></script>"])
def test_a_page_without_form(html: str) -> None:
    assert read(html, "http://a.test/") is None


def test_a_form_is_read_and_answered() -> None:
    html = """<form action="next?a=1&amp;b=2" method=post><input name=h type=hidden value='&lt;1&gt;'>
    <input name=t value="as is"><textarea name="why">x</textarea><input type=submit name=go value=Go>
    <fieldset data-measure="AD_RECALL"><input type=radio name=q value=1 data-top-box><input type=radio name=q value=2>
    </fieldset><fieldset><input type=checkbox name=c value=1><input type=checkbox name=c value=2 disabled></fieldset>
    <fieldset data-measure=ADVOCACY><input type=radio name=all value=1 data-top-box></fieldset>
    <fieldset></fieldset></form><form action=other></form>"""
    form = read(html, "http://a.test/x/y")
    assert form is not None
    assert (form.url, form.method) == ("http://a.test/x/next?a=1&b=2", "POST")
    assert (form.fixed, form.texts) == ([("h", "<1>"), ("t", "as is")], ["why"])
    words, *boxes = answer(form, {"AD_RECALL": True, "ADVOCACY": False}, "s")
    assert words[0] == "why"
    assert boxes == [("q", "1"), ("c", "1")]
    boxes = answer(form, {"AD_RECALL": False, "ADVOCACY": True}, "s")[1:]
    assert boxes == [("q", "2"), ("c", "1"), ("all", "1")]
    sent = submission(form, [("q", "2")])
    assert sent["body"] == "h=%3C1%3E&t=as+is&q=2"
    form.method = "GET"
    assert submission(form, [])["url"] == "http://a.test/x/next?h=%3C1%3E&t=as+is"
