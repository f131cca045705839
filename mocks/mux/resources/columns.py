"""Views as columns of numbers, so that a million of them are counted in a moment.

A block holds up to a hundred thousand views: one array for each field that any of them has. Text is a table of the words
that occur and a number for each view. Blocks never change and are kept as blobs; what was read of one stays in memory
for a while, by its digest, whichever world asks.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from harness.blobs import Blobs

Json = dict[str, Any]
Array = Any

LARGEST = 100_000
"""Views of one block."""
HEAD = 8
NOTHING = -1
"""A flag that nobody knows, and the number of a word that is none."""


class Fields(NamedTuple):
    """Which fields of a view are words, flags (yes, no, unknown) and numbers, and which of them are dimensions."""

    text: tuple[str, ...]
    flags: tuple[str, ...]
    numbers: tuple[str, ...]
    none: tuple[str, ...]
    as_text: frozenset[str]
    renamed: dict[str, str]
    basic: tuple[str, ...]
    advanced: tuple[str, ...]

    def of_dimension(self, name: str) -> str:
        """Return the field that a dimension looks at."""
        return self.renamed.get(name, name)


@cache
def fields() -> Fields:
    """Return the fields, as Mux's document names them."""
    told = json.loads((resources.files("mocks.mux") / "view_fields.json").read_text("utf-8"))
    lists = {name: tuple(told[name]) for name in ("text", "flags", "numbers", "none", "basic", "advanced")}
    return Fields(**lists, as_text=frozenset(told["as_text"]), renamed=told["renamed"])


class Words(NamedTuple):
    """A column of text: the words that occur, and for each view the number of its word (NOTHING without one)."""

    table: list[str]
    codes: NDArray[np.int32]


# --- writing -----------------------------------------------------------------------------------------------------


def coded(values: Iterable[str | None]) -> Words:
    """Return a column of text."""
    table: dict[str, int] = {}
    codes = [NOTHING if value is None else table.setdefault(value, len(table)) for value in values]
    return Words(list(table), np.array(codes, dtype=np.int32))


def of_rows(rows: list[Json]) -> Json:
    """Return the columns of views that are told one by one: {id, start, end (ms), fields}."""
    known = fields()
    found: Json = {
        "id": np.array([row["id"] for row in rows], dtype="S36"),
        "start": np.array([row["start"] for row in rows], dtype=np.int64),
        "end": np.array([row["end"] for row in rows], dtype=np.int64),
    }
    told = {name for row in rows for name, value in row["fields"].items() if value is not None}
    for name in known.text:
        if name in told:
            found[name] = coded(row["fields"].get(name) for row in rows)
    for name in known.flags:
        if name in told:
            values = [row["fields"].get(name) for row in rows]
            found[name] = np.array([NOTHING if each is None else int(each) for each in values], dtype=np.int8)
    for name in known.numbers:
        if name in told:
            values = [row["fields"].get(name) for row in rows]
            found[name] = np.array([np.nan if each is None else each for each in values], dtype=np.float64)
    return found


def packed(columns: Json) -> bytes:
    """Write columns as one block: where everything lies, then the arrays."""
    told: Json = {"count": len(columns["id"]), "columns": {}}
    parts, at = [], 0
    for name, column in columns.items():
        array = column.codes if isinstance(column, Words) else column
        raw = np.ascontiguousarray(array).tobytes()
        described = {"type": array.dtype.str, "at": at, "size": len(raw)}
        told["columns"][name] = described | ({"table": column.table} if isinstance(column, Words) else {})
        parts.append(raw)
        at += len(raw)
    head = json.dumps(told).encode()
    return b"".join([len(head).to_bytes(HEAD, "big"), head, *parts])


# --- reading -----------------------------------------------------------------------------------------------------


class Block:
    """A block that is kept."""

    def __init__(self, blobs: Blobs, digest: str) -> None:
        """Nothing is read until a column is asked for."""
        self._blobs, self._digest = blobs, digest

    @property
    def count(self) -> int:
        """How many views there are."""
        return int(_head(self._blobs, self._digest)[1]["count"])

    def column(self, name: str) -> Any:
        """Return a column; None where no view has the field."""
        return _column(self._blobs, self._digest, name)


class Loose:
    """Views that are not in a block yet."""

    def __init__(self, columns: Json) -> None:
        """Take columns as `of_rows` makes them."""
        self._columns = columns
        self.count = len(columns["id"])

    def column(self, name: str) -> Any:
        """Return a column; None where no view has the field."""
        return self._columns.get(name)


@lru_cache(maxsize=256)
def _head(blobs: Blobs, digest: str) -> tuple[int, Json]:
    length = int.from_bytes(blobs.read(digest, 0, HEAD), "big")
    told: Json = json.loads(blobs.read(digest, HEAD, length))
    return HEAD + length, told


