"""Pictures that are drawn, where there is no film to take them from: what the neutral clips and their thumbnails show."""

from __future__ import annotations

from hashlib import blake2b
from math import cos, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SHADES = ((38, 70, 83), (42, 96, 92), (92, 75, 120), (120, 80, 60), (60, 84, 130), (84, 100, 52))


def picture(name: str, at: float, whole: float, size: tuple[int, int]) -> Image:
    """Draw the moment `at` of a film of `whole` seconds: its name, the time, and a hand that goes round once."""
    from PIL import Image, ImageDraw, ImageFont  # here: it is slow to import

    width, height = size
    image = Image.new("RGB", size, SHADES[blake2b(name.encode(), digest_size=1).digest()[0] % len(SHADES)])
    draw = ImageDraw.Draw(image)
    radius = min(width, height) * 0.28
    x, y = width / 2, height * 0.44
    turn = 2 * pi * (at / whole if whole else 0.0) - pi / 2
    line = max(1, round(radius / 14))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(235, 235, 225), width=line)
    draw.line((x, y, x + radius * cos(turn), y + radius * sin(turn)), fill=(244, 162, 97), width=2 * line)
    letters = max(8, round(min(width, height) * 0.09))
    font = ImageFont.load_default(letters)
    draw.text((x, height * 0.86), f"{name[:24]}  {at:.2f} s", fill=(235, 235, 225), font=font, anchor="mm")
    return image
