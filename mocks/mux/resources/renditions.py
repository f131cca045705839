"""Static renditions: files for download, asked for one by one, or by the older `mp4_support`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.mux import errors, ids
from mocks.mux.resources import assets, events
from mocks.mux.resources.assets import ASSETS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MADE_AFTER = 3 * instants.SECOND
HEIGHTS = {
    "2160p": 2160,
    "1440p": 1440,
    "1080p": 1080,
    "720p": 720,
    "540p": 540,
    "480p": 480,
    "360p": 360,
    "270p": 270,
}
AUDIO_BITRATE = 128_000
BITS_A_PIXEL = 2.5
"""Bits a second for each pixel: what usual H.264 renditions come to."""
OLD_FILES = {
    "standard": (("low.mp4", 360), ("medium.mp4", 540), ("high.mp4", 1080)),
    "capped-1080p": (("capped-1080p.mp4", 1080),),
    "audio-only": (("audio.m4a", 0),),
    "audio-only,capped-1080p": (("audio.m4a", 0), ("capped-1080p.mp4", 1080)),
}
"""The files of each `mp4_support`, with the height of their picture at most; 0 is sound alone."""


# --- one by one --------------------------------------------------------------------------------------------------


def ask(tx: Transaction, asset: Json, wanted: list[Json]) -> None:
    """Note what is asked for with the asset; it is made once the asset is ready."""
    asset["renditions"] += [_new(tx, each) for each in wanted]


def create(tx: Transaction, asset: Json, wanted: Json) -> Json:
    """Ask for a further file of an asset."""
    if asset["mp4_support"] not in (None, "none"):
        text = "Static renditions cannot be added while mp4_support is enabled."
        raise errors.invalid(text, field="resolution", rule="mp4_support_and_static_renditions")
    if any(each["resolution"] == wanted["resolution"] for each in asset["renditions"]):
        text = f"The asset has a static rendition {wanted['resolution']} already."
        raise errors.invalid(text, field="resolution", rule="duplicate_static_rendition")
    if asset["status"] == "errored":
        text = "Static renditions cannot be made of an errored asset."
        raise errors.invalid(text, field="ASSET_ID", rule="asset_errored")
    rendition = _new(tx, wanted)
    asset["renditions"].append(rendition)
    tx.save(ASSETS, asset)
    announce(tx, asset, rendition, "created")
    if asset["status"] == "ready":
        _schedule(tx, asset, rendition)
    return rendition


def delete(tx: Transaction, asset: Json, id: str) -> None:
    """Remove a file."""
    rendition = find(asset, id)
    tx.unschedule(_key(rendition))
    asset["renditions"].remove(rendition)
    tx.save(ASSETS, asset)
    announce(tx, asset, rendition, "deleted")


def find(asset: Json, id: str) -> Json:
    """Return a file of an asset; refuse an unknown one."""
    found: Json | None = next((each for each in asset["renditions"] if each["id"] == id), None)
    if found is None:
        raise errors.not_found()
    return found


def conclude(tx: Transaction, asset: Json, rendition: Json, problem: Json | None = None) -> None:
    """A preparing file is ready, skipped where the asset has no such picture or sound, or could not be made."""
    tx.unschedule(_key(rendition))
    shape = None if problem else _shape(asset["media"], rendition["resolution"])
    rendition["status"] = "errored" if problem else "ready" if shape else "skipped"
    rendition |= shape or {}
    tx.save(ASSETS, asset)
    announce(tx, asset, rendition, rendition["status"], **({"error": problem} if problem else {}))


def announce(tx: Transaction, asset: Json, rendition: Json, what: str, **more: Json) -> None:
    """Emit `video.asset.static_rendition.<what>`."""
    data = {**rendition, "asset_id": asset["id"], **more}
    events.emit(tx, f"video.asset.static_rendition.{what}", ("asset", asset["id"]), data)


def _new(tx: Transaction, wanted: Json) -> Json:
    sound = wanted["resolution"] == "audio-only"
    name = "audio.m4a" if sound else f"{wanted['resolution']}.mp4"
    standard = wanted["resolution"] in ("highest", "audio-only")
    rendition = {
        "id": ids.new(tx, "static_rendition"),
        "name": name,
        "ext": "m4a" if sound else "mp4",
        "type": "standard" if standard else "advanced",
        "status": "preparing",
        "resolution": wanted["resolution"],
    }
    passthrough = wanted.get("passthrough")
    return rendition if passthrough is None else rendition | {"passthrough": passthrough}


def _schedule(tx: Transaction, asset: Json, rendition: Json) -> None:
    payload = {"asset": asset["id"], "rendition": rendition["id"]}
    tx.schedule("rendition.made", tx.now + MADE_AFTER, payload, key=_key(rendition))


def _shape(media: Json, resolution: str) -> Json | None:
    """Return size and weight of a file; None where the asset is smaller, or has no such track."""
    if resolution == "audio-only":
        return _weight(media, 0, 0) | {"resolution_tier": "audio-only"} if media["channels"] else None
    if not media["pixels"]:
        return None
    shorter = min(media["width"], media["height"])
    height = shorter if resolution == "highest" else HEIGHTS[resolution]
    if height > shorter:
        return None
    width, height = _fitted(media, height)
    return _weight(media, width, height) | {"resolution_tier": assets.tier_of(width * height)}


def _fitted(media: Json, shorter: int) -> tuple[int, int]:
    factor = min(1.0, shorter / min(media["width"], media["height"]))
    return max(2, round(media["width"] * factor / 2) * 2), max(2, round(media["height"] * factor / 2) * 2)


def _weight(media: Json, width: int, height: int) -> Json:
    bitrate = int(width * height * BITS_A_PIXEL) + (AUDIO_BITRATE if media["channels"] else 0)
    size = {"width": width, "height": height} if width else {}
    return {**size, "bitrate": bitrate, "filesize": str(int(bitrate * media["duration"] / 8))}


def _key(rendition: Json) -> str:
    return f"rendition:{rendition['id']}"


# --- the older mp4_support ---------------------------------------------------------------------------------------


def ask_mp4(asset: Json, support: str) -> None:
    """Note the `mp4_support` asked for with the asset."""
    if support != "none":
        asset |= {"mp4_support": support, "mp4": {"status": "preparing"}}


def update_mp4(tx: Transaction, asset: Json, support: str) -> None:
    """Switch `mp4_support` on or off for an asset."""
    if asset["renditions"] and support != "none":
        text = "mp4_support cannot be enabled for an asset that has static renditions."
        raise errors.invalid(text, field="mp4_support", rule="mp4_support_and_static_renditions")
    if support == (asset["mp4_support"] or "none"):
        return
    if support != "none" and asset["mp4"] is not None:
        text = "mp4_support is enabled already: set it to none first."
        raise errors.invalid(text, field="mp4_support", rule="mp4_support_enabled")
    if asset["status"] == "errored":
        raise errors.invalid("The asset is errored.", field="ASSET_ID", rule="asset_errored")
    tx.unschedule(_mp4_key(asset))
    if support == "none":
        asset |= {"mp4_support": "none", "mp4": None}
        tx.save(ASSETS, asset)
        assets.announce(tx, asset, "static_renditions.deleted")
        return
    ask_mp4(asset, support)
    tx.save(ASSETS, asset)
    if asset["status"] == "ready":
        _begin_mp4(tx, asset)


def conclude_mp4(tx: Transaction, asset: Json) -> None:
    """The files of `mp4_support` are made; sound alone cannot be made of a video without sound."""
    tx.unschedule(_mp4_key(asset))
    media, files = asset["media"], []
    for name, height in OLD_FILES[asset["mp4_support"]]:
        if not media["pixels"] or not height:
            found = _old_file(media, "audio.m4a", 0) if media["channels"] else None
        else:
            found = _old_file(media, name, height)
        if found is not None and found not in files:
            files.append(found)
    status = "ready" if files else "errored"
    asset["mp4"] = {"status": status, **({"files": files} if files else {})}
    tx.save(ASSETS, asset)
    assets.announce(tx, asset, f"static_renditions.{status}")


def _old_file(media: Json, name: str, height: int) -> Json:
    width, height = _fitted(media, height) if height else (0, 0)
    return {"name": name, "ext": name.rpartition(".")[2], **_weight(media, width, height)}


def _begin_mp4(tx: Transaction, asset: Json) -> None:
    assets.announce(tx, asset, "static_renditions.preparing")
    tx.schedule("mp4.made", tx.now + MADE_AFTER, {"asset": asset["id"]}, key=_mp4_key(asset))


def _mp4_key(asset: Json) -> str:
    return f"mp4:{asset['id']}"


# --- with the asset ----------------------------------------------------------------------------------------------


def begin(tx: Transaction, asset: Json) -> None:
    """Begin with what was asked for with the asset, now that it is ready."""
    for rendition in asset["renditions"]:
        if rendition["status"] == "preparing":
            _schedule(tx, asset, rendition)
    if asset["mp4"] is not None:
        _begin_mp4(tx, asset)


def give_up(tx: Transaction, asset: Json) -> None:
    """No file can be made of an errored asset."""
    for rendition in asset["renditions"]:
        rendition["status"] = "errored"
        announce(tx, asset, rendition, "errored", error=asset["errors"])
    if asset["mp4"] is not None:
        asset["mp4"] = {"status": "errored"}
