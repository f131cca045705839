"""The bytes of a direct upload: resumable PUTs as Google Cloud Storage takes them, kept chunk by chunk.

Bytes are taken in order. What comes twice is left out, what comes too early is refused, and every answer tells how far
the file is there. (Google Cloud docs: resumable uploads; UpChunk 3.5.0 is written for it.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mocks.mux import errors

if TYPE_CHECKING:
    from harness.blobs import Blobs
    from harness.transaction import Transaction

Json = dict[str, Any]

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")
_QUERY = re.compile(r"bytes \*/(\d{1,15}|\*)")


class Bytes(Protocol):
    """What a request brings: as many bytes as `size`, kept but for the first so many."""

    size: int

    def keep(self, skipped: int = 0) -> str:
        """Keep them and return their digest."""


class Small:
    """Bytes that are in memory."""

    def __init__(self, tx: Transaction, body: bytes) -> None:
        """Take them."""
        self.size = len(body)
        self._tx, self._body = tx, body

    def keep(self, skipped: int = 0) -> str:
        """Keep them and return their digest."""
        return self._tx.keep_blob(self._body[skipped:])


@dataclass(frozen=True, slots=True)
class Span:
    """What a request brings: bytes from `start` on, of a file of `total` bytes (None: not known yet).

    A question how far the upload is brings no bytes; it ends an upload whose bytes are all there.
    """

    start: int
    bytes: Bytes
    total: int | None
    question: bool = False


class Early(Exception):
    """The bytes begin behind the end of what is there: something between was lost."""


class Content:
    """A file that is kept in parts, read by offset; also a file object, as media libraries want it."""

    def __init__(self, blobs: Blobs, parts: list[list[Any]]) -> None:
        """`parts` are the [digest, size] of the chunks, in order."""
        self._blobs = blobs
        self._parts = parts
        self._at = 0
        self.size: int = sum(size for _, size in parts)

    def slice(self, at: int, size: int) -> bytes:
        """Return up to `size` bytes from an offset on."""
        found, start = [], 0
        for digest, length in self._parts:
            if at < start + length and at + size > start:
                first, beyond = max(0, at - start), min(length, at + size - start)
                found.append(self._blobs.read(digest, first, beyond - first))
            start += length
        return b"".join(found)

    def paths(self) -> list[str]:
        """Return where the parts lie, in order."""
        return [str(self._blobs.path(digest)) for digest, _ in self._parts]

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        found = self.slice(self._at, self.size if size < 0 else size)
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset."""
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def tell(self) -> int:
        """Return the offset that is read from next."""
        return self._at

    def seekable(self) -> bool:
        """Any offset can be gone to."""
        return True


def span(header: str | None, body: Bytes) -> Span:
    """Read `Content-Range`; without one the body is the whole file. Refuse what contradicts the body."""
    if header is None:
        return Span(0, body, body.size)
    asked = _QUERY.fullmatch(header.strip())
    if asked is not None:
        if body.size:
            raise errors.bad_range("A request that asks for the upload's state has no body.")
        return Span(0, body, _total(asked[1]), question=True)
    given = _RANGE.fullmatch(header.strip())
    if given is None:
        raise errors.bad_range("The Content-Range header is malformed.")
    start, end, total = int(given[1]), int(given[2]), _total(given[3])
    if end < start or end - start + 1 != body.size:
        raise errors.bad_range(f"Content-Range tells of {end - start + 1} bytes, the body has {body.size}.")
    if total is not None and end >= total:
        raise errors.bad_range(f"Byte {end} lies beyond the total of {total}.")
    return Span(start, body, total)


def _total(text: str) -> int | None:
    return None if text == "*" else int(text)


def take(kept: Json, sent: Span) -> bool:
    """Add what a request brings to `kept` ({parts, received, total}); tell whether the file is complete.

    Raises Early where bytes are missing before it; refuses another total than the one told before.
    """
    if sent.total is not None and kept["total"] not in (None, sent.total):
        raise errors.bad_range(f"The total was {kept['total']} before, and is {sent.total} now.")
    if sent.total is not None and kept["received"] > sent.total:
        raise errors.bad_range(
            f"{kept['received']} bytes are there already, more than the total of {sent.total}."
        )
    if sent.start > kept["received"]:
        raise Early
    if sent.total is not None:
        kept["total"] = sent.total
    known = kept["received"] - sent.start
    fresh = sent.bytes.size - known
    if fresh > 0:
        kept["parts"].append([sent.bytes.keep(known), fresh])
        kept["received"] += fresh
    return kept["total"] is not None and kept["received"] == kept["total"]
