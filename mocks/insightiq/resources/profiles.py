"""Profiles and audiences of connected accounts: the same creator that discovery shows, with what only they may show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.insightiq import errors
from mocks.insightiq.dialect import blank, timestamp
from mocks.insightiq.dialect import find as found
from mocks.insightiq.resources import accounts, analytics, pictures

if TYPE_CHECKING:
    from fixtures.creators import Profile
    from harness.transaction import Transaction

Json = dict[str, Any]

_PROFESSIONAL = (
    "work_experiences",
    "education",
    "publications",
    "certifications",
    "volunteer_experiences",
    "honors",
    "projects",
)
"""What professional networks alone tell."""


def render(tx: Transaction, kept: Json) -> Json:
    """Show the profile of a connected account."""
    account = found(tx, accounts.ACCOUNTS, kept["account_id"], "account")
    profile = accounts.profile_of(tx, account)
    creator = profile.creator
    return {
        **accounts.envelope(tx, account, kept["id"], kept["created"]),
        "platform_username": creator.handle,
        "full_name": creator.full_name,
        "first_name": creator.first_name,
        "last_name": creator.last_name,
        "nick_name": None,
        "url": profile.url,
        "introduction": creator.bio,
        "image_url": pictures.profile(tx, creator.handle),
        "date_of_birth": blank(tx, None, ""),
        "external_id": profile.external_id,
        "platform_account_type": creator.account_type,
        "category": creator.niche.name,
        "website": creator.link,
        "reputation": _reputation(tx, profile),
        "emails": [{"type": "WORK", "email_id": creator.email}] if creator.email else [],
        "phone_numbers": [],
        "addresses": [],
        "gender": None if creator.discreet else creator.gender,
        "country": blank(tx, None if creator.homeless else creator.country.code, ""),
        "platform_profile_name": creator.full_name,
        "platform_profile_id": profile.external_id,
        "platform_profile_published_at": timestamp(profile.feed.began),
        "is_verified": profile.verified,
        "is_business": creator.account_type == "BUSINESS",
        **{name: blank(tx, None, []) for name in _PROFESSIONAL},
    }


def _reputation(tx: Transaction, profile: Profile) -> Json:
    subscribers = profile.platform == "youtube"
    shown: Json = {
        "follower_count": blank(tx, None, 0) if subscribers else profile.followers,
        "following_count": profile.following,
        "subscriber_count": profile.followers if subscribers else None,
        "paid_subscriber_count": None,
        "content_count": profile.content_count,
        "content_group_count": None,
        "watch_time_in_hours": None,
        "average_open_rate": None,
        "average_click_rate": None,
    }
    if tx.live:
        shown |= {"like_count": None, "connection_count": None}
    return shown


def audience(tx: Transaction, account: Json) -> Json:
    """Show who follows a connected account; refuse one that has not been synced, or did not grant it."""
    accounts.granted(account, "identity.audience")
    synced = account["products"]["identity.audience"]["at"]
    if synced is None:
        raise errors.unknown("account")
    group = accounts.profile_of(tx, account).audience
    return {
        **accounts.envelope(tx, account, account["audience_id"], account["created"]),
        **analytics.demographics(group),
    }
