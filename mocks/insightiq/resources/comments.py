"""Comments under the contents of connected accounts, and under any public post: derived when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.creators.comments import comment, written
from harness import chance
from mocks.insightiq.dialect import timestamp
from mocks.insightiq.resources import platforms

if TYPE_CHECKING:
    from fixtures.creators import Post, Profile
    from fixtures.creators.comments import Comment
    from harness.transaction import Transaction

Json = dict[str, Any]

PUBLIC_PAGE = 20


def page(
    tx: Transaction, profile: Profile, post: Post, limit: int, offset: int, **period: Any
) -> list[Comment]:
    """Return a page of a post's comments, newest first; `since` and `until` are instants, both included."""
    until = min(tx.now, period.get("until") or tx.now)
    since = period.get("since")
    last = written(profile, post, until)
    first = 0 if since is None else written(profile, post, since - 1)
    numbers = range(last - 1, first - 1, -1)[offset : offset + limit]
    return [comment(profile, post, number) for number in numbers]


def render(tx: Transaction, found: Comment, envelope: Json, content: Json) -> Json:
    """Show a comment of a connected account's content; `envelope` says whose it is, `content` under what."""
    return {
        **envelope,
        "id": _id(tx, f"{content['id']}|{found.number}"),
        "published_at": timestamp(found.published),
        "content": content,
        "external_id": found.key,
        "text": found.text,
        "commenter_username": found.username,
        "commenter_display_name": found.name,
        "commenter_id": found.writer,
        "commenter_profile_url": None,
        "like_count": found.likes,
        "reply_count": found.replies,
    }


def _id(tx: Transaction, what: str) -> str:
    """Return the id of a comment: the same whenever it is asked for."""
    return chance.as_uuid(chance.draw(tx.world.seed, f"insightiq.comment.{what}", 0, 16))


def public(profile: Profile, post: Post, found: Comment) -> Json:
    """Show a comment under a public post."""
    platform = platforms.named(profile.platform)
    return {
        "work_platform": platform.attribute() if platform else None,
        "content_url": post.url,
        "text": found.text,
        "commenter_username": found.username,
        "commenter_display_name": found.name,
        "like_count": found.likes,
        "reply_count": found.replies,
        "published_at": timestamp(found.published),
    }
