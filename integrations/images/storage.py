"""Where files are kept: an interface as narrow as object stores are wide, and a folder of this machine behind it."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_KEY = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+")


class Storage(Protocol):
    """Keeps contents under keys such as `organisation/image/large.webp`. A content is there whole, or not at all."""

    def put(self, key: str, content: bytes) -> None:
        """Keep a content; one that is there already is replaced."""

    def get(self, key: str) -> bytes | None:
        """Return a content, None where there is none."""

    def delete(self, key: str) -> None:
        """Remove a content; one that is not there is fine."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Return the keys that begin with a prefix, in order."""


class FolderStorage:
    """Keeps contents as files below a folder, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes) -> None:
        """Keep a content: written beside its place, then moved there."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as part:
            try:
                part.write(content)
                part.flush()
                os.replace(part.name, path)  # noqa: PTH105 - over what is there already
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise

    def get(self, key: str) -> bytes | None:
        """Return a content, None where there is none."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove a content, and the folder that it leaves empty."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # something else is in it, or somebody else has removed it
            path.parent.rmdir()

    def keys(self, prefix: str) -> Iterator[str]:
        """Return the keys that begin with a prefix, in order."""
        # Only what lies below the prefix's last folder is looked through, not all that is kept.
        below = self._folder / prefix.rpartition("/")[0]
        if not below.resolve().is_relative_to(self._folder.resolve()):
            return iter(())
        files = (path for path in below.rglob("*") if path.is_file() and not path.name.startswith("."))
        found = (path.relative_to(self._folder).as_posix() for path in files)
        return iter(sorted(key for key in found if key.startswith(prefix)))

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key: parts of letters, digits, -, _ and ., with slashes between")
        return self._folder / key
