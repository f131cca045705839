"""An index in memory: its records in order, and for each word where it stands in which record.

A corpus is derived data. It is built from the records and the few settings that say which texts are searched and how
they are cut; it is kept up to date record by record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mocks.algolia.engine import paths, vocabulary
from mocks.algolia.engine.text import forms

Json = dict[str, Any]
Places = dict[int, list["Place"]]

KEPT_ANSWERS = 512
"""Similar words that are remembered between two changes, by query word."""

INTERNAL = frozenset({"objectID", "_tags", "_geoloc"})
"""Attributes that are not searched unless they are named."""


class Attribute(NamedTuple):
    """A searchable attribute: its rank (0 is the best), and whether the position of a word in it matters."""

    name: str
    rank: int
    ordered: bool


class Place(NamedTuple):
    """Where a word stands: attribute, position in it, number of the text in the record, and whether it is all of it."""

    attribute: Attribute
    position: int
    leaf: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What of the settings decides how records are indexed; None as attributes: all of them, in no order."""

    attributes: tuple[Attribute, ...] | None
    separators: str = ""
    keep: str = ""

    @classmethod
    def of(cls, settings: Json) -> Shape:
        """Read `searchableAttributes` and what concerns normalisation.

        Attributes of one entry, divided by commas, share a rank, and positions in them do not count.
        """
        separators = settings.get("separatorsToIndex") or ""
        keep = settings.get("keepDiacriticsOnCharacters") or ""
        listed = settings.get("searchableAttributes")
        if not listed:
            return cls(None, separators, keep)
        attributes = []
        for rank, entry in enumerate(listed):
            ordered = not entry.startswith("unordered(")
            names = entry.removeprefix("unordered(").removeprefix("ordered(").removesuffix(")").split(",")
            attributes += [Attribute(name.strip(), rank, ordered and len(names) == 1) for name in names]
        return cls(tuple(attributes), separators, keep)


class Corpus:
    """The records of an index and their words."""

    def __init__(self, shape: Shape) -> None:
        """Start empty."""
        self.shape = shape
        self.records: dict[int, Json] = {}
        self.numbers: dict[str, int] = {}
        self.words: dict[str, Places] = {}
        self._texts: dict[int, tuple[str, ...]] = {}
        self._next = 0
        self._sorted: list[str] | None = None
        self._answers: dict[tuple[str, int, bool], dict[str, int]] = {}

    def __len__(self) -> int:
        return len(self.records)

    def put(self, record: Json) -> None:
        """Add a record, or replace the one with its objectID; either way it is now the last."""
        self.remove(record["objectID"])
        number, self._next = self._next, self._next + 1
        self.records[number] = record
        self.numbers[record["objectID"]] = number
        self._index(number, record)
        self._changed()

    def remove(self, object_id: str) -> None:
        """Take a record out, if it is there."""
        number = self.numbers.pop(object_id, None)
        if number is None:
            return
        del self.records[number]
        for word in self._texts.pop(number):
            places = self.words[word]
            del places[number]
            if not places:
                del self.words[word]
        self._changed()

    def _changed(self) -> None:
        self._sorted = None
        self._answers.clear()

    def _index(self, number: int, record: Json) -> None:
        found: dict[str, list[Place]] = {}
        ends: dict[str, int] = {}
        for leaf, (attribute, text) in enumerate(self._leaves(record)):
            pieces = forms(text, separators=self.shape.separators, keep=self.shape.keep)
            first = ends.get(attribute.name, 0)
            ends[attribute.name] = first + len(pieces)
            alone = len(pieces) == 1
            for position, piece in enumerate(pieces, first):
                found.setdefault(piece, []).append(Place(attribute, position, leaf, alone))
        for word, places in found.items():
            self.words.setdefault(word, {})[number] = places
        self._texts[number] = tuple(found)

    def _leaves(self, record: Json) -> Iterator[tuple[Attribute, str]]:
        """Return the texts to be searched: strings and numbers."""
        if self.shape.attributes is None:
            for path, value in paths.leaves(record):
                if path.partition(".")[0] not in INTERNAL and searchable(value):
                    yield Attribute(path, 0, ordered=False), paths.spelled(value)
            return
        for attribute in self.shape.attributes:
            below = f"{attribute.name}."
            for path, value in paths.leaves(record):
                if (path == attribute.name or path.startswith(below)) and searchable(value):
                    yield attribute, paths.spelled(value)

    # --- words -----------------------------------------------------------------------------------------------------

    def similar(self, word: str, limit: int, *, prefix: bool) -> dict[str, int]:
        """Return the indexed words that a query word may stand for, with their number of edits."""
        key = word, limit, prefix
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= KEPT_ANSWERS:
                self._answers.clear()
            known = self._answers[key] = self._similar(word, limit, prefix=prefix)
        return known

    def _similar(self, word: str, limit: int, *, prefix: bool) -> dict[str, int]:
        if not limit and not prefix:
            return {word: 0} if word in self.words else {}
        if self._sorted is None:
            self._sorted = sorted(self.words)
        if not limit:
            return dict.fromkeys(vocabulary.with_prefix(self._sorted, word), 0)
        return vocabulary.similar(self._sorted, word, limit, prefix=prefix)


def searchable(value: Any) -> bool:
    """Tell whether a value is text to Algolia: strings and numbers are, booleans are not."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)
