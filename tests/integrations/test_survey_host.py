"""The survey host: who is let in, what is stored, what is reported to Cint, and where respondents go afterwards."""

import re
from html.parser import HTMLParser
from uuid import UUID

import httpx
import pytest

from integrations.errors import ProviderUnavailableError
from integrations.models import Arm, Respondent, Study, SurveyOutcome
from tests.integrations.cint_stub import cint_error
from tests.integrations.layer import Layer
from tests.integrations.study import approved, launched, respond

RID = str(UUID(int=1))
BACK = f"https://samplicio.us/s/ClientCallBack.aspx?RID={RID}"


class Page(HTMLParser):
    """The forms, inputs and fieldsets of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture
def study(layer: Layer) -> Study:
    return launched(layer, filling_goal=4)


def stored(layer: Layer, rid: str = RID) -> Respondent:
    with layer.services.database.transaction() as session:
        return session.get_one(Respondent, rid)


def form(study: Study, *choices: str, rid: str = RID) -> dict[str, str]:
    answers = zip([question.id for question in study.questions], choices, strict=True)
    return {"rid": rid, "exposure": "exposed", **dict(answers)}


async def test_a_respondent_gets_the_questions(client: httpx.AsyncClient, layer: Layer, study: Study) -> None:
    rid = layer.cint.send()
    answer = await client.get(f"/surveys/{study.id}", params={"rid": rid.upper(), "exposure": "exposed"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "form-action 'self' https://samplicio.us" in answer.headers["content-security-policy"]
    page = Page(answer.text)
    (only,) = page.all("form")
    assert (only["method"], only["action"]) == ("post", study.id)
    assert [each.get("data-measure") for each in page.all("fieldset")] == [
        "AD_RECALL",
        "BRAND_PREFERENCE",
        None,
    ]
    inputs = page.all("input")
    hidden = {each["name"]: each["value"] for each in inputs if each["type"] == "hidden"}
    assert hidden == {"rid": RID, "exposure": "exposed"}
    kinds = [each["type"] for each in inputs if each["type"] != "hidden"]
    assert kinds == ["radio"] * 2 + ["checkbox"] * 3 + ["radio"] * 3
    top = {(each["name"], each["value"]) for each in inputs if "data-top-box" in each}
    assert top == {(study.questions[0].id, "1"), (study.questions[1].id, "1")}
    assert "Have you seen &lt;this&gt; before?" in answer.text


@pytest.mark.parametrize(
    ("choices", "outcome", "code"),
    [
        (("1", "1", "1"), SurveyOutcome.COMPLETE, 5),
        (("1", "1", "2"), SurveyOutcome.TERMINATE, 2),
        (("1", "1", "3"), SurveyOutcome.QUALITY, 4),
    ],
)
async def test_answers_are_stored_reported_and_sent_back(
    client: httpx.AsyncClient,
    layer: Layer,
    study: Study,
    choices: tuple[str, ...],
    outcome: SurveyOutcome,
    code: int,
) -> None:
    rid = layer.cint.send()
    await client.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "exposed"})
    for _ in range(2):
        answer = await client.post(f"/surveys/{study.id}", data=form(study, *choices))
        assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    kept = stored(layer)
    assert (kept.arm, kept.outcome) == (Arm.EXPOSED, outcome)
    assert kept.answers[study.questions[0].id] == ["1"]
    assert kept.reported_at is not None
    assert layer.cint.respondents[rid] == code
    assert sum("transition" in call.path for call in layer.cint.calls) == 1


async def test_several_boxes_may_be_ticked(client: httpx.AsyncClient, layer: Layer, study: Study) -> None:
    rid = layer.cint.send()
    await client.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "control"})
    first, second, third = (question.id for question in study.questions)
    body = f"rid={rid}&{first}=2&{second}=1&{second}=3&{third}=1&{third}=2&{second}=99"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    await client.post(f"/surveys/{study.id}", content=body, headers=headers)
    assert stored(layer).answers == {first: ["2"], second: ["1", "3"], third: ["1"]}


async def test_the_arm_of_the_entry_counts_not_the_forms(
    client: httpx.AsyncClient, layer: Layer, study: Study
) -> None:
    rid = layer.cint.send()
    await client.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "control"})
    await client.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "exposed"})
    await client.post(f"/surveys/{study.id}", data=form(study, "1", "1", "1"))
    assert stored(layer).arm is Arm.CONTROL


async def test_unanswered_questions_are_asked_again(
    client: httpx.AsyncClient, layer: Layer, study: Study
) -> None:
    rid = layer.cint.send()
    await client.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "exposed"})
    answer = await client.post(f"/surveys/{study.id}", data={"rid": rid, study.questions[0].id: "1"})
    assert answer.status_code == 422
    assert "Please answer every question" in answer.text
    assert stored(layer).outcome is None
    assert layer.cint.respondents[rid] == 1


@pytest.mark.parametrize("known", [None, 5, 2])
async def test_who_is_not_in_the_survey_goes_back_at_once(
    client: httpx.AsyncClient, layer: Layer, study: Study, known: int | None
) -> None:
    if known is not None:
        layer.cint.respondents[RID] = known
    answer = await client.get(f"/surveys/{study.id}", params={"rid": RID, "exposure": "exposed"})
    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert not any("transition" in call.path for call in layer.cint.calls)
    with layer.services.database.transaction() as session:
        assert session.get(Respondent, RID) is None


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"rid": "1"},
        {"rid": RID},
        {"rid": "[%RID%]", "exposure": "exposed"},
        {"rid": RID, "exposure": "x"},
    ],
)
async def test_an_incomplete_link_is_told(
    client: httpx.AsyncClient, study: Study, query: dict[str, str]
) -> None:
    answer = await client.get(f"/surveys/{study.id}", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


async def test_nobody_posts_without_having_entered(client: httpx.AsyncClient, study: Study) -> None:
    answer = await client.post(f"/surveys/{study.id}", data=form(study, "1", "1", "1"))
    assert answer.status_code == 400
    assert (await client.get("/surveys/nope", params={"rid": RID, "exposure": "exposed"})).status_code == 404


def test_a_full_arm_is_over_quota(layer: Layer, study: Study) -> None:
    for number in (1, 2):
        assert respond(layer, study, number, "control").return_to is not None
    rid = layer.cint.send(3)
    assert layer.services.survey_host.enter(study.id, rid, "control").return_to is not None
    assert layer.cint.respondents[rid] == 3
    assert stored(layer, rid).outcome is SurveyOutcome.OVER_QUOTA
    assert respond(layer, study, 4, "exposed").return_to is not None


def test_the_arms_are_filled_as_the_study_is_allocated(layer: Layer) -> None:
    study = launched(layer, filling_goal=8, allocation=3)
    for arm, first, seats in (("control", 100, 2), ("exposed", 200, 6)):
        for number in range(first, first + seats):
            assert respond(layer, study, number, arm).return_to is not None
        rid = layer.cint.send(first + seats)
        assert layer.services.survey_host.enter(study.id, rid, arm).return_to is not None
        assert layer.cint.respondents[rid] == 3, "one more is over quota"
    assert layer.services.results.counts(study.id) == {
        "control": {"complete": 2, "over_quota": 1},
        "exposed": {"complete": 6, "over_quota": 1},
    }


def test_a_study_that_is_not_fielded_takes_nobody(layer: Layer) -> None:
    study = approved(layer)
    rid = layer.cint.send()
    assert layer.services.survey_host.enter(study.id, rid, "control").return_to == BACK
    assert layer.cint.respondents[rid] == 3


def test_a_lost_answer_to_the_report_is_no_second_report(layer: Layer, study: Study) -> None:
    layer.cint.lose = 1
    assert respond(layer, study, 1, "exposed").return_to == BACK
    assert layer.cint.respondents[RID] == 5
    assert stored(layer).reported_at is not None


async def test_an_outage_of_cint_loses_no_answer(
    client: httpx.AsyncClient, layer: Layer, study: Study
) -> None:
    rid = layer.cint.send()
    await client.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "exposed"})
    layer.cint.failures.extend([cint_error(503)] * 4)
    answer = await client.post(f"/surveys/{study.id}", data=form(study, "1", "1", "1"))
    assert answer.status_code == 503
    assert stored(layer).outcome is SurveyOutcome.COMPLETE
    assert layer.services.survey_host.report_pending() == 0
    layer.clock.sleep(61)
    assert layer.services.survey_host.report_pending() == 1
    assert layer.cint.respondents[rid] == 5
    assert layer.services.survey_host.report_pending() == 0


def test_the_door_is_closed_while_cint_cannot_be_asked(layer: Layer, study: Study) -> None:
    layer.cint.failures.extend([cint_error(500)] * 4)
    with pytest.raises(ProviderUnavailableError):
        layer.services.survey_host.enter(study.id, layer.cint.send(), "exposed")


def test_options_stand_in_an_order_of_each_respondent(layer: Layer, study: Study) -> None:
    # The order follows from the question's id too, which is made by chance: of thirty, not all alike.
    orders = set()
    for number in range(10, 40):
        rid = layer.cint.send(number)
        first, again = (order_of_options(layer, study, rid) for _ in range(2))
        assert first == again
        assert sorted(first) == ["1", "2", "3"]
        orders.add(first)
    assert len(orders) > 1


def order_of_options(layer: Layer, study: Study, rid: str) -> tuple[str, ...]:
    html = layer.services.survey_host.enter(study.id, rid, "exposed").html or ""
    return tuple(re.findall(r'type="checkbox" name="[^"]+" value="(\d)"', html))


async def test_a_form_too_large_is_refused(client: httpx.AsyncClient, layer: Layer, study: Study) -> None:
    answer = await client.post(f"/surveys/{study.id}", content=b"a=" + b"b" * 1_100_000)
    assert answer.status_code == 413
