"""Cint: a study is launched, its panel answers on our survey host, and the lift is measured."""

import pytest

from integrations.models import Arm, Kpi, QuestionType, Study, StudyStatus
from tests.external.outside import Outside

KPIS = (Kpi.AD_RECALL, Kpi.BRAND_AWARENESS)


@pytest.fixture
def cint(outside: Outside) -> Outside:
    outside.demand("cint", "cint_client_id", "cint_client_secret", "cint_account_id", "cint_s2s_key")
    outside.demand_world()
    return outside


def approved(outside: Outside, goal: int = 40, allocation: float = 1.0) -> Study:
    services = outside.services
    organisation = services.organisations.create(name="Acme", billing_email="billing@acme.test")
    campaign = services.campaigns.create(organisation.id, {"name": "Spring"})
    services.campaigns.submit(campaign.id)
    study = services.studies.create(
        organisation.id,
        campaign.id,
        {
            "name": "Spring lift",
            "primary_kpi": KPIS[0],
            "secondary_kpis": [KPIS[1].value],
            "locale": "eng_us",
            "filling_goal": goal,
            "allocation": allocation,
            "minutes": 5,
            "incidence_rate": 0.9,
            "fielding_days": 14,
        },
    )
    questions = [
        {
            "text": f"What about {kpi}?",
            "type": QuestionType.SINGLE_CHOICE,
            "kpi": kpi,
            "options": [{"text": "Yes", "top_box": True}, {"text": "No"}, {"text": "Not sure"}],
        }
        for kpi in KPIS
    ]
    services.studies.set_questions(study.id, questions)
    services.studies.review(study.id, "request-review")
    return services.studies.review(study.id, "approve")


def launched(outside: Outside, goal: int = 40, allocation: float = 1.0) -> Study:
    study = outside.services.fielding.launch(approved(outside, goal, allocation).id)
    outside.advance(60)
    study = outside.services.fielding.refresh(study.id)
    assert (study.status, study.cint_status) == (StudyStatus.COLLECTING, "live")
    assert study.cint_run_id
    return study


def test_a_study_is_launched(cint: Outside) -> None:
    study = launched(cint)
    assert study.cint_progress["filling_goal"] == 40
    assert cint.services.fielding.launch(study.id).id == study.id


def test_the_panel_answers_on_our_survey_host(cint: Outside) -> None:
    study = launched(cint)
    cint.trigger("cint", "respondents.come", target_group_id=study.cint_target_group_id, count=60)
    cint.advance(6 * 3600)
    counts = cint.services.results.counts(study.id)
    completes = {arm: found.get("complete", 0) for arm, found in counts.items()}
    # Who was let in before an arm was full may finish.
    assert all(count >= 1 for count in completes.values()), counts
    assert cint.services.survey_host.report_pending() == 0
    found = cint.services.fielding.refresh(study.id)
    assert found.cint_progress["current_completes"] == sum(completes.values())
    report = cint.services.results.report(found)
    lift = report.lifts[Kpi.AD_RECALL]
    assert lift.control.respondents + lift.exposed.respondents == sum(completes.values())
    assert not lift.sufficient


def test_unequal_arms_are_fielded_to_the_end_and_show_the_panels_lift(cint: Outside) -> None:
    study = launched(cint, goal=90, allocation=2)
    opinion = {"kpi": KPIS[0].value, "control_rate": 0.1, "exposed_rate": 0.7}
    cint.trigger("cint", "panel.behave", target_group_id=study.cint_target_group_id, **opinion)
    for _ in range(14):
        cint.advance(24 * 3600)
    ended = cint.services.fielding.refresh(study.id)
    assert (ended.status, ended.cint_status) == (StudyStatus.COMPLETED, "completed")
    counts = cint.services.results.counts(study.id)
    completes = {arm: found["complete"] for arm, found in counts.items()}
    assert ended.cint_progress["current_completes"] == sum(completes.values()) >= 90
    # The panel comes half and half: control is full first, and who comes after that is over quota.
    assert counts[Arm.CONTROL]["over_quota"] > 0
    # Who was let in before an arm was full may finish.
    assert 30 <= completes[Arm.CONTROL] < 45
    assert 50 < completes[Arm.EXPOSED] < 75
    lift = cint.services.results.report(ended).lifts[KPIS[0]]
    assert (lift.control.respondents, lift.exposed.respondents) == tuple(completes[arm] for arm in Arm)
    assert lift.p_value < 0.01
    assert 0.2 < lift.absolute < 1


def test_a_study_that_is_ended_sends_its_results(cint: Outside) -> None:
    study = launched(cint)
    ended = cint.services.fielding.complete(study.id)
    assert ended.status is StudyStatus.COMPLETED
    (mail,) = cint.services.mail.list(recipient="billing@acme.test")
    assert (mail.template, mail.status.value) == ("study_results", "accepted")
    overview = cint.services.cint.overview(study.cint_project_id or "", study.cint_target_group_id or "")
    assert overview.status == "completed"


def test_cints_notifications_complete_a_study(cint: Outside) -> None:
    cint.demand("cint", "cint_webhook_secret")
    cint.listen("cint")
    study = launched(cint)
    project, group = study.cint_project_id or "", study.cint_target_group_id or ""
    cint.services.cint.complete(project, group, study.cint_run_id or "")
    cint.settle()
    assert cint.services.studies.get(study.id).status is StudyStatus.COMPLETED


def test_a_stranger_is_sent_back(cint: Outside) -> None:
    study = launched(cint)
    rid = "00000000-0000-4000-8000-00000000beef"
    answer = cint.app.http.get(f"/surveys/{study.id}", params={"rid": rid, "exposure": "exposed"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"https://samplicio.us/s/ClientCallBack.aspx?RID={rid}",
    )
