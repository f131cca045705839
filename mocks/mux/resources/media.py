"""What a file tells of itself: the boxes of MP4 and QuickTime files, and the first bytes of other containers.

Nothing is decoded. An MP4 file's duration, size, frame rate and codecs are read from its `moov` box (ISO 14496-12).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mocks.mux.resources.chunks import Content

Json = dict[str, Any]
Box = tuple[bytes, int, int]

MOST_BOXES, LARGEST_MOOV = 1000, 64 << 20
"""What is looked at in a file at most: boxes at its top, and bytes of the `moov` box."""

_MP4_STARTS = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"})
_NAMES = {
    b"avc1": "h.264",
    b"avc3": "h.264",
    b"hvc1": "hevc",
    b"hev1": "hevc",
    b"av01": "av1",
    b"vp09": "vp9",
    b"mp4a": "aac",
    b"Opus": "opus",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
    b"fLaC": "flac",
    b".mp3": "mp3",
}
_MAGIC = (
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"RIFF", "riff"),
    (b"OggS", "ogg"),
    (b"FLV\x01", "flv"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf1", "aac"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x06\x0e+4", "mxf"),
)
AUDIO_CONTAINERS = frozenset({"flac", "mp3", "aac", "ogg", "wav"})


def container(content: Content) -> str | None:
    """Return the container by the file's first bytes; None for what is no media."""
    head = content.slice(0, 400)
    if head[4:8] in _MP4_STARTS:
        return "mp4"
    if head[:1] == b"G" and head[188:189] == b"G":
        return "mpegts"
    found = next((name for start, name in _MAGIC if head.startswith(start)), None)
    if found == "riff":
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    return found


def mp4_file(content: Content) -> Json | None:
    """Return what an MP4 file holds, as Mux's input info has it; None for one that is broken or cut off."""
    try:
        for type, start, end in islice(_top(content), MOST_BOXES):
            if type == b"moov" and end <= content.size and end - start <= LARGEST_MOOV:
                return _movie(content.slice(start, end - start))
    except (struct.error, IndexError, ZeroDivisionError, OverflowError):
        return None
    return None


def _top(content: Content) -> Iterator[Box]:
    at = 0
    while at + 8 <= content.size:
        header = content.slice(at, 16)
        size, type, body = _header(header, 0, content.size - at)
        if size < body:
            return
        yield type, at + body, at + size
        at += size


def _header(data: bytes, at: int, left: int) -> tuple[int, bytes, int]:
    """Return a box's size, type and length of header; size 1 means 64 bits follow, 0 means up to the end."""
    size, type = struct.unpack_from(">I4s", data, at)
    if size == 1:
        return struct.unpack_from(">Q", data, at + 8)[0], type, 16
    return size or left, type, 8


def _inside(data: bytes, start: int, end: int) -> Iterator[Box]:
    at = start
    while at + 8 <= end:
        size, type, body = _header(data, at, end - at)
        if size < body or at + size > end:
            return
        yield type, at + body, at + size
        at += size


def _find(data: bytes, start: int, end: int, *path: bytes) -> tuple[int, int] | None:
    for wanted in path:
        found = next(((a, b) for type, a, b in _inside(data, start, end) if type == wanted), None)
        if found is None:
            return None
        start, end = found
    return start, end


def _movie(data: bytes) -> Json | None:
    header = _find(data, 0, len(data), b"mvhd")
    if header is None:
        return None
    whole = _duration(data, header[0])
    tracks = [
        _track(data, start, end, whole) for type, start, end in _inside(data, 0, len(data)) if type == b"trak"
    ]
    known = [track for track in tracks if track is not None]
    return {"container_format": "mp4", "tracks": known} if known else None


def _duration(data: bytes, at: int) -> float:
    """Return the seconds that a `mvhd` or `mdhd` box tells; 0 for a fragmented file."""
    scale, length = struct.unpack_from(
        ">IQ" if data[at] == 1 else ">II", data, at + (20 if data[at] == 1 else 12)
    )
    return float(round(length / scale, 6))


