"""Assets: what is kept of them, and how REST and webhooks show them."""

from __future__ import annotations

from math import gcd, sqrt
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.mux import ids
from mocks.mux.resources import events, settings

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ASSETS = Collection(
    "mux.asset",
    "upload_id",
    "live_stream_id",
    playback=lambda asset: [each["id"] for each in asset["playback_ids"]],
    master=lambda asset: (asset["master"] or {}).get("url", "").partition("?")[0].split("/")[-2:-1],
)
"""{id, status, created and updated (unix seconds), announced, began and due (µs), playback_ids, settings, inputs [{settings,
file?}], media (what Mux stores of the main input), tracks, renditions, mp4_support, mp4, master_access, master,
errors, thumbnail_time, ingest_type, upload_id, source_asset_id, kept (the uploaded file: [[digest, size]])}."""

DELETED = Collection("mux.deleted_asset")
"""What is remembered of assets that were deleted, for the bill: {id, created, deleted, status, settings, media}."""

PIXELS = {"1080p": 2_073_600, "1440p": 4_194_304, "2160p": 8_847_360}
"""The most pixels that a tier of resolution stores."""
SMALLEST_TIER = ("720p", 921_600)
TEST_SECONDS = 10.0
"""Test assets are cut to ten seconds (Mux's document: `test`)."""
LARGEST_STANDARD = 2048
"""Pixels in one dimension beyond which an input is not standard (Mux's document: non_standard_input_reasons)."""


def create(tx: Transaction, given: Json, inputs: list[Json], **origin: Any) -> Json:
    """Keep a new asset of settled settings; `inputs` are its input settings, `origin` where it comes from."""
    asset: Json = {
        "id": ids.new(tx, "asset"),
        "status": "preparing",
        "created": tx.seconds,
        "updated": None,
        "announced": False,
        "began": tx.now,
        "due": tx.now,
        "playback_ids": [playback_id(tx, policy) for policy in settings.policies(given)],
        "settings": {name: given[name] for name in settings.KEPT if name in given}
        | {"video_quality": given["video_quality"]},
        "inputs": [{"settings": each} for each in inputs],
        "media": None,
        "tracks": [],
        "renditions": [],
        "mp4_support": None,
        "mp4": None,
        "master_access": "none",
        "master": None,
        "errors": None,
        "thumbnail_time": None,
        "ingest_type": "on_demand_url",
        "upload_id": None,
        "source_asset_id": None,
        "kept": None,
        **origin,
    }
    return tx.insert(ASSETS, asset, fresh=True)


def playback_id(tx: Transaction, policy: str) -> Json:
    """Return a new playback id."""
    return {"id": ids.new(tx, "playback"), "policy": policy}


def forget(tx: Transaction, asset: Json) -> None:
    """Remove an asset; what it was is remembered, as what was delivered of it stays on the bill."""
    kept = {name: asset[name] for name in ("id", "created", "status", "settings", "media")}
    tx.insert(DELETED, kept | {"deleted": tx.seconds})
    tx.delete(ASSETS, asset["id"])


def touch(tx: Transaction, asset: Json) -> None:
    """Keep a change of an asset, and announce it."""
    asset["updated"] = tx.seconds
    tx.save(ASSETS, asset)
    announce(tx, asset, "updated")


def announce(tx: Transaction, asset: Json, what: str) -> None:
    """Emit `video.asset.<what>` with the asset as it is."""
    events.emit(tx, f"video.asset.{what}", ("asset", asset["id"]), shown(asset, tx.now, webhook=True))


# --- what is stored ----------------------------------------------------------------------------------------------


def stored(file: Json, given: Json) -> Json:
    """Return what Mux stores of a main input: its tracks with the picture brought to the tier of resolution."""
    limit = TEST_SECONDS if given.get("test") else instants.DAY
    kept: Json = {"width": 0, "height": 0, "frame_rate": -1, "channels": 0, "duration": 0.0, "pixels": 0}
    for track in file["tracks"]:
        seconds = min(track.get("duration") or 0.0, limit)
        kept["duration"] = max(kept["duration"], seconds)
        if track["type"] == "video" and not kept["width"]:
            width, height = _scaled(
                track["width"], track["height"], given.get("max_resolution_tier", "1080p")
            )
            kept |= {"width": width, "height": height, "frame_rate": _plain(track.get("frame_rate", -1))}
            kept |= {"pixels": width * height, "video_duration": seconds}
        if track["type"] == "audio" and not kept["channels"]:
            kept |= {"channels": track.get("channels") or 2, "audio_duration": seconds}
    return kept


def _plain(number: float) -> float:
    """Return a whole number as such, as Mux writes frame rates: 24, not 24.0."""
    return int(number) if number == int(number) else number


def _scaled(width: int, height: int, tier: str) -> tuple[int, int]:
    """Shrink a picture to what a tier stores, its sides kept even."""
    factor = sqrt(PIXELS[tier] / max(width * height, 1))
    if factor >= 1:
        return width, height
    return max(2, round(width * factor / 2) * 2), max(2, round(height * factor / 2) * 2)


