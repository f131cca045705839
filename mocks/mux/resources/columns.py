"""Views as columns of numbers, so that a million of them are counted in a moment.

A block holds up to a hundred thousand views: one array for each field that any of them has. Text is a table of the words
that occur and a number for each view. Blocks never change and are kept as blobs; what was read of one stays in memory
for a while, by its digest, whichever world asks. What is worked out of the columns is worked out block by block: what one
block takes stays in the processor's cache.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache, lru_cache
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mocks.mux.resources import blocks
from mocks.mux.resources.blocks import NOTHING, Block, Loose, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]
Array = Any

LARGEST = 100_000
"""Views of one block."""
SHORT = 1_000
"""Words of a table that is looked through to see whether it is like another."""


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


# --- views that are told one by one ------------------------------------------------------------------------------


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


# --- all views ---------------------------------------------------------------------------------------------------


class Table:
    """All views of a world, or those of them that were selected."""

    def __init__(self, parts: list[Block | Loose], rows: Array = None) -> None:
        """`rows` are the numbers of the views that are meant, in rising order; None means all."""
        self.blocks = [each for each in parts if each.count]
        self.rows = rows
        self._read: Json = {}
        self._pieces: list[Table] | None = None

    @property
    def whole(self) -> int:
        """How many views there are altogether."""
        return sum(each.count for each in self.blocks)

    @property
    def count(self) -> int:
        """How many views are meant."""
        return self.whole if self.rows is None else len(self.rows)

    @property
    def pieces(self) -> list[Table]:
        """The views that are meant, block by block."""
        if self._pieces is None:
            self._pieces = [self] if len(self.blocks) == 1 else self._parted()
        return self._pieces

    def _parted(self) -> list[Table]:
        if self.rows is None:
            return [Table([each]) for each in self.blocks]
        bounds = np.cumsum([0, *(each.count for each in self.blocks)])
        places = np.searchsorted(self.rows, bounds)
        parted = zip(self.blocks, bounds, places, places[1:], strict=False)
        return [
            Table([block], self.rows[first:last] - bound)
            for block, bound, first, last in parted
            if first < last
        ]

    def select(self, mask: Array) -> Table:
        """Return those of the views that a mask holds true for."""
        if mask.all():
            return self
        chosen = np.flatnonzero(mask)
        return Table(self.blocks, chosen if self.rows is None else self.rows[chosen])

    def ended(self, first: int, beyond: int) -> Table:
        """Return those of the views that ended from an instant on and before another, in milliseconds."""
        if all(first <= each.ends[0] and each.ends[1] < beyond for each in self.blocks):
            return self
        ends = self.instants("end")
        return self.select((ends >= first) & (ends < beyond))

    def numbers(self, name: str) -> Array:
        """Return a column of numbers, NaN where a view has none."""
        return self.array(name, np.nan, np.dtype(np.float64))

    def told(self, name: str) -> tuple[Array, Array]:
        """Return a column's numbers, 0 where a view has none, and which views have one (None: all).

        The numbers of one block are as small as they lie there.
        """
        column = self.blocks[0].column(name) if len(self.blocks) == 1 else None
        if column is None:
            return blocks.filled(self.numbers(name))
        return blocks.filled(column if self.rows is None else column[self.rows])

    def instants(self, name: str) -> Array:
        """Return `start` or `end`, in milliseconds."""
        return self.array(name, 0, np.dtype(np.int64))

    def flags(self, name: str) -> Array:
        """Return a column of 1, 0 and NOTHING."""
        return self.array(name, NOTHING, np.dtype(np.int8))

    def ids(self) -> Array:
        """Return the ids of the views."""
        return self.array("id", b"", np.dtype("S36"))

    def worked_out(self, name: str, work: Callable[[Table], Any], of: str = "") -> Any:
        """Return what is worked out of the columns, once for all who ask for it under a name, one after the other `of` the same."""
        key = f"worked:{name}"
        if key not in self._read or self._read[key][0] != of:
            self._read[key] = of, work(self)
        return self._read[key][1]

    def array(self, name: str, otherwise: Any, type: Any) -> Array:
        """Return a column as numbers of a type, `otherwise` where a block has none."""
        if len(self.blocks) == 1:
            # Nothing is kept: it is read from the block's small numbers sooner than new memory is had for it.
            return self._of_one(name, otherwise, type)
        if name not in self._read:
            parts = [each.array(name, otherwise, type) for each in self.pieces]
            self._read[name] = np.concatenate(parts) if parts else np.empty(0, dtype=type)
        return self._read[name]

    def _of_one(self, name: str, otherwise: Any, type: Any) -> Array:
        column = self.blocks[0].column(name)
        if column is None:
            return np.full(self.count, otherwise, dtype=type)
        chosen = column if self.rows is None else column[self.rows]
        return blocks.numbers(chosen) if type == np.float64 else chosen.astype(type, copy=False)

    def words(self, name: str) -> Words:
        """Return a column of text, with one table for all blocks; flags and whole numbers are written as text."""
        if f"words:{name}" not in self._read:
            known = fields()
            if name in known.flags:
                found = Words(["false", "true"], self.flags(name))
            elif name in known.numbers:
                found = _written(self.numbers(name))
            else:
                found = self._joined(name)
            self._read[f"words:{name}"] = found
        words: Words = self._read[f"words:{name}"]
        return words

    def _joined(self, name: str) -> Words:
        columns = [each.column(name) for each in self.blocks]
        kept = tuple(each.key for each in self.blocks if each.key is not None)
        table, places = _one_table(kept, name)
        if len(kept) < len(self.blocks):
            table = _numbered(table)
            loose = [each for each, block in zip(columns, self.blocks, strict=True) if block.key is None]
            places = [*places, *(_places(table, each) for each in loose)]
        parts = [
            np.full(block.count, NOTHING, dtype=np.int32) if column is None else _moved(column.codes, mine)
            for block, column, mine in zip(self.blocks, columns, places, strict=True)
        ]
        codes = np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)
        return Words(list(table), codes if self.rows is None else codes[self.rows])

    def row(self, number: int) -> Json:
        """Return one of the views that are meant, as it was told: {id, start, end, fields}."""
        at = int(number if self.rows is None else self.rows[number])
        for block in self.blocks:
            if at < block.count:
                return _row(block, at)
            at -= block.count
        raise IndexError(number)


def forget() -> None:
    """Let go of what was read of blocks and worked out of it."""
    blocks.forget()
    _one_table.cache_clear()


@lru_cache(maxsize=64)
def _one_table(kept: tuple[tuple[Any, str], ...], name: str) -> tuple[dict[str, int], list[Array]]:
    """Return the words of a column of kept blocks, and for each block which of them its own words are."""
    table = _numbered({})
    return table, [_places(table, Block(blobs, digest).column(name)) for blobs, digest in kept]


def _numbered(table: dict[str, int]) -> dict[str, int]:
    """Return a table that gives each word that it does not know yet the next number, in the order they are asked for."""
    return defaultdict(count(len(table)).__next__, table)


def _places(table: dict[str, int], column: Words | None) -> Array:
    words = column.table if column is not None else []
    places = np.fromiter(map(table.__getitem__, words), dtype=np.int32, count=len(words))
    return np.append(places, np.int32(NOTHING))  # the last place stands for the number -1


def _moved(codes: Array, places: Array) -> Array:
    """Return the numbers that words have in the table of all blocks; often they have the same in their own."""
    same = len(places) <= SHORT and np.array_equal(places[:-1], np.arange(len(places) - 1))
    return codes.astype(np.int32) if same else places[codes]


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
        if column is not None and not np.isnan(number := blocks.numbers(column[at : at + 1])[0]):
            told[name] = float(number)
    start, end = int(block.column("start")[at]), int(block.column("end")[at])
    return {"id": block.column("id")[at].decode(), "start": start, "end": end, "fields": told}


def _written(numbers: Array) -> Words:
    known = ~np.isnan(numbers)
    values, codes = np.unique(numbers[known], return_inverse=True)
    whole = np.full(len(numbers), NOTHING, dtype=np.int32)
    whole[known] = codes
    return Words([f"{value:g}" for value in values], whole)
