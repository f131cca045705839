"""Algolia's matching and ranking once more, written for clarity alone: every record is looked at, every word compared.

It shares nothing with the engine. It knows the rules of the textual criteria, of typos, prefixes, synonyms, joined and cut
words, optional words, filters, facets and `distinct`; texts are plain words divided by spaces.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

Json = Any
Criteria = tuple[int, int, int, int, int]
"""Typos, words (negative), proximity, attribute and exact (negative) of a record."""

Hit = tuple[dict[str, Json], Criteria]
Reading = tuple[list["Slot"], list[range]]
"""Words to be found, and stretches of them that must follow each other."""

FAR = 8
RANKING = ["typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom"]


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


@dataclass
class Reference:
    """An index: records in their order, settings, and synonyms as (source, targets, typos) in words."""

    records: list[dict[str, Json]]
    settings: dict[str, Json] = field(default_factory=dict)
    synonyms: list[tuple[str, list[str], int]] = field(default_factory=list)

    # --- what stands where -----------------------------------------------------------------------------------------

    def places(self, record: dict[str, Json], restricted: list[str] | None) -> list[Place]:
        """Return all words of a record that are searched."""
        found: list[Place] = []
        listed = self.settings.get("searchableAttributes")
        attributes: list[tuple[str, int, bool]] = []
        for rank, entry in enumerate(listed or []):
            names = entry.removeprefix("unordered(").removesuffix(")").split(",")
            attributes += [
                (name, rank, len(names) == 1 and not entry.startswith("unordered(")) for name in names
            ]
        for name in () if listed else record:
            attributes.append((name, 0, False))
        number = 0
        for name, rank, ordered in attributes:
            position = 0
            value = record.get(name) if name != "objectID" else None
            for text in value if isinstance(value, list) else [value]:
                if text is None or isinstance(text, bool):
                    continue
                pieces = words(str(text))
                number += 1
                for at, word in enumerate(pieces):
                    key = rank * 1000 + (position + at if ordered else 0)
                    if restricted is None or name in restricted:
                        found.append(Place(number, at, key, len(pieces) == 1, word))
                position += len(pieces)
        return found

    # --- how a query is read ---------------------------------------------------------------------------------------

    def plain(self, asked: list[str], given: dict[str, Json]) -> list[Slot]:
        """Return the query as it is."""
        kind = given.get("queryType", "prefixLast")
        optional = words(given.get("optionalWords", ""))
        slots = []
        for at, word in enumerate(asked):
            prefix = kind == "prefixAll" or (kind == "prefixLast" and at == len(asked) - 1)
            limit = 2 if len(word) >= 8 else 1 if len(word) >= 4 else 0
            if given.get("typoTolerance", True) is False:
                limit = 0
            others = [
                (words(target)[0], typos, typos == 0)
                for source, targets, typos in self.synonyms
                for target in targets
                if words(source) == [word] and len(words(target)) == 1
            ]
            slots.append(Slot(word, prefix, word in optional, limit, others=tuple(others)))
        return slots

    def readings(self, plain: list[Slot], given: dict[str, Json]) -> list[Reading]:
        """Return the query as it is, and with one change each: slots, and stretches that must follow each other."""
        asked = [slot.text for slot in plain]
        found: list[Reading] = [(plain, [])]
        for source, targets, typos in self.synonyms:
            for start in range(len(asked)):
                end = start + len(words(source))
                if asked[start:end] != words(source):
                    continue
                puts = [put for put in map(words, targets) if end - start > 1 or len(put) > 1]
                found += [_put(plain, start, end, put, typos, end - start) for put in puts]
        if given.get("typoTolerance", True) is not False:
            found += self._joined(plain) + self._cut(plain, given.get("restrictSearchableAttributes"))
        return found

    def _joined(self, plain: list[Slot]) -> list[Reading]:
        spans = [(at, at + 2) for at in range(min(4, len(plain) - 1))]
        spans += [(0, len(plain))] if len(plain) > 2 else []
        found = []
        for start, end in spans:
            text = "".join(slot.text for slot in plain[start:end])
            joined = Slot(text, plain[end - 1].prefix, extra=1, exact=False, weight=end - start)
            found.append(([*plain[:start], joined, *plain[end:]], list[range]()))
        return found

    def _cut(self, plain: list[Slot], restricted: list[str] | None) -> list[Reading]:
        """Cut each longer word in the two words that stand next to each other in the most records."""
        found = []
        for at, slot in enumerate(plain):
            if len(slot.text) < 4:
                continue
            counts = {}
            for length in range(1, len(slot.text)):
                pair = [slot.text[:length], slot.text[length:]]
                of_pair = [Slot(each) for each in pair]
                counts[length] = sum(
                    bool(_met((of_pair, [range(2)]), self.places(record, restricted)))
                    for record in self.records
                )
            best = max(counts, key=lambda length: (counts[length], -length))
            if counts[best]:
                pair = [slot.text[:best], slot.text[best:]]
                found.append(_put(plain, at, at + 1, pair, 1, 1))
        return found

    # --- searching -------------------------------------------------------------------------------------------------

    def search(
        self, query: str, given: dict[str, Json], test: Callable[[dict[str, Json]], bool] = lambda _: True
    ) -> list[Hit]:
        """Return the records found in order, with their criteria."""
        plain = self.plain(words(query), given)
        found = self._find(plain, given, test)
        kind = given.get("removeWordsIfNoResults", "none")
        if not found and len(plain) > 1 and kind == "allOptional":
            found = self._find([replace(slot, optional=True) for slot in plain], given, test)
        if not found and kind in ("lastWords", "firstWords"):
            for dropped in range(1, min(5, len(plain) - 1) + 1):
                found = self._find(plain[:-dropped] if kind == "lastWords" else plain[dropped:], given, test)
                if found:
                    break
        tolerance = given.get("typoTolerance", True)
        if tolerance in ("min", "strict"):
            allowed = sorted({criteria[0] for _, criteria in found})[: 1 if tolerance == "min" else 2]
            found = [each for each in found if each[1][0] in allowed]
        return self._ranked(found, given)

    def _find(self, plain: list[Slot], given: dict[str, Json], test: Any) -> list[Hit]:
        """Return the records that meet a reading; each takes the one that it meets best."""
        if not plain:
            return [(record, (0, 0, 0, 0, 0)) for record in self.records if test(record)]
        readings = self.readings(plain, given)
        found = []
        for record in self.records:
            places = self.places(record, given.get("restrictSearchableAttributes"))
            met = [
                self._criteria(slots, hits, given)
                for slots, phrases in readings
                if (hits := _met((slots, phrases), places))
            ]
            if met and test(record):
                found.append((record, min(met)))
        return found

    def _criteria(
        self, slots: list[Slot], hits: list[list[tuple[int, Place]]], given: dict[str, Json]
    ) -> Criteria:
        present = [(slot, of_slot) for slot, of_slot in zip(slots, hits, strict=True) if of_slot]
        near: list[list[Place]] = []
        for _, of_slot in present:
            least = min(cost for cost, _ in of_slot)
            near.append([place for cost, place in of_slot if cost == least])
        proximity = sum(
            max(_apart(one, other), given.get("minProximity", 1)) for one, other in pairwise(near)
        )
        return (
            sum(min(cost for cost, _ in of_slot) for _, of_slot in present),
            -sum(slot.weight for slot, _ in present),
            proximity,
            min(place.key for places in near for place in places),
            -self._exact(slots, present, given),
        )

    def _exact(self, slots: list[Slot], present: list[Any], given: dict[str, Json]) -> int:
        mode = given.get("exactOnSingleWordQuery", "attribute")
        if len(slots) > 1:
            return sum(any(slot.is_exact(place.word) for _, place in of_slot) for slot, of_slot in present)
        [(slot, of_slot)] = present
        exact = [place for _, place in of_slot if slot.is_exact(place.word)]
        if mode == "word":
            return int(bool(exact) and len(slot.text) >= 3)
        return int(mode == "attribute" and any(place.alone for place in exact))

    def _ranked(self, found: list[Hit], given: dict[str, Json]) -> list[Hit]:
        criteria = given.get("ranking", RANKING)
        if given.get("typoTolerance") in ("min", "strict"):
            criteria = ["typo", *(each for each in criteria if each != "typo")]
        names = ["typo", "words", "proximity", "attribute", "exact"]
        for criterion in reversed(criteria):
            if criterion in names:
                found = sorted(found, key=lambda each: each[1][names.index(criterion)])
            for entry in reversed(self.settings.get("customRanking") or []) if criterion == "custom" else []:
                found = _by(found, entry)
        return found


def facets(found: list[dict[str, Json]], name: str) -> dict[str, int]:
    """Count the records of each value."""
    counts: Counter[str] = Counter()
    for record in found:
        value = record.get(name)
        if value is not None:
            counts.update({str(each) for each in (value if isinstance(value, list) else [value])})
    return dict(counts)


def grouped(found: list[dict[str, Json]], name: str, most: int) -> list[list[dict[str, Json]]]:
    """Put records of one value together, the best of each."""
    groups: dict[Any, list[dict[str, Json]]] = {}
    for record in found:
        key = record.get(name) if record.get(name) is not None else ("alone", record["objectID"])
        groups.setdefault(str(key), []).append(record)
    return [group[:most] for group in groups.values()]


def _put(plain: list[Slot], start: int, end: int, put: list[str], typos: int, weight: int) -> Reading:
    """Put words that follow each other in the place of others."""
    slots = [
        Slot(text, extra=typos if not at else 0, exact=False, weight=weight if not at else 0)
        for at, text in enumerate(put)
    ]
    phrases = [range(start, start + len(put))] if len(put) > 1 else []
    return [*plain[:start], *slots, *plain[end:]], phrases


def _met(reading: Reading, places: list[Place]) -> list[list[tuple[int, Place]]] | None:
    """Return for each slot its places with their costs; None when the record does not meet the reading."""
    slots, phrases = reading
    hits = [
        [(cost, place) for place in places if (cost := slot.cost(place.word)) is not None] for slot in slots
    ]
    needed = [of_slot for slot, of_slot in zip(slots, hits, strict=True) if not slot.optional]
    if not all(needed) or not any(hits):
        return None
    for phrase in phrases:
        starts = {(place.text, place.at) for _, place in hits[phrase[0]]}
        for shift, slot in enumerate(phrase):
            starts &= {(place.text, place.at - shift) for _, place in hits[slot]}
        if not starts:
            return None
    return hits


def _apart(ones: list[Place], others: list[Place]) -> int:
    """Return how near two words come: 1 for neighbours, one more when they are turned round."""
    gaps = [
        other.at - one.at if other.at > one.at else one.at - other.at + 1
        for one in ones
        for other in others
        if one.text == other.text
    ]
    return min([*gaps, FAR])


def _by(found: list[Hit], entry: str) -> list[Hit]:
    """Sort by an attribute; records without it come last."""
    direction, name = entry.removesuffix(")").split("(")
    there = [each for each in found if each[0].get(name) is not None]
    there.sort(key=lambda each: each[0][name], reverse=direction == "desc")
    return there + [each for each in found if each[0].get(name) is None]


def conditions(groups: list[list[tuple[str, str, Json, bool]]]) -> Callable[[dict[str, Json]], bool]:
    """Return a filter as a function: groups must all hold, one condition of each."""

    def one(record: dict[str, Json], name: str, operator: str, operand: Json, negated: bool) -> bool:
        value = record.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if operator == ":":
            held = any(str(each).lower() == str(operand).lower() for each in values)
        else:
            held = any(
                {"<": each < operand, ">=": each >= operand}[operator]
                for each in values
                if isinstance(each, int)
            )
        return held is not negated

    return lambda record: all(any(one(record, *each) for each in group) for group in groups)


def shown(groups: list[list[tuple[str, str, Json, bool]]]) -> str:
    """Write a filter in Algolia's grammar."""
    return " AND ".join(
        "("
        + " OR ".join(
            f"{'NOT ' * negated}{name}{operator}{operand}" for name, operator, operand, negated in group
        )
        + ")"
        for group in groups
    )
