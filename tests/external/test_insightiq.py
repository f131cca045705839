"""InsightIQ: discovery, analysis and screening by jobs, and connected accounts."""

import pytest

from integrations.creators.insightiq_gateway import CreatorHit
from integrations.models import JobStatus, Platform
from tests.external.outside import Outside


@pytest.fixture
def insightiq(outside: Outside) -> Outside:
    outside.demand("insightiq", "insightiq_client_id", "insightiq_secret")
    return outside


def most_followed(outside: Outside) -> CreatorHit:
    hits = outside.services.creators.discover(Platform.INSTAGRAM, {"limit": 5, "offset": 0})
    counts = [hit.follower_count or 0 for hit in hits]
    assert counts
    assert counts == sorted(counts, reverse=True)
    return hits[0]


def test_discovery_obeys_its_filters(insightiq: Outside) -> None:
    filters = {"limit": 20, "offset": 0, "follower_count": {"min": 10_000, "max": 50_000}}
    hits = insightiq.services.creators.discover(Platform.TIKTOK, filters)
    assert hits
    assert all(10_000 <= (hit.follower_count or 0) <= 50_000 for hit in hits)


def test_a_sync_brings_profile_and_risk_when_the_jobs_end(insightiq: Outside) -> None:
    handle = most_followed(insightiq).platform_username
    creators = insightiq.services.creators
    creator = creators.sync(Platform.INSTAGRAM, handle, wait=insightiq.world is None)
    if insightiq.world is not None:
        for _ in range(2):
            insightiq.advance(60)
            creators.poll_pending()
    found = creators.get(creator.id)
    assert {job.status for job in creators.jobs(creator.id)} == {JobStatus.SUCCESS}
    assert found.handle == handle.lower()
    assert found.follower_count
    assert found.risk_score is not None
    assert 0 <= found.risk_score <= 100
    assert found.safety_rating in {"LOW", "MEDIUM", "HIGH"}


def test_webhooks_end_the_jobs(insightiq: Outside) -> None:
    insightiq.listen("insightiq")
    handle = most_followed(insightiq).platform_username
    creator = insightiq.services.creators.sync(Platform.INSTAGRAM, handle)
    insightiq.advance(60)
    insightiq.settle()
    assert insightiq.services.creators.get(creator.id).risk_score is not None
    assert ("PROFILE_ANALYTICS.SUCCESS", "processed") in insightiq.inbox("insightiq")


def test_a_token_is_for_one_user_however_often_it_is_asked(insightiq: Outside) -> None:
    first = insightiq.services.connections.invite("user_ada_external", "Ada")
    second = insightiq.services.connections.invite("user_ada_external", "Ada")
    assert first.user_id == second.user_id
    assert second.token.sdk_token
    again = insightiq.services.insightiq.ensure_user(external_id="user_ada_external", name="Ada")
    assert again.id == first.user_id


def test_a_connected_account_is_mirrored(insightiq: Outside) -> None:
    insightiq.listen("insightiq")
    invitation = insightiq.services.connections.invite("user_ada_external", "Ada")
    insightiq.trigger("insightiq", "ACCOUNTS.CONNECTED", user_id=invitation.user_id)
    insightiq.advance(60)
    insightiq.settle()
    (account,) = insightiq.services.connections.list("user_ada_external")
    assert account.status == "CONNECTED"
    assert account.follower_count is not None
