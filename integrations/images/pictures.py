"""What an uploaded picture must be, and what is made of it for the web."""

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

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
    """Return the format of an uploaded picture, and what is kept of it; raises `PictureRefusedError`.

    What is kept is drawn anew: nothing else that a file carries (a page, a script, an archive, further frames) survives.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _check_size(opened.width, opened.height)
            # A JPEG is decoded no larger than it is needed, which spares most of the memory.
            opened.draft(None, (VARIANTS["large"], VARIANTS["large"]))
            opened.load()
            format, profile = opened.format or "", opened.info.get("icc_profile")
            picture = _scaled(_workable(opened), VARIANTS["large"])
            ImageOps.exif_transpose(picture, in_place=True)
            shown = _in_srgb(picture, profile)
    except UnidentifiedImageError as error:
        raise PictureRefusedError("The file is no JPEG, PNG, WebP or GIF.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefusedError(f"The picture has more than {MOST_PIXELS:,} pixels.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        if isinstance(error, PictureRefusedError):
            raise
        raise PictureRefusedError("The picture is damaged or cut off.") from error
    return format, [_variant(_scaled(shown, side), name) for name, side in VARIANTS.items()]


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureRefusedError(f"The picture has more than {MOST_PIXELS:,} pixels.")
    if min(width, height) < SMALLEST:
        raise PictureRefusedError(f"The picture is smaller than {SMALLEST} pixels a side.")


def _workable(picture: Image.Image) -> Image.Image:
    """Return a picture whose pixels can be mixed: none of a palette, of one bit or of sixteen."""
    if picture.mode.startswith("I"):
        found = picture.point(lambda value: value * (1 / 256)).convert("L")  # else all above 255 is white
    elif picture.mode in ("P", "PA", "1", "LA") or "transparency" in picture.info:
        transparent = "A" in picture.mode or "transparency" in picture.info
        found = picture.convert("RGBA" if transparent else "RGB")
    else:
        return picture
    found.info = {**picture.info}
    return found


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    """Return a picture no longer than that on its longer side, with the notes that it had."""
    if max(picture.size) <= side:
        return picture
    found = ImageOps.contain(picture, (side, side))
    found.info = {**picture.info}
    return found


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture in the colours that browsers take for granted; a profile that is none is passed over."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            found = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            found = None
        if found is not None:
            return found
    return picture.convert(mode)


def _variant(picture: Image.Image, name: str) -> Variant:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=None)
    return Variant(name=name, width=picture.width, height=picture.height, content=target.getvalue())
