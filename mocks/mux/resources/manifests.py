"""HLS manifests of an asset: the master, its renditions and its subtitles. Every address in them is absolute.

All renditions bring the same media; they are there for players' menus and for `max_resolution`. (RFC 8216; Mux docs:
play your videos, playback modifiers.)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mocks.mux import errors
from mocks.mux.resources import packages
from mocks.mux.resources.packages import PACKAGES
from mocks.mux.resources.renditions import BITS_A_PIXEL, HEIGHTS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.resources.playing import Playing

Json = dict[str, Any]

OFFERED = (270, 360, 480, 720, 1080, 1440, 2160)
"""Pixels of the shorter side of the renditions that are offered, as far as the asset has them."""
SOUND_BANDWIDTH = 128_000
SOUND = "audio"


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a media playlist: its address below the playback id, its seconds, whether the time begins anew."""

    path: str
    seconds: float
    anew: bool = False


def base(tx: Transaction, id: str) -> str:
    """Return the address of a playback id as this request reached it, with its world where that is told."""
    request = tx.request
    assert request is not None  # noqa: S101 - only timers and triggers have none
    label = f"/~{request.label}" if request.label else ""
    return f"{request.origin}{label}/{quote(id)}"


# --- what is played ----------------------------------------------------------------------------------------------


def segments(tx: Transaction, playing: Playing) -> tuple[str, list[Segment], str]:
    """Return where the beginning lies, the segments of the span that is asked for, and the codecs."""
    stored = playing.asset["media"]
    start = playing.number("asset_start_time", 0.0)
    end = playing.number("asset_end_time", stored["duration"])
    if start >= end:
        raise errors.unplayable("asset_start_time must lie before asset_end_time")
    package = tx.get(PACKAGES, playing.asset["id"])
    if package is not None:
        numbered = [[f"chunk/{n}.m4s", each[1]] for n, each in enumerate(package["segments"])]
        found = [Segment(path, seconds) for path, seconds in packages.within(numbered, start, end)]
        return "chunk/init.mp4", found, package["codecs"]
    name = packages.neutral_name(stored)
    clip = packages.neutral(name)
    return f"{name}/init.mp4", _repeated(name, clip, stored["duration"], start, end), clip.codecs


def _repeated(name: str, clip: packages.Packaged, whole: float, start: float, end: float) -> list[Segment]:
    """Play a neutral clip again and again; the time begins anew with each round."""
    found: list[Segment] = []
    at, number = 0.0, 0
    while at < min(whole, end):
        seconds = clip.segments[number][1]
        if at + seconds > start:
            found.append(Segment(f"{name}/{number}.m4s", seconds, anew=number == 0 and bool(found)))
        at, number = at + seconds, (number + 1) % len(clip.segments)
    return found


# --- manifests ---------------------------------------------------------------------------------------------------


def master(tx: Transaction, playing: Playing) -> str:
    """Return the master playlist."""
    stored, here = playing.asset["media"], base(tx, playing.id)
    _, _, codecs = segments(tx, playing)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", ""]
    texts = [each for each in playing.asset["tracks"] if each["type"] == "text" and each["status"] == "ready"]
    lines += [_subtitles(playing, here, each) for each in texts]
    group = ',SUBTITLES="sub1"' if texts else ""
    for name, width, height in _renditions(playing, stored):
        bits = int(width * height * BITS_A_PIXEL) + SOUND_BANDWIDTH
        size = f",RESOLUTION={width}x{height},FRAME-RATE={_rate(stored):.3f}" if width else ""
        kind = f'BANDWIDTH={bits},AVERAGE-BANDWIDTH={bits},CODECS="{codecs}"{size}{group}'
        lines += [f"#EXT-X-STREAM-INF:{kind}", address(playing, f"{here}/rendition/{name}.m3u8")]
    return "\n".join(lines) + "\n"


def _rate(stored: Json) -> float:
    rate: float = stored["frame_rate"]
    return rate if rate > 0 else 30.0


