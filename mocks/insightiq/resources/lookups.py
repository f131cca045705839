"""Look-ups: who is behind mail addresses, and how audiences overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.creators import overlap
from fixtures.creators.world import day_of
from mocks.insightiq.dialect import timestamp
from mocks.insightiq.resources import creators, jobs, platforms

if TYPE_CHECKING:
    from fixtures.creators import Profile
    from harness.transaction import Transaction

Json = dict[str, Any]


def started(job: Json) -> Json:
    """Show a job about a profile or several, as its 202 does."""
    platform = platforms.find(job["work_platform_id"]).attribute()
    return {"id": job["id"], **job["request"], "status": job["status"], "work_platform": platform}


def emails_started(job: Json) -> Json:
    """Show a look-up of mail addresses, as its 202 does."""
    stamp = timestamp(job["created"])
    return {
        "id": job["id"],
        "created_at": stamp,
        "emails": job["request"]["emails"],
        "status": job["status"],
    }


def emails(tx: Transaction, job: Json) -> Json:
    """Show whom addresses belong to, one entry for each platform that the creator is on; nobody before the job has ended."""
    asked = list(dict.fromkeys(job["request"]["emails"])) if jobs.is_done(job) else []
    found = {email: _profiles(tx, email, job["ended"]) for email in asked}
    matched = [_matched(tx, email, profile) for email, profiles in found.items() for profile in profiles]
    unmatched = [email for email, profiles in found.items() if not profiles]
    return {
        "lookup_report": {
            "id": job["id"],
            "emails": job["request"]["emails"],
            "status": job["status"],
            "matched_count": len(asked) - len(unmatched),
            "non_matched_count": len(unmatched),
        },
        "matched_emails": matched,
        "non_matched_emails": unmatched,
    }


def _profiles(tx: Transaction, email: str, at: int) -> list[Profile]:
    creator = creators.population(tx).by_email(email.strip())
    if creator is None:
        return []
    people = creators.population(tx)
    return [creators.profile_of(people, creator.index, name, day_of(at)) for name in creator.platforms]


def _matched(tx: Transaction, email: str, profile: Profile) -> Json:
    platform = platforms.named(profile.platform)
    return {
        "email": email,
        "work_platform": platform.attribute() if platform else None,
        "full_name": profile.creator.full_name,
        **creators.basic(tx, profile),
    }


def overlaps(tx: Transaction, job: Json) -> Json:
    """Show how audiences overlap; unknown creators are left out."""
    shown: Json = {"id": job["id"], "status": job["status"], "profiles": []}
    if not jobs.is_done(job):
        return shown
    platform = platforms.find(job["work_platform_id"])
    asked = [creators.look_up(tx, name, platform) for name in dict.fromkeys(job["names"])]
    known = [profile for profile in dict.fromkeys(asked) if profile is not None]
    profiles = [creators.then(tx, profile, job["ended"]) for profile in known]
    found = overlap(profiles)
    tube = platform.key == "youtube"
    shown |= {
        "total_follower_count": found.total,
        "unique_follower_count": found.unique,
        "total_subscriber_count": found.total if tube else 0,
        "unique_subscriber_count": found.unique if tube else 0,
        "profiles": [
            _overlapping(tx, profile, shared, subscribed=tube)
            for profile, shared in zip(profiles, found.shared, strict=True)
        ],
    }
    return shown


def _overlapping(tx: Transaction, profile: Profile, shared: float, *, subscribed: bool) -> Json:
    own = round(100 - shared, 2)
    return {
        "platform_username": profile.creator.handle,
        **creators.counts(tx, profile),
        "unique_follower_percentage": own,
        "overlap_follower_percentage": shared,
        "unique_subscriber_percentage": own if subscribed else 0,
        "overlap_subscriber_percentage": shared if subscribed else 0,
    }
