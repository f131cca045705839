"""How far a creator's numbers can be believed: a score from 0 (not at all) to 100, and the reasons, the gravest first.

It begins at 100. Each sign of numbers that were bought or do not fit together takes points away:

| sign | at most |
|---|---|
| an audience that looks fake: suspicious and mass-following followers, or a low credibility score | 50 |
| a month in which followers leapt: bought, or a post that went far | 20 |
| engagement far below what is usual for platform and size | 20 |
| engagement far above it | 15 |
| hardly any comments for so many likes | 10 |

Without an audience's score and without an engagement rate there is no score.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.creators.risk import RiskFacts, usual_engagement

_FEW_COMMENTS = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Credibility:
    """The score, how it reads (HIGH, MEDIUM or LOW), and why: [{sign, points, reason}]."""

    score: int | None
    level: str | None
    reasons: list[dict[str, Any]]


def believe(facts: RiskFacts, report: Mapping[str, Any] | None = None) -> Credibility:
    """Say how far a creator's numbers can be believed."""
    if facts.credibility is None and facts.engagement_rate is None:
        return Credibility(score=None, level=None, reasons=[])
    signs = [_audience(facts), _leap(facts), _engagement(facts), _comments(report or {})]
    reasons = sorted((sign for sign in signs if sign is not None), key=lambda sign: -sign["points"])
    score = max(0, 100 - sum(sign["points"] for sign in reasons))
    level = "HIGH" if score >= 75 else "MEDIUM" if score >= 50 else "LOW"
    return Credibility(score=score, level=level, reasons=reasons)


def _sign(name: str, points: float, reason: str) -> dict[str, Any] | None:
    return {"sign": name, "points": round(points), "reason": reason} if round(points) > 0 else None


def _audience(facts: RiskFacts) -> dict[str, Any] | None:
    doubts = [facts.fake_follower_share, None if facts.credibility is None else 1 - facts.credibility]
    known = [doubt for doubt in doubts if doubt is not None]
    if not known:
        return None
    fake = max(known)
    return _sign(
        "audience", 50 * min(1.0, max(0.0, (fake - 0.15) / 0.45)), f"{fake:.0%} of the audience look fake"
    )


def _leap(facts: RiskFacts) -> dict[str, Any] | None:
    months = facts.monthly_followers
    leaps = [after / before - 1 for before, after in itertools.pairwise(months) if before > 0]
    steepest = max(leaps, default=0.0)
    points = 20 * min(1.0, max(0.0, (steepest - 0.12) / 0.18))
    return _sign("growth", points, f"{steepest:+.0%} followers in one month")


def _engagement(facts: RiskFacts) -> dict[str, Any] | None:
    if facts.engagement_rate is None or facts.followers is None:
        return None
    usual = usual_engagement(facts.platform, facts.followers)
    times = facts.engagement_rate / usual
    told = f"engagement of {facts.engagement_rate:.2%} where {usual:.2%} are usual"
    if times < 1:
        return _sign("engagement", 20 * min(1.0, max(0.0, (0.5 - times) / 0.4)), told)
    return _sign("engagement", 15 * min(1.0, max(0.0, (times - 4) / 4)), told)


def _comments(report: Mapping[str, Any]) -> dict[str, Any] | None:
    likes, comments = report.get("average_likes"), report.get("average_comments")
    if not likes or comments is None or likes < 200:
        return None
    share = comments / likes
    return _sign("comments", 10 * max(0.0, 1 - share / _FEW_COMMENTS), f"{share:.2%} comments for each like")
