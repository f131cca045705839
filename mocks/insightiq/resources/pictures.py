"""Addresses of the pictures that this room draws itself, of profiles and of what they publish, and of its films."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fixtures.creators.feed import Post
    from fixtures.creators.profile import Profile
    from harness.transaction import Transaction


def profile(tx: Transaction, handle: str) -> str:
    """Return the address of a profile's picture."""
    return f"{_origin(tx)}/images/{handle}.svg"


def thumbnail(tx: Transaction, key: str) -> str:
    """Return the address of the still of a post or group of posts, by the platform's key of it."""
    return f"{_origin(tx)}/thumbnails/{key}.svg"


def media(tx: Transaction, profile: Profile, post: Post) -> str:
    """Return where a post's picture is, or its film: lying on YouTube, standing elsewhere."""
    if not post.seconds:
        return thumbnail(tx, post.key)
    shape = "wide" if profile.platform == "youtube" else "tall"
    return f"{_origin(tx)}/films/{shape}/{post.key}.mp4"


def _origin(tx: Transaction) -> str:
    return tx.request.origin if tx.request is not None else "https://api.insightiq.ai"
