"""Pictures of profiles, posts and platforms, drawn here as no picture of a person would be right; neutral films."""

from __future__ import annotations

from hashlib import blake2b

from fixtures.clips import clip
from harness import ranges
from harness.messages import Reply
from harness.ranges import Whole
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.provider import insightiq

LONGEST_NAME = 80
_CACHED = [("Cache-Control", "public, max-age=86400")]

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    '<rect width="96" height="96" fill="hsl({hue} 45% 62%)"/>'
    '<circle cx="48" cy="38" r="17" fill="hsl({hue} 40% 84%)"/>'
    '<path d="M14 96a34 34 0 0 1 68 0z" fill="hsl({hue} 40% 84%)"/></svg>'
)

_STILL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="640" height="640">'
    '<rect width="64" height="64" fill="hsl({hue} 40% 78%)"/>'
    '<circle cx="47" cy="17" r="7" fill="hsl({hue} 60% 92%)"/>'
    '<path d="M0 64V50l18-20 14 15 10-9 22 20v8z" fill="hsl({hue} 40% 52%)"/></svg>'
)

_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
    '<rect width="48" height="48" rx="10" fill="hsl({hue} 55% 46%)"/>'
    '<text x="24" y="32" text-anchor="middle" font-family="sans-serif" font-size="22" fill="white">{letter}</text></svg>'
)


@insightiq.get("/platforms_logo/logos/{name}", id="greenroom:logo", tier="P2", public=True)
def draw_logo(tx: Transaction, name: str) -> Reply:
    """Draw a sign for a work platform, at the address of its logo: the real one is a trade mark."""
    letter = name.removeprefix("logo_")[:1].upper()
    if not name.startswith("logo_") or not letter.isalpha() or len(name) > LONGEST_NAME:
        raise errors.unknown_path()
    return _drawn(_LOGO, name, letter=letter if letter.isascii() else "?")


@insightiq.get("/images/{name}", id="greenroom:image", tier="P2", public=True)
def draw(tx: Transaction, name: str) -> Reply:
    """Draw a profile picture: the same for the same handle."""
    _check(name, ".svg")
    return _drawn(_SVG, name)


@insightiq.get("/thumbnails/{name}", id="greenroom:thumbnail", tier="P2", public=True)
def draw_thumbnail(tx: Transaction, name: str) -> Reply:
    """Draw the still of a post or of a group of posts: the same for the same key."""
    _check(name, ".svg")
    return _drawn(_STILL, name)


@insightiq.get("/films/wide/{name}", id="greenroom:film", tier="P2", public=True)
def play_wide(tx: Transaction, name: str) -> Reply:
    """Give the neutral film for a post's: six seconds of it, however long the post is said to be."""
    _check(name, ".mp4")
    return ranges.reply(tx.request, Whole(clip("wide")), "video/mp4", _CACHED)


@insightiq.get("/films/tall/{name}", id="greenroom:tall_film", tier="P2", public=True)
def play_tall(tx: Transaction, name: str) -> Reply:
    """Give the neutral film in a standing picture."""
    _check(name, ".mp4")
    return ranges.reply(tx.request, Whole(clip("tall")), "video/mp4", _CACHED)


def _check(name: str, ending: str) -> None:
    if not name.endswith(ending) or len(name) > LONGEST_NAME:
        raise errors.unknown_path()


def _drawn(picture: str, name: str, **parts: str) -> Reply:
    """Draw a picture in the colour of its name."""
    hue = int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=2).digest(), "big") % 360
    return Reply(picture.format(hue=hue, **parts), headers=_CACHED, content_type="image/svg+xml")
