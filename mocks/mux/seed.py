"""What a new world's account at Mux holds, and what a scenario's videos become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness import instants
from mocks.mux.parameters import AssetSettings, Input, Meta, NewUpload
from mocks.mux.resources import account, lifecycle, uploads

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FRAME_RATE = 30
VIEWS = 150
"""How often each video was watched."""
DAYS_AGO = 30
"""How old a video is whose organisation tells no age."""


def open_account(tx: Transaction) -> dict[str, str]:
    """Fill the account: an environment, and nothing in it."""
    account.open_account(tx)
    return {}


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Make the videos that a scenario tells of, in the first days of their organisations; they are ready by now.

    Returns `mux.video.<key>` (asset id) and `mux.playback.<key>` (the id of its public playback); for a video whose file
    is awaited still, `mux.upload.<key>`.
    """
    ages = {each["key"]: each.get("days_ago", DAYS_AGO) for each in story.get("organisations") or ()}
    refs: dict[str, str] = {}
    for number, video in enumerate(story.get("videos") or ()):
        if video.get("status") == "uploading":
            refs[f"mux.upload.{video['key']}"] = _awaited(tx, video)
            continue
        days = max(ages.get(video.get("organisation"), DAYS_AGO) - 1, 0)
        # An hour at least, so that there is time to prepare it; one after the other, the first told first.
        with tx.earlier(days * instants.DAY + instants.HOUR - min(number, 50) * instants.MINUTE):
            asset = lifecycle.create(tx, _wanted(video))
        refs[f"mux.video.{video['key']}"] = asset["id"]
        refs[f"mux.playback.{video['key']}"] = asset["playback_ids"][0]["id"]
        _watch(tx, video, asset, days)
    return refs


def _watch(tx: Transaction, video: Json, asset: Json, days: int) -> None:
    """Let people have watched a video since it was there."""
    from mocks.mux.resources import simulation  # here: numpy is needed only where somebody watches

    now = tx.now // 1000
    film = {"asset_id": asset["id"], "playback_id": asset["playback_ids"][0]["id"]}
    film |= {"title": video.get("title", video["key"]), "seconds": video.get("seconds", 15)}
    simulation.views_of(tx, [film], VIEWS, (now - days * 86_400_000 - 1_800_000, now))


def _awaited(tx: Transaction, video: Json) -> str:
    settings = {"playback_policies": ["public"], "passthrough": video["key"]}
    wanted = NewUpload.model_validate({"cors_origin": "*", "new_asset_settings": settings})
    id: str = uploads.create(tx, wanted)["id"]
    return id


def _wanted(video: Json) -> AssetSettings:
    """Return the settings of a video's asset; its address tells duration and size."""
    key, owner = video["key"], video.get("organisation")
    shape = {"duration": video.get("seconds", 15), "width": video.get("width", 1920)}
    shape |= {"height": video.get("height", 1080), "frame_rate": FRAME_RATE}
    url = f"https://media.{owner or 'greenroom'}.test/{key}.mp4?{urlencode(shape)}"
    meta = Meta(title=video.get("title", key), external_id=key, creator_id=owner)
    return AssetSettings(inputs=[Input(url=url)], playback_policies=["public"], passthrough=key, meta=meta)
