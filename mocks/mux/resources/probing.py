"""What an uploaded file holds: told by PyAV where it is installed, else by `ffprobe` where it is on the PATH.

Without either, the boxes of MP4 files are read by our own reader (`media.py`), and other media are known by their first
bytes alone.
"""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from mocks.mux.resources.chunks import Content

Json = dict[str, Any]

NAMES = {
    "h264": "h.264",
    "hevc": "hevc",
    "ac3": "ac3",
    "eac3": "eac3",
    "av1": "av1",
    "vp9": "vp9",
    "vp8": "vp8",
}
CONTAINERS = {"mov": "mp4", "matroska": "matroska", "mpegts": "mpegts", "avi": "avi", "mp3": "mp3"}
PROBE_SECONDS = 20.0


def of_file(content: Content) -> Json | None:
    """Return container and tracks as Mux's input info has them; None where nobody can tell, or the file is no media."""
    try:
        import av
    except ImportError:
        return _by_ffprobe(content)
    content.seek(0)
    try:
        with av.open(content, "r") as source:
            whole = float(source.duration or 0) / 1_000_000
            streams = (*source.streams.video[:1], *source.streams.audio)
            return _file(source.format.name, [_track(each, source, whole) for each in streams])
    except (av.error.FFmpegError, ValueError, OverflowError, IndexError):
        return None


def _file(format: str, tracks: list[Json]) -> Json | None:
    complete = [each for each in tracks if each["duration"] > 0 and each.get("width", 1) > 0]
    if not complete or len(complete) < len(tracks):
        return None
    name = format.partition(",")[0]
    return {"container_format": CONTAINERS.get(name, name), "tracks": complete}


def _track(stream: Any, source: Any, whole: float) -> Json:
    if stream.codec_context is None:
        raise ValueError("a track's codec is unknown")
    seconds = float(stream.duration * stream.time_base) if stream.duration else whole
    encoding = NAMES.get(stream.codec_context.name, stream.codec_context.name)
    shape: Json = {"type": stream.type, "duration": round(seconds, 6), "encoding": encoding}
    if stream.type == "audio":
        sampled = {"sample_rate": stream.codec_context.sample_rate, "sample_size": 16}
        return {**shape, "channels": stream.codec_context.channels, **sampled}
    rate = stream.average_rate or stream.guessed_rate
    first = next(source.decode(stream), None)
    width, height = stream.codec_context.width, stream.codec_context.height
    if first is not None and abs(first.rotation) % 180 == 90:
        width, height = height, width
    return {**shape, "width": width, "height": height, "frame_rate": round(float(rate), 3) if rate else -1}


# --- ffprobe -----------------------------------------------------------------------------------------------------


def _by_ffprobe(content: Content) -> Json | None:
    program = shutil.which("ffprobe")
    if program is None:
        return None
    asked = ("-v", "error", "-print_format", "json", "-show_format", "-show_streams")
    try:
        done = subprocess.run(  # noqa: S603 - no word of it comes from a request
            [program, *asked, f"concat:{'|'.join(content.paths())}"],
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=True,
        )
        told = orjson.loads(done.stdout)
        whole = float(told.get("format", {}).get("duration") or 0)
        streams = [each for each in told.get("streams", ()) if each.get("codec_type") in ("video", "audio")]
        return _file(str(told["format"]["format_name"]), [_told(each, whole) for each in streams])
    except (
        subprocess.SubprocessError,
        OSError,
        ArithmeticError,
        AttributeError,
        LookupError,
        ValueError,
        TypeError,
    ):
        return None


def _told(stream: Json, whole: float) -> Json:
    seconds = float(stream.get("duration") or whole)
    encoding = NAMES.get(stream["codec_name"], stream["codec_name"])
    shape: Json = {"type": stream["codec_type"], "duration": round(seconds, 6), "encoding": encoding}
    if stream["codec_type"] == "audio":
        sampled = {"sample_rate": int(stream["sample_rate"]), "sample_size": 16}
        return {**shape, "channels": int(stream["channels"]), **sampled}
    rate = Fraction(stream.get("avg_frame_rate") or stream.get("r_frame_rate") or 0)
    turned = [int(each.get("rotation", 0)) for each in stream.get("side_data_list", ())]
    width, height = int(stream["width"]), int(stream["height"])
    if any(abs(each) % 180 == 90 for each in turned):
        width, height = height, width
    return {**shape, "width": width, "height": height, "frame_rate": round(float(rate), 3) or -1}
