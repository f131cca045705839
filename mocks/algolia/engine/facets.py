"""Facets: how many of the records found have which value, and searching among those values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mocks.algolia.engine import paths
from mocks.algolia.engine.conditions import bare
from mocks.algolia.engine.text import Word, normalise, original_length, words
from mocks.algolia.engine.vocabulary import similar

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """What `attributesForFaceting` says of an attribute."""

    name: str
    counted: bool
    searchable: bool
    after_distinct: bool


def declared(settings: Json) -> dict[str, Declared]:
    """Read `attributesForFaceting`."""
    found = {}
    for entry in settings.get("attributesForFaceting") or ():
        name = bare(entry)
        found[name] = Declared(
            name, "filterOnly(" not in entry, "searchable(" in entry, "afterDistinct(" in entry
        )
    return found


def asked(settings: Json, wanted: list[str]) -> list[Declared]:
    """Return the facets to be counted; what is not declared, or only to be filtered, is left out."""
    known = {name: each for name, each in declared(settings).items() if each.counted}
    if "*" in wanted:
        return list(known.values())
    return [known[name] for name in dict.fromkeys(map(bare, wanted)) if name in known]


def count(records: Iterable[Json], name: str) -> Counter[str]:
    """Count the records of each value; texts that differ in case only are one value, spelled as the first."""
    counts: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    for record in records:
        found = {paths.spelled(value) for value in paths.values(record, name)}
        for value in sorted(found):
            counts[spellings.setdefault(value.lower(), value)] += 1
    return counts


def shown(counts: Counter[str], values: Json) -> dict[str, int]:
    """Return the counts as answered: the most frequent first, or by the alphabet, cut to `maxValuesPerFacet`."""
    frequent = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[: values["maxValuesPerFacet"]]
    if values.get("sortFacetValuesBy") == "alpha":
        frequent.sort()
    return dict(frequent)


def statistics(records: Iterable[Json], name: str) -> Json | None:
    """Return least, greatest, mean and sum of an attribute's numbers; None when it has none."""
    numbers = [
        value
        for record in records
        for value in paths.values(record, name)
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if not numbers:
        return None
    total = sum(numbers)
    return {"min": min(numbers), "max": max(numbers), "avg": total / len(numbers), "sum": total}


def search(counts: Counter[str], text: str, *, most: int, tags: tuple[str, str]) -> list[Json]:
    """Return the values that a text is found in, the most frequent first, with what was found marked by `tags`.

    The last word of the text may be the beginning of a word; longer words may have a typo.
    """
    asked = [word.text for word in words(text)]
    found = []
    for value, number in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        marked = _marked(value, asked, tags)
        if marked is not None:
            found.append({"value": value, "highlighted": marked, "count": number})
            if len(found) == most:
                break
    return found


def _marked(value: str, asked: list[str], tags: tuple[str, str]) -> str | None:
    """Return a value with the words asked for marked, None when one is missing."""
    pieces = words(value)
    lengths: dict[int, int] = {}
    for at, wanted in enumerate(asked):
        hits = [
            (place, length)
            for place, piece in enumerate(pieces)
            if (length := _hit(piece, wanted, prefix=at == len(asked) - 1))
        ]
        if not hits:
            return None
        lengths.update(hits)
    marked, done = "", 0
    for place, piece in enumerate(pieces):
        if place in lengths:
            end = piece.start + original_length(value[piece.start : piece.end], lengths[place])
            marked += value[done : piece.start] + tags[0] + value[piece.start : end] + tags[1]
            done = end
    return marked + value[done:]


def _hit(piece: Word, wanted: str, *, prefix: bool) -> int:
    """Return how many letters of a word are meant by a query word, 0 when it is not."""
    if piece.text == wanted or (prefix and piece.text.startswith(wanted)):
        return len(wanted)
    limit = 2 if len(wanted) >= 8 else 1 if len(wanted) >= 4 else 0
    if limit and similar([piece.text], normalise(wanted), limit, prefix=prefix):
        return min(len(wanted), len(piece.text)) if prefix else len(piece.text)
    return 0
