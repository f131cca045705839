"""Algolia's matching, ranking, grouping and counting once more, by the readings of `reference`: record by record."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.mocks.algolia import reference
from tests.mocks.algolia.reference import Asked, Place, Reading, Synonym, words

Json = Any
Record = dict[str, Json]
Groups = list[list[tuple[str, str, Json, bool, int]]]
"""A filter: groups that must all hold, by one of their conditions: attribute, operator, operand, whether not, and score."""

SOME = 1000
"""Hits after which long queries of optional words ask for more of them, and records within the automatic radius."""

FAR = 8
MISSING = 1_000_000
NOWHERE = 1 << 62
RANKING = ["typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom"]
TEXTUAL = ["typo", "words", "proximity", "attribute", "exact"]


@dataclass(frozen=True)
class Hit:
    """A record that was found: the values of the criteria, the smaller the better, and the reading that found it."""

    record: Record
    criteria: dict[str, int]
    kind: str


@dataclass
class Reference:
    """An index: records in their order, settings, and synonyms."""

    records: list[Record]
    settings: dict[str, Json] = field(default_factory=dict)
    synonyms: list[Synonym] = field(default_factory=list)

    def places(self, record: Record, given: dict[str, Json]) -> list[Place]:
        """Return all words of a record that are searched."""
        found: list[Place] = []
        restricted, listed = (
            given.get("restrictSearchableAttributes"),
            self.settings.get("searchableAttributes"),
        )
        attributes: list[tuple[str, int, bool]] = []
        for rank, entry in enumerate(listed or []):
            names = entry.removeprefix("unordered(").removesuffix(")").split(",")
            attributes += [
                (name, rank, len(names) == 1 and not entry.startswith("unordered(")) for name in names
            ]
        attributes += [] if listed else [(name, 0, False) for name in record]
        number = 0
        for name, rank, ordered in attributes:
            position = 0
            value = record.get(name) if name not in ("objectID", "_geoloc") else None
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

    # --- searching -------------------------------------------------------------------------------------------------

    def search(self, asked: Asked, given: dict[str, Json], filters: Groups, optional: Groups) -> list[Hit]:
        """Return the records found in order."""
        search = _Search(self, given, filters, optional)
        first = reference.plain(asked, given, self.synonyms)
        found = search.find(asked, first)
        kind, count = given.get("removeWordsIfNoResults", "none"), len(asked.words)
        if not found and count > 1 and kind == "allOptional":
            found = search.find(asked, reference.all_optional(first))
        for dropped in range(1, min(5, count - 1) + 1) if kind in ("lastWords", "firstWords") else ():
            if not found:
                bounds = (0, count - dropped) if kind == "lastWords" else (dropped, count)
                left = Reading("plain", first.slots[slice(*bounds)], asked.part(*bounds).quoted)
                found = search.find(asked.part(*bounds), left)
        tolerance = given.get("typoTolerance", True)
        if tolerance in ("min", "strict"):
            allowed = sorted({hit.criteria["typo"] for hit in found})[: 1 if tolerance == "min" else 2]
            found = [hit for hit in found if hit.criteria["typo"] in allowed]
        return _asking_more(self._ranked(found, given), asked, given)

    def _ranked(self, found: list[Hit], given: dict[str, Json]) -> list[Hit]:
        criteria = given.get("ranking", RANKING)
        if given.get("typoTolerance") in ("min", "strict"):
            criteria = ["typo", *(each for each in criteria if each != "typo")]
        for criterion in reversed(criteria):
            if criterion == "custom":
                for entry in reversed(self.settings.get("customRanking") or []):
                    found = _by(found, entry)
            else:
                found = sorted(found, key=lambda hit, name=criterion: hit.criteria[name])  # type: ignore[misc]
        return found


@dataclass
class _Search:
    """A search in an index: its parameters, its filters, and those that need not be met."""

    index: Reference
    given: dict[str, Json]
    filters: Groups
    optional: Groups

    def find(self, asked: Asked, first: Reading) -> list[Hit]:
        """Return the records that meet a reading; each takes the one that it meets best."""
        everywhere = [self.index.places(record, self.given) for record in self.index.records]
        readings = [first, *reference.replaced(asked, first, self.index.synonyms)]
        if self.given.get("typoTolerance", True) is not False:
            readings += reference.joined(asked, first) + reference.cut(asked, first, self.given, everywhere)
        found = []
        for record, places in zip(self.index.records, everywhere, strict=True):
            distance = self._distance(record)
            if not meets(record, self.filters) or distance is None or self._left_out(asked, places):
                continue
            more = {"geo": distance, "filters": -self._score(record)}
            if not first.slots:
                found.append(Hit(record, dict.fromkeys(TEXTUAL, 0) | more, "empty"))
                continue
            met = [(each, hits) for each in readings if (hits := each.met(places))]
            told = [(self._criteria(each, hits), at, each.kind) for at, (each, hits) in enumerate(met)]
            if told:
                values, _, kind = min(told)
                found.append(Hit(record, dict(zip(TEXTUAL, values, strict=True)) | more, kind))
        return self._near_enough(found)

    def _near_enough(self, found: list[Hit]) -> list[Hit]:
        """Without a radius leave out what is farther than many others, and than the least radius."""
        if "aroundLatLng" not in self.given or "aroundRadius" in self.given:
            return found
        metres = sorted(self._metres(hit.record)[0] for hit in found)
        if not metres:
            return found
        radius = max(metres[:SOME][-1], self.given.get("minimumAroundRadius", 0))
        return [hit for hit in found if self._metres(hit.record)[0] <= radius]

    @staticmethod
    def _left_out(asked: Asked, places: list[Place]) -> bool:
        """Tell whether a record has what must not be there."""
        return any(
            Reading("without", [reference.Slot(word) for word in each], [range(len(each))]).met(places)
            for each in asked.without
        )

    # --- criteria --------------------------------------------------------------------------------------------------

    def _criteria(self, reading: Reading, hits: list[list[tuple[int, Place]]]) -> tuple[int, ...]:
        present = [(slot, of_slot) for slot, of_slot in zip(reading.slots, hits, strict=True) if of_slot]
        near: list[list[Place]] = []
        for _, of_slot in present:
            least = min(cost for cost, _ in of_slot)
            near.append([place for cost, place in of_slot if cost == least])
        return (
            sum(min(cost for cost, _ in of_slot) for _, of_slot in present),
            -sum(slot.weight for slot, _ in present),
            sum(min(self._apart(a, b) for a in one for b in other) for one, other in pairwise(near)),
            self._attribute(reading, hits, near),
            -self._exact(reading, present),
        )

    def _apart(self, one: Place, other: Place) -> int:
        """Return how near two places are: 1 for neighbours, one more when they are turned round."""
        gap = other.at - one.at if other.at > one.at else one.at - other.at + 1
        near = min(gap, FAR) if one.text == other.text else FAR
        return max(near, int(self.given.get("minProximity", 1)))

    def _attribute(
        self, reading: Reading, hits: list[list[tuple[int, Place]]], near: list[list[Place]]
    ) -> int:
        if self.strategy == "sum":
            total = 0
            for slot, of_slot in zip(reading.slots, hits, strict=True):
                least = min((cost for cost, _ in of_slot), default=0)
                total += slot.weight * min((p.key for cost, p in of_slot if cost == least), default=MISSING)
            return total
        if self.strategy == "minProximity" and len(near) > 1:
            keys = []
            for one, other in pairwise(near):
                pairs = [(self._apart(a, b), a, b) for a in one for b in other]
                least = min(apart for apart, _, _ in pairs)
                keys += [min(a.key, b.key) for apart, a, b in pairs if apart == least]
            return min(keys)
        return min(place.key for places in near for place in places)

    @property
    def strategy(self) -> str:
        """How the attribute criterion is worked out."""
        by_proximity = self.given.get("attributeCriteriaComputedByMinProximity", False)
        wanted = self.given.get("attributeCriteriaComputedBy") or ("minProximity" if by_proximity else "best")
        ranking = self.given.get("ranking", RANKING)
        late = {"proximity", "attribute"} <= set(ranking) and ranking.index("attribute") > ranking.index(
            "proximity"
        )
        return "minProximity" if wanted == "best" and late else str(wanted)

    def _exact(self, reading: Reading, present: list[Any]) -> int:
        mode = self.given.get("exactOnSingleWordQuery", "attribute")
        if len(reading.slots) > 1:
            return sum(any(slot.is_exact(place.word) for _, place in of_slot) for slot, of_slot in present)
        [(slot, of_slot)] = present
        exact = [place for _, place in of_slot if slot.is_exact(place.word)]
        if mode == "word":
            return int(bool(exact) and len(slot.text) >= 3)
        return int(mode == "attribute" and any(place.alone for place in exact))

    def _score(self, record: Record) -> int:
        total = 0
        for group in [*(each for each in self.filters if each[0][1] == ":"), *self.optional]:
            scores = [each[4] for each in group if meets(record, [[each]])]
            total += sum(scores) if self.given.get("sumOrFiltersScores") else max(scores, default=0)
        return total

    def _distance(self, record: Record) -> int | None:
        """Return the distance in units of the precision, None for a record that lies elsewhere."""
        if "aroundLatLng" not in self.given:
            return 0
        metres = self._metres(record)
        radius = self.given.get("aroundRadius")
        if not metres:
            return NOWHERE if radius == "all" else None
        if isinstance(radius, int) and min(metres) > radius:
            return None
        return min(metres) // int(self.given.get("aroundPrecision", 10))

    def _metres(self, record: Record) -> list[int]:
        """Return how far a record's places are, the nearest first."""
        here = tuple(float(each) for each in self.given["aroundLatLng"].split(","))
        return sorted(_metres(here, (each["lat"], each["lng"])) for each in record.get("_geoloc", ()))


