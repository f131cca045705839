"""What an uploaded picture must be, and what is made of it for the web."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

#: Formats that are taken, by Pillow's names; what they claim to be does not matter, what they are does.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 50_000_000
SMALLEST = 16
#: The longer side, in pixels, of what is kept.
VARIANTS = {"large": 2048, "small": 480}
QUALITY = 82
TYPE = "image/webp"


class PictureRefusedError(ValueError):
    """A file is no picture that can be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A picture as it is kept: WebP, turned upright, without the camera's notes (place, date, device)."""

    name: str
    width: int
    height: int
    content: bytes


def variants(content: bytes) -> tuple[str, list[Variant]]:
    """Return the format of an uploaded picture, and what is kept of it; raises `PictureRefusedError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                _check_size(opened.width, opened.height)
                format = opened.format or ""
                picture = ImageOps.exif_transpose(opened)
                picture.load()
    except UnidentifiedImageError as error:
        raise PictureRefusedError("The file is no JPEG, PNG, WebP or GIF.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefusedError(f"The picture has more than {MOST_PIXELS:,} pixels.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        if isinstance(error, PictureRefusedError):
            raise
        raise PictureRefusedError("The picture is damaged or cut off.") from error
    return format, [_variant(picture, name, side) for name, side in VARIANTS.items()]


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureRefusedError(f"The picture has more than {MOST_PIXELS:,} pixels.")
    if min(width, height) < SMALLEST:
        raise PictureRefusedError(f"The picture is smaller than {SMALLEST} pixels a side.")


def _variant(picture: Image.Image, name: str, side: int) -> Variant:
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    shown = picture.convert("RGBA" if transparent else "RGB")
    if max(shown.size) > side:
        shown = ImageOps.contain(shown, (side, side))
    target = io.BytesIO()
    shown.save(target, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=None)
    return Variant(name=name, width=shown.width, height=shown.height, content=target.getvalue())
