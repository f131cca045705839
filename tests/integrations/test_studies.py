"""Studies: their life, their fielding at Cint, and what is taken up again after a failure."""

from datetime import timedelta

import httpx
import pytest

from integrations.errors import ConflictError, NotFoundError, ProviderRefusedError, ProviderUnavailableError
from integrations.models import IndexKind, Study, StudyStatus
from tests.integrations.cint_stub import MANAGER, cint_error
from tests.integrations.layer import Layer
from tests.integrations.study import QUESTIONS, approved, draft, launched, respond


def status(layer: Layer, study: Study) -> StudyStatus:
    return layer.services.studies.get(study.id).status


def test_a_study_needs_a_submitted_campaign_of_its_organisation(layer: Layer) -> None:
    acme = layer.services.organisations.create(name="Acme", billing_email="b@acme.test")
    other = layer.services.organisations.create(name="Other", billing_email="b@other.test")
    campaign = layer.services.campaigns.create(acme.id, {"name": "Spring"})
    with pytest.raises(ConflictError, match="not been submitted"):
        layer.services.studies.create(acme.id, campaign.id, {})
    with pytest.raises(NotFoundError):
        layer.services.studies.create(other.id, campaign.id, {})


def test_the_review_goes_its_way_and_no_other(layer: Layer) -> None:
    study = draft(layer)
    review = layer.services.studies.review
    with pytest.raises(ConflictError, match="cannot approve"):
        review(study.id, "approve")
    review(study.id, "request-review")
    with pytest.raises(ConflictError, match="its questions stand"):
        layer.services.studies.set_questions(study.id, QUESTIONS)
    review(study.id, "request-changes")
    layer.services.studies.set_questions(study.id, QUESTIONS)
    review(study.id, "request-review")
    assert review(study.id, "approve").status is StudyStatus.APPROVED
    assert review(study.id, "approve").status is StudyStatus.APPROVED
    with pytest.raises(ConflictError, match="cannot archive"):
        review(study.id, "archive")


def test_each_kpi_needs_a_question_that_can_be_answered_either_way(layer: Layer) -> None:
    study = draft(layer)
    one_sided = QUESTIONS[0] | {
        "options": [{"text": "Yes", "top_box": True}, {"text": "Sure", "top_box": True}]
    }
    for questions in ([QUESTIONS[2]], [one_sided, QUESTIONS[1]], [QUESTIONS[0]]):
        layer.services.studies.set_questions(study.id, questions)
        with pytest.raises(ConflictError, match="No question measures"):
            layer.services.studies.review(study.id, "request-review")


def test_a_launch_tells_cint_what_the_contract_demands(layer: Layer) -> None:
    study = launched(layer)
    assert (study.status, study.cint_run_id) == (StudyStatus.COLLECTING, "RUN1")
    (group,) = layer.cint.groups.values()
    assert group["live_url"] == (
        f"https://surveys.platform.test/surveys/{study.id}?rid=[%RID%]&exposure=[%exposure%]"
    )
    assert (group["project_manager_id"], group["business_unit_id"]) == (MANAGER, "9001")
    assert group["fielding_specification"] == {
        "start_at": "2026-11-01T13:15:00.000Z",
        "end_at": "2026-11-15T13:15:00.000Z",
    }
    assert (group["locale"], group["filling_goal"], group["collects_pii"]) == ("eng_gb", 1000, False)
    assert group["profile"] == {"profile_adjustment_type": "percentage", "drafts": []}
    assert group["fielding_assistant_assignment"] == {}
    calls = len(layer.cint.calls)
    assert layer.services.fielding.launch(study.id).status is StudyStatus.COLLECTING
    assert len(layer.cint.calls) == calls, "a launched study is not launched again"


def test_only_an_approved_study_is_launched(layer: Layer) -> None:
    with pytest.raises(ConflictError, match="only an approved one"):
        layer.services.fielding.launch(draft(layer).id)
    assert layer.cint.calls == []


def test_one_token_serves_until_shortly_before_its_end_and_after_a_401_a_new_one(layer: Layer) -> None:
    study = launched(layer)
    layer.services.fielding.refresh(study.id)
    assert layer.cint.tokens == 1
    layer.clock.sleep(86400 - 301)
    layer.services.fielding.refresh(study.id)
    assert layer.cint.tokens == 1
    layer.clock.sleep(2)
    layer.services.fielding.refresh(study.id)
    assert layer.cint.tokens == 2
    layer.cint.failures.append(cint_error(401, "authorization_error"))
    layer.services.fielding.refresh(study.id)
    assert layer.cint.tokens == 3


def test_answers_that_are_lost_make_nothing_twice(layer: Layer) -> None:
    study = approved(layer)
    layer.cint.lose = 3
    layer.services.fielding.launch(study.id)
    assert len(layer.cint.groups) == 1
    assert status(layer, study) is StudyStatus.COLLECTING


