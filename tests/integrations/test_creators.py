"""Creators: InsightIQ's jobs end by webhook, by sweep or while a caller waits, and each result counts once."""

import httpx
import pytest
from sqlalchemy import select

from integrations.errors import ProviderRefusedError, ProviderUnavailableError
from integrations.identity.erasure import erase_traces
from integrations.models import ConnectedAccount, Creator, CreatorUser, JobStatus, Platform, RiskLevel
from tests.integrations.insightiq_stub import insightiq_error, profile, screening
from tests.integrations.layer import Layer
from tests.integrations.stubs import json_answer


def begun(layer: Layer, handle: str = "mira") -> tuple[Creator, str]:
    """A creator whose analysis is under way, and its job."""
    creator = layer.services.creators.sync(Platform.INSTAGRAM, handle)
    return creator, layer.services.creators.jobs(creator.id)[0].job_id


def test_a_sync_begins_one_job(layer: Layer) -> None:
    creator, _ = begun(layer, "@Mira")
    assert (creator.handle, creator.risk_score) == ("mira", None)
    begun(layer)
    (call,) = layer.insightiq.calls
    assert call.json == {"identifier": "mira", "work_platform_id": "9bb8913b-ddd9-430b-a66a-d74d846e6c66"}
    assert call.headers["authorization"].startswith("Basic ")


def test_webhooks_bring_profile_screening_and_score(layer: Layer) -> None:
    creator, job_id = begun(layer)
    layer.insightiq.results[job_id] = {"profile": profile("Mira")}
    assert layer.deliver_insightiq("PROFILE_ANALYTICS.SUCCESS", job_id=job_id) == "processed"
    analysed = layer.services.creators.get(creator.id)
    assert (analysed.full_name, analysed.follower_count, analysed.credibility) == ("Mira Quill", 60_000, 0.92)
    assert (analysed.fake_follower_share, analysed.risk_score) == (0.08, 0)
    assert analysed.risk_factors["safety"]["points"] is None
    second = next(job for job in layer.services.creators.jobs(creator.id) if job.job_id != job_id)
    layer.insightiq.results[second.job_id] = screening("HIGH", 10)
    assert layer.deliver_insightiq("SAFETY_FETCH.SUCCESS", job_id=second.job_id) == "processed"
    screened = layer.services.creators.get(creator.id)
    assert (screened.safety_rating, screened.flagged_share) == ("HIGH", 0.2)
    assert (screened.risk_score, screened.risk_level) == (25, RiskLevel.LOW)


def test_a_caller_may_wait(layer: Layer) -> None:
    layer.insightiq.finds = {"analytics": {"profile": profile("mira")}, "screening": screening("LOW")}
    layer.insightiq.polls = 2
    creator = layer.services.creators.sync(Platform.INSTAGRAM, "mira", wait=True)
    assert (creator.risk_score, creator.safety_rating) == (0, "LOW")
    assert layer.clock.slept == [1.0, 1.5, 2.25, 3.375, 4.0]


def test_waiting_ends_with_the_budget_and_the_sweep_goes_on(layer: Layer) -> None:
    creator = layer.services.creators.sync(Platform.INSTAGRAM, "mira", wait=True)
    assert creator.risk_score is None
    assert 16 <= sum(layer.clock.slept) <= 20
    assert layer.services.creators.poll_pending() == 0
    layer.insightiq.finds = {"analytics": {"profile": profile("mira")}}
    assert layer.services.creators.poll_pending() == 1
    assert layer.services.creators.get(creator.id).risk_score == 0


def test_a_result_counts_once(layer: Layer) -> None:
    _, job_id = begun(layer)
    layer.insightiq.results[job_id] = {"profile": profile("mira")}
    for number in range(3):
        layer.deliver_insightiq("PROFILE_ANALYTICS.SUCCESS", job_id=job_id, event_id=f"e{number}")
    layer.services.creators.poll_pending()
    assert sorted(layer.insightiq.jobs.values()) == ["analytics", "screening"]


def test_an_early_webhook_finds_the_job_still_running(layer: Layer) -> None:
    creator, job_id = begun(layer)
    assert layer.deliver_insightiq("PROFILE_ANALYTICS.SUCCESS", job_id=job_id) == "processed"
    assert layer.services.creators.jobs(creator.id)[0].status is JobStatus.IN_PROGRESS


