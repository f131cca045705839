"""Content groups of connected accounts: albums and playlists. Only their ids are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.creators.groups import groups, held
from fixtures.creators.world import NEWSLETTERS
from harness.collection import Collection
from mocks.insightiq.dialect import timestamp
from mocks.insightiq.resources import events, pictures

if TYPE_CHECKING:
    from fixtures.creators import Profile
    from fixtures.creators.groups import Group
    from harness.transaction import Transaction

Json = dict[str, Any]

CONTENT_GROUPS = Collection("insightiq.content_group", "account_id")


def sync(tx: Transaction, account: Json, profile: Profile) -> None:
    """Read an account's groups: announce those that are new, and that the others were read again."""
    if profile.platform in NEWSLETTERS:
        return
    known = {each["number"]: each["id"] for each in tx.every(CONTENT_GROUPS, account_id=account["id"])}
    added = [
        _keep(tx, account, group)
        for group in groups(profile)
        if group.number not in known and group.began <= tx.now
    ]
    events.of_items(tx, "CONTENT-GROUPS.ADDED", account, added)
    events.of_items(tx, "CONTENT-GROUPS.UPDATED", account, list(known.values()))


def _keep(tx: Transaction, account: Json, group: Group) -> str:
    id = tx.uuid("content_group.id")
    document = {"id": id, "account_id": account["id"], "number": group.number, "created": tx.now}
    tx.insert(CONTENT_GROUPS, document, at=group.began, fresh=True)
    return id


def render(tx: Transaction, profile: Profile, kept: Json, envelope: Json) -> Json:
    """Show a group, with what its posts have gathered together."""
    group = groups(profile)[kept["number"]]
    posts = [profile.feed.post(number) for number in held(profile.feed, group, tx.now)]
    counts = [profile.feed.counts(post, tx.now) for post in posts]
    views = sum(each.views for each in counts)
    seconds = sum(post.seconds or 0 for post in posts)
    watched = sum(each.views * (post.seconds or 0) * 0.4 for post, each in zip(posts, counts, strict=True))
    return {
        **envelope,
        "engagement": {
            "like_count": sum(each.likes for each in counts),
            "dislike_count": None,
            "comment_count": sum(each.comments for each in counts),
            "impression_organic_count": int(views * 1.2),
            "reach_organic_count": views,
            "save_count": sum(each.saves for each in counts),
            "view_count": views,
            "watch_time_in_hours": round(watched / 3600, 2),
            "share_count": sum(each.shares for each in counts),
            "impression_paid_count": None,
            "reach_paid_count": None,
            "avg_watch_time_in_sec": int(0.4 * seconds / max(len(posts), 1)),
        },
        "external_id": group.key,
        "title": group.title,
        "format": "COLLECTION",
        "type": group.kind,
        "url": group.url,
        "description": None,
        "visibility": "PUBLIC",
        "thumbnail_url": pictures.thumbnail(tx, group.key),
        "published_at": timestamp(group.began),
        "platform_profile_id": profile.external_id,
        "platform_profile_name": profile.creator.full_name,
        "item_count": len(posts),
        "media_url": None,
        "media_urls": [],
    }
