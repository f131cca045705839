"""A study for tests: made, approved, and answered by respondents."""

from typing import Any
from urllib.parse import parse_qs, urlencode

from integrations.models import Kpi, QuestionType, Study
from integrations.studies.survey import SurveyAnswer
from tests.integrations.layer import Layer

QUESTIONS: list[dict[str, Any]] = [
    {
        "text": "Have you seen <this> before?",
        "type": QuestionType.SINGLE_CHOICE,
        "kpi": Kpi.AD_RECALL,
        "options": [{"text": "Yes", "top_box": True}, {"text": "No"}],
    },
    {
        "text": "Which brands do you like?",
        "type": QuestionType.MULTIPLE_CHOICE,
        "kpi": Kpi.BRAND_PREFERENCE,
        "options": [{"text": "Northwind", "top_box": True}, {"text": "Other"}, {"text": "None"}],
    },
    {
        "text": "Are you of age?",
        "type": QuestionType.SINGLE_CHOICE,
        "kpi": None,
        "options": [
            {"text": "Yes"},
            {"text": "No", "screens_out": True},
            {"text": "42", "fails_quality": True},
        ],
    },
]


def draft(layer: Layer, **values: Any) -> Study:
    """A study with questions, on a submitted campaign."""
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    campaign = layer.services.campaigns.create(organisation.id, {"name": "Spring"})
    layer.services.campaigns.submit(campaign.id)
    given = {
        "name": "Spring lift",
        "primary_kpi": Kpi.AD_RECALL,
        "secondary_kpis": ["BRAND_PREFERENCE"],
        "locale": "eng_gb",
        "filling_goal": 1000,
        "minutes": 5,
        "incidence_rate": 0.5,
        "fielding_days": 14,
    }
    study = layer.services.studies.create(organisation.id, campaign.id, given | values)
    return layer.services.studies.set_questions(study.id, QUESTIONS)


def approved(layer: Layer, **values: Any) -> Study:
    study = draft(layer, **values)
    layer.services.studies.review(study.id, "request-review")
    return layer.services.studies.review(study.id, "approve")


def launched(layer: Layer, **values: Any) -> Study:
    return layer.services.fielding.launch(approved(layer, **values).id)


def respond(
    layer: Layer, study: Study, number: int, arm: str, choices: tuple[str, str, str] = ("1", "2", "1")
) -> SurveyAnswer:
    """Let a respondent come, and answer; `choices` are the options' ids, in the questions' order."""
    rid = layer.cint.send(number)
    came = layer.services.survey_host.enter(study.id, rid, arm)
    assert came.html is not None
    fields = {"rid": rid, "exposure": arm} | dict(
        zip([question.id for question in study.questions], choices, strict=True)
    )
    return layer.services.survey_host.submit(study.id, parse_qs(urlencode(fields)))
