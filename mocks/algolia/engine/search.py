"""A whole search: match, filter, rank, promote, group, count facets, cut the page, and show the hits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import facets, highlight, paths, pool, readings, relaxation, relevance
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.listing import Listing
from mocks.algolia.engine.location import NOWHERE
from mocks.algolia.engine.pool import Pool
from mocks.algolia.engine.question import Question

Json = dict[str, Any]
Array = npt.NDArray[Any]

DROPPED = 5
"""Words at most that `removeWordsIfNoResults` leaves out one by one."""


@dataclass(slots=True)
class Found:
    """What a search found: `all` that matches, and `shown`, which is less where only what is relevant enough is.

    `removed` are words that were left out so that anything was found; `pinned` are records by the place that a rule gives them.
    """

    corpus: Corpus
    question: Question
    all: Listing
    shown: Listing
    removed: list[str]
    pinned: dict[int, int] = field(default_factory=dict)

    @property
    def pool(self) -> Pool:
        """The records that match, but for those that rules put in their places."""
        return self.all.pool

    @property
    def total(self) -> int:
        """How many hits there are."""
        return self.all.total + len(self.pinned)

    @property
    def total_shown(self) -> int:
        """How many of them are shown."""
        return self.shown.total + len(self.pinned)

    def numbers(self) -> Array:
        """Return the numbers of all records found, before grouping."""
        return self._with_pinned(self.pool.numbers)

    def leaders(self) -> Array:
        """Return the numbers of the first records of all groups."""
        return self._with_pinned(self.all.leaders())

    def _with_pinned(self, numbers: Array) -> Array:
        if not self.pinned and numbers is self.pool.numbers:
            return numbers
        return np.sort(np.concatenate((numbers, np.array(list(self.pinned.values()), np.int64))))

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
        plain = self.shown.part(max(0, start - before), max(0, stop - before - inside))
        shown: list[list[int]] = []
        rest = iter(plain)
        for place in range(start, min(stop, self.total_shown)):
            if place in self.pinned:
                shown.append([self.pinned[place]])
            elif (group := next(rest, None)) is not None:
                shown.append(group)
        return shown


def find(corpus: Corpus, question: Question) -> Found:
    """Return everything that matches."""
    removed: list[str] = []
    found = pool.find(corpus, question, question.plain)
    if not len(found.numbers):
        found, removed = _with_fewer_words(corpus, question, found)
    found = relaxation.demanding(_typos_allowed(found))
    found, promoted = _promoted(corpus, found)
    every = Listing(found)
    selected = found if question.strictness is None else relevance.relevant(found, question.strictness)
    shown = every if selected is found else Listing(selected)
    return Found(corpus, question, every, shown, removed, _pinned(promoted, shown))


def _with_fewer_words(corpus: Corpus, question: Question, nothing: Pool) -> tuple[Pool, list[str]]:
    """Search again with words left out or optional, as `removeWordsIfNoResults` says, until something is found."""
    kind, plain = question.values["removeWordsIfNoResults"], question.plain
    count = len(plain.words)
    if kind == "none" or count < 2:
        return nothing, []
    if kind == "allOptional":
        return pool.find(corpus, question, readings.all_optional(plain)), []
    for dropped in range(1, min(DROPPED, count - 1) + 1):
        first, end = (0, count - dropped) if kind == "lastWords" else (dropped, count)
        found = pool.find(corpus, question, readings.part(plain, first, end))
        if len(found.numbers):
            return found, [word.text for word in (*plain.words[:first], *plain.words[end:])]
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
    return found.narrowed(~np.isin(found.numbers, away)), promoted


def _pinned(promoted: dict[int, int], shown: Listing) -> dict[int, int]:
    """Return promoted records by their places; those beyond the end move up to it."""
    pinned: dict[int, int] = {}
    for place, number in sorted(promoted.items()):
        pinned[min(place, shown.total + len(pinned))] = number
    return pinned


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
