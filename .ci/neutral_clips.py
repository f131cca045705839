"""Makes the clips that rooms play where they have no film of their own (`make clips`; needs the extra `video`).

Six seconds in fragments of two: a frame drawn as thumbnails are, a sweeping hand, and a quiet tone. A lying picture, a
standing one, and sound alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from mocks.mux.resources import drawing

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "data" / "clips"
SECONDS, RATE, SOUND = 6, 24, 48000
SIZES = {"wide": (320, 180), "tall": (180, 320), "sound": None}


def main() -> None:
    """Write the three clips."""
    FOLDER.mkdir(exist_ok=True)
    for name, size in SIZES.items():
        made = clip(size)
        (FOLDER / f"{name}.mp4").write_bytes(made)
        print(f"{name}.mp4: {len(made)} bytes")


def clip(size: tuple[int, int] | None) -> bytes:
    """Return a fragmented MP4 file."""
    target = io.BytesIO()
    flags = "frag_keyframe+empty_moov+default_base_moof" if size else "empty_moov+default_base_moof"
    options = {"movflags": flags, "fflags": "+bitexact"} | ({} if size else {"frag_duration": "2000000"})
    with av.open(target, "w", format="mp4", options=options) as file:
        streams = [_picture(file, size)] if size else []
        streams.append(_tone(file))
        packets = [each for encoded in [encode() for encode in streams] for each in encoded]
        for packet in sorted(packets, key=_instant):
            file.mux(packet)
    return target.getvalue()


def _picture(file: av.container.OutputContainer, size: tuple[int, int]) -> Callable[[], list[Any]]:
    stream = file.add_stream("libx264", rate=RATE)
    stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
    stream.options = {"preset": "slow", "crf": "30", "tune": "animation", "x264-params": _x264()}
    stream.time_base = Fraction(1, RATE)

    def encode() -> list[Any]:
        packets = []
        for number in range(SECONDS * RATE):
            image = drawing.picture("Greenroom", number / RATE, SECONDS, size)
            frame: Any = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            packets += stream.encode(frame)
        return [*packets, *stream.encode()]

    return encode


def _instant(packet: Any) -> Fraction:
    instant: Fraction = packet.dts * packet.time_base
    return instant


def _x264() -> str:
    return f"keyint={2 * RATE}:min-keyint={2 * RATE}:scenecut=0:bframes=0:threads=1"


def _tone(file: av.container.OutputContainer) -> Callable[[], list[Any]]:
    stream = file.add_stream("aac", rate=SOUND, layout="mono")
    stream.bit_rate, stream.time_base = 32_000, Fraction(1, SOUND)
    times = np.arange(SECONDS * SOUND) / SOUND
    wave = (0.02 * np.sin(2 * np.pi * 220 * times)).astype(np.float32)

    def encode() -> list[Any]:
        packets = []
        for start in range(0, len(wave), 1024):
            frame = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = SOUND, start, Fraction(1, SOUND)
            packets += stream.encode(frame)
        return [*packets, *stream.encode()]

    return encode


if __name__ == "__main__":
    main()
