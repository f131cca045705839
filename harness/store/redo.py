"""The redo log: batches that were acknowledged and that the database file does not hold yet, one line each.

To commit in SQLite costs a page for every index that a request touches. So a batch is made durable by one write to this
file, SQLite's own transaction goes on over thousands of requests, and when it is committed at last the log begins
anew. What a killed process leaves in the log is written again at the next start.

The first line names the generation: the number of SQLite's commit that will make the log worthless. A log of another
generation than the database's own is not read. Each line has a checksum; the first that is not whole ends the log, as a
kill leaves it. Where whole ones follow, no kill did that: the file is damaged, and nobody writes over what it holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from harness.errors import StoreError


class RedoLog:
    """A file of lines `<crc32 in hex> <JSON>`; `size` is how many bytes of it count."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; what it holds is left for `read`."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._path = path
        self._generation = 0
        self.size = 0

    def read(self, generation: int) -> Iterator[list[Any]]:
        """Yield the units of a generation in order, and go on writing behind them; raise StoreError for a damaged file."""
        self.restart(generation)
        size = 0
        with self._path.open("rb") as lines:
            for line in lines:
                content = _content(line)
                if content is None and ((size == 0 and line.endswith(b"\n")) or any(map(_content, lines))):
                    raise StoreError(
                        f"{self._path} is damaged at byte {size}: what was acknowledged after it cannot be brought back."
                        " Give back an undamaged copy, or move the file away to go on without all that it holds;"
                        " nothing was changed"
                    )
                if content is None or (size == 0 and content != generation):
                    break
                if size:
                    yield from content
                size += len(line)
        self.size = size

    def append(self, units: list[bytes]) -> None:
        """Write a batch of units (JSON); raise OSError when it cannot be written: it then does not count."""
        line = _line(b"[%b]" % b",".join(units))
        if self.size == 0:
            os.ftruncate(self._file, 0)
            line = _line(b"%d" % self._generation) + line
        written = 0
        while written < len(line):
            written += os.pwrite(self._file, line[written:] if written else line, self.size + written)
        self.size += written

    def restart(self, generation: int) -> None:
        """Forget everything: the next batch is the first of a generation."""
        self._generation = generation
        self.size = 0

    def close(self) -> None:
        """Close the file, cut to what counts."""
        os.ftruncate(self._file, self.size)
        os.close(self._file)


def _line(content: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(content), content)


def _content(line: bytes) -> Any:
    """Return what a line holds, None when it is not whole."""
    checksum, _, content = line.removesuffix(b"\n").partition(b" ")
    whole = line.endswith(b"\n") and checksum == b"%08x" % crc32(content)
    return orjson.loads(content) if whole else None
