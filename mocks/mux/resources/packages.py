"""Packages: what is played of an asset, as fragmented MP4: a beginning, and segments that can each be fetched alone.

An uploaded file is packaged as it is (nothing is encoded anew) by PyAV where that is installed and the file's codecs are
such as browsers play. Everything else is played as a neutral clip of Greenroom's own, again and again until the
asset's end.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from fixtures.clips import clip
from harness.collection import Collection
from mocks.mux.resources import media

if TYPE_CHECKING:
    from fixtures.clips import Name
    from harness.transaction import Transaction
    from mocks.mux.resources.chunks import Content

Json = dict[str, Any]

PACKAGES = Collection("mux.package")
"""{id (the asset's), init (digest), segments [[digest, seconds]], codecs}. Assets without one play a neutral clip."""

PLAYED = frozenset({"h264", "aac", "mp3"})
"""What is packaged: codecs that every browser of today plays."""
SHORTEST_SEGMENT = "4000000"
"""Microseconds from which on a segment ends with the next key frame."""
HEADED = frozenset({"mpegts", "aac", "mpeg"})
"""Containers whose AAC frames carry headers (ADTS)."""
LEAST_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Packaged:
    """A beginning, and segments with their seconds."""

    init: bytes
    segments: tuple[tuple[bytes, float], ...]
    codecs: str


def of_file(content: Content) -> Packaged | None:
    """Package a file as it is; None where PyAV is missing, or the file is none that can be packaged."""
    try:
        import av
    except ImportError:
        return None
    sink = _Sink()
    content.seek(0)
    try:
        with av.open(content, "r") as source:
            streams = [*source.streams.video[:1], *source.streams.audio[:1]]
            named = [getattr(each.codec_context, "name", "") for each in streams]
            if not streams or any(each not in PLAYED for each in named):
                return None
            _remux(av, source, streams, sink)
        return split(bytes(sink.written))
    except (av.error.FFmpegError, ValueError, struct.error, IndexError):
        return None


def _remux(av: Any, source: Any, streams: list[Any], sink: _Sink) -> None:
    options = {
        "movflags": "frag_keyframe+delay_moov+default_base_moof",
        "min_frag_duration": SHORTEST_SEGMENT,
        "fflags": "+bitexact",
    }
    with av.open(sink, "w", format="mp4", options=options) as target:
        made = {each.index: target.add_stream_from_template(each) for each in streams}
        bare = {each.index: _bare(av, each, source) for each in streams}
        for packet in source.demux(streams):
            index = packet.stream.index
            for each in bare[index](packet) if packet.dts is not None else ():
                each.stream = made[index]
                target.mux(each)


def _bare(av: Any, stream: Any, source: Any) -> Callable[[Any], list[Any]]:
    """Return what takes the headers off the sound of a transport stream, which MP4 has none of."""
    if source.format.name in HEADED and stream.codec_context.name == "aac":
        stripped: Callable[[Any], list[Any]] = av.BitStreamFilterContext("aac_adtstoasc", stream).filter
        return stripped
    return lambda packet: [packet]


class _Sink:
    """A file that is written once, from its beginning to its end."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, content: bytes) -> int:
        """Add what is written."""
        self.written += content
        return len(content)


def split(file: bytes) -> Packaged | None:
    """Cut a fragmented MP4 file at its fragments; None where it has none."""
    boxes = list(media.boxes(file))
    cuts = [at for type, at, _ in boxes if type == b"moof"]
    if not cuts:
        return None
    ends = [*cuts[1:], next((at for type, at, _ in boxes if type == b"mfra"), len(file))]
    init = file[: cuts[0]]
    scales = media.scales(init)
    times = [media.fragment_times(file[at:end], scales) for at, end in zip(cuts, ends, strict=True)]
    seconds = [
        max(round(length if here is None or after is None else after - here, 6), 0.001)
        for (here, length), (after, _) in zip(times, [*times[1:], (None, 0.0)], strict=True)
    ]
    segments: list[tuple[bytes, float]] = []
    for at, end, length in zip(cuts, ends, seconds, strict=True):
        if segments and length < LEAST_SECONDS:  # what is left over at the end goes with the segment before
            body, before = segments.pop()
            segments.append((body + file[at:end], round(before + length, 6)))
        else:
            segments.append((file[at:end], length))
    return Packaged(init, tuple(segments), media.codecs(init))


# --- neutral clips -----------------------------------------------------------------------------------------------


@cache
def neutral(name: Name) -> Packaged:
    """Return one of the clips that were made with Greenroom (`make clips`)."""
    packaged = split(clip(name))
    assert packaged is not None  # noqa: S101 - the clips are part of the room
    return packaged


def neutral_name(stored: Json) -> Name:
    """Return which neutral clip stands for what is stored of an asset."""
    if not stored["pixels"]:
        return "sound"
    return "wide" if stored["width"] >= stored["height"] else "tall"


# --- of an asset -------------------------------------------------------------------------------------------------


def keep(tx: Transaction, asset: Json, content: Content) -> None:
    """Package an uploaded file for an asset, where that can be done."""
    packaged = of_file(content)
    if packaged is not None:
        segments = [[tx.keep_blob(body), seconds] for body, seconds in packaged.segments]
        _insert(tx, asset, tx.keep_blob(packaged.init), segments, packaged.codecs)


def keep_cut(tx: Transaction, asset: Json, source: Json, start: float, end: float) -> None:
    """Give a clip the segments of its source that it touches."""
    package = tx.get(PACKAGES, source["id"])
    if package is not None:
        _insert(tx, asset, package["init"], within(package["segments"], start, end), package["codecs"])


def _insert(tx: Transaction, asset: Json, init: str, segments: list[Any], codecs: str) -> None:
    document = {"id": asset["id"], "init": init, "segments": segments, "codecs": codecs}
    tx.insert(PACKAGES, document, fresh=True)


def within(segments: list[Any], start: float, end: float) -> list[Any]:
    """Return the segments that lie in a span of seconds, those at its edges whole."""
    found, at = [], 0.0
    for segment in segments:
        if at < end and at + segment[1] > start:
            found.append(segment)
        at += segment[1]
    return found