def _metres(here: tuple[float, ...], there: tuple[float, float]) -> int:
    lat_a, lng_a, lat_b, lng_b = map(math.radians, (*here, *there))
    across = math.sin((lng_b - lng_a) / 2) ** 2 * math.cos(lat_a) * math.cos(lat_b)
    return round(2 * 6_371_000 * math.asin(math.sqrt(math.sin((lat_b - lat_a) / 2) ** 2 + across)))


def _asking_more(found: list[Hit], asked: Asked, given: dict[str, Json]) -> list[Hit]:
    """Where all of four and more words are optional: after each thousand hits demand more words of the next ones."""
    optional = words(given.get("optionalWords", ""))
    if len(asked.words) < 4 or not set(asked.words) <= set(optional) or asked.quoted:
        return found
    step = len(optional) // 5 if len(optional) >= 10 else 1
    kept: list[Hit] = []
    for hit in found:
        if -hit.criteria["words"] >= 1 + len(kept) // SOME * step:
            kept.append(hit)
    return kept


def _by(found: list[Hit], entry: str) -> list[Hit]:
    """Sort by an attribute; records without it come last."""
    direction, name = entry.removesuffix(")").split("(")
    there = [hit for hit in found if hit.record.get(name) is not None]
    there.sort(key=lambda hit: hit.record[name], reverse=direction == "desc")
    return there + [hit for hit in found if hit.record.get(name) is None]