def test_a_launch_that_broke_off_goes_on_where_it_stopped(layer: Layer) -> None:
    study = approved(layer)
    for _ in range(4):
        # After token, manager, project and business unit: each time one step further.
        layer.cint.failures.extend([cint_error(503)] * 4)
        with pytest.raises(ProviderUnavailableError):
            layer.services.fielding.launch(study.id)
        layer.clock.sleep(31)
        layer.cint.failures.clear()
        layer.services.cint.project_manager()
    layer.services.fielding.launch(study.id)
    created = [call for call in layer.cint.calls if call.path.endswith("/projects")]
    assert len({call.headers["idempotency-key"] for call in created}) == 1
    assert len(layer.cint.groups) == 1


def test_the_same_day_again_is_the_same_request_and_later_a_new_one(layer: Layer) -> None:
    study = approved(layer)
    layer.services.cint.project_manager()
    reply = layer.cint.reply
    layer.cint.reply = lambda call: (  # type: ignore[method-assign]
        cint_error(400) if call.path.endswith("/target-groups") else reply(call)
    )
    for seconds in (0, 60, 3600):
        layer.clock.sleep(seconds)
        with pytest.raises(ProviderRefusedError):
            layer.services.fielding.launch(study.id)
    sent = [call for call in layer.cint.calls if call.path.endswith("/target-groups")]
    assert len({call.headers["idempotency-key"] for call in sent}) == 2
    assert sent[0].json == sent[1].json
    assert sent[2].json["fielding_specification"]["start_at"] == "2026-11-01T14:16:00.000Z"


def test_a_failed_launch_is_told_and_can_be_tried_again(layer: Layer) -> None:
    layer.cint.job_status = "Processing"
    study = launched(layer)
    assert (study.status, study.cint_run_id) == (StudyStatus.COLLECTING, None)
    layer.cint.job_status = "Failed"
    layer.services.fielding.poll_collecting()
    failed = layer.services.studies.get(study.id)
    assert (failed.status, failed.error) == (StudyStatus.APPROVED, "it is not ready")
    layer.cint.job_status = "Completed"
    layer.clock.sleep(1)
    again = layer.services.fielding.launch(study.id)
    assert (again.status, again.error) == (StudyStatus.COLLECTING, None)
    assert len(layer.cint.groups) == 2


def test_cint_saying_that_fielding_has_ended_completes_the_study_once(layer: Layer) -> None:
    study = launched(layer)
    for number in range(1, 5):
        respond(layer, study, number, "control" if number % 2 else "exposed")
    (group_id,) = layer.cint.groups
    assert layer.deliver_cint("com.cint.target-group.updated", target_group_id=group_id) == "processed"
    kept = layer.services.studies.get(study.id)
    assert (kept.status, kept.cint_status) == (StudyStatus.COLLECTING, "live")
    assert kept.cint_progress == {
        "current_completes": 7,
        "current_prescreens": 9,
        "filling_goal": 1000,
        "cost": {"currency_code": "GBP", "value": "17.50"},
    }
    layer.cint.groups[group_id]["status"] = "completed"
    for _ in range(2):
        layer.deliver_cint("com.cint.target-group.updated", target_group_id=group_id)
    assert status(layer, study) is StudyStatus.COMPLETED
    mail = layer.mail("study_results")
    assert mail.subject == "Results of Spring lift: +0.0 points ad recall"
    assert "too few answers to tell" in mail.text
    assert layer.services.studies.review(study.id, "archive").status is StudyStatus.ARCHIVED


def test_a_study_may_be_ended_by_hand(layer: Layer) -> None:
    study = launched(layer)
    assert layer.services.fielding.complete(study.id).status is StudyStatus.COMPLETED
    assert layer.services.fielding.complete(study.id).status is StudyStatus.COMPLETED
    assert layer.cint.groups[study.cint_target_group_id or ""]["status"] == "completed"
    assert layer.mail_keys() == [f"study_results:{study.id}"]


def test_other_notifications_are_kept_only(layer: Layer) -> None:
    launched(layer)
    calls = len(layer.cint.calls)
    assert layer.deliver_cint("com.cint.session.updated", target_group_id="GROUP2") == "ignored"
    assert layer.deliver_cint("com.cint.target-group.updated", target_group_id="STRANGER") == "ignored"
    assert len(layer.cint.calls) == calls


