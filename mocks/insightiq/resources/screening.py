"""Brand safety: screening the posts of a profile, and the criteria that a screening follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.creators import screen
from harness.collection import Collection
from mocks.insightiq import errors
from mocks.insightiq.dialect import find, timestamp
from mocks.insightiq.resources import creators, jobs, pictures, platforms

if TYPE_CHECKING:
    from fixtures.creators import Post, Profile, Risk, Screening
    from harness.transaction import Transaction

Json = dict[str, Any]

CRITERIA = Collection("insightiq.flagging_criteria")


def start(tx: Transaction, wanted: Json) -> Json:
    """Begin to screen a profile or a post, by its address.

    A profile needs flagging criteria; consumers are known to leave them out, which lenient mode lets pass.
    """
    address = wanted.get("profile_url") or wanted.get("content_url")
    if address is None:
        raise errors.missing(["profile_url"])
    platform = platforms.of_creators(wanted["work_platform_id"])
    criteria = wanted.get("flagging_criteria_id")
    if criteria is not None:
        find(tx, CRITERIA, criteria, "flagging_criteria")
    elif wanted.get("profile_url") is not None:
        tx.deviation(errors.missing(["flagging_criteria_id"]))
    return jobs.start(tx, "screening", wanted, [address], platform.id)


def findings(tx: Transaction, job: Json) -> tuple[Profile, Screening] | None:
    """Return what a screening found, and of whom; nothing before it has ended well."""
    if not jobs.is_done(job):
        return None
    address = job["names"][0]
    profile = creators.look_up(tx, address, platforms.find(job["work_platform_id"]))
    if profile is None:
        return None
    only = creators.population(tx).by_url(address)[1] if job["request"].get("content_url") else None
    return profile, screen(profile, job["ended"], _limit(tx, job), only=only)


def _limit(tx: Transaction, job: Json) -> int:
    """Return how many posts a screening looks at: as its criteria say, else sixty."""
    criteria = tx.get(CRITERIA, job["request"].get("flagging_criteria_id") or "")
    limit = criteria["content_limit"] if criteria else None
    return min(limit or 60, 500)


def report(tx: Transaction, job: Json) -> Json:
    """Show a screening: the summary is there once it has ended well, the error once it has failed."""
    shown: Json = {"id": job["id"], "status": job["status"], "error": None}
    if job["error"]:
        told = "The profile could not be found."
        shown["error"] = {
            "error_type": "RECORD_NOT_FOUND",
            "error_code": job["error"],
            "error_message": told,
        }
    found = findings(tx, job)
    if found is not None:
        _, seen = found
        shown["report_summary"] = {
            "risk_rating": seen.rating,
            "total_content_count": len(seen.posts),
            "flagged_content_count": len(seen.flagged),
            "url": job["names"][0],
        }
    return shown


def content(tx: Transaction, profile: Profile, post: Post, risks: list[Risk]) -> Json:
    """Show a post that was screened."""
    platform = platforms.named(profile.platform)
    return {
        "work_platform": platform.attribute() if platform else None,
        "url": post.url,
        "media_url": pictures.media(tx, profile, post),
        "thumbnail_url": pictures.thumbnail(tx, post.key),
        "title": post.title,
        "published_at": timestamp(post.published),
        "risks": [{"category": risk.category, "reason": risk.reason, "score": risk.score} for risk in risks],
        "keywords": [],
    }


# --- criteria ----------------------------------------------------------------------------------------------------


def add_criteria(tx: Transaction, wanted: Json) -> Json:
    """Add flagging criteria."""
    usual: Json = {
        "media_types": ["IMAGE", "VIDEO"],
        "time_period_in_months": 12,
        "content_limit": 60,
        "work_platforms": [],
        "categories": [],
        "keywords": [],
    }
    return tx.insert(CRITERIA, {"id": tx.uuid("criteria.id"), **usual, **wanted})
