"""stream.mux.com: manifests, segments, subtitles and whole files of what can be played; nothing here has credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux import errors
from mocks.mux.dialect import PRODUCTS
from mocks.mux.provider import mux
from mocks.mux.resources import files, manifests, packages, playing
from mocks.mux.resources.packages import PACKAGES
from mocks.mux.resources.playing import VIDEO

if TYPE_CHECKING:
    from fixtures.clips import Name

PLAYLIST, VTT, PLAIN = "application/vnd.apple.mpegurl", "text/vtt; charset=utf-8", "text/plain; charset=utf-8"
_SEGMENT = re.compile(r"(\d{1,6})\.m4s")
UNCHANGING = ("Cache-Control", "max-age=31536000, immutable")
FRESH = ("Cache-Control", "no-cache")


@mux.get("/{name}", id="get-hls-manifest", tier="P0", public=True)
def retrieve_manifest(tx: Transaction, name: str) -> Reply:
    """Return the master playlist of a playback id."""
    id, dot, ending = name.rpartition(".")
    if not dot or ending != "m3u8":
        raise errors.nothing_there()
    return Reply(manifests.master(tx, playing.admitted(tx, id, VIDEO)), 200, [FRESH], PLAYLIST)


@mux.get("/{playback_id}/rendition/{name}", id="get-media-playlist", tier="P0", public=True)
def retrieve_rendition(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return the media playlist of a rendition."""
    if not name.endswith(".m3u8"):
        raise errors.nothing_there()
    played = playing.admitted(tx, playback_id, VIDEO)
    return Reply(manifests.rendition(tx, played), 200, [FRESH], PLAYLIST)


@mux.get("/{playback_id}/chunk/{name}", id="get-segment", tier="P0", public=True)
def retrieve_segment(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return a piece of the uploaded film."""
    asset = playing.admitted(tx, playback_id, VIDEO).asset
    package = tx.get(PACKAGES, asset["id"])
    if package is None:
        raise errors.nothing_there()
    if name == "init.mp4":
        return _piece(tx.blob(package["init"]))
    return _piece(tx.blob(package["segments"][_number(name, len(package["segments"]))][0]))


@mux.get("/{playback_id}/wide/{name}", id="get-wide-neutral-segment", tier="P0", public=True)
def retrieve_wide(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return a piece of the neutral clip in a lying picture."""
    return _neutral(tx, playback_id, "wide", name)


@mux.get("/{playback_id}/tall/{name}", id="get-tall-neutral-segment", tier="P0", public=True)
def retrieve_tall(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return a piece of the neutral clip in a standing picture."""
    return _neutral(tx, playback_id, "tall", name)


@mux.get("/{playback_id}/sound/{name}", id="get-sound-neutral-segment", tier="P0", public=True)
def retrieve_sound(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return a piece of the neutral clip of sound alone."""
    return _neutral(tx, playback_id, "sound", name)


def _neutral(tx: Transaction, playback_id: str, clip: Name, name: str) -> Reply:
    playing.admitted(tx, playback_id, VIDEO)
    neutral = packages.neutral(clip)
    if name == "init.mp4":
        return _piece(neutral.init)
    return _piece(neutral.segments[_number(name, len(neutral.segments))][0])


def _number(name: str, count: int) -> int:
    found = _SEGMENT.fullmatch(name)
    if found is None or int(found[1]) >= count:
        raise errors.nothing_there()
    return int(found[1])


def _piece(content: bytes) -> Reply:
    return Reply(content, 200, [UNCHANGING], "video/mp4")


# --- text --------------------------------------------------------------------------------------------------------


@mux.get("/{playback_id}/subtitles/{name}", id="get-subtitles-playlist", tier="P1", public=True)
def retrieve_subtitles(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return the media playlist of a text track."""
    played = playing.admitted(tx, playback_id, VIDEO)
    track = _track(played.asset, name.removesuffix(".m3u8"))
    return Reply(manifests.subtitles(tx, played, track), 200, [FRESH], PLAYLIST)


@mux.get("/{playback_id}/text/{name}", id="get-vtt-text-track", tier="P1", public=True)
def retrieve_text(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return a text track, as WebVTT or as a plain transcript."""
    asset = playing.admitted(tx, playback_id, VIDEO).asset
    id, _, ending = name.rpartition(".")
    track = _track(asset, id)
    if ending == "txt":
        return Reply(manifests.transcript(asset, track), 200, [FRESH], PLAIN)
    if ending != "vtt":
        raise errors.nothing_there()
    return Reply(manifests.vtt(asset, track), 200, [FRESH], VTT)


def _track(asset: Json, id: str) -> Json:
    for track in asset["tracks"]:
        if track["id"] == id and track["type"] == "text" and track["status"] == "ready":
            return track
    raise errors.nothing_there()


# --- whole files -------------------------------------------------------------------------------------------------


@mux.get("/{playback_id}/{name}", id="get-static-rendition", tier="P1", public=True)
def retrieve_file(tx: Transaction, playback_id: str, name: str) -> Reply:
    """Return a static rendition, or the master of an asset by its own address; either whole or a range of it."""
    request = tx.request
    if request is None or request.path.startswith(PRODUCTS):
        raise errors.unserved(f"GET /{playback_id}/{name}")
    if name == "master.mp4":
        return files.reply(tx, files.master(tx, playback_id), "video/mp4")
    played = playing.admitted(tx, playback_id, VIDEO)
    found = files.rendition(tx, played, name)
    kind = "audio/m4a" if name.endswith(".m4a") else "video/mp4"
    return files.reply(tx, found, kind, download=played.asked.get("download"))