def test_studies_are_indexed_and_follow_their_campaigns_name(layer: Layer) -> None:
    study = draft(layer)
    layer.services.outbox.deliver_pending()
    record = layer.algolia.records["brand_lift_studies"][study.id]
    assert (record["studyStatus"], record["campaignName"], record["primaryKpi"]) == (
        "DRAFT",
        "Spring",
        "AD_RECALL",
    )
    assert record["secondaryKpis"] == ["BRAND_PREFERENCE"]
    layer.services.campaigns.update(study.campaign_id, {"name": "Easter"})
    layer.services.outbox.deliver_pending()
    found = layer.services.search.find(study.organisation_id, IndexKind.STUDIES, "easter")
    assert [hit["objectID"] for hit in found.hits] == [study.id]
    with pytest.raises(ConflictError, match="has studies"):
        layer.services.campaigns.delete(study.campaign_id)
    layer.services.studies.delete(study.id)
    layer.services.outbox.deliver_pending()
    assert layer.algolia.records["brand_lift_studies"] == {}


def test_results_come_from_complete_interviews(layer: Layer) -> None:
    study = launched(layer, filling_goal=10_000)
    number = 0
    for arm, recalled, total in (("control", 31, 110), ("exposed", 55, 110)):
        for person in range(total):
            number += 1
            respond(layer, study, number, arm, ("1" if person < recalled else "2", "1", "1"))
    respond(layer, study, 900, "control", ("1", "1", "2"))
    respond(layer, study, 901, "control", ("1", "1", "3"))
    report = layer.services.results.report(study)
    lift = report.lifts[study.primary_kpi]
    assert (lift.control.favourable, lift.control.respondents) == (31, 110)
    assert (lift.exposed.favourable, lift.exposed.respondents) == (55, 110)
    assert lift.significant
    assert layer.services.results.counts(study.id) == {
        "control": {"complete": 110, "terminate": 1, "quality": 1},
        "exposed": {"complete": 110},
    }
    layer.services.fielding.complete(study.id)
    mail = layer.mail("study_results")
    assert "Ad recall" not in mail.text
    assert "ad recall: 50.0% of 110 exposed, 28.2% of 110 control respondents." in mail.text
    assert "Lift: +21.8 points (significant, p < 0.001)." in mail.text


async def test_a_study_by_http(client: httpx.AsyncClient, layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="b@acme.test")
    campaign = layer.services.campaigns.create(organisation.id, {"name": "Spring"})
    layer.services.campaigns.submit(campaign.id)
    body = {
        "organisation_id": organisation.id,
        "campaign_id": campaign.id,
        "name": "Spring lift",
        "primary_kpi": "AD_RECALL",
        "filling_goal": 300,
        "allocation": 2,
    }
    assert (await client.post("/studies", json=body | {"allocation": 0})).status_code == 422
    made = await client.post("/studies", json=body)
    assert made.status_code == 201
    path = f"/studies/{made.json()['id']}"
    options = [{"text": "Yes", "top_box": True}, {"text": "No"}]
    questions = {"questions": [{"text": "Seen it?", "kpi": "AD_RECALL", "options": options}]}
    assert (await client.put(f"{path}/questions", json=questions)).json()["questions"][0]["position"] == 1
    for action in ("request-review", "approve"):
        assert (await client.post(f"{path}/review/{action}")).status_code == 200
    launch = await client.post(f"{path}/launch")
    assert (launch.status_code, launch.json()["status"]) == (202, "COLLECTING")
    progress = (await client.get(f"{path}/progress")).json()
    assert progress["respondents"] == {"control": {}, "exposed": {}}
    assert progress["goals"] == {"control": 100, "exposed": 200}
    assert (await client.post(f"{path}/refresh")).json()["cint_status"] == "live"
    assert (await client.post(f"{path}/complete")).json()["status"] == "COMPLETED"
    results = (await client.get(f"{path}/results", params={"correct": "true"})).json()
    assert results["lifts"][0]["kpi"] == "AD_RECALL"
    assert results["lifts"][0]["adjusted_p_value"] == 1.0
    assert (await client.delete(path)).status_code == 204
    twins = {"questions": [{"text": "?", "options": [{"text": "A"}, {"text": "A"}]}]}
    assert (await client.put(f"{path}/questions", json=twins)).status_code == 422


def test_fielding_begins_late_enough_for_cint(layer: Layer) -> None:
    study = launched(layer)
    assert study.fielding_starts_at is not None
    assert study.fielding_starts_at - layer.clock.now() >= timedelta(hours=1)


QUOTAS = {
    "age": [{"min": 18, "max": 34, "percent": 40}, {"min": 35, "max": 80, "percent": 60}],
    "gender": {"female": 50, "male": 50},
}


def test_quotas_become_profiles_of_the_target_group(layer: Layer) -> None:
    launched(layer, quotas=QUOTAS)
    (group,) = layer.cint.groups.values()
    age, gender = group["profile"]["drafts"]
    assert (age["question_id"], gender["question_id"]) == (42, 43)
    assert age["conditions"] == {
        "object": "range_conditions_details_template",
        "data": [{"min": 18, "max": 34}, {"min": 35, "max": 80}],
    }
    assert [each["quota_percentage"] for each in age["quotas"]["ungrouped"]] == [40, 60]
    assert gender["conditions"]["data"] == [{"option": "2"}, {"option": "1"}]
    assert age["quotas_enabled"] is gender["quotas_enabled"] is True