# --- filters, facets, groups -----------------------------------------------------------------------------------------


def meets(record: Record, filters: Groups) -> bool:
    """Tell whether a record meets a filter."""
    comparisons: dict[str, Callable[[Json, Json], bool]] = {
        "<": lambda a, b: a < b,
        ">=": lambda a, b: a >= b,
    }

    def one(name: str, operator: str, operand: Json, negated: bool, _score: int) -> bool:
        value = record.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if operator == ":":
            held = any(str(each).lower() == str(operand).lower() for each in values)
        else:
            held = any(comparisons[operator](each, operand) for each in values if isinstance(each, int))
        return held is not negated

    return all(any(one(*each) for each in group) for group in filters)


def shown(filters: Groups) -> str:
    """Write a filter in Algolia's grammar."""
    return " AND ".join("(" + " OR ".join(_condition(*each) for each in group) + ")" for group in filters)


def _condition(name: str, operator: str, operand: Json, negated: bool, score: int) -> str:
    scored = f"<score={score}>" if operator == ":" and score != 1 else ""
    return f"{'NOT ' * negated}{name}{operator}{operand}{scored}"


def listed(optional: Groups) -> list[list[str]]:
    """Write filters that need not be met, as lists."""
    return [
        [f"{name}:{'-' * negated}{operand}<score={score}>" for name, _, operand, negated, score in group]
        for group in optional
    ]


