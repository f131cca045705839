"""What a new world's account at Mux holds, and what a scenario's videos become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.mux.resources import account, lifecycle

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FRAME_RATE = 30.0
DAYS_AGO = 30
"""How old a video is whose organisation tells no age."""


def open_account(tx: Transaction) -> dict[str, str]:
    """Fill the account: an environment, and nothing in it."""
    account.open_account(tx)
    return {}


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Make the videos that a scenario tells of: ready assets, each with a public playback id.

    Returns `mux.video.<key>` (asset id) and `mux.playback.<key>` (playback id).
    """
    ages = {each["key"]: each.get("days_ago", DAYS_AGO) for each in story.get("organisations") or ()}
    refs: dict[str, str] = {}
    for number, video in enumerate(story.get("videos") or ()):
        days = ages.get(video.get("organisation"), DAYS_AGO)
        # A day after the organisation began, one after the other, and never in the future.
        at = min(tx.now - max(days - 1, 0) * instants.DAY + number * instants.MINUTE, tx.now)
        url = f"https://media.{video.get('organisation') or 'greenroom'}.test/{video['key']}.mp4"
        asset = lifecycle.install(tx, url, _file(video), at, playback_policies=["public"], **_named(video))
        refs[f"mux.video.{video['key']}"] = asset["id"]
        refs[f"mux.playback.{video['key']}"] = asset["playback_ids"][0]["id"]
    return refs


def _named(video: Json) -> Json:
    meta = {"title": video.get("title", video["key"]), "external_id": video["key"]}
    if video.get("organisation"):
        meta["creator_id"] = video["organisation"]
    return {"passthrough": video["key"], "meta": meta}


def _file(video: Json) -> Json:
    seconds = float(video.get("seconds", 15))
    picture = {"type": "video", "duration": seconds, "encoding": "h.264", "frame_rate": FRAME_RATE}
    picture |= {"width": video.get("width", 1920), "height": video.get("height", 1080)}
    sound = {"type": "audio", "duration": seconds, "encoding": "aac", "channels": 2, "sample_rate": 48000}
    return {"container_format": "mp4", "tracks": [picture, sound]}