async def test_a_plan_tells_sample_power_and_cost(client: httpx.AsyncClient, layer: Layer) -> None:
    study = draft(layer, secondary_kpis=[])
    answer = await client.get(f"/studies/{study.id}/plan", params={"lift": 0.05, "baseline": 0.3})
    plan = answer.json()
    assert answer.status_code == 200, plan
    assert (plan["control"], plan["exposed"], plan["completes"], plan["kpis"]) == (1376, 1376, 2752, 1)
    assert (plan["price"], plan["cost"], plan["currency"]) == ("2.50", "6880.00", "GBP")
    assert plan["feasible"] is True
    assert 0.3 < plan["power_of_goal"] < 0.5
    assert 0.07 < plan["smallest_lift"] < 0.1
    assert layer.services.studies.get(study.id).cint_project_id is not None
    unequal = {"lift": 0.05, "baseline": 0.3, "allocation": 3}
    skewed = (await client.get(f"/studies/{study.id}/plan", params=unequal)).json()
    assert skewed["exposed"] == pytest.approx(3 * skewed["control"], abs=2), "each arm to the nearest"
    assert skewed["completes"] == skewed["control"] + skewed["exposed"] > plan["completes"]
    assert skewed["power_of_goal"] < plan["power_of_goal"]
    assert skewed["smallest_lift"] > plan["smallest_lift"]
    layer.cint.capacity = 1000
    again = await client.get(f"/studies/{study.id}/plan", params={"lift": 0.05, "baseline": 0.3})
    assert again.json()["feasible"] is False
    layer.cint.capacity = 10_000
    many = await client.get(f"/studies/{study.id}/plan", params={"lift": 0.01, "baseline": 0.3})
    assert many.json()["completes"] > 10_000
    assert many.json()["feasible"] is False, "a study has 10,000 completes at most"
    assert sum(call.path.endswith("/projects") for call in layer.cint.calls) == 1
    wrong = await client.get(f"/studies/{study.id}/plan", params={"lift": 0.5, "baseline": 0.6})
    assert wrong.status_code == 409


async def test_a_study_gets_the_size_that_was_planned(client: httpx.AsyncClient, layer: Layer) -> None:
    study = draft(layer, secondary_kpis=[])
    path = f"/studies/{study.id}"
    asked = {"lift": 0.1, "baseline": 0.3, "allocation": 3}
    plan = (await client.get(f"{path}/plan", params=asked)).json()
    size = {"filling_goal": plan["completes"], "allocation": plan["allocation"]}
    resized = (await client.patch(path, json=size)).json()
    assert {name: resized[name] for name in size} == size
    assert (await client.get(f"{path}/plan", params={"lift": 0.1})).json()["power_of_goal"] > 0.79
    assert (await client.patch(path, json={"allocation": 2})).json()["filling_goal"] == plan["completes"]
    for wrong in ({"allocation": 11}, {"filling_goal": 1}, {"minutes": 5}):
        assert (await client.patch(path, json=wrong)).status_code == 422
    layer.services.studies.review(study.id, "request-review")
    assert (await client.patch(path, json=size)).status_code == 409


def test_what_is_at_cint_keeps_its_size(layer: Layer) -> None:
    study = approved(layer)
    with layer.services.database.transaction() as session:
        session.get_one(Study, study.id).cint_target_group_id = "GROUP1"
    layer.services.studies.review(study.id, "request-changes")
    with pytest.raises(ConflictError, match="at Cint: its size stands"):
        layer.services.studies.resize(study.id, {"filling_goal": 5})


async def test_a_plan_is_of_the_arms_that_the_study_has(client: httpx.AsyncClient, layer: Layer) -> None:
    study = draft(layer, allocation=3)
    path, asked = f"/studies/{study.id}/plan", {"lift": 0.05, "baseline": 0.3}
    own = (await client.get(path, params=asked)).json()
    assert own["allocation"] == 3
    assert own == (await client.get(path, params=asked | {"allocation": 3})).json()
    equal = (await client.get(path, params=asked | {"allocation": 1})).json()
    assert (equal["allocation"], equal["control"] < own["exposed"]) == (1, True)
    assert equal["power_of_goal"] > own["power_of_goal"]


def test_what_a_study_has_cost_is_part_of_its_progress(layer: Layer) -> None:
    study = layer.services.fielding.refresh(launched(layer).id)
    assert study.cint_progress["cost"] == {"value": "17.50", "currency_code": "GBP"}
