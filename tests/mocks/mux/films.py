"""Real films, made by PyAV: what a camera would give, small. (`movies.py` makes files that only look like films.)"""

import io
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.mocks.mux.movies import box

SOUND_RATE = 48000


@cache
def film(
    seconds: int = 4,
    width: int = 320,
    height: int = 180,
    *,
    rate: int = 24,
    sound: bool = True,
    format: str = "mp4",
    codec: str = "libx264",
) -> bytes:
    """Return a film whose picture is all of one colour: red in its first second, then green, blue, and so on."""
    av: Any = pytest.importorskip("av")
    target = io.BytesIO()
    with av.open(target, "w", format=format) as file:
        picture = file.add_stream(codec, rate=rate)
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        picture.time_base = Fraction(1, rate)
        picture.gop_size = rate
        tone = file.add_stream("libopus" if format == "webm" else "aac", rate=SOUND_RATE) if sound else None
        packets = []
        for number in range(seconds * rate):
            content = np.zeros((height, width, 3), dtype=np.uint8)
            content[:, :, number // rate % 3] = 230
            content[:8, : 4 + number % 60] = 255
            frame = av.VideoFrame.from_ndarray(content, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            packets += picture.encode(frame)
        packets += picture.encode()
        if tone is not None:
            packets += _sound(av, tone, seconds)
        for packet in sorted(packets, key=lambda each: each.dts * each.time_base):
            file.mux(packet)
    return target.getvalue()


def _sound(av: Any, tone: Any, seconds: int) -> list[Any]:
    wave = (0.05 * np.sin(np.arange(seconds * SOUND_RATE) * 0.03)).astype(np.float32)
    packets = []
    for start in range(0, len(wave), 960):
        piece = np.repeat(wave[None, start : start + 960], 2, axis=0)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
        packets += tone.encode(frame)
    return [*packets, *tone.encode()]


def padded(content: bytes, size: int) -> bytes:
    """Return an MP4 file brought to a size by a box that every player leaves out."""
    filler = np.random.default_rng(7).bytes(size - len(content) - 8)
    return content + box(b"free", filler)
