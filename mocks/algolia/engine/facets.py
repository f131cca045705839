"""Facets: how many of the records found have which value, and searching among those values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.conditions import bare
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.text import Word, apart, original_length
from mocks.algolia.engine.vocabulary import Vocabulary

Json = dict[str, Any]
Array = npt.NDArray[Any]


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


def count(corpus: Corpus, numbers: Array, name: str) -> dict[str, int]:
    """Count the records of each value.

    Texts that differ in case only are one value, spelled as most of them are (of equals as the one with the most small
    letters).
    """
    totals = np.zeros(0, np.int64)
    for part, local in corpus.split(numbers):
        some = corpus.codes(part.segment, name).values.counts(local)
        if len(some) > len(totals):
            totals, some = some.copy(), totals
        totals[: len(some)] += some
    spellings = corpus.spelled(name)
    alike: dict[str, list[int]] = {}
    for code in np.flatnonzero(totals).tolist():
        alike.setdefault(spellings.texts[code].lower(), []).append(code)
    counts = {}
    for codes in alike.values():
        spelled = max((int(totals[code]), spellings.texts[code]) for code in codes)[1]
        counts[spelled] = int(totals[codes[0]]) if len(codes) == 1 else _having(corpus, numbers, name, codes)
    return counts


def _having(corpus: Corpus, numbers: Array, name: str, codes: list[int]) -> int:
    """Count the records that have any of some values, each of them once."""
    total = 0
    for part, local in corpus.split(numbers):
        values = corpus.codes(part.segment, name).values
        total += int(np.count_nonzero(values.holding(np.isin(values.values, codes)).take(local)))
    return total


def shown(counts: Mapping[str, int], values: Json) -> dict[str, int]:
    """Return the counts as answered: the most frequent first, or by the alphabet, cut to `maxValuesPerFacet`."""
    frequent = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[: values["maxValuesPerFacet"]]
    if values.get("sortFacetValuesBy") == "alpha":
        frequent.sort()
    return dict(frequent)


def statistics(corpus: Corpus, numbers: Array, name: str) -> Json | None:
    """Return least, greatest, mean and sum of an attribute's numbers; None when it has none."""
    parts = []
    for part, local in corpus.split(numbers):
        values = corpus.numbers(part.segment, name).values
        if not len(values.values):
            continue
        if values.single is not None:
            found = values.single if len(local) == values.size else values.single[local]
            parts.append(found[~np.isnan(found)])
        else:
            inside = np.zeros(values.size, bool)
            inside[local] = True
            parts.append(values.values[inside[values.owners]])
    found = np.concatenate(parts) if parts else np.zeros(0)
    if not len(found):
        return None
    total = float(found.sum())
    told = {"min": float(found.min()), "max": float(found.max()), "avg": total / len(found), "sum": total}
    return {key: int(value) if value.is_integer() else value for key, value in told.items()}


def search(counts: Mapping[str, int], text: str, *, most: int, tags: tuple[str, str]) -> list[Json]:
    """Return the values that a text is found in, the most frequent first, with what was found marked by `tags`.

    The last word of the text may be the beginning of a word; longer words may have a typo.
    """
    asked = [word.text for word in apart(text)]
    pieces = {value: apart(value) for value in counts}
    hits = list(_meant(asked, {word.text for found in pieces.values() for word in found}))
    found = []
    for value, number in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        marked = _marked(value, pieces[value], hits, tags)
        if marked is not None:
            found.append({"value": value, "highlighted": marked, "count": number})
            if len(found) == most:
                break
    return found


def _meant(asked: list[str], known: set[str]) -> Iterator[dict[str, int]]:
    """Return for each word asked for the words it is found in, and how many of their letters are meant."""
    listed = sorted(known)
    vocabulary = Vocabulary()
    vocabulary.add(listed)
    for at, wanted in enumerate(asked):
        prefix = at == len(asked) - 1
        limit = 2 if len(wanted) >= 8 else 1 if len(wanted) >= 4 else 0
        numbers, _ = vocabulary.similar(wanted, limit, prefix=prefix)
        found = {
            listed[number]: min(len(wanted), len(listed[number])) if prefix else len(listed[number])
            for number in numbers
        }
        for word in listed:
            if word == wanted or (prefix and word.startswith(wanted)):
                found[word] = len(wanted)
        yield found


def _marked(value: str, pieces: list[Word], hits: list[dict[str, int]], tags: tuple[str, str]) -> str | None:
    """Return a value with the words asked for marked, None when one is missing."""
    lengths: dict[int, int] = {}
    for meant in hits:
        places = {at: meant[piece.text] for at, piece in enumerate(pieces) if piece.text in meant}
        if not places:
            return None
        lengths |= places
    marked, done = "", 0
    for at, piece in enumerate(pieces):
        if at in lengths:
            end = piece.start + original_length(value[piece.start : piece.end], lengths[at])
            marked += value[done : piece.start] + tags[0] + value[piece.start : end] + tags[1]
            done = end
    return marked + value[done:]
