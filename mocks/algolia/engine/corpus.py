"""An index in memory: segments of records in their order, and which of the records are gone.

A corpus is derived data. It is built from the records and the few settings that say which texts are searched and how
they are cut. A write costs what it writes: new records become a small segment before the next search, a record that is
replaced or deleted is marked as gone, and segments of like size are merged now and then, so that there are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.columns import Codes, Numbers, Places, Spellings
from mocks.algolia.engine.segment import Attributes, Segment, build, merge
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.vocabulary import Vocabulary

Json = dict[str, Any]
Array = npt.NDArray[Any]

GROWTH = 8
"""A segment is merged with the ones behind it unless it is so many times their size."""

MOST_AT_ONCE = 50_000
"""Records of which a segment is made; more of them wait their turn."""


@dataclass(slots=True)
class Part:
    """A segment in its place: `start` is the number of its first record."""

    segment: Segment
    start: int


class Corpus:
    """The records of an index and their words."""

    def __init__(self, shape: Shape) -> None:
        """Start empty."""
        self.shape = shape
        self.attributes = Attributes()
        self.vocabulary = Vocabulary()
        self.spellings: dict[str, Spellings] = {}
        self._with_codes: set[str] = set()
        self._with_numbers: set[str] = set()
        self._segments: list[Segment] = []
        self._pending: dict[str, Json] = {}
        self._parts: list[Part] | None = None

    def __len__(self) -> int:
        return sum(len(each.by_id) for each in self._segments) + len(self._pending)

    # --- changes ---------------------------------------------------------------------------------------------------

    def put(self, record: Json) -> None:
        """Add a record, or replace the one with its objectID; either way it is now the last."""
        self.remove(record["objectID"])
        self._pending[record["objectID"]] = record
        self._parts = None
        if len(self._pending) >= MOST_AT_ONCE:
            self._take_in()

    def remove(self, object_id: str) -> None:
        """Take a record out, if it is there."""
        if self._pending.pop(object_id, None) is not None:
            return
        for segment in reversed(self._segments):
            at = segment.by_id.pop(object_id, None)
            if at is not None:
                segment.alive[at] = False
                segment.dead += 1
                self._parts = None
                return

    def _take_in(self) -> None:
        """Make a segment of the records that wait."""
        if not self._pending:
            return
        records = list(self._pending.values())
        self._pending = {}
        segment = build(records, self.shape, self.vocabulary, self.attributes)
        for path in self._with_codes:
            segment.codes[path] = Codes.of(records, path, self.spelled(path))
        for path in self._with_numbers:
            segment.numbers[path] = Numbers.of(records, path)
        self._segments.append(segment)

    def _settle(self) -> None:
        """Merge segments until each is many times the size of those behind it, and none is half gone."""
        at = len(self._segments)
        behind = 0
        for place in range(len(self._segments) - 1, -1, -1):
            segment = self._segments[place]
            size = len(segment) - segment.dead
            if (behind and size < behind * GROWTH) or segment.dead > size:
                at = place
            behind += size
        if at == len(self._segments):
            return
        merged = merge(self._segments[at:], self.vocabulary)
        self._segments[at:] = [merged] if len(merged) else []

    # --- what searches look at -------------------------------------------------------------------------------------

    @property
    def parts(self) -> list[Part]:
        """The segments with the numbers of their first records, what was written last included."""
        if self._parts is None:
            self._take_in()
            self._settle()
            self._parts, start = [], 0
            for segment in self._segments:
                self._parts.append(Part(segment, start))
                start += len(segment)
        return self._parts

    @property
    def size(self) -> int:
        """How many numbers of records there are, those that are gone included."""
        return sum(len(part.segment) for part in self.parts)

    def expect(self, facets: Iterable[str], orders: Iterable[str] = ()) -> None:
        """Make ready for searches that filter and count by some attributes, and are ordered by others."""
        self._with_codes.update(facets)
        self._with_numbers.update(facets)
        self._with_numbers.update(orders)

    def codes(self, segment: Segment, path: str) -> Codes:
        """Return an attribute's values in a segment, read at their first use and kept from then on."""
        known = segment.codes.get(path)
        if known is None:
            self._with_codes.add(path)
            known = segment.codes[path] = Codes.of(segment.records(), path, self.spelled(path))
        return known

    def numbers(self, segment: Segment, path: str) -> Numbers:
        """Return an attribute's numbers in a segment."""
        known = segment.numbers.get(path)
        if known is None:
            self._with_numbers.add(path)
            known = segment.numbers[path] = Numbers.of(segment.records(), path)
        return known

    def where(self, segment: Segment) -> Places:
        """Return the places of a segment's records."""
        if segment.where is None:
            segment.where = Places.of(segment.records())
        return segment.where

    def spelled(self, path: str) -> Spellings:
        """Return the spellings of an attribute's values."""
        return self.spellings.setdefault(path, Spellings())

    def record(self, number: int) -> Json:
        """Return a record by its number."""
        part = self.part_of(number)
        return part.segment.record(number - part.start)

    def part_of(self, number: int) -> Part:
        """Return the segment of a record."""
        return next(part for part in reversed(self.parts) if part.start <= number)

    def number(self, object_id: str) -> int | None:
        """Return the number of a record, None when there is none."""
        for part in self.parts:
            at = part.segment.by_id.get(object_id)
            if at is not None:
                return part.start + at
        return None

    def split(self, numbers: Array) -> Iterator[tuple[Part, Array]]:
        """Divide numbers of records, which are in order, by segment."""
        parts = self.parts
        if len(parts) == 1:
            yield parts[0], numbers
            return
        bounds = np.searchsorted(numbers, [part.start for part in parts] + [self.size])
        for part, first, end in zip(parts, bounds, bounds[1:], strict=False):
            if first < end:
                yield part, numbers[first:end] - part.start
