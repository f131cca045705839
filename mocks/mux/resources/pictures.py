"""Pictures of an asset: thumbnails, animated pictures, storyboards.

They are taken from the uploaded film where it is packaged and PyAV is there, and drawn otherwise, as the neutral clip
that is played then. (Mux docs: get images from a video, create timeline hover previews.)
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby
from math import ceil
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mocks.mux import errors
from mocks.mux.resources import drawing, manifests
from mocks.mux.resources.packages import PACKAGES

if TYPE_CHECKING:
    from PIL.Image import Image

    from harness.transaction import Transaction
    from mocks.mux.resources.playing import Playing

Json = dict[str, Any]

TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
FITS = ("preserve", "stretch", "crop", "smartcrop", "pad")
LONGEST_GIF, WIDEST_GIF, FASTEST_GIF = 10.0, 640, 30
MOST_PIXELS = 16_000_000
"""All pictures of an animation together: beyond that it has fewer of them. Everybody waits while it is made."""
TILES, LONG_TILES, LONG = 50, 100, 900.0
"""A storyboard has 50 tiles, or 100 for films of more than a quarter of an hour."""
COLUMNS, TILE = 5, 256
LARGEST = 4096


def thumbnail(tx: Transaction, playing: Playing, extension: str) -> bytes:
    """Return one moment of a film, in the size and shape asked for."""
    if extension not in ("jpg", "png", "webp"):
        raise errors.nothing_there()
    asset = playing.asset
    at = playing.number("time", _usual_moment(asset))
    turned = playing.word("rotate", ("90", "180", "270"), "0")
    fit = playing.word("fit_mode", FITS, "preserve")
    frame = _frames(tx, asset, [at], _size(asset))[0]
    return _written(_flipped(playing, _fitted(playing, frame, fit), int(turned)), extension)


def _usual_moment(asset: Json) -> float:
    """The middle of a film, unless its asset says otherwise."""
    chosen = asset["thumbnail_time"]
    return float(asset["media"]["duration"] / 2 if chosen is None else chosen)


def _size(asset: Json) -> tuple[int, int]:
    stored = asset["media"]
    if not stored["pixels"]:
        raise errors.nothing_there()
    return int(stored["width"]), int(stored["height"])


def _fitted(playing: Playing, frame: Image, fit: str) -> Image:
    from PIL import ImageOps

    width = int(playing.number("width", 0, 1, LARGEST))
    height = int(playing.number("height", 0, 1, LARGEST))
    if not width and not height:
        return frame
    size = (
        width or max(1, round(height * frame.width / frame.height)),
        height or max(1, round(width * frame.height / frame.width)),
    )
    if not width or not height or fit == "stretch":
        return frame.resize(size)
    if fit == "preserve":
        return ImageOps.contain(frame, size)
    return ImageOps.pad(frame, size) if fit == "pad" else ImageOps.fit(frame, size)


def _flipped(playing: Playing, frame: Image, turned: int) -> Image:
    from PIL import ImageOps

    if turned:
        frame = frame.rotate(-turned, expand=True)
    if str(playing.asked.get("flip_h", "")).lower() == "true":
        frame = ImageOps.mirror(frame)
    return ImageOps.flip(frame) if str(playing.asked.get("flip_v", "")).lower() == "true" else frame


def animated(tx: Transaction, playing: Playing, extension: str) -> bytes:
    """Return a few seconds of a film as a picture that moves."""
    if extension not in ("gif", "webp"):
        raise errors.nothing_there()
    start = playing.number("start", 0.0)
    end = playing.number("end", start + 5.0)
    if not 0.25 <= end - start <= LONGEST_GIF:
        raise errors.unplayable("The span from start to end must be of 0.25 to 10 seconds")
    rate = playing.number("fps", 15, 1, FASTEST_GIF)
    whole, size = playing.asset["media"]["duration"], _size(playing.asset)
    width = int(playing.number("width", 0, 1, WIDEST_GIF))
    height = int(playing.number("height", 0, 1, WIDEST_GIF))
    if not width:
        width = max(1, round(height * size[0] / size[1])) if height else min(320, size[0])
    height = height or max(1, round(width * size[1] / size[0]))
    seconds = min(end, whole) - min(start, whole)
    most = max(2, MOST_PIXELS // (width * height))
    if seconds * rate > most:
        rate = most / seconds
    count = max(1, int(seconds * rate + 1e-9))
    frames = _frames(tx, playing.asset, [start + each / rate for each in range(count)], (width, height))
    return _moving(frames, extension, max(20, round(1000 / rate)))


def _moving(frames: list[Image], extension: str, milliseconds: int) -> bytes:
    """Write pictures as one that moves; those of a GIF share their 256 colours."""
    if extension == "gif":
        from PIL.Image import Dither

        colours = _colours(frames)
        frames = [each.quantize(palette=colours, dither=Dither.NONE) for each in frames]
    target = io.BytesIO()
    first, rest = frames[0], frames[1:]
    first.save(target, FORMATS[extension], save_all=True, append_images=rest, duration=milliseconds, loop=0)
    return target.getvalue()


def _colours(frames: list[Image]) -> Image:
    """Return a picture whose palette suits some pictures: of a strip of eight of them, small."""
    chosen = frames[:: ceil(len(frames) / 8)]
    small = [each.resize((max(1, each.width // 4), max(1, each.height // 4))) for each in chosen]
    strip = small[0].resize((small[0].width * len(small), small[0].height))
    for number, each in enumerate(small):
        strip.paste(each, (number * each.width, 0))
    return strip.quantize(256)


# --- storyboards -------------------------------------------------------------------------------------------------


def tiles(playing: Playing) -> tuple[tuple[int, int], list[tuple[float, int, int]]]:
    """Return the size of a tile, and of each its beginning in seconds and its place in the sheet."""
    width, height = _size(playing.asset)
    size = (TILE, round(TILE * height / width)) if width >= height else (round(TILE * width / height), TILE)
    whole = playing.asset["media"]["duration"]
    count = max(1, min(LONG_TILES if whole > LONG else TILES, int(whole)))
    return size, [
        (round(n * whole / count, 6), n % COLUMNS * size[0], n // COLUMNS * size[1]) for n in range(count)
    ]


def storyboard(tx: Transaction, playing: Playing, extension: str) -> bytes:
    """Return the sheet of tiles."""
    from PIL import Image

    if extension not in ("jpg", "png", "webp"):
        raise errors.nothing_there()
    (width, height), places = tiles(playing)
    sheet = Image.new("RGB", (COLUMNS * width, ceil(len(places) / COLUMNS) * height))
    frames = _frames(tx, playing.asset, [at for at, _, _ in places], (width, height), exact=False)
    for frame, (_, x, y) in zip(frames, places, strict=True):
        sheet.paste(frame, (x, y))
    return _written(sheet, extension)


def storyboard_json(tx: Transaction, playing: Playing) -> Json:
    """Tell where the tiles of a storyboard lie."""
    (width, height), places = tiles(playing)
    return {
        "url": _sheet(tx, playing),
        "tile_width": width,
        "tile_height": height,
        "duration": playing.asset["media"]["duration"],
        "tiles": [{"start": at, "x": x, "y": y} for at, x, y in places],
    }


def storyboard_vtt(tx: Transaction, playing: Playing) -> str:
    """Tell where the tiles of a storyboard lie, as players read it."""
    (width, height), places = tiles(playing)
    url, whole = _sheet(tx, playing), playing.asset["media"]["duration"]
    ends = [*(at for at, _, _ in places[1:]), whole]
    written = [
        f"{manifests.clock(at)} --> {manifests.clock(end)}\n{url}#xywh={x},{y},{width},{height}\n"
        for (at, x, y), end in zip(places, ends, strict=True)
    ]
    return "\n".join(["WEBVTT\n", *written])


def _sheet(tx: Transaction, playing: Playing) -> str:
    format = playing.word("format", ("jpg", "png", "webp"), "jpg")
    return manifests.address(playing, f"{manifests.base(tx, playing.id)}/storyboard.{format}")


# --- frames ------------------------------------------------------------------------------------------------------


def _written(frame: Image, extension: str) -> bytes:
    target = io.BytesIO()
    frame.save(target, FORMATS[extension])
    return target.getvalue()


def _frames(
    tx: Transaction, asset: Json, times: list[float], size: tuple[int, int], *, exact: bool = True
) -> list[Image]:
    """Return the pictures at some moments; `exact` ones cost more than those of the last key frame before."""
    whole = asset["media"]["duration"]
    moments = [min(max(at, 0.0), whole) for at in times]
    package = tx.get(PACKAGES, asset["id"])
    taken = _taken(tx, package, moments, size, exact=exact) if package is not None else None
    if taken is not None:
        return taken
    name = asset["settings"].get("meta", {}).get("title", "Greenroom")
    return [drawing.picture(name, at, whole, size) for at in moments]


def _taken(
    tx: Transaction, package: Json, moments: list[float], size: tuple[int, int], *, exact: bool
) -> list[Image] | None:
    """Take pictures out of a package's segments, each of which is decoded once; None where it has none."""
    try:
        import av
    except ImportError:
        return None
    init, found = tx.blob(package["init"]), list[Any]()
    places = [_place(package["segments"], moment) for moment in moments]
    for number, group in groupby(places, key=itemgetter(0)):
        source = io.BytesIO(init + tx.blob(package["segments"][number][0]))
        try:
            with av.open(source) as film:
                found += _shown(film, [within for _, within in group], size, exact=exact)
        except av.error.FFmpegError:
            return None
    return found if len(found) == len(moments) else None


def _shown(film: Any, moments: list[float], size: tuple[int, int], *, exact: bool) -> Iterator[Image]:
    """Return the frame that is shown at each moment (seconds from the segment's beginning, in order)."""
    frames = film.decode(video=0) if film.streams.video else iter(())
    here, ahead = next(frames, None), next(frames, None) if exact else None
    if here is None:
        return
    start = here.time or 0.0
    for moment in moments:
        while ahead is not None and (ahead.time or 0.0) - start <= moment + 1e-6:
            here, ahead = ahead, next(frames, None)
        image = here.to_image()
        if here.rotation:
            image = image.rotate(here.rotation, expand=True)
        yield image if image.size == size else image.resize(size)


def _place(segments: list[Any], moment: float) -> tuple[int, float]:
    at = 0.0
    for number, (_, seconds) in enumerate(segments):
        if moment < at + seconds or number == len(segments) - 1:
            return number, moment - at
        at += seconds
    raise errors.nothing_there()