def facets(found: list[Record], name: str) -> dict[str, int]:
    """Count the records of each value; those that differ in case are one, spelled as most of them are."""
    counts: Counter[str] = Counter()
    spellings: Counter[str] = Counter()
    for record in found:
        value = record.get(name)
        listed = {str(each) for each in (value if isinstance(value, list) else [value]) if each is not None}
        spellings.update(listed)
        counts.update({each.lower() for each in listed})
    shown = {each.lower(): each for each in sorted(spellings, key=lambda each: (spellings[each], each))}
    return {shown[each]: count for each, count in counts.items()}


def grouped(found: list[Record], name: str, most: int) -> list[list[Record]]:
    """Put records of one value together, the best of each; without a number each is alone."""
    groups: dict[Any, list[Record]] = {}
    for record in found:
        there = most and record.get(name) is not None
        groups.setdefault(str(record[name]) if there else ("alone", record["objectID"]), []).append(record)
    return [group[: most or 1] for group in groups.values()]


# --- rules -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """A rule: pattern and anchoring, and what it does; `remove` takes a word out of the query, `query` replaces it."""

    pattern: list[str]
    anchoring: str
    promote: tuple[tuple[str, int], ...] = ()
    hide: tuple[str, ...] = ()
    only_filtered: bool = False
    remove: str | None = None
    query: str | None = None
    brand: str | None = None

    def applies(self, asked: list[str]) -> bool:
        """Tell whether a query has the pattern where it must be."""
        size = len(self.pattern)
        at = [start for start in range(len(asked) - size + 1) if asked[start : start + size] == self.pattern]
        last = len(asked) - size
        return {
            "is": asked == self.pattern,
            "startsWith": 0 in at,
            "endsWith": last in at,
            "contains": bool(at),
        }[self.anchoring]

    def query_of(self, asked: list[str]) -> list[str]:
        """Return the words of the query that is searched."""
        if self.query is not None:
            return words(self.query)
        if self.remove in asked:
            at = asked.index(self.remove)
            return asked[:at] + asked[at + 1 :]
        return asked

    def arranged(self, found: list[Record], records: list[Record]) -> tuple[list[Record], dict[int, Record]]:
        """Return what is left of the records found, and the promoted ones with the places that they are wanted at."""
        by_id = {record["objectID"]: record for record in records}
        matching = {record["objectID"] for record in found}
        wanted: dict[int, Record] = {}
        for id, place in sorted(self.promote, key=lambda each: each[1]):
            if id in by_id and id not in self.hide and (id in matching or not self.only_filtered):
                while place in wanted:
                    place += 1  # noqa: PLW2901 - the next free place
                wanted[place] = by_id[id]
        away = {*self.hide, *(record["objectID"] for record in wanted.values())}
        return [record for record in found if record["objectID"] not in away], wanted


def pinned(groups: list[list[Record]], wanted: dict[int, Record]) -> list[list[Record]]:
    """Put promoted records at their places among hits; those beyond the end come at it."""
    shown = list(groups)
    for place, record in sorted(wanted.items()):
        shown.insert(min(place, len(shown)), [record])
    return shown
