"""Large contents (uploaded files), kept beside the database under the digest of their bytes.

A document holds the digest. Contents never change and are shared by everything that names them, so that snapshots,
forks and resets copy no file. A file is complete on disk before the transaction that names it commits.
"""

from __future__ import annotations

import itertools
import os
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO


class Blobs:
    """A folder of files named by the SHA-256 of what they hold, two letters of it a folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made until the first content is kept."""
        self.folder = folder

    def keep(self, content: bytes) -> str:
        """Keep a content and return its digest (64 hexadecimal digits); one that is there already is not written."""
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(content)
            os.replace(part, path)  # noqa: PTH105 - over a file that a killed server left behind
        return digest

    def incoming(self) -> Incoming:
        """Return a content that is yet to come."""
        return Incoming(self)

    def path(self, digest: str) -> Path:
        """Return where a content lies."""
        return self.folder / digest[:2] / digest

    def read(self, digest: str, at: int = 0, size: int = -1) -> bytes:
        """Return a content, or `size` bytes of it from `at` on; raise FileNotFoundError when somebody has removed it."""
        with self.path(digest).open("rb") as file:
            file.seek(at)
            return file.read(size)


_numbers = itertools.count(1)
COPIED = 1 << 20


class Incoming:
    """A content that comes piece by piece and is never in memory whole; it is gone unless it is kept.

    What is not kept is removed by `discard`. A killed server leaves its parts behind, which the next one writes over.
    """

    def __init__(self, blobs: Blobs) -> None:
        """Nothing is written until the first piece comes."""
        self.size = 0
        self._blobs = blobs
        self._part = blobs.folder / "incoming" / f"{next(_numbers)}.part"
        self._hash = sha256()
        self._file: BinaryIO | None = None

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        if self._file is None:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("wb")
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def keep(self, skipped: int = 0) -> str:
        """Keep all that came, but for so many bytes at its beginning; return the digest."""
        if skipped:
            return self._rest(skipped).keep()
        if self._file is None:
            return self._blobs.keep(b"")
        self._file.close()
        self._file = None
        digest = self._hash.hexdigest()
        path = self._blobs.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self._part, path)  # noqa: PTH105 - what is there already is the same
        return digest

    def _rest(self, skipped: int) -> Incoming:
        rest = Incoming(self._blobs)
        if self._file is not None:
            self._file.flush()
            with self._part.open("rb") as source:
                source.seek(skipped)
                while piece := source.read(COPIED):
                    rest.write(piece)
        return rest

    def discard(self) -> None:
        """Remove what came and was not kept."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)
