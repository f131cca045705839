"""Algolia's way to read queries once more, written for clarity alone: every record is looked at, every word compared.

It shares nothing with the engine. Texts are plain words divided by spaces. Here are words, and the readings of a query;
`reference_search` finds and ranks by them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

Json = Any
Synonym = tuple[str, list[str], int]
"""Words of a query, what may stand for them, and at what cost of typos."""


def words(text: str) -> list[str]:
    """Cut a text into words, lower case and without diacritics."""
    plain = "".join(
        each for each in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(each)
    )
    return "".join(each if each.isalnum() else " " for each in plain).split()


def edits(one: str, other: str) -> int:
    """Count insertions, deletions, substitutions and swaps of neighbours between two words."""
    table = [[max(a, b) if 0 in (a, b) else 0 for b in range(len(other) + 1)] for a in range(len(one) + 1)]
    for a in range(1, len(one) + 1):
        for b in range(1, len(other) + 1):
            changed = table[a - 1][b - 1] + (one[a - 1] != other[b - 1])
            table[a][b] = min(table[a - 1][b] + 1, table[a][b - 1] + 1, changed)
            if a > 1 and b > 1 and one[a - 1] == other[b - 2] and one[a - 2] == other[b - 1]:
                table[a][b] = min(table[a][b], table[a - 2][b - 2] + 1)
    return table[-1][-1]


@dataclass(frozen=True)
class Asked:
    """A query: its words, stretches of them that stand in quotes, and words in a row that must not be there."""

    words: list[str]
    quoted: list[range] = field(default_factory=list)
    without: list[list[str]] = field(default_factory=list)

    def free(self, start: int, end: int) -> bool:
        """Tell whether none of some words stands in quotes."""
        return not any(at in stretch for stretch in self.quoted for at in range(start, end))

    def part(self, start: int, end: int) -> Asked:
        """Return some of the words; quotes hold what is left of them together no longer."""
        kept = [
            range(each.start - start, each.stop - start)
            if start <= each.start and each.stop <= end
            else range(at - start, at - start + 1)
            for each in self.quoted
            for at in each
            if start <= at < end
        ]
        whole = [each for at, each in enumerate(kept) if each not in kept[:at]]
        return Asked(self.words[start:end], whole, self.without)


@dataclass(frozen=True)
class Slot:
    """A word that is looked for, and words that may stand for it: each with a cost, and whether it counts as exact."""

    text: str
    prefix: bool = False
    optional: bool = False
    limit: int = 0
    extra: int = 0
    exact: bool = True
    weight: int = 1
    others: tuple[tuple[str, int, bool], ...] = ()

    def cost(self, word: str) -> int | None:
        """Return what it costs in typos to take an indexed word for this one, None when it cannot be."""
        costs = [cost for other, cost, _ in self.others if other == word]
        ends = range(len(word) + 1) if self.prefix else [len(word)]
        least = min(edits(self.text, word[:end]) for end in ends)
        if least <= self.limit:
            costs.append(least + (least > 0 and word[0] != self.text[0]) + self.extra)
        return min(costs, default=None)

    def is_exact(self, word: str) -> bool:
        """Tell whether an indexed word is this very word, or counts as it."""
        return (word == self.text and self.exact) or any(
            word == other for other, _, exact in self.others if exact
        )


@dataclass(frozen=True)
class Place:
    """Where a word stands: text, place in it, value of the attribute criterion, and whether it is all of the text."""

    text: int
    at: int
    key: int
    alone: bool
    word: str


@dataclass(frozen=True)
class Reading:
    """A way to read a query: words to be found, and stretches of them that must follow each other."""

    kind: str
    slots: list[Slot]
    phrases: list[range]

    def met(self, places: list[Place]) -> list[list[tuple[int, Place]]] | None:
        """Return for each word its places with their costs; None when a record does not meet the reading."""
        hits = [
            [(cost, place) for place in places if (cost := slot.cost(place.word)) is not None]
            for slot in self.slots
        ]
        needed = [of_slot for slot, of_slot in zip(self.slots, hits, strict=True) if not slot.optional]
        if not all(needed) or not any(hits):
            return None
        for phrase in self.phrases:
            starts = {(place.text, place.at) for _, place in hits[phrase[0]]}
            for shift, slot in enumerate(phrase):
                starts &= {(place.text, place.at - shift) for _, place in hits[slot]}
            if not starts:
                return None
        return hits


def plain(asked: Asked, given: dict[str, Json], synonyms: list[Synonym]) -> Reading:
    """Return the query as it is."""
    kind = given.get("queryType", "prefixLast")
    optional = words(given.get("optionalWords", ""))
    one, two = given.get("minWordSizefor1Typo", 4), given.get("minWordSizefor2Typos", 8)
    slots = []
    for at, word in enumerate(asked.words):
        if not asked.free(at, at + 1):
            slots.append(Slot(word))
            continue
        prefix = kind == "prefixAll" or (kind == "prefixLast" and at == len(asked.words) - 1)
        limit = 2 if len(word) >= two else 1 if len(word) >= one else 0
        if given.get("typoTolerance", True) is False:
            limit = 0
        others = [
            (words(target)[0], typos, typos == 0)
            for source, targets, typos in synonyms
            for target in targets
            if words(source) == [word] and len(words(target)) == 1
        ]
        slots.append(Slot(word, prefix, word in optional, limit, others=tuple(others)))
    return Reading("plain", slots, asked.quoted)


def all_optional(reading: Reading) -> Reading:
    """Return the same with no word needed but those in quotes."""
    fixed = {at for phrase in reading.phrases for at in phrase}
    slots = [replace(slot, optional=at not in fixed) for at, slot in enumerate(reading.slots)]
    return replace(reading, slots=slots)


def replaced(asked: Asked, first: Reading, synonyms: list[Synonym]) -> list[Reading]:
    """Return the readings in which synonyms of several words, or for several, stand for words of the query."""
    found = []
    for source, targets, typos in synonyms:
        for start in range(len(asked.words)):
            end = start + len(words(source))
            if asked.words[start:end] != words(source) or not asked.free(start, end):
                continue
            puts = [put for put in map(words, targets) if end - start > 1 or len(put) > 1]
            found += [_put("synonym", first, start, end, put, typos) for put in puts]
    return found


def joined(asked: Asked, first: Reading) -> list[Reading]:
    """Join the first pairs of neighbours, and all words."""
    spans = [(at, at + 2) for at in range(min(4, len(asked.words) - 1))]
    spans += [(0, len(asked.words))] if len(asked.words) > 2 else []
    found = []
    for start, end in spans:
        if asked.free(start, end):
            put = Slot(
                "".join(asked.words[start:end]),
                first.slots[end - 1].prefix,
                extra=1,
                exact=False,
                weight=end - start,
            )
            found.append(_with("joined", first, start, end, [put]))
    return found


def cut(asked: Asked, first: Reading, given: dict[str, Json], everywhere: list[list[Place]]) -> list[Reading]:
    """Cut each longer word in the two words that stand next to each other in the most records."""
    found = []
    for at, slot in enumerate(first.slots):
        if len(slot.text) < max(2, given.get("minWordSizefor1Typo", 4)) or not asked.free(at, at + 1):
            continue
        counts = {}
        for length in range(1, len(slot.text)):
            pair = Reading("pair", [Slot(slot.text[:length]), Slot(slot.text[length:])], [range(2)])
            counts[length] = sum(bool(pair.met(places)) for places in everywhere)
        best = max(counts, key=lambda length: (counts[length], -length))
        if counts[best]:
            found.append(_put("cut", first, at, at + 1, [slot.text[:best], slot.text[best:]], 1))
    return found


def _put(kind: str, first: Reading, start: int, end: int, put: list[str], typos: int) -> Reading:
    """Put words that follow each other in the place of others; the first stands for all of these."""
    slots = [
        Slot(text, extra=0 if at else typos, exact=False, weight=0 if at else end - start)
        for at, text in enumerate(put)
    ]
    return _with(kind, first, start, end, slots)


def _with(kind: str, first: Reading, start: int, end: int, slots: list[Slot]) -> Reading:
    shift = len(slots) - (end - start)
    phrases = [
        each if each.stop <= start else range(each.start + shift, each.stop + shift) for each in first.phrases
    ]
    if len(slots) > 1:
        phrases.append(range(start, start + len(slots)))
    return Reading(kind, [*first.slots[:start], *slots, *first.slots[end:]], phrases)
