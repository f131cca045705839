"""How an index is searched: its searchable attributes in their order, and how their texts are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mocks.algolia.engine import paths
from mocks.algolia.engine.text import PLAIN, Spelling

Json = Any

INTERNAL = frozenset({"objectID", "_tags", "_geoloc"})
"""Attributes that are not searched unless they are named."""


class Attribute(NamedTuple):
    """A searchable attribute: its rank (0 is the best), and whether the position of a word in it matters."""

    name: str
    rank: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What of the settings decides how records are indexed; None as attributes: all of them, in no order."""

    attributes: tuple[Attribute, ...] | None
    spelling: Spelling = PLAIN
    camel: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: dict[str, Json]) -> Shape:
        """Read `searchableAttributes` and what concerns normalisation."""
        spelling, camel = spelling_of(settings), tuple(settings.get("camelCaseAttributes") or ())
        listed = settings.get("searchableAttributes")
        return cls(tuple(searchable(listed)) if listed else None, spelling, camel)

    def texts(self, record: dict[str, Json]) -> Iterator[tuple[Attribute, str]]:
        """Return the texts of a record to be searched: strings and numbers, attribute by attribute."""
        if self.attributes is None:
            for path, value in paths.leaves(record):
                if path.partition(".")[0] not in INTERNAL and is_text(value):
                    yield Attribute(path, 0, ordered=False), paths.spelled(value)
            return
        for attribute in self.attributes:
            text = record.get(attribute.name)
            if type(text) is str:
                yield attribute, text
                continue
            for value in under(record, attribute.name):
                if is_text(value):
                    yield attribute, paths.spelled(value)


def spelling_of(settings: dict[str, Json]) -> Spelling:
    """Read how an index's settings want texts to be read."""
    custom = (settings.get("customNormalization") or {}).get("default") or {}
    pairs = {str(each): str(put) for each, put in custom.items()} if isinstance(custom, dict) else {}
    return Spelling(
        settings.get("separatorsToIndex") or "",
        settings.get("keepDiacriticsOnCharacters") or "",
        tuple(sorted(pairs.items())),
    )


def searchable(listed: list[str]) -> Iterator[Attribute]:
    """Read `searchableAttributes`: those of one entry share a rank, and positions in them do not count."""
    for rank, entry in enumerate(listed):
        ordered = not entry.startswith("unordered(")
        names = entry.removeprefix("unordered(").removeprefix("ordered(").removesuffix(")").split(",")
        for name in names:
            yield Attribute(name.strip(), rank, ordered and len(names) == 1)


def under(record: dict[str, Json], name: str) -> list[Json]:
    """Return the leaf values at an attribute and below it."""
    value = record.get(name)
    if isinstance(value, str):
        return [value]
    if value is None and "." not in name:
        return []
    below = f"{name}."
    return [each for path, each in paths.leaves(record) if path == name or path.startswith(below)]


def is_text(value: Json) -> bool:
    """Tell whether a value is text to Algolia: strings and numbers are, booleans are not."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)
