"""What an asset is made of. No URL is fetched: an address alone decides what lies there, the same in every world.

- Query parameters tell it: `?duration=12.5&width=1080&height=1920&frame_rate=30` (seconds, pixels, frames a second).
- What they leave open is derived from the address: 5 to 90 s, one of five usual sizes and four frame rates, AAC sound.
- Endings of audio files (`.mp3`, `.m4a`, `.wav`, …) give an asset of sound alone.
- A host below `.invalid` cannot be downloaded from. Endings of what is no media (`.txt`, `.pdf`, `.jpg`, …) are refused
  when the file is looked at.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mocks.mux.resources import media, probing

if TYPE_CHECKING:
    from mocks.mux.resources.chunks import Content

Json = dict[str, Any]

AUDIO = frozenset({"mp3", "m4a", "wav", "aac", "flac", "ogg", "oga", "opus"})
NO_MEDIA = frozenset(
    {
        "txt",
        "html",
        "htm",
        "pdf",
        "jpg",
        "jpeg",
        "png",
        "gif",
        "webp",
        "svg",
        "doc",
        "docx",
        "zip",
        "json",
        "js",
    }
    | {"csv", "xml", "md", "css", "srt", "vtt"}
)
_SIZES = ((1920, 1080), (1280, 720), (1080, 1920), (720, 1280), (1080, 1080))
_RATES = (24.0, 25.0, 29.97, 30.0)


def of_url(url: str) -> Json:
    """Return what lies at an address: `{"file": …}` or `{"errors": {type, messages}}`."""
    parts = urlsplit(url)
    ending = PurePosixPath(parts.path).suffix[1:].lower()
    if (parts.hostname or "").endswith(".invalid"):
        return failed("download_failed", f"The input file '{url}' could not be downloaded.")
    if ending in NO_MEDIA:
        return failed("invalid_input", f"The input file '{url}' is not a supported audio or video file.")
    wanted = dict(parse_qsl(parts.query))
    shape = _invented(f"{parts.netloc}{parts.path}", sound_only=ending in AUDIO)
    for name, lowest, highest in (("duration", 0.1, 43200), ("width", 16, 8192), ("height", 16, 8192)):
        shape[name] = _number(wanted.get(name), shape[name], lowest, highest)
    shape["frame_rate"] = _number(wanted.get("frame_rate"), shape["frame_rate"], 1, 240)
    return {"file": _file(ending or "mp4", shape)}


def of_bytes(content: Content) -> Json:
    """Return what an uploaded file holds: as it is probed, or as far as our own reader can tell."""
    container = media.container(content)
    probed = probing.of_file(content) if container is not None else None
    if probed is not None:
        return {"file": probed}
    file = media.mp4_file(content) if container == "mp4" else None
    if container is None or (container == "mp4" and file is None):
        return failed("invalid_input", "The input file is not a supported audio or video file.")
    derived = _invented(content.slice(0, 65536).hex(), sound_only=container in media.AUDIO_CONTAINERS)
    if file is None:
        return {"file": _file(container, derived)}
    for track in file["tracks"]:
        track["duration"] = track["duration"] or derived["duration"]
        if track["type"] == "video" and not (track["width"] and track["height"]):
            track |= {"width": derived["width"], "height": derived["height"]}
    return {"file": file}


def failed(type: str, message: str) -> Json:
    """Return an input that no asset can be made of."""
    return {"errors": {"type": type, "messages": [message]}}


def _invented(text: str, *, sound_only: bool) -> Json:
    drawn = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    width, height = (0, 0) if sound_only else _SIZES[drawn[0] % len(_SIZES)]
    hundredths = 500 + int.from_bytes(drawn[2:4], "big") % 8500
    return {
        "duration": hundredths / 100,
        "width": width,
        "height": height,
        "frame_rate": _RATES[drawn[1] % len(_RATES)],
    }


def _number(text: str | None, otherwise: float, lowest: float, highest: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return otherwise
    return value if lowest <= value <= highest else otherwise


def _file(container: str, shape: Json) -> Json:
    sound = {"type": "audio", "duration": shape["duration"], "encoding": "aac", "channels": 2}
    sound |= {"sample_rate": 48000, "sample_size": 16}
    if not shape["width"]:
        return {"container_format": container, "tracks": [sound]}
    picture = {"type": "video", "duration": shape["duration"], "encoding": "h.264"}
    picture |= {
        "width": int(shape["width"]),
        "height": int(shape["height"]),
        "frame_rate": shape["frame_rate"],
    }
    return {"container_format": container, "tracks": [picture, sound]}
