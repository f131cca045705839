"""Contents of connected accounts: only their ids are kept; what they show is derived when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.creators import Post
from fixtures.creators.world import NEWSLETTERS
from harness import instants
from harness.collection import Collection
from mocks.insightiq.dialect import blank, timestamp
from mocks.insightiq.resources import events, pictures

if TYPE_CHECKING:
    from fixtures.creators import Profile
    from harness.transaction import Transaction

Json = dict[str, Any]

CONTENTS = Collection("insightiq.content", "account_id")
BACK = 90 * instants.DAY
"""How far back the first sync reads."""
CHANGING = 30 * instants.DAY
"""How long the numbers of a post are read again."""
MOST = 500
"""Posts that one look back reads at most."""


def sync(tx: Transaction, account: Json, profile: Profile) -> None:
    """Read an account's posts: announce those that are new, and that the numbers of the recent ones have changed."""
    feed = profile.feed
    if account["since"] is None:
        since = tx.now - BACK
        account |= {"since": since, "posts": feed.first_from(since)}
    recent = list(
        tx.page(CONTENTS, where={"account_id": account["id"]}, limit=MOST, since=tx.now - CHANGING).items
    )
    numbers = feed.since(tx.now, account["posts"])
    added = [_keep(tx, account, feed.published(number), number) for number in numbers]
    account["posts"] += len(numbers)
    known = [each["id"] for each in recent]
    for group in ("CONTENTS", "CONTENTS_COMMENTS"):
        events.of_items(tx, f"{group}.ADDED", account, added)
        events.of_items(tx, f"{group}.UPDATED", account, known)


def fetch_historic(tx: Transaction, account: Json, profile: Profile, since: int) -> None:
    """Read posts from before the first sync, as far back as asked for."""
    feed = profile.feed
    until = account["since"] or tx.now
    if since >= until:
        return
    end = feed.first_from(until)
    first = max(feed.first_from(since), end - MOST)
    added = [_keep(tx, account, feed.published(number), number) for number in range(first, end)]
    account["since"] = since
    events.of_items(tx, "CONTENTS.ADDED", account, added)


def _keep(tx: Transaction, account: Json, published: int, number: int) -> str:
    id = tx.uuid("content.id")
    document = {"id": id, "account_id": account["id"], "number": number, "created": tx.now}
    tx.insert(CONTENTS, document, at=published, fresh=True)
    return id


def keep_published(tx: Transaction, account: Json, post: Post) -> str:
    """Keep a post that was published through InsightIQ, which the profile's own feed does not have; return its id."""
    id = tx.uuid("content.id")
    own = {name: getattr(post, name) for name in Post.__slots__}
    document = {"id": id, "account_id": account["id"], "number": post.number, "created": tx.now, "own": own}
    tx.insert(CONTENTS, document, at=post.published, fresh=True)
    events.of_items(tx, "CONTENTS.ADDED", account, [id])
    return id


def post_of(profile: Profile, kept: Json) -> Post:
    """Return the post of a content."""
    own = kept.get("own")
    if own is None:
        return profile.feed.post(kept["number"])
    return Post(**own | {"hashtags": tuple(own["hashtags"])})


def format_of(post: Post) -> str:
    """Return what a post is made of: VIDEO, IMAGE or TEXT."""
    return "TEXT" if post.kind in _WRITTEN else "VIDEO" if post.seconds else "IMAGE"


def render(tx: Transaction, profile: Profile, post: Post, envelope: Json) -> Json:
    """Show a content with what it has gathered up to the world's present."""
    media = pictures.media(tx, profile, post)
    thumbnail = pictures.thumbnail(tx, post.key)
    return {
        **envelope,
        "engagement": _engagement(tx, profile, post),
        "external_id": post.key,
        "title": post.title,
        "format": format_of(post),
        "type": post.kind,
        "url": post.url,
        "media_url": media,
        "media_urls": [media],
        "duration": post.seconds,
        "description": post.caption,
        "hashtags": list(post.hashtags),
        "mentions": list(post.mentions),
        "visibility": "PUBLIC",
        "thumbnail_url": thumbnail,
        "persistent_thumbnail_url": thumbnail,
        "published_at": timestamp(post.published),
        "platform_profile_id": profile.external_id,
        "platform_profile_name": profile.creator.full_name,
        "authors": blank(tx, None, []),
        "audience": blank(tx, None, "FREE"),
        "platform": blank(tx, None, "WEB"),
        "content_tags": blank(tx, None, []),
        "sponsored": {"is_sponsored": post.brand is not None, "tags": post.brand or ""},
        "collaboration": {"has_collaborators": False},
        "is_owned_by_platform_user": True,
    }


_WRITTEN = ("BLOG", "TWEET", "THREAD")
_MAIL = ("email_open_rate", "email_click_rate", "unsubscribe_count", "spam_report_count", "click_count")


def _engagement(tx: Transaction, profile: Profile, post: Post) -> Json:
    counts = profile.feed.counts(post, tx.now)
    reach = max(counts.views, counts.likes * 9)
    watched = counts.views * (post.seconds or 0) * 0.4
    return {
        "like_count": counts.likes,
        "dislike_count": blank(tx, None, 0),
        "comment_count": counts.comments,
        "impression_organic_count": int(reach * 1.2),
        "reach_organic_count": reach,
        "save_count": counts.saves,
        "view_count": counts.views,
        "replay_count": counts.views // 12,
        "watch_time_in_hours": round(watched / 3600, 2),
        "avg_watch_time_in_sec": int((post.seconds or 0) * 0.4),
        "share_count": counts.shares,
        "impression_paid_count": None,
        "reach_paid_count": None,
        **_mailed(tx, profile, counts.likes),
        "additional_info": {
            "followers_gained": counts.likes // 60,
            "profile_visits": counts.likes // 8,
            "bio_link_clicked": counts.likes // 90,
            "story_navigation": None,
        },
    }


def _mailed(tx: Transaction, profile: Profile, likes: int) -> Json:
    """Show what became of a newsletter's mails; other contents have none."""
    if profile.platform not in NEWSLETTERS:
        return {name: blank(tx, None, 0) for name in _MAIL}
    opened = round(min(0.2 + profile.engagement_rate * 4, 0.7), 4)
    counts = (opened, round(opened / 8, 4), likes // 40, likes // 900, likes // 3)
    return dict(zip(_MAIL, counts, strict=True))
