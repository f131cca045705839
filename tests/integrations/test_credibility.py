"""Credibility with its reasons, whose numbers count when sources disagree, freshness, and forgetting a creator."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from integrations.creators.credibility import believe
from integrations.creators.observations import ANALYTICS, CONNECTED, noted, prevails
from integrations.creators.risk import RiskFacts
from integrations.errors import NotFoundError
from integrations.models import Creator, CreatorJob, JobKind, JobStatus, Platform
from tests.integrations.insightiq_stub import profile
from tests.integrations.layer import Layer

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
GOOD = RiskFacts(
    platform=Platform.INSTAGRAM,
    followers=60_000,
    engagement_rate=0.02,
    credibility=0.9,
    fake_follower_share=0.08,
    monthly_followers=(58_000, 59_000, 60_000),
)
FACTS = {name: getattr(GOOD, name) for name in GOOD.__slots__}


def test_numbers_that_fit_together_are_believed() -> None:
    found = believe(GOOD, {"average_likes": 1000, "average_comments": 40})
    assert (found.score, found.level, found.reasons) == (100, "HIGH", [])


@pytest.mark.parametrize(
    ("changes", "report", "sign", "points"),
    [
        ({"fake_follower_share": 0.6}, {}, "audience", 50),
        ({"credibility": 0.4}, {}, "audience", 50),
        ({"credibility": 0.7}, {}, "audience", 17),
        ({"monthly_followers": (40_000, 52_000)}, {}, "growth", 20),
        ({"engagement_rate": 0.002}, {}, "engagement", 20),
        ({"engagement_rate": 0.16}, {}, "engagement", 15),
        ({}, {"average_likes": 5000, "average_comments": 0}, "comments", 10),
    ],
)
def test_each_sign_takes_points_and_says_why(
    changes: dict[str, object], report: dict[str, int], sign: str, points: int
) -> None:
    found = believe(RiskFacts(**(FACTS | changes)), report)
    (reason,) = found.reasons
    assert (reason["sign"], reason["points"]) == (sign, points)
    assert any(character.isdigit() for character in reason["reason"])
    assert found.score == 100 - points


def test_bought_followers_are_not_believed_and_the_gravest_reason_comes_first() -> None:
    bought = {"credibility": 0.3, "monthly_followers": (40_000, 60_000), "engagement_rate": 0.003}
    found = believe(RiskFacts(**(FACTS | bought)))
    assert found.level == "LOW"
    assert [each["sign"] for each in found.reasons] == ["audience", "growth", "engagement"]


def test_without_facts_there_is_no_score() -> None:
    found = believe(RiskFacts(platform=Platform.TIKTOK, followers=5))
    assert (found.score, found.level, found.reasons) == (None, None, [])


@pytest.mark.parametrize(
    ("new", "hours", "old", "counts"),
    [
        (CONNECTED, 1, ANALYTICS, True),
        (ANALYTICS, 1, CONNECTED, False),
        (ANALYTICS, 23, CONNECTED, False),
        (ANALYTICS, 30, CONNECTED, True),
        (CONNECTED, -3, ANALYTICS, True),
        (CONNECTED, -48, ANALYTICS, False),
        (ANALYTICS, -1, ANALYTICS, False),
        (ANALYTICS, 0, ANALYTICS, True),
    ],
)
def test_the_last_observation_counts_and_within_a_day_the_nearest(
    new: str, hours: int, old: str, counts: bool
) -> None:
    assert prevails((new, NOW + timedelta(hours=hours)), noted(old, NOW)) is counts
    assert prevails((new, NOW), None)


def analysed(layer: Layer, generated: str | None = None, **changes: object) -> Creator:
    """Let an analysis of the creator `mira` end."""
    creator = layer.services.creators.sync(Platform.INSTAGRAM, "mira")
    jobs = layer.services.creators.jobs(creator.id)
    job = next(
        each for each in jobs if each.kind is JobKind.ANALYTICS and each.status is JobStatus.IN_PROGRESS
    )
    more = {} if generated is None else {"report_generated_at": generated}
    layer.insightiq.results[job.job_id] = {"profile": profile("mira", **changes), **more}
    layer.services.creators.refresh_job(job.job_id)
    return layer.services.creators.get(creator.id)


def connected(layer: Layer, followers: int) -> None:
    account = layer.insightiq.new_id()
    platform = {"id": "9bb8913b-ddd9-430b-a66a-d74d846e6c66", "name": "Instagram"}
    layer.insightiq.accounts[account] = {
        "id": account,
        "user": {"id": layer.insightiq.new_id(), "name": "Mira"},
        "work_platform": platform,
        "platform_username": "Mira",
        "status": "CONNECTED",
    }
    layer.insightiq.profiles[account] = {"id": account, "reputation": {"follower_count": followers}}
    assert layer.deliver_insightiq("PROFILES.UPDATED", account_id=account) == "processed"


def test_a_connected_account_is_nearer_than_a_report_of_the_same_day(layer: Layer) -> None:
    creator = analysed(layer)
    assert creator.follower_count == 60_000
    connected(layer, 61_234)
    assert layer.services.creators.get(creator.id).follower_count == 61_234
    again = analysed(layer, follower_count=60_500)
    assert (again.follower_count, again.observed["follower_count"]["source"]) == (61_234, CONNECTED)
    layer.clock.elapsed += 2 * 86_400
    later = analysed(layer, follower_count=64_000)
    assert (later.follower_count, later.observed["follower_count"]["source"]) == (64_000, ANALYTICS)


def test_an_older_report_is_no_news(layer: Layer) -> None:
    newest = analysed(layer, "2026-11-01T11:00:00.000000", full_name="New")
    assert newest.full_name == "New"
    older = analysed(layer, "2026-11-01T09:00:00.000000", full_name="Old")
    assert older.full_name == "New"


def test_creators_are_analysed_anew_when_their_numbers_are_old(layer: Layer) -> None:
    creator = analysed(layer)
    assert layer.services.creators.refresh_stale() == 0
    layer.clock.elapsed += 8 * 86_400
    assert layer.services.creators.refresh_stale() == 1
    jobs = layer.services.creators.jobs(creator.id)
    assert [each.status for each in jobs if each.kind is JobKind.ANALYTICS].count(JobStatus.IN_PROGRESS) == 1


def test_a_creator_is_forgotten_with_all_that_was_found_out(layer: Layer) -> None:
    creator = analysed(layer)
    assert layer.services.creators.credibility(creator.id).score == 100
    layer.services.creators.erase(creator.id)
    with pytest.raises(NotFoundError):
        layer.services.creators.get(creator.id)
    with layer.services.database.transaction() as session:
        assert session.scalars(select(CreatorJob)).all() == []
    with pytest.raises(NotFoundError):
        layer.services.creators.erase(creator.id)
