"""Blocks of columns: how they are written, in few bytes, and read, no more of them than is asked for.

A block is a head that says where everything lies, then for each column its numbers and, of text, its words. Numbers that
are whole are kept in as few bytes as the largest takes, the least number of the type standing for none.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.blobs import Blobs

Json = dict[str, Any]
Array = Any

HEAD = 8
NOTHING = -1
"""A flag that nobody knows, and the number of a word that is none."""
SMALL = (np.int8, np.int16, np.int32)


class Words(NamedTuple):
    """A column of text: the words that occur, and for each view the number of its word (NOTHING without one)."""

    table: list[str]
    codes: NDArray[np.signedinteger[Any]]


# --- writing -----------------------------------------------------------------------------------------------------


def packed(columns: Json) -> bytes:
    """Write columns as one block; `start` and `end` as what they are beyond the earliest."""
    ends = columns["end"]
    told: Json = {"count": len(ends), "columns": {}}
    if len(ends):
        told["ends"] = [int(ends.min()), int(ends.max())]
    parts, at = [], 0
    for name, column in columns.items():
        base = int(column.min()) if name in ("start", "end") and len(column) else 0
        array = _small(column.codes if isinstance(column, Words) else column - base if base else column)
        raws = [np.ascontiguousarray(array).tobytes()]
        described: Json = {"type": array.dtype.str, "at": at, "size": len(raws[0]), "base": base}
        if isinstance(column, Words):
            raws.append(json.dumps(column.table).encode())
            described["words"] = len(raws[1])
        told["columns"][name] = described
        parts += raws
        at += sum(len(raw) for raw in raws)
    head = json.dumps(told).encode()
    return b"".join([len(head).to_bytes(HEAD, "big"), head, *parts])


def _small(array: Array) -> Array:
    """Return the numbers in the smallest type of whole ones that holds them all; as they are where none does."""
    if array.dtype.kind not in "if" or not len(array):
        return array
    missing = np.isnan(array) if array.dtype.kind == "f" else np.zeros(len(array), dtype=bool)
    known = array[~missing]
    for type in SMALL:
        limits = np.iinfo(type)
        if len(known) and not (limits.min < known.min() and known.max() <= limits.max):
            continue
        whole = np.where(missing, 0, array).astype(type)
        if not (whole[~missing] == known).all():
            return array
        whole[missing] = limits.min
        return whole
    return array


# --- reading -----------------------------------------------------------------------------------------------------


class Block:
    """A block that is kept."""

    def __init__(self, blobs: Blobs, digest: str) -> None:
        """Nothing is read until a column is asked for."""
        self._blobs, self._digest = blobs, digest

    @property
    def key(self) -> tuple[Blobs, str]:
        """What tells this block from all others."""
        return self._blobs, self._digest

    @property
    def count(self) -> int:
        """How many views there are."""
        return int(_head(self._blobs, self._digest)[1]["count"])

    @property
    def ends(self) -> tuple[int, int]:
        """When the first and the last of the views ended, in milliseconds."""
        first, last = _head(self._blobs, self._digest)[1]["ends"]
        return first, last

    def column(self, name: str) -> Any:
        """Return a column; None where no view has the field."""
        return _column(self._blobs, self._digest, name)


class Loose:
    """Views that are not in a block yet."""

    key = None

    def __init__(self, columns: Json) -> None:
        """Take columns as they are before they are packed."""
        self._columns = columns
        self.count = len(columns["id"])

    @property
    def ends(self) -> tuple[int, int]:
        """When the first and the last of the views ended, in milliseconds."""
        ends = self._columns["end"]
        return int(ends.min()), int(ends.max())

    def column(self, name: str) -> Any:
        """Return a column; None where no view has the field."""
        return self._columns.get(name)


@lru_cache(maxsize=256)
def _head(blobs: Blobs, digest: str) -> tuple[int, Json]:
    length = int.from_bytes(blobs.read(digest, 0, HEAD), "big")
    told: Json = json.loads(blobs.read(digest, HEAD, length))
    return HEAD + length, told


@lru_cache(maxsize=1024)
def _column(blobs: Blobs, digest: str, name: str) -> Any:
    start, told = _head(blobs, digest)
    described = told["columns"].get(name)
    if described is None:
        return None
    at = start + described["at"]
    raw = blobs.read(digest, at, described["size"] + described.get("words", 0))
    array = np.frombuffer(raw[: described["size"]], dtype=np.dtype(described["type"]))
    if "words" in described:
        return Words(orjson.loads(raw[described["size"] :]), array)
    return array.astype(np.int64) + described["base"] if described["base"] else array


def numbers(array: Array) -> Array:
    """Return a column's numbers as they were told, none as NaN."""
    if array.dtype.kind == "f":
        return array
    told = array.astype(np.float64)
    if array.dtype in SMALL:
        told[array == np.iinfo(array.dtype).min] = np.nan
    return told


def filled(array: Array) -> tuple[Array, Array]:
    """Return a column's numbers, 0 where there is none, and where there is one (None: everywhere)."""
    if array.dtype in SMALL:
        known = array != np.iinfo(array.dtype).min
        return (array, None) if known.all() else (array * known, known)
    if array.dtype.kind == "f":
        known = ~np.isnan(array)
        return (array, None) if known.all() else (np.where(known, array, 0.0), known)
    return array, None


def forget() -> None:
    """Let go of what was read of blocks: it is read again when it is asked for."""
    _head.cache_clear()
    _column.cache_clear()