def tier_of(pixels: int) -> str:
    """Return the tier of resolution of a picture."""
    if not pixels:
        return "audio-only"
    name, most = SMALLEST_TIER
    return (
        name if pixels <= most else next((tier for tier, most in PIXELS.items() if pixels <= most), "2160p")
    )


def _old_resolution(pixels: int) -> str:
    if not pixels:
        return "Audio only"
    steps = (("SD", SMALLEST_TIER[1] - 1), ("HD", PIXELS["1080p"]), ("FHD", PIXELS["1440p"]))
    return next((name for name, most in steps if pixels <= most), "UHD")


def oddities(file: Json) -> Json:
    """Return why an input is not standard, empty for one that is."""
    found: Json = {}
    for track in file["tracks"]:
        if track["type"] == "video":
            if track["encoding"] not in ("h.264", "hevc"):
                found["video_codec"] = track["encoding"]
            if max(track["width"], track["height"]) > LARGEST_STANDARD:
                found["video_resolution"] = f"{track['width']}x{track['height']}"
            if not 5 <= track.get("frame_rate", -1) <= 120:
                found["video_frame_rate"] = str(track.get("frame_rate", -1))
        elif track["encoding"] != "aac":
            found["audio_codec"] = track["encoding"]
    return found


def main_file(asset: Json) -> Json | None:
    """Return what the main input holds, None while it is not known or cannot be used."""
    file: Json | None = asset["inputs"][0].get("file") if asset["inputs"] else None
    return file


# --- how an asset is shown ---------------------------------------------------------------------------------------


def shown(asset: Json, now: int, *, webhook: bool = False) -> Json:
    """Show an asset: REST has instants as text, webhooks as numbers. What does not exist yet is left out, not null."""
    instant = int if webhook else str
    given = asset["settings"]
    result: Json = {"id": asset["id"], "status": asset["status"], "created_at": instant(asset["created"])}
    if asset["updated"] is not None:
        result["updated_at"] = instant(asset["updated"])
    if asset["playback_ids"]:
        result["playback_ids"] = asset["playback_ids"]
    result |= {
        "master_access": asset["master_access"],
        "max_resolution_tier": given.get("max_resolution_tier", "1080p"),
        "encoding_tier": settings.TIER_OF[given["video_quality"]],
        "video_quality": given["video_quality"],
        "ingest_type": asset["ingest_type"],
        "progress": progress(asset, now),
    }
    for name in ("upload_id", "source_asset_id", "thumbnail_time", "mp4_support", "errors", "master"):
        if asset[name] is not None:
            result[name] = asset[name]
    for name in ("passthrough", "meta", "normalize_audio", "test"):
        if name in given:
            result[name] = given[name]
    renditions = asset["mp4"] or ({"files": asset["renditions"]} if asset["renditions"] else None)
    if renditions is not None:
        result["static_renditions"] = _weighed(renditions) if webhook else renditions
    return result | (_ready(asset) if asset["status"] == "ready" else {})


def _weighed(renditions: Json) -> Json:
    """Return static renditions as the asset in a webhook has them: the size of a file is a number there."""
    if "files" not in renditions:
        return renditions
    files = [
        each | {"filesize": int(each["filesize"])} if "filesize" in each else each
        for each in renditions["files"]
    ]
    return renditions | {"files": files}


def _ready(asset: Json) -> Json:
    media = asset["media"]
    result: Json = {
        "duration": media["duration"],
        "max_stored_resolution": _old_resolution(media["pixels"]),
        "resolution_tier": tier_of(media["pixels"]),
        "tracks": asset["tracks"],
    }
    if media["pixels"]:
        divisor = gcd(media["width"], media["height"])
        result["aspect_ratio"] = f"{media['width'] // divisor}:{media['height'] // divisor}"
        result["max_stored_frame_rate"] = media["frame_rate"]
    file = main_file(asset)
    reasons = oddities(file) if file else {}
    return result | ({"non_standard_input_reasons": reasons} if reasons else {})


def progress(asset: Json, now: int) -> Json:
    """Return how far Mux is with an asset: a quarter of the time it takes the input in, then it transcodes."""
    if asset["status"] == "ready":
        return {"state": "completed", "progress": 100}
    if asset["status"] == "errored":
        return {"state": "errored", "progress": -1}
    whole = max(asset["due"] - asset["began"], 1)
    percent = min(max(now - asset["began"], 0) * 100 // whole, 99)
    return {"state": "ingesting" if percent < 25 else "transcoding", "progress": percent}


def input_info(asset: Json) -> list[Json]:
    """Show the inputs of an asset, as far as they are known."""
    return (
        asset["inputs"]
        if asset["status"] != "preparing"
        else [{"settings": each["settings"]} for each in asset["inputs"]]
    )
