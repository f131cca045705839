"""How an index is searched: its searchable attributes in their order, and how their texts are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mocks.algolia.engine import paths, text
from mocks.algolia.engine.language import DECOMPOUNDED, NO_DICTIONARIES, Dictionaries, parts_of
from mocks.algolia.engine.text import PLAIN, Spelling, Word

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
    """What of the settings decides how records are indexed; None as attributes: all of them, in no order.

    `compounds` are languages with the attributes in which their compounds are cut, by dictionaries of an `edition`.
    """

    attributes: tuple[Attribute, ...] | None
    spelling: Spelling = PLAIN
    camel: tuple[str, ...] = ()
    compounds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    edition: int = 0
    dictionaries: Dictionaries = field(default=NO_DICTIONARIES, compare=False)

    @classmethod
    def of(cls, settings: dict[str, Json], dictionaries: Dictionaries = NO_DICTIONARIES) -> Shape:
        """Read `searchableAttributes` and what concerns normalisation and words."""
        spelling, camel = spelling_of(settings), tuple(settings.get("camelCaseAttributes") or ())
        listed = settings.get("searchableAttributes")
        compounds = tuple(_compounds(settings.get("decompoundedAttributes")))
        edition = dictionaries.edition if compounds else 0
        attributes = tuple(searchable(listed)) if listed else None
        return cls(attributes, spelling, camel, compounds, edition, dictionaries)

    def is_special(self, name: str) -> bool:
        """Tell whether words of an attribute are cut further."""
        if not self.camel and not self.compounds:
            return False
        return paths.within(name, self.camel) or any(paths.within(name, names) for _, names in self.compounds)

    def words(self, name: str, value: str) -> list[Word]:
        """Cut a text of an attribute into the words that are indexed."""
        if not self.is_special(name):
            return text.words(value, self.spelling)
        languages = [language for language, names in self.compounds if paths.within(name, names)]
        return text.words(
            value,
            self.spelling,
            camel=paths.within(name, self.camel),
            parts=(lambda word: parts_of(word, languages, self.dictionaries)) if languages else None,
        )

    def texts(self, record: dict[str, Json]) -> Iterator[tuple[Attribute, str]]:
        """Return the texts of a record to be searched: strings and numbers, attribute by attribute."""
        if self.attributes is None:
            for path, value in paths.leaves(record):
                if path.partition(".")[0] not in INTERNAL and is_text(value):
                    yield Attribute(path, 0, ordered=False), paths.spelled(value)
            return
        for attribute in self.attributes:
            whole = record.get(attribute.name)
            if type(whole) is str:
                yield attribute, whole
                continue
            for value in under(record, attribute.name):
                if is_text(value):
                    yield attribute, paths.spelled(value)


def _compounds(listed: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read `decompoundedAttributes`."""
    for language, names in (listed or {}).items():
        if language in DECOMPOUNDED:
            yield language, tuple(names)


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
