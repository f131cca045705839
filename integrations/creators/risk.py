"""How risky it is to work with a creator: a score from 0 to 100, and where it comes from.

Four factors give points from 0 (no concern) to 100; the score is their mean, weighted:

| factor | weight | points |
|---|---|---|
| authenticity | 40 | 0 while at most 10 % of the audience look fake, 100 from 50 % on, linear between; the share is the larger of 1 - credibility and the suspicious and mass-following followers |
| engagement | 25 | 0 while the rate is between half and twice what is usual for platform and size, 100 from an eighth or eight times on, linear in powers of two |
| growth | 10 | 0 while no month brought more than 10 % more followers, 100 from 40 % on, linear between |
| safety | 25 | the larger of the screening's rating (LOW 0, MEDIUM 50, HIGH 100) and its flagged share (20 % or more is 100) |

A factor nothing is known about is left out, and its weight with it; at least half of the weight must be known.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.models import Platform, RiskLevel

WEIGHTS = {"authenticity": 40, "engagement": 25, "growth": 10, "safety": 25}
_RATINGS = {"LOW": 0.0, "MEDIUM": 50.0, "HIGH": 100.0}
#: From this many followers on: the usual engagement rate. Medians of published industry benchmarks.
_USUAL: dict[Platform, tuple[tuple[int, float], ...]] = {
    Platform.INSTAGRAM: ((1_000_000, 0.010), (500_000, 0.014), (50_000, 0.020), (10_000, 0.027), (0, 0.040)),
    Platform.TIKTOK: ((1_000_000, 0.016), (500_000, 0.028), (50_000, 0.040), (10_000, 0.055), (0, 0.075)),
    Platform.YOUTUBE: ((1_000_000, 0.022), (500_000, 0.026), (50_000, 0.030), (10_000, 0.035), (0, 0.040)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """What is known of a creator. Rates and shares are between 0 and 1; None is unknown."""

    platform: Platform
    followers: int | None = None
    engagement_rate: float | None = None
    credibility: float | None = None
    fake_follower_share: float | None = None
    monthly_followers: Sequence[int] = ()
    safety_rating: str | None = None
    flagged_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """The score, how it reads, and its factors; without enough facts there is neither score nor level."""

    score: int | None
    level: RiskLevel | None
    factors: dict[str, dict[str, Any]]


def assess(facts: RiskFacts) -> Risk:
    """Compute the risk of a creator."""
    found: Mapping[str, tuple[float, str] | None] = {
        "authenticity": _authenticity(facts),
        "engagement": _engagement(facts),
        "growth": _growth(facts),
        "safety": _safety(facts),
    }
    factors: dict[str, dict[str, Any]] = {}
    known = total = 0.0
    for name, weight in WEIGHTS.items():
        factor = found[name]
        if factor is None:
            factors[name] = {"points": None, "weight": weight, "reason": "unknown"}
            continue
        points, reason = factor
        factors[name] = {"points": round(points), "weight": weight, "reason": reason}
        known += weight
        total += weight * points
    if known * 2 < sum(WEIGHTS.values()):
        return Risk(score=None, level=None, factors=factors)
    score = round(total / known)
    level = RiskLevel.LOW if score < 30 else RiskLevel.MEDIUM if score < 60 else RiskLevel.HIGH
    return Risk(score=score, level=level, factors=factors)


def usual_engagement(platform: Platform, followers: int) -> float:
    """Return the engagement rate that is usual on a platform for so many followers."""
    return next(rate for floor, rate in _USUAL[platform] if followers >= floor)


def _between(value: float, low: float, high: float) -> float:
    """Place a value on a line that is 0 up to `low`, and 100 from `high` on."""
    return 100 * min(1.0, max(0.0, (value - low) / (high - low)))


def _authenticity(facts: RiskFacts) -> tuple[float, str] | None:
    doubts = [
        share
        for share in (
            None if facts.credibility is None else 1 - facts.credibility,
            facts.fake_follower_share,
        )
        if share is not None
    ]
    if not doubts:
        return None
    return _between(max(doubts), 0.10, 0.50), f"{max(doubts):.0%} of the audience look fake"


def _engagement(facts: RiskFacts) -> tuple[float, str] | None:
    if facts.engagement_rate is None or facts.followers is None:
        return None
    usual = usual_engagement(facts.platform, facts.followers)
    reason = f"engagement of {facts.engagement_rate:.2%}, usual are {usual:.2%}"
    if facts.engagement_rate <= 0:
        return 100.0, reason
    return _between(abs(math.log2(facts.engagement_rate / usual)), 1, 3), reason


def _growth(facts: RiskFacts) -> tuple[float, str] | None:
    months = facts.monthly_followers
    rates = [after / before - 1 for before, after in itertools.pairwise(months) if before > 0]
    if not rates:
        return None
    return _between(max(rates), 0.10, 0.40), f"{max(rates):+.0%} followers in the steepest month"


def _safety(facts: RiskFacts) -> tuple[float, str] | None:
    rated = _RATINGS.get(facts.safety_rating or "")
    flagged = None if facts.flagged_share is None else _between(facts.flagged_share, 0, 0.20)
    points = [each for each in (rated, flagged) if each is not None]
    if not points:
        return None
    share = "unknown" if facts.flagged_share is None else f"{facts.flagged_share:.0%}"
    return max(
        points
    ), f"screening says {facts.safety_rating or 'nothing'}, share of flagged contents {share}"
