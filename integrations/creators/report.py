"""Reading an analytics report: what of InsightIQ's many optional fields the platform keeps, in its own units."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.creators.observations import ANALYTICS, noted, prevails
from integrations.creators.risk import RiskFacts
from integrations.models import Creator

#: Kinds of followers that are no real people, in InsightIQ's words.
_FAKE = frozenset({"SUSPICIOUS", "MASS_FOLLOWERS"})


def as_fraction(rate: float | None) -> float | None:
    """Return an engagement rate as a fraction: InsightIQ's documents do not settle whether it is one or percent."""
    return rate / 100 if rate is not None and rate > 1 else rate


def apply_report(creator: Creator, profile: Mapping[str, Any], at: datetime) -> None:
    """Write what a report of an instant says into the creator; missing parts become None.

    The number of followers is written only where this report is what counts (`observations.py`).
    """
    seen = dict(creator.observed or {})
    audience = profile.get("audience") or {}
    creator.full_name = profile.get("full_name")
    creator.url = profile.get("url")
    creator.image_url = profile.get("image_url")
    creator.is_verified = profile.get("is_verified")
    if prevails((ANALYTICS, at), seen.get("follower_count")):
        creator.follower_count = _size(profile)
        seen["follower_count"] = noted(ANALYTICS, at)
    creator.engagement_rate = as_fraction(profile.get("engagement_rate"))
    creator.credibility = audience.get("credibility_score")
    creator.fake_follower_share = _fake_share(audience.get("follower_types"))
    creator.report = dict(profile)
    creator.observed = {**seen, "report": noted(ANALYTICS, at)}


def facts_of(creator: Creator) -> RiskFacts:
    """Return what is known of a creator's risk."""
    history = (creator.report or {}).get("reputation_history") or []
    ordered = sorted((each for each in history if each.get("month")), key=lambda each: str(each["month"]))
    return RiskFacts(
        platform=creator.platform,
        followers=creator.follower_count,
        engagement_rate=creator.engagement_rate,
        credibility=creator.credibility,
        fake_follower_share=creator.fake_follower_share,
        monthly_followers=[size for each in ordered if (size := _size(each)) is not None],
        safety_rating=creator.safety_rating,
        flagged_share=creator.flagged_share,
    )


def _size(thing: Mapping[str, Any]) -> int | None:
    """Return followers, or subscribers where a platform counts those."""
    count = thing.get("follower_count") or thing.get("subscriber_count")
    return None if count is None else int(count)


def _fake_share(types: list[dict[str, Any]] | None) -> float | None:
    if not types:
        return None
    return sum(float(each.get("value") or 0) for each in types if each.get("name") in _FAKE) / 100
