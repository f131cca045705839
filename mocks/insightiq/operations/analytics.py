"""What is known of a public creator: the profile in short, contacts, and analytics at once or as a job."""

from __future__ import annotations

from typing import Any

from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import timestamp
from mocks.insightiq.parameters import Body, OfCreator, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import analytics, creators, jobs, lookups, platforms

Json = dict[str, Any]


class OfProfile(Body):
    """A public profile: its user name or address, and the platform."""

    identifier: Text
    work_platform_id: Text


class Wanted(OfProfile):
    """Of which profile; premium reports are no different here."""

    is_premium: bool = False


@insightiq.get("/v1/social/creators/profiles", id="basicprofileapi", tier="P1")
def retrieve_creator(tx: Transaction, params: OfCreator) -> Json:
    """Retrieve a public profile in short."""
    profile = creators.find(tx, params.identifier, params.work_platform_id)
    creator = profile.creator
    return {
        "work_platform": platforms.find(params.work_platform_id).attribute(),
        **creators.basic(tx, profile),
        "full_name": creator.full_name,
        "following_count": profile.following,
        "is_business": creator.account_type == "BUSINESS",
        "is_private": False,
        "content_count": profile.content_count,
        "total_view_count": profile.average_views * profile.content_count,
        "introduction": creator.bio,
        "category": creator.niche.name,
        "external_id": profile.external_id,
        "platform_profile_id": profile.external_id,
        "profile_links": [] if creator.link is None else [{"url": creator.link}],
    }


@insightiq.post("/v1/social/creators/profiles/contact-info", id="basicprofile-with-contact-api", tier="P1")
def retrieve_contacts(tx: Transaction, params: OfProfile) -> Json:
    """Retrieve how a creator can be reached."""
    profile = creators.find(tx, params.identifier, params.work_platform_id)
    return {
        "work_platform": platforms.find(params.work_platform_id).attribute(),
        "profile": {
            **creators.basic(tx, profile),
            "full_name": profile.creator.full_name,
            "following_count": profile.following,
            "is_business": profile.creator.account_type == "BUSINESS",
            "external_id": profile.external_id,
            "platform_profile_id": profile.external_id,
        },
        "contact_details": creators.contacts(profile),
    }


@insightiq.post("/v1/social/creators/profiles/analytics", id="postCreatorProfileAnalytics", tier="P0")
def analyse(tx: Transaction, params: Wanted) -> Json:
    """Return everything that is known of a creator."""
    profile = creators.find(tx, params.identifier, params.work_platform_id)
    platform = platforms.find(params.work_platform_id).attribute()
    return {"id": tx.uuid("report.id"), "work_platform": platform, **analytics.report(tx, profile, tx.now)}


@insightiq.post(
    "/v1/social/creators/async/profiles/analytics",
    id="asyncpostCreatorProfileAnalytics",
    tier="P0",
    status=202,
)
def begin_analysis(tx: Transaction, params: Wanted) -> Json:
    """Begin to find out everything that is known of a creator; it fails for one who does not exist."""
    platform = platforms.of_creators(params.work_platform_id)
    request = {"identifier": params.identifier}
    return lookups.started(jobs.start(tx, "analytics", request, [params.identifier], platform.id))


@insightiq.get(
    "/v1/social/creators/async/profiles/analytics/{id}",
    id="get-v1-social-creators-async-profiles-analytics",
    tier="P0",
)
def retrieve_analysis(tx: Transaction, id: str) -> Json:
    """Retrieve an analysis: without `profile` while it is in progress, and when it has failed."""
    job = jobs.find(tx, "analytics", id)
    platform = platforms.find(job["work_platform_id"])
    shown: Json = {"id": job["id"], "status": job["status"], "work_platform": platform.attribute()}
    shown["updated_at"] = timestamp(job["ended"] or job["created"])
    if not jobs.is_done(job):
        return shown
    profile = creators.look_up(tx, job["names"][0], platform)
    if profile is None:
        raise errors.unknown_creator()
    report = analytics.report(tx, creators.then(tx, profile, job["ended"]), job["ended"])
    return {**shown, "report_generated_at": timestamp(job["ended"]), **report}