def test_a_report_about_somebody_else_is_not_believed(layer: Layer) -> None:
    creator, job_id = begun(layer)
    layer.insightiq.results[job_id] = {"profile": profile("sandbox_dummy_user")}
    layer.services.creators.refresh_job(job_id)
    (job,) = layer.services.creators.jobs(creator.id)
    assert (job.status, job.error) == (JobStatus.FAILURE, "The report is about sandbox_dummy_user.")
    assert layer.services.creators.get(creator.id).follower_count is None


def test_a_failed_job_can_be_begun_again(layer: Layer) -> None:
    creator, job_id = begun(layer)
    layer.insightiq.results[job_id] = {"status": "FAILURE"}
    layer.deliver_insightiq("PROFILE_ANALYTICS.FAILURE", job_id=job_id)
    begun(layer)
    statuses = [job.status for job in layer.services.creators.jobs(creator.id)]
    assert sorted(statuses) == [JobStatus.FAILURE, JobStatus.IN_PROGRESS]


def test_missing_parts_are_none_and_percent_is_a_fraction(layer: Layer) -> None:
    creator, job_id = begun(layer)
    bare = {"platform_username": "mira", "engagement_rate": 2.5, "audience": None, "subscriber_count": 900}
    layer.insightiq.results[job_id] = {"profile": bare}
    layer.services.creators.refresh_job(job_id)
    found = layer.services.creators.get(creator.id)
    assert (found.engagement_rate, found.follower_count) == (0.025, 900)
    assert (found.credibility, found.risk_score) == (None, None)


def test_jobs_that_cost_are_not_begun_twice_by_a_lost_answer(layer: Layer) -> None:
    layer.insightiq.failures.append(OSError())
    with pytest.raises(ProviderUnavailableError):
        begun(layer)
    assert len(layer.insightiq.calls) == 1
    layer.insightiq.failures.append(insightiq_error(429, "rate_limit_exceeded", **{"Retry-After": "1"}))
    begun(layer)
    assert layer.clock.slept == [1.0]


def test_refusals_and_odd_answers_are_told(layer: Layer) -> None:
    layer.insightiq.failures.append(insightiq_error(403, "product_not_enabled"))
    with pytest.raises(ProviderRefusedError, match="product_not_enabled") as refused:
        begun(layer)
    assert refused.value.refusal.request_id == "request-1"
    layer.insightiq.failures.append(json_answer({"data": "?"}))
    with pytest.raises(ProviderRefusedError, match="another shape"):
        layer.services.creators.discover(Platform.INSTAGRAM, {})
    layer.insightiq.failures.extend([(200, {}, "<html>")] * 4)
    with pytest.raises(ProviderUnavailableError, match="not JSON"):
        layer.services.creators.discover(Platform.INSTAGRAM, {})


def test_connected_accounts_follow_the_webhooks(layer: Layer) -> None:
    invitation = layer.services.connections.invite("user_ada", "Ada")
    again = layer.services.connections.invite("user_ada", "Ada")
    assert (again.user_id, again.token.sdk_token) == (invitation.user_id, f"token-{invitation.user_id}")
    account_id = layer.insightiq.new_id()
    account = {"id": account_id, "user": {"id": invitation.user_id}, "status": "CONNECTED"}
    layer.insightiq.accounts[account_id] = account | {"platform_username": "mira"}
    assert layer.deliver_insightiq("ACCOUNTS.CONNECTED", account_id=account_id) == "processed"
    layer.insightiq.profiles[account_id] = {"reputation": {"follower_count": 7}}
    layer.deliver_insightiq("PROFILES.ADDED", account_id=account_id, profile_id="p")
    (found,) = layer.services.connections.list("user_ada")
    assert (found.username, found.status, found.follower_count) == ("mira", "CONNECTED", 7)
    layer.insightiq.accounts[account_id]["status"] = "SESSION_EXPIRED"
    layer.deliver_insightiq("SESSION.EXPIRED", account_id=account_id)
    assert layer.services.connections.list("user_ada")[0].status == "SESSION_EXPIRED"
    layer.insightiq.accounts.clear()
    assert layer.deliver_insightiq("ACCOUNTS.DISCONNECTED", account_id=account_id) == "ignored"
    assert layer.services.connections.list("user_ada") == []


