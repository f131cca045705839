"""Large contents (uploaded files), kept beside the database under the digest of their bytes.

A document holds the digest. Contents never change and are shared by everything that names them, so that snapshots,
forks and resets copy no file. A file is complete on disk before the transaction that names it commits.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path


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

    def path(self, digest: str) -> Path:
        """Return where a content lies."""
        return self.folder / digest[:2] / digest

    def read(self, digest: str, at: int = 0, size: int = -1) -> bytes:
        """Return a content, or `size` bytes of it from `at` on; raise FileNotFoundError when somebody has removed it."""
        with self.path(digest).open("rb") as file:
            file.seek(at)
            return file.read(size)