def _track(data: bytes, start: int, end: int, whole: float) -> Json | None:
    media, described = _find(data, start, end, b"mdia", b"mdhd"), _find(data, start, end, b"mdia", b"hdlr")
    samples = _find(data, start, end, b"mdia", b"minf", b"stbl", b"stsd")
    if media is None or described is None or samples is None:
        return None
    entry, duration = samples[0] + 8, _duration(data, media[0]) or whole
    code = data[entry + 4 : entry + 8]
    encoding = _NAMES.get(code, code.decode("ascii", "replace").strip())
    kind = data[described[0] + 8 : described[0] + 12]
    if kind == b"vide":
        width, height = _size(data, start, end)
        rate = _frames(data, start, end) / duration if duration else 0.0
        shape: Json = {"width": width, "height": height, "frame_rate": round(rate, 3) or -1}
    elif kind == b"soun":
        channels, bits = struct.unpack_from(">HH", data, entry + 24)
        rate = struct.unpack_from(">I", data, entry + 32)[0] >> 16
        shape = {"channels": channels, "sample_rate": rate, "sample_size": bits}
    else:
        return None
    return {
        "type": "video" if kind == b"vide" else "audio",
        "duration": duration,
        "encoding": encoding,
        **shape,
    }


def _size(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return width and height as shown: the header's matrix may turn the picture by a quarter."""
    header = _find(data, start, end, b"tkhd")
    if header is None:
        return 0, 0
    at = header[0] + (52 if data[header[0]] == 1 else 40)
    turn_a, turn_b = struct.unpack_from(">ii", data, at)
    width, height = (value >> 16 for value in struct.unpack_from(">II", data, at + 36))
    return (height, width) if turn_a == 0 and turn_b != 0 else (width, height)


def _frames(data: bytes, start: int, end: int) -> int:
    times = _find(data, start, end, b"mdia", b"minf", b"stbl", b"stts")
    if times is None:
        return 0
    count = min(struct.unpack_from(">I", data, times[0] + 4)[0], (times[1] - times[0] - 8) // 8)
    return sum(struct.unpack_from(">I", data, times[0] + 8 + 8 * each)[0] for each in range(count))


# --- fragmented files --------------------------------------------------------------------------------------------


def boxes(data: bytes) -> Iterator[Box]:
    """Return type, beginning (its header included) and end of each box at the top."""
    at = 0
    while at + 8 <= len(data):
        size, type, body = _header(data, at, len(data) - at)
        if size < body or at + size > len(data):
            return
        yield type, at, at + size
        at += size


def scales(init: bytes) -> dict[int, int]:
    """Return the ticks a second of each track, by its number, from the beginning of a fragmented file."""
    found: dict[int, int] = {}
    movie = _find(init, 0, len(init), b"moov")
    for type, start, end in _inside(init, *movie) if movie else ():
        if type != b"trak":
            continue
        header, times = _find(init, start, end, b"tkhd"), _find(init, start, end, b"mdia", b"mdhd")
        if header and times:
            number = struct.unpack_from(">I", init, header[0] + (20 if init[header[0]] == 1 else 12))[0]
            found[number] = struct.unpack_from(">I", init, times[0] + (20 if init[times[0]] == 1 else 12))[0]
    return found


def fragment_times(fragment: bytes, ticks: dict[int, int]) -> tuple[float | None, float]:
    """Return when a fragment's first track begins in it and how long it lasts, in seconds (ISO 14496-12: tfdt, trun)."""
    track = _find(fragment, 0, len(fragment), b"moof", b"traf")
    header = track and _find(fragment, *track, b"tfhd")
    begins = track and _find(fragment, *track, b"tfdt")
    runs = track and _find(fragment, *track, b"trun")
    if not track or not header or not begins or not runs:
        return None, 0.0
    flags, number = struct.unpack_from(">II", fragment, header[0])
    scale = ticks.get(number) or 1
    wide = fragment[begins[0]] == 1
    start = struct.unpack_from(">Q" if wide else ">I", fragment, begins[0] + 4)[0]
    return start / scale, _run_length(fragment, runs[0], _usual_length(fragment, header[0], flags)) / scale


def _usual_length(fragment: bytes, at: int, flags: int) -> int:
    """Return the ticks of a sample that does not tell its own (tfhd: default-sample-duration)."""
    if not flags & 0x8:
        return 0
    before = (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    ticks: int = struct.unpack_from(">I", fragment, at + 8 + before)[0]
    return ticks


def _run_length(fragment: bytes, at: int, usual: int) -> int:
    flags, count = struct.unpack_from(">I", fragment, at)[0] & 0xFFFFFF, 0
    count = struct.unpack_from(">I", fragment, at + 4)[0]
    if not flags & 0x100:
        return int(usual * count)
    entry = 4 * sum(1 for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit)
    first = at + 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    return sum(struct.unpack_from(">I", fragment, first + entry * each)[0] for each in range(count))


def codecs(init: bytes) -> str:
    """Return the codecs of a fragmented file as manifests name them (RFC 6381)."""
    names, at = [], init.find(b"avcC")
    if at >= 0:
        names.append("avc1." + init[at + 5 : at + 8].hex())
    if b"mp4a" in init:
        names.append("mp4a.40.2")
    return ",".join(names)