def test_what_an_erased_person_connected_is_forgotten_and_disconnected(layer: Layer) -> None:
    user_id = layer.services.connections.invite("user_ada", "Ada").user_id
    kept = layer.services.connections.invite("user_ben", "Ben").user_id
    accounts = {}
    for owner in (user_id, kept):
        accounts[owner] = layer.insightiq.new_id()
        account = {"id": accounts[owner], "user": {"id": owner}, "status": "CONNECTED"}
        layer.insightiq.accounts[accounts[owner]] = account | {"platform_username": "mira"}
        layer.deliver_insightiq("ACCOUNTS.CONNECTED", account_id=accounts[owner])
    with layer.services.database.transaction() as session:
        erase_traces(session, "user_ada", "ada@northwind.test")
    assert layer.services.connections.list("user_ada") == []
    late = layer.deliver_insightiq("PROFILES.UPDATED", account_id=accounts[user_id], profile_id="p")
    assert (late, layer.services.connections.list("user_ada")) == ("ignored", [])
    layer.insightiq.failures.extend([insightiq_error(503, "internal_server_error")] * 4)
    assert layer.services.connections.release_erased() == 0
    layer.insightiq.failures.clear()
    assert layer.services.connections.release_erased() == 1
    states = {owner: layer.insightiq.accounts[id]["status"] for owner, id in accounts.items()}
    assert states == {user_id: "NOT_CONNECTED", kept: "CONNECTED"}
    layer.deliver_insightiq("ACCOUNTS.DISCONNECTED", account_id=accounts[user_id])
    with layer.services.database.transaction() as session:
        assert [each.name for each in session.scalars(select(CreatorUser))] == ["Ben"]
        assert [each.account_id for each in session.scalars(select(ConnectedAccount))] == [accounts[kept]]
    assert layer.services.connections.release_erased() == 0


def test_a_user_that_insightiq_knows_already_is_found(layer: Layer) -> None:
    known = {"id": layer.insightiq.new_id(), "name": "Ada", "external_id": "user_ada"}
    layer.insightiq.users["user_ada"] = known
    assert layer.services.connections.invite("user_ada", "Ada").user_id == known["id"]


def test_other_events_are_kept_only(layer: Layer) -> None:
    assert layer.deliver_insightiq("CONTENTS.ADDED", account_id=layer.insightiq.new_id()) == "ignored"
    assert layer.deliver_insightiq("PROFILE_ANALYTICS.SUCCESS", job_id=layer.insightiq.new_id()) == "ignored"
    assert layer.insightiq.calls == []


async def test_creators_by_http(client: httpx.AsyncClient, layer: Layer) -> None:
    search = {"platform": "INSTAGRAM", "min_followers": 1000, "is_verified": True, "keywords": "Vegan Food"}
    hits = (await client.post("/creators/discover", json=search)).json()
    assert [hit["platform_username"] for hit in hits] == ["mira"]
    sent = layer.insightiq.calls[0].json
    assert (sent["follower_count"], sent["description_keywords"]) == ({"min": 1000}, "vegan food")
    layer.insightiq.finds = {"analytics": {"profile": profile("mira")}, "screening": screening("LOW")}
    made = await client.post("/creators", json={"platform": "INSTAGRAM", "handle": "@mira", "wait": True})
    assert (made.status_code, made.json()["risk_level"]) == (202, "LOW")
    assert (await client.get(f"/creators/{made.json()['id']}")).json() == made.json()
    assert (await client.get("/creators?platform=INSTAGRAM")).json() == [made.json()]
    body = {"external_id": "user_ada", "name": "Ada"}
    token = await client.post("/creators/connections", json=body)
    assert (token.status_code, token.json()["sdk_token"][:6]) == (201, "token-")
    assert (await client.get("/creators/connections/user_ada")).json() == []
    wrong = await client.post("/creators", json={"platform": "INSTAGRAM", "handle": "a/b"})
    assert wrong.status_code == 422
