"""Public contents: the posts of any creator, connected or not."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from fixtures.creators.feed import handle_of
from mocks.insightiq.dialect import timestamp
from mocks.insightiq.resources import creators, pictures, platforms

if TYPE_CHECKING:
    from fixtures.creators import Post, Profile
    from harness.transaction import Transaction

Json = dict[str, Any]

PAGE = 12
MOST = 200
"""Posts that a job reads."""
_REACTIONS = ("applause_count", "support_count", "love_count", "interest_count", "laugh_count")
"""Reactions that professional networks alone have."""
SEEN = 1000
"""Posts that one look at a profile goes through at most."""


def posts(
    tx: Transaction, profile: Profile, *, only: int | None = None, kind: str | None = None, offset: int = 0
) -> list[Post]:
    """Return a page of a profile's posts, newest first, or the one post of a number."""
    feed = profile.feed
    if only is not None:
        return [feed.post(only)] if only < feed.count_at(tx.now) else []
    newest = islice(feed.newest(tx.now), SEEN)
    return list(islice((post for post in newest if kind in (None, post.kind)), offset, offset + PAGE))


def render(tx: Transaction, profile: Profile, post: Post) -> Json:
    """Show a public post. The published document knows reels alone by type: that of others is told in `live` only."""
    shown = _common(tx, profile, post)
    if not tx.live and post.kind != "REELS":
        del shown["type"]
    owner = creators.basic(tx, profile)
    return {**shown, "profile": owner, "likes_and_views_disabled": False, "keywords": []}


def full(tx: Transaction, profile: Profile, post: Post) -> Json:
    """Show a public post as jobs do: with reactions that professional networks alone have."""
    shown = _common(tx, profile, post)
    names = ("platform_username", "url", "image_url", "is_verified")
    known = creators.basic(tx, profile)
    owner = {"external_id": profile.external_id, **{name: known[name] for name in names}}
    engagement = {**dict.fromkeys(_REACTIONS), **shown["engagement"]}
    return {**shown, "profile": owner, "engagement": engagement, "is_reposted": False}


def _common(tx: Transaction, profile: Profile, post: Post) -> Json:
    counts = profile.feed.counts(post, tx.now)
    platform = platforms.named(profile.platform)
    return {
        "work_platform": platform.attribute() if platform else None,
        "engagement": {
            "like_count": counts.likes,
            "comment_count": counts.comments,
            "view_count": counts.views,
            "share_count": counts.shares,
        },
        "platform_content_id": post.key,
        "title": post.title,
        "format": "VIDEO" if post.seconds else "IMAGE",
        "type": post.kind,
        "url": post.url,
        "media_url": pictures.media(tx, profile, post),
        "thumbnail_url": pictures.thumbnail(tx, post.key),
        "duration": post.seconds,
        "description": post.caption,
        "published_at": timestamp(post.published),
        "mentions": [],
        "collaborators": [],
        "sponsors": [] if post.brand is None else [_sponsor(tx, post.brand)],
        "hashtags": list(post.hashtags),
        "links": [],
    }


def _sponsor(tx: Transaction, brand: str) -> Json:
    handle = handle_of(brand)
    return {
        "platform_username": handle,
        "first_name": brand,
        "image_url": pictures.profile(tx, handle),
        "is_verified": True,
    }


def fetched(tx: Transaction, job: Json) -> list[tuple[Profile, Post]]:
    """Return the posts that a job has read, newest first: those that had appeared when it ended."""
    profile = creators.look_up(tx, job["names"][0], platforms.find(job["work_platform_id"]))
    if profile is None:
        return []
    if job["request"]["content_url"]:
        number = creators.population(tx).by_url(job["names"][0])[1]
        known = number is not None and number < profile.feed.count_at(job["ended"])
        return [(profile, profile.feed.post(number))] if known and number is not None else []
    return [(profile, post) for post in profile.feed.recent(MOST, job["ended"])]