def _renditions(playing: Playing, stored: Json) -> list[tuple[str, int, int]]:
    """Return name, width and height of what is offered, the smallest first unless the other order is asked for."""
    if not stored["pixels"]:
        return [(SOUND, 0, 0)]
    shorter = min(stored["width"], stored["height"])
    lowest, highest = (_limit(playing, each) for each in ("min_resolution", "max_resolution"))
    sides = [each for each in OFFERED if each < shorter] + [shorter]
    wanted = [each for each in sides if (lowest or 0) <= each <= (highest or 9999)]
    if not wanted:
        wanted = [sides[0] if highest else sides[-1]]
    if playing.word("rendition_order", ("desc",), "asc") == "desc":
        wanted.reverse()
    factor = [each / shorter for each in wanted]
    return [
        (f"{side}p", round(stored["width"] * by / 2) * 2, round(stored["height"] * by / 2) * 2)
        for side, by in zip(wanted, factor, strict=True)
    ]


def _limit(playing: Playing, name: str) -> int | None:
    given = playing.asked.get(name)
    if given is None:
        return None
    if given not in HEIGHTS:
        raise errors.unplayable(f"Invalid {name}: {given}")
    return HEIGHTS[str(given)]


def _subtitles(playing: Playing, here: str, track: Json) -> str:
    uri = address(playing, f"{here}/subtitles/{track['id']}.m3u8")
    default = "YES" if playing.asked.get("default_subtitles_lang") == track["language_code"] else "NO"
    shown = f'NAME="{_quoted(track["name"])}",LANGUAGE="{track["language_code"]}"'
    return f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="sub1",{shown},AUTOSELECT=YES,DEFAULT={default},FORCED=NO,URI="{uri}"'


def _quoted(name: str) -> str:
    return "".join(" " if each in '"\r\n' else each for each in name)


def rendition(tx: Transaction, playing: Playing) -> str:
    """Return the media playlist of any rendition."""
    here = base(tx, playing.id)
    init, found, _ = segments(tx, playing)
    opening = f'#EXT-X-MAP:URI="{address(playing, f"{here}/{init}")}"'
    lines = [*_head(max((each.seconds for each in found), default=1.0)), opening]
    for each in found:
        lines += ["#EXT-X-DISCONTINUITY", opening] if each.anew else []
        lines += [f"#EXTINF:{each.seconds:.6f},", address(playing, f"{here}/{each.path}")]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def subtitles(tx: Transaction, playing: Playing, track: Json) -> str:
    """Return the media playlist of a text track: one segment."""
    seconds = playing.asset["media"]["duration"]
    uri = address(playing, f"{base(tx, playing.id)}/text/{track['id']}.vtt")
    return "\n".join([*_head(seconds), f"#EXTINF:{seconds:.6f},", uri, "#EXT-X-ENDLIST"]) + "\n"


def _head(longest: float) -> list[str]:
    return [
        *("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{ceil(longest)}"),
        *("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"),
    ]


_HANDED_ON = ("asset_start_time", "asset_end_time")


def address(playing: Playing, url: str) -> str:
    """Return an address with the token it needs, or, for a public id, what it is asked for."""
    if playing.token:
        return f"{url}?token={playing.token}"
    asked = [f"{name}={quote(str(playing.asked[name]))}" for name in _HANDED_ON if name in playing.asked]
    return f"{url}?{'&'.join(asked)}" if asked else url


# --- text --------------------------------------------------------------------------------------------------------

CUE_SECONDS = 5.0


def cues(asset: Json, track: Json) -> list[tuple[float, float, str]]:
    """Return what a text track says: beginning, end and words of each cue; no file is fetched, so they are invented."""
    whole = asset["media"]["duration"]
    count = ceil(whole / CUE_SECONDS)
    return [
        (n * CUE_SECONDS, min((n + 1) * CUE_SECONDS, whole), f"{track['name']}, {n + 1} of {count}")
        for n in range(count)
    ]


def vtt(asset: Json, track: Json) -> str:
    """Return a text track as WebVTT."""
    written = [
        f"{clock(start)} --> {clock(end)}\n{_cue(words)}\n" for start, end, words in cues(asset, track)
    ]
    return "\n".join(["WEBVTT\n", *written])


def _cue(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def transcript(asset: Json, track: Json) -> str:
    """Return a text track as plain text."""
    return "\n".join(words for _, _, words in cues(asset, track)) + "\n"


def clock(seconds: float) -> str:
    """Write a time as WebVTT has it."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
