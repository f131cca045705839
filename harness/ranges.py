"""Files in pieces: a range of bytes is answered with it, as players of films ask for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from harness.messages import Reply

if TYPE_CHECKING:
    from harness.messages import Request

LARGEST_PIECE = 4 << 20
"""At most so many bytes of a range are answered, as HTTP allows (RFC 9110, 15.3.7): browsers ask on."""
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class File(Protocol):
    """Something with a size that is read by offset."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    def slice(self, at: int, size: int) -> bytes:
        """Return up to `size` bytes from an offset on."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that is in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)

    def slice(self, at: int, size: int) -> bytes:
        """Return up to `size` bytes from an offset on."""
        return self.content[at : at + size]


def reply(
    request: Request | None, file: File, content_type: str, headers: list[tuple[str, str]] | None = None
) -> Reply:
    """Answer with a file, or the range of it that is asked for; 416 where there is nothing of that."""
    told = [("Accept-Ranges", "bytes"), *(headers or ())]
    asked = _RANGE.fullmatch((request.header("range") or "").strip()) if request else None
    if asked is None or not (asked[1] or asked[2]):
        return Reply(file.slice(0, file.size), 200, told, content_type)
    first = int(asked[1]) if asked[1] else max(file.size - int(asked[2]), 0)
    last = min(int(asked[2]) if asked[1] and asked[2] else file.size - 1, file.size - 1)
    if first > last:
        return Reply(b"", 416, [*told, ("Content-Range", f"bytes */{file.size}")], content_type)
    last = min(last, first + LARGEST_PIECE - 1)
    told.append(("Content-Range", f"bytes {first}-{last}/{file.size}"))
    return Reply(file.slice(first, last - first + 1), 206, told, content_type)