@lru_cache(maxsize=512)
def _column(blobs: Blobs, digest: str, name: str) -> Any:
    start, told = _head(blobs, digest)
    described = told["columns"].get(name)
    if described is None:
        return None
    raw = blobs.read(digest, start + described["at"], described["size"])
    array = np.frombuffer(raw, dtype=np.dtype(described["type"]))
    return Words(described["table"], array) if "table" in described else array


class Table:
    """All views of a world, or those of them that were selected."""

    def __init__(self, blocks: list[Block | Loose], rows: Array = None) -> None:
        """`rows` are the numbers of the views that are meant; None means all."""
        self.blocks = [each for each in blocks if each.count]
        self.rows = rows
        self._read: Json = {}

    @property
    def whole(self) -> int:
        """How many views there are altogether."""
        return sum(each.count for each in self.blocks)

    @property
    def count(self) -> int:
        """How many views are meant."""
        return self.whole if self.rows is None else len(self.rows)

    def select(self, mask: Array) -> Table:
        """Return those of the views that a mask holds true for."""
        if mask.all():
            return self
        chosen = np.flatnonzero(mask)
        return Table(self.blocks, chosen if self.rows is None else self.rows[chosen])

    def numbers(self, name: str, otherwise: float = np.nan) -> Array:
        """Return a column of numbers; `otherwise` where a block has none."""
        return self._array(name, otherwise, np.dtype(np.float64))

    def instants(self, name: str) -> Array:
        """Return `start` or `end`, in milliseconds."""
        return self._array(name, 0, np.dtype(np.int64))

    def flags(self, name: str) -> Array:
        """Return a column of 1, 0 and NOTHING."""
        return self._array(name, NOTHING, np.dtype(np.int8))

    def ids(self) -> Array:
        """Return the ids of the views."""
        return self._array("id", b"", np.dtype("S36"))

    def worked_out(self, name: str, work: Callable[[Table], Array]) -> Array:
        """Return what is worked out of the columns, once for all who ask for it under a name."""
        if f"worked:{name}" not in self._read:
            self._read[f"worked:{name}"] = work(self)
        return self._read[f"worked:{name}"]

    def _array(self, name: str, otherwise: Any, type: Any) -> Any:
        if name not in self._read:
            found = [each.column(name) for each in self.blocks]
            filled = [
                np.full(each.count, otherwise, dtype=type) if column is None else column
                for each, column in zip(self.blocks, found, strict=True)
            ]
            self._read[name] = self._chosen(filled, type)
        return self._read[name]

    def words(self, name: str) -> Words:
        """Return a column of text, with one table for all blocks; flags and whole numbers are written as text."""
        if f"words:{name}" not in self._read:
            known = fields()
            if name in known.flags:
                found = Words(["false", "true"], self.flags(name).astype(np.int32))
            elif name in known.numbers:
                found = _written(self.numbers(name))
            else:
                found = self._joined(name)
            self._read[f"words:{name}"] = found
        words: Words = self._read[f"words:{name}"]
        return words

    def _joined(self, name: str) -> Words:
        table: dict[str, int] = {}
        parts = []
        for block in self.blocks:
            column = block.column(name)
            if column is None:
                parts.append(np.full(block.count, NOTHING, dtype=np.int32))
                continue
            places = [table.setdefault(word, len(table)) for word in column.table]
            places.append(NOTHING)  # the last place stands for the number -1
            parts.append(np.array(places, dtype=np.int32)[column.codes])
        return Words(list(table), self._chosen(parts, np.dtype(np.int32)))

    def _chosen(self, parts: list[Any], type: Any) -> Any:
        whole = parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.empty(0, dtype=type)
        return whole if self.rows is None else whole[self.rows]

    def row(self, number: int) -> Json:
        """Return one of the views that are meant, as it was told: {id, start, end, fields}."""
        at = int(number if self.rows is None else self.rows[number])
        for block in self.blocks:
            if at < block.count:
                return _row(block, at)
            at -= block.count
        raise IndexError(number)


def _row(block: Block | Loose, at: int) -> Json:
    known, told = fields(), Json()
    for name in known.text:
        column = block.column(name)
        if column is not None and column.codes[at] != NOTHING:
            told[name] = column.table[column.codes[at]]
    for name in known.flags:
        column = block.column(name)
        if column is not None and column[at] != NOTHING:
            told[name] = bool(column[at])
    for name in known.numbers:
        column = block.column(name)
        if column is not None and not np.isnan(column[at]):
            told[name] = float(column[at])
    start, end = int(block.column("start")[at]), int(block.column("end")[at])
    return {"id": block.column("id")[at].decode(), "start": start, "end": end, "fields": told}


def _written(numbers: Array) -> Words:
    known = ~np.isnan(numbers)
    values, codes = np.unique(numbers[known], return_inverse=True)
    whole = np.full(len(numbers), NOTHING, dtype=np.int32)
    whole[known] = codes
    return Words([f"{value:g}" for value in values], whole)
