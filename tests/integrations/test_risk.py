"""The risk score: its factors one by one, its weights, and what it does without facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.creators.risk import WEIGHTS, RiskFacts, assess
from integrations.models import Platform, RiskLevel

SAFE = RiskFacts(
    platform=Platform.INSTAGRAM,
    followers=60_000,
    engagement_rate=0.02,
    credibility=0.95,
    fake_follower_share=0.06,
    monthly_followers=(58_000, 59_000, 60_000),
    safety_rating="LOW",
    flagged_share=0.0,
)
FACTS = {name: getattr(SAFE, name) for name in SAFE.__slots__}


def points(**changes: object) -> dict[str, object]:
    risk = assess(RiskFacts(**(FACTS | changes)))
    return {name: factor["points"] for name, factor in risk.factors.items()}


def test_nothing_to_worry_about_is_zero() -> None:
    risk = assess(SAFE)
    assert (risk.score, risk.level) == (0, RiskLevel.LOW)
    assert risk.factors["authenticity"]["reason"] == "6% of the audience look fake"


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("authenticity", {"credibility": 0.9, "fake_follower_share": 0.1}, 0),
        ("authenticity", {"credibility": 0.7}, 50),
        ("authenticity", {"fake_follower_share": 0.3}, 50),
        ("authenticity", {"credibility": 0.4}, 100),
        ("authenticity", {"credibility": None, "fake_follower_share": None}, None),
        ("engagement", {"engagement_rate": 0.04}, 0),
        ("engagement", {"engagement_rate": 0.08}, 50),
        ("engagement", {"engagement_rate": 0.005}, 50),
        ("engagement", {"engagement_rate": 0.16}, 100),
        ("engagement", {"engagement_rate": 0.0}, 100),
        ("engagement", {"platform": Platform.TIKTOK, "engagement_rate": 0.16}, 50),
        ("engagement", {"followers": None}, None),
        ("growth", {"monthly_followers": (100, 125)}, 50),
        ("growth", {"monthly_followers": (100, 140, 100)}, 100),
        ("growth", {"monthly_followers": (100,)}, None),
        ("safety", {"safety_rating": "MEDIUM"}, 50),
        ("safety", {"safety_rating": "HIGH"}, 100),
        ("safety", {"flagged_share": 0.05}, 25),
        ("safety", {"safety_rating": None, "flagged_share": None}, None),
    ],
)
def test_each_factor_alone(name: str, changes: dict[str, object], expected: int | None) -> None:
    assert points(**changes)[name] == expected


def test_the_score_is_the_weighted_mean_of_what_is_known() -> None:
    everything = assess(RiskFacts(**(FACTS | {"credibility": 0.5, "safety_rating": "MEDIUM"})))
    assert everything.score == round((40 * 100 + 25 * 50) / 100)
    assert everything.level is RiskLevel.MEDIUM
    without_growth = assess(RiskFacts(**(FACTS | {"credibility": 0.5, "monthly_followers": ()})))
    assert without_growth.score == round(40 * 100 / 90)


def test_too_little_is_no_score() -> None:
    risk = assess(RiskFacts(platform=Platform.YOUTUBE, credibility=0.2))
    assert (risk.score, risk.level) == (None, None)
    assert assess(RiskFacts(platform=Platform.YOUTUBE, credibility=0.2, safety_rating="LOW")).score == 62


def test_the_weights_are_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100


@given(
    credibility=st.floats(0, 1),
    rate=st.floats(0, 1),
    followers=st.integers(0, 10**9),
    months=st.lists(st.integers(0, 10**9), max_size=5),
    flagged=st.floats(0, 1),
)
def test_any_facts_give_a_score_between_0_and_100(
    credibility: float, rate: float, followers: int, months: list[int], flagged: float
) -> None:
    risk = assess(
        RiskFacts(
            platform=Platform.TIKTOK,
            followers=followers,
            engagement_rate=rate,
            credibility=credibility,
            monthly_followers=months,
            flagged_share=flagged,
        )
    )
    assert risk.score is not None
    assert 0 <= risk.score <= 100
