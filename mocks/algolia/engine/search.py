"""A whole search: match, filter, rank, promote, group, count facets, cut the page, and show the hits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import facets, highlight, paths, pool, ranking
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.location import NOWHERE
from mocks.algolia.engine.pool import Pool
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import Reading

Json = dict[str, Any]
Array = npt.NDArray[Any]

DROPPED = 5
"""Words at most that `removeWordsIfNoResults` leaves out one by one."""


@dataclass(slots=True)
class Found:
    """What a search found. `removed` are words that were left out so that anything was found."""

    corpus: Corpus
    question: Question
    pool: Pool
    removed: list[str]
    pinned: dict[int, int] = field(default_factory=dict)
    _grouped: tuple[Array, Array] | None = None

    @property
    def total(self) -> int:
        """How many hits there are: records, or groups of `distinct`."""
        if not self._distinct():
            return len(self.pool.numbers) + len(self.pinned)
        return int(np.count_nonzero(self._groups()[1] == 0)) + len(self.pinned)

    def numbers(self) -> Array:
        """Return the numbers of all records found, before grouping."""
        if not self.pinned:
            return self.pool.numbers
        return np.sort(np.concatenate((self.pool.numbers, np.array(list(self.pinned.values()), np.int64))))

    def leaders(self) -> Array:
        """Return the numbers of the first records of all groups."""
        if not self._distinct():
            return self.numbers()
        ordered, ranks = self._groups()
        first = self.pool.numbers[ordered[ranks == 0]]
        return np.sort(np.concatenate((first, np.array(list(self.pinned.values()), np.int64))))

    def radius(self, least: int) -> int:
        """Return the distance in metres of the farthest record found."""
        located = self.pool.located
        there = located.metres[located.metres < NOWHERE] if located else np.zeros(0)
        return max(least, int(there.max()) if len(there) else 0)

    def page(self, start: int, stop: int) -> list[list[int]]:
        """Return the numbers of the records of some hits, group by group."""
        free = sorted(self.pinned)
        before = sum(place < start for place in free)
        inside = sum(start <= place < stop for place in free)
        plain = self._plain(max(0, start - before), max(0, stop - before - inside))
        shown: list[list[int]] = []
        rest = iter(plain)
        for place in range(start, min(stop, self.total)):
            if place in self.pinned:
                shown.append([self.pinned[place]])
            elif (group := next(rest, None)) is not None:
                shown.append(group)
        return shown

    def _plain(self, start: int, stop: int) -> list[list[int]]:
        """Return hits by rank alone."""
        if not self._distinct():
            ordered = ranking.order(self.pool, stop)[start:stop]
            return [[int(number)] for number in self.pool.numbers[ordered]]
        ordered, ranks = self._groups()
        size = int(self.question.values["distinct"])
        firsts = np.flatnonzero(ranks == 0)[start:stop]
        groups = _keys(self.pool)
        members: dict[int, list[int]] = {int(groups[ordered[at]]): [] for at in firsts}
        for at in np.flatnonzero(ranks < size):
            key = int(groups[ordered[at]])
            if key in members:
                members[key].append(int(self.pool.numbers[ordered[at]]))
        return list(members.values())

    def _distinct(self) -> bool:
        values, settings = self.question.values, self.question.settings
        return bool(values.get("distinct")) and bool(settings.get("attributeForDistinct"))

    def _groups(self) -> tuple[Array, Array]:
        """Return all records in order, and for each how many of its group come before it."""
        if self._grouped is None:
            ordered = ranking.order(self.pool, len(self.pool.numbers))
            keys = _keys(self.pool)[ordered]
            by_key = np.argsort(keys, kind="stable")
            starts = np.flatnonzero(np.diff(keys[by_key], prepend=keys.min() - 1 if len(keys) else 0))
            counts = np.diff(np.append(starts, len(keys)))
            ranks = np.zeros(len(keys), np.int64)
            ranks[by_key] = np.arange(len(keys)) - np.repeat(starts, counts)
            self._grouped = ordered, ranks
        return self._grouped


def _keys(found: Pool) -> Array:
    """Return the group of each record of `distinct`: the code of its value, or a group of its own."""
    name = found.question.settings["attributeForDistinct"]
    codes = [
        found.corpus.codes(part.segment, name).first[local]
        for part, local in found.corpus.split(found.numbers)
    ]
    keys = np.concatenate(codes).astype(np.int64) if codes else np.zeros(0, np.int64)
    return np.where(keys < 0, -1 - np.arange(len(keys)), keys)


def find(corpus: Corpus, question: Question) -> Found:
    """Return everything that matches."""
    removed: list[str] = []
    found = pool.find(corpus, question, question.plain)
    if not len(found.numbers):
        found, removed = _with_fewer_words(corpus, question, found)
    found = _typos_allowed(found)
    found, pinned = _promoted(corpus, found)
    return Found(corpus, question, found, removed, pinned)


def _with_fewer_words(corpus: Corpus, question: Question, nothing: Pool) -> tuple[Pool, list[str]]:
    """Search again with words left out or optional, as `removeWordsIfNoResults` says, until something is found."""
    kind, words = question.values["removeWordsIfNoResults"], question.plain.words
    if kind == "none" or len(words) < 2:
        return nothing, []
    if kind == "allOptional":
        optional = Reading(tuple(replace(word, optional=True) for word in words))
        return pool.find(corpus, question, optional), []
    for dropped in range(1, min(DROPPED, len(words) - 1) + 1):
        left = words[:-dropped] if kind == "lastWords" else words[dropped:]
        found = pool.find(corpus, question, Reading(left))
        if len(found.numbers):
            gone = words[-dropped:] if kind == "lastWords" else words[:dropped]
            return found, [word.text for word in gone]
    return nothing, []


def _typos_allowed(found: Pool) -> Pool:
    """With `min` keep the records with the fewest typos, with `strict` those with the two lowest numbers of them."""
    tolerance = found.question.values.get("typoTolerance", True)
    if tolerance not in ("min", "strict"):
        return found
    typos = found.criterion("typo", slice(None))
    if typos is None or not len(typos):
        return found
    counts = np.unique(typos)[: 1 if tolerance == "min" else 2]
    return found.narrowed(np.isin(typos, counts))


def _promoted(corpus: Corpus, found: Pool) -> tuple[Pool, dict[int, int]]:
    """Take out what rules hide, and what they promote, which is returned by its place."""
    applied = found.question.applied
    if not applied.hidden and not applied.promoted:
        return found, {}
    hidden = {corpus.number(id) for id in applied.hidden}
    promoted: dict[int, int] = {}
    matching = set(found.numbers.tolist()) if applied.only_filtered else None
    for position, ids in sorted(applied.promoted.items()):
        for id in ids:
            number = corpus.number(id)
            if number is None or number in hidden or (matching is not None and number not in matching):
                continue
            while position in promoted:
                position += 1  # noqa: PLW2901 - the next free place
            promoted[position] = number
    away = np.array([*(each for each in hidden if each is not None), *promoted.values()], np.int64)
    kept = found.narrowed(~np.isin(found.numbers, away))
    # Places beyond the end move up to it.
    pinned: dict[int, int] = {}
    for place, number in sorted(promoted.items()):
        pinned[min(place, len(kept.numbers) + len(pinned))] = number
    return kept, pinned


# --- what is answered of it --------------------------------------------------------------------------------------


def counted(found: Found) -> tuple[Json, Json] | None:
    """Return `facets` and `facets_stats`; None when no facets were asked for."""
    question = found.question
    wanted = question.values.get("facets")
    if not wanted:
        return None
    counts, stats = {}, {}
    for facet in facets.asked(question.settings, wanted):
        after = facet.after_distinct or question.values.get("facetingAfterDistinct")
        numbers = found.leaders() if after else found.numbers()
        shown = facets.shown(facets.count(found.corpus, numbers, facet.name), question.values)
        if shown:
            counts[facet.name] = shown
        statistics = facets.statistics(found.corpus, numbers, facet.name)
        if statistics is not None:
            stats[facet.name] = statistics
    return counts, stats


def hits(found: Found, groups: list[list[int]]) -> list[Json]:
    """Show the hits of a page."""
    question, values = found.question, found.question.values
    marker = highlight.Marker.of(found.corpus, question, found.pool.read)
    several = int(values.get("distinct") or 0) > 1 and question.settings.get("attributeForDistinct")
    infos = _ranking_infos(found, groups) if values.get("getRankingInfo") else {}
    shown = []
    for group in groups:
        for place, number in enumerate(group):
            record = found.corpus.record(number)
            hit = retrieved(record, values, question.settings)
            hit |= highlight.results(record, question, marker)
            if infos:
                hit["_rankingInfo"] = infos[number]
            if several:
                hit["_distinctSeqID"] = place
            shown.append(hit)
    return shown


def retrieved(record: Json, values: Json, settings: Json, *, see_all: bool = False) -> Json:
    """Return the attributes of a record that may and should be shown; the objectID always is."""
    wanted = values.get("attributesToRetrieve")
    shown = record if wanted is None else paths.pick(record, wanted)
    hidden = [] if see_all else settings.get("unretrievableAttributes") or []
    if hidden:
        shown = paths.pick(shown, [f"-{name}" for name in hidden])
    return {**shown, "objectID": record["objectID"]}


def _ranking_infos(found: Found, groups: list[list[int]]) -> dict[int, Json]:
    """Return what `_rankingInfo` says of the records of a page."""
    pinned = set(found.pinned.values())
    numbers = sorted(number for group in groups for number in group)
    infos: dict[int, Json] = {number: _no_info(found) | {"promoted": True} for number in pinned}
    plain = np.array([number for number in numbers if number not in pinned], np.int64)
    at = np.searchsorted(found.pool.numbers, plain)
    values = {
        name: found.pool.criterion(name, at)
        for name in ("typo", "words", "filters", "proximity", "attribute", "exact")
    }
    for place, number in enumerate(plain.tolist()):
        of = {name: abs(int(each[place])) if each is not None else 0 for name, each in values.items()}
        info = _no_info(found) | {
            "nbTypos": of["typo"],
            "firstMatchedWord": of["attribute"],
            "proximityDistance": of["proximity"],
            "nbExactWords": of["exact"],
            "words": max(of["words"], 1),
            "filters": of["filters"],
        }
        infos[number] = info | _place(found, int(at[place]))
    return infos


def _no_info(found: Found) -> Json:
    return {
        "nbTypos": 0,
        "firstMatchedWord": 0,
        "proximityDistance": 0,
        "userScore": 0,
        "geoDistance": 0,
        "geoPrecision": 1,
        "nbExactWords": 0,
        "words": max(1, len(found.question.asked)),
        "filters": 0,
    }


def _place(found: Found, at: int) -> Json:
    located = found.pool.located
    if located is None or located.metres[at] == NOWHERE:
        return {}
    place = {
        "lat": float(located.latitudes[at]),
        "lng": float(located.longitudes[at]),
        "distance": int(located.metres[at]),
    }
    return {
        "geoDistance": int(located.banded[at]),
        "geoPrecision": int(located.steps[at]),
        "matchedGeoLocation": place,
    }
