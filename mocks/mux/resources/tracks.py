"""Tracks: picture and sound of the main input, further sound, subtitles that are uploaded or made by Mux."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.mux import errors, ids
from mocks.mux.resources import assets, events, inputs, settings
from mocks.mux.resources.assets import ASSETS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.parameters import GeneratedSubtitles, NewTrack, TrackChanges

Json = dict[str, Any]

UPLOADED_AFTER = 2 * instants.SECOND
GENERATED_AFTER = 60 * instants.SECOND
"""Speech recognition takes minutes at Mux."""

LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "de": "German",
    "fr": "French",
    "pl": "Polish",
    "ru": "Russian",
    "nl": "Dutch",
    "ca": "Catalan",
    "tr": "Turkish",
    "sv": "Swedish",
    "uk": "Ukrainian",
    "no": "Norwegian",
    "fi": "Finnish",
    "sk": "Slovak",
    "el": "Greek",
    "cs": "Czech",
    "hr": "Croatian",
    "da": "Danish",
    "ro": "Romanian",
    "bg": "Bulgarian",
    "ja": "Japanese",
    "zh": "Chinese",
}
FIELDS = ("name", "language_code", "closed_captions", "passthrough")
NO_SUBTITLES = frozenset({"mp4", "mov", "mp3", "m4a", "jpg", "jpeg", "png", "gif", "pdf", "zip"})


# --- with the asset ----------------------------------------------------------------------------------------------


def main(tx: Transaction, media: Json) -> list[Json]:
    """Return the tracks of a main input."""
    found: list[Json] = []
    if media["pixels"]:
        shape = {
            "max_width": media["width"],
            "max_height": media["height"],
            "max_frame_rate": media["frame_rate"],
        }
        found.append(
            {"id": ids.new(tx, "track"), "type": "video", "duration": media["video_duration"], **shape}
        )
    if media["channels"]:
        sound = {"max_channels": media["channels"], "primary": True}
        found.append(
            {"id": ids.new(tx, "track"), "type": "audio", "duration": media["audio_duration"], **sound}
        )
    return found


def begin(tx: Transaction, asset: Json) -> None:
    """Begin with the tracks that were asked for with the asset, now that it is ready."""
    for number, each in enumerate(asset["inputs"]):
        given = each["settings"]
        for wanted in given.get("generated_subtitles", ()):
            if asset["media"]["channels"]:
                _add(tx, asset, _generated(tx, wanted), GENERATED_AFTER)
        if number and given.get("type") in ("text", "audio") and "overlay_settings" not in given:
            _add(tx, asset, _uploaded(tx, asset, given), UPLOADED_AFTER, url=given["url"])


# --- what consumers do -------------------------------------------------------------------------------------------


def create(tx: Transaction, asset: Json, wanted: NewTrack) -> Json:
    """Add subtitles or another sound track to a ready asset."""
    _require_ready(asset)
    settings.check_url(wanted.url)
    track = _uploaded(tx, asset, wanted.model_dump(exclude_none=True))
    _require_unique(asset, track)
    return _add(tx, asset, track, UPLOADED_AFTER, url=wanted.url)


def generate(tx: Transaction, asset: Json, track: Json, wanted: list[GeneratedSubtitles]) -> list[Json]:
    """Have subtitles made of what is spoken in a sound track."""
    _require_ready(asset)
    if track["type"] != "audio":
        raise errors.invalid(
            "Subtitles are generated from audio tracks.", field="TRACK_ID", rule="no_audio_track"
        )
    made = [_generated(tx, each.model_dump(exclude_none=True)) for each in wanted]
    for each in made:
        _require_unique(asset, each)
        _add(tx, asset, each, GENERATED_AFTER)
    return made


def update(tx: Transaction, asset: Json, track: Json, changes: TrackChanges) -> None:
    """Change what was given of a text or further audio track."""
    _require_own(track, "updated")
    sent = {name: value for name, value in changes.given().items() if value is not None}
    if sent.get("name", track.get("name")) != track.get("name"):
        _require_unique(asset, track | sent)
    track |= sent
    assets.touch(tx, asset)


def delete(tx: Transaction, asset: Json, track: Json) -> None:
    """Remove a text or further audio track."""
    _require_own(track, "removed")
    tx.unschedule(_key(track))
    asset["tracks"].remove(track)
    tx.save(ASSETS, asset)
    track["status"] = "deleted"
    announce(tx, asset, track, "deleted")


def find(asset: Json, id: str) -> Json:
    """Return a track of an asset; refuse an unknown one."""
    track: Json | None = next((each for each in asset["tracks"] if each["id"] == id), None)
    if track is None:
        raise errors.not_found()
    return track


# --- what happens by itself --------------------------------------------------------------------------------------


def conclude(tx: Transaction, asset: Json, track: Json, problem: Json | None = None) -> None:
    """A preparing track is ready, or could not be made."""
    tx.unschedule(_key(track))
    track["status"] = "errored" if problem else "ready"
    if track.get("language_code") == "auto":
        track |= {"language_code": "en", "auto_language_confidence": 0.98}
    tx.save(ASSETS, asset)
    announce(tx, asset, track, track["status"], **({"error": problem} if problem else {}))


def announce(tx: Transaction, asset: Json, track: Json, what: str, **more: Json) -> None:
    """Emit `video.asset.track.<what>`."""
    events.emit(
        tx, f"video.asset.track.{what}", ("track", track["id"]), {**track, "asset_id": asset["id"], **more}
    )


def problem_of(url: str) -> Json | None:
    """Return what is wrong with the file of a track, None where it can be used."""
    found = inputs.of_url(url).get("errors")
    if found and found["type"] == "download_failed":
        return dict(found)
    if url.partition("?")[0].rpartition(".")[2].lower() in NO_SUBTITLES:
        return {"type": "invalid_input", "messages": [f"The input file '{url}' holds no subtitles."]}
    return None


def _add(tx: Transaction, asset: Json, track: Json, after: int, url: str | None = None) -> Json:
    asset["tracks"].append(track)
    tx.save(ASSETS, asset)
    problem = problem_of(url) if url is not None and track["type"] == "text" else None
    payload = {"asset": asset["id"], "track": track["id"], "problem": problem}
    tx.schedule("track.processed", tx.now + after, payload, key=_key(track))
    announce(tx, asset, track, "created")
    return track


def _uploaded(tx: Transaction, asset: Json, given: Json) -> Json:
    text = given["type"] == "text"
    track = {"id": ids.new(tx, "track", ids.LONG if text else ids.USUAL), "type": given["type"]}
    track |= {"status": "preparing", **{name: given[name] for name in FIELDS if name in given}}
    if text:
        track |= {"text_type": "subtitles", "text_source": "uploaded"}
    else:
        track |= {"primary": False, "max_channels": 2, "duration": asset["media"]["duration"]}
    code = track.get("language_code", "und")
    track["name"] = track.get("name") or LANGUAGES.get(code.partition("-")[0], code)
    return track


def _generated(tx: Transaction, given: Json) -> Json:
    code = given.get("language_code", "en")
    track = {"id": ids.new(tx, "track", ids.LONG), "type": "text", "status": "preparing"}
    track |= {"text_type": "subtitles", "text_source": "generated_vod", "language_code": code}
    track["name"] = given.get("name") or f"{LANGUAGES.get(code, 'Subtitles')} (generated)"
    if "passthrough" in given:
        track["passthrough"] = given["passthrough"]
    return track


def _require_ready(asset: Json) -> None:
    if asset["status"] != "ready":
        text = "Tracks can be added once the asset is ready."
        raise errors.invalid(text, field="ASSET_ID", rule="asset_not_ready")


def _require_own(track: Json, what: str) -> None:
    if track["type"] == "video" or track.get("primary"):
        text = f"The video track and the primary audio track cannot be {what}."
        raise errors.invalid(text, field="TRACK_ID", rule="main_track")


def _require_unique(asset: Json, track: Json) -> None:
    others = (each for each in asset["tracks"] if each["type"] == track["type"] and each["id"] != track["id"])
    if any(each.get("name") == track["name"] for each in others):
        text = f"The asset has a {track['type']} track named {track['name']} already."
        raise errors.invalid(text, field="name", rule="track_name_taken")


def _key(track: Json) -> str:
    return f"track:{track['id']}"
