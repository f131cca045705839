"""Which records of a segment a reading of a query finds, and how well by each of the textual criteria.

A record is found when each word that is not optional stands in any searchable attribute, by itself or by whatever may
stand for it. For each word a record takes the places with the fewest typos.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.corpus import Corpus, Part
from mocks.algolia.engine.paths import within
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import QueryWord, Reading
from mocks.algolia.engine.segment import ALONE, Places, Segment

Array = npt.NDArray[Any]

FAR = 8
"""The proximity of words that are far apart, or in different texts."""

ABSENT = 255
NOWHERE = (1 << 32) - 1
SHIFT = 24
"""Bits of a place in a record, where records and places are one number."""


@dataclass(slots=True)
class Group:
    """Places of indexed words that stand for a query word at the same cost of typos."""

    cost: int
    places: Places
    exact: bool = False
    in_order: bool = False


@dataclass(slots=True)
class Hits:
    """One query word in one segment: the least typos of each record (or ABSENT), and where the word stands."""

    word: QueryWord
    cost: Array
    groups: list[Group] = field(default_factory=list)

    @property
    def present(self) -> Array:
        """Which records have the word."""
        present: Array = self.cost != ABSENT
        return present

    def best(self, inside: Array) -> Iterator[tuple[Places, Array]]:
        """Return places, and which of them have the fewest typos of a record and lie in one inside a mask."""
        for group in self.groups:
            records = group.places.records
            wanted = inside[records]
            if len(self.groups) > 1:
                wanted &= self.cost[records] == group.cost
            yield group.places, wanted

    def places(self, inside: Array) -> Array:
        """Return records and places as one sorted array of numbers."""
        found = [
            places.records[wanted].astype(np.int64) << SHIFT | places.places[wanted]
            for places, wanted in self.best(inside)
        ]
        if len(found) == 1 and self.groups[0].in_order:
            return found[0]
        return np.sort(np.concatenate(found), kind="stable") if found else np.zeros(0, np.int64)

    def every(self, inside: Array) -> Array:
        """Return all places in the records inside a mask, whatever their typos, as one array of numbers."""
        parts = [each.places.at(inside[each.places.records]) for each in self.groups]
        found = [each.records.astype(np.int64) << SHIFT | each.places for each in parts]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def exact(self, size: int, *, alone: bool, left_out: Array | None) -> Array:
        """Return which records have the very word, or have it as the whole of a text."""
        mask = np.zeros(size, bool)
        for group in self.groups:
            if group.exact:
                kept = group.places
                if alone:
                    kept = kept.at(kept.attributes & ALONE != 0)
                if left_out is not None:
                    kept = kept.at(~left_out[kept.attributes >> 1])
                mask[kept.records] = True
        return mask


def alternatives(corpus: Corpus, word: QueryWord) -> tuple[Array, Array]:
    """Return the numbers of the words within the typos allowed, and their costs; a first letter counts twice."""
    numbers, edits = corpus.vocabulary.similar(word.text, word.limit, prefix=word.prefix)
    costs = edits.astype(np.int64)
    first = corpus.vocabulary.first_letters(numbers) != ord(word.text[0])
    return numbers, costs + ((costs > 0) & first) + word.extra


def look(corpus: Corpus, segment: Segment, word: QueryWord, question: Question) -> Hits:
    """Find a query word in a segment."""
    groups: list[Group] = []
    allowed = _Allowed.of(corpus, question)
    first, end = segment.beginning(word.text) if word.prefix else _only(segment, word.text)
    if first < end and segment.words[first] == word.text:
        groups.append(Group(word.extra, segment.of_range(first, first + 1), word.exact, in_order=True))
        first += 1
    if first < end:
        groups.append(Group(word.extra, allowed.begun(segment.of_range(first, end))))
    if word.limit:
        numbers, costs = alternatives(corpus, word)
        local = segment.numbers_of(numbers)
        there = (local >= 0) & (costs > word.extra)
        for cost in np.unique(costs[there]):
            places = segment.of_words(local[there & (costs == cost)])
            groups.append(Group(int(cost), allowed.mistyped(places)))
    for form in word.others:
        begin, stop = _only(segment, form.text)
        if begin < stop:
            groups.append(Group(form.extra, segment.of_range(begin, stop), exact=form.exact))
    for group in groups:
        group.places = allowed.searched(group.places)
    groups = sorted((each for each in groups if len(each.places)), key=lambda each: -each.cost)
    cost = np.full(len(segment), ABSENT, np.uint8)
    for group in groups:
        cost[group.places.records] = group.cost
    return Hits(word, cost, groups)


def _only(segment: Segment, text: str) -> tuple[int, int]:
    at = bisect_left(segment.words, text)
    return at, at + (at < len(segment.words) and segment.words[at] == text)


@dataclass(slots=True)
class _Allowed:
    """In which attributes words are looked for at all, with typos, and by their beginning; None: in all."""

    any: Array | None
    typos: Array | None
    prefix: Array | None

    @classmethod
    def of(cls, corpus: Corpus, question: Question) -> _Allowed:
        values, settings = question.values, question.settings
        wanted = values.get("restrictSearchableAttributes")
        no_typos = values.get("disableTypoToleranceOnAttributes")
        no_prefix = settings.get("disablePrefixOnAttributes")
        return cls(
            in_attributes(corpus, wanted) if wanted else None,
            ~in_attributes(corpus, no_typos) if no_typos else None,
            ~in_attributes(corpus, no_prefix) if no_prefix else None,
        )

    def searched(self, places: Places) -> Places:
        return _kept(places, self.any)

    def mistyped(self, places: Places) -> Places:
        return _kept(places, self.typos)

    def begun(self, places: Places) -> Places:
        return _kept(places, self.prefix)


def in_attributes(corpus: Corpus, names: list[str]) -> Array:
    """Return which attributes, by number, are among those named."""
    return np.array([within(each.name, names) for each in corpus.attributes.known], bool)


def _kept(places: Places, allowed: Array | None) -> Places:
    return places if allowed is None else places.at(allowed[places.attributes >> 1])


# --- a reading in a segment --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Scored:
    """The records of a segment that a reading finds; criteria are worked out for those of them that are asked for."""

    part: Part
    reading: Reading
    hits: list[Hits]
    records: Array
    question: Question
    corpus: Corpus

    def criterion(self, name: str, records: Array) -> Array:
        """Return the values of a textual criterion for some records, the smaller the better."""
        found: Array = getattr(self, f"_{name}")(records)
        return found

    def _typo(self, records: Array) -> Array:
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            cost = hits.cost[records]
            total += np.where(cost == ABSENT, 0, cost)
        return total

    def _words(self, records: Array) -> Array:
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            total -= hits.present[records] * np.int16(hits.word.weight)
        return total

    def _attribute(self, records: Array) -> Array:
        best = np.full(len(self.part.segment), NOWHERE, np.uint32)
        inside = self._inside(records)
        for hits in self.hits:
            for places, wanted in hits.best(inside):
                np.minimum.at(best, places.records[wanted], places.keys[wanted].astype(np.uint32, copy=False))
        return best[records].astype(np.int64)

    def _proximity(self, records: Array) -> Array:
        total = np.zeros(len(records), np.int64)
        least = self.question.values.get("minProximity", 1)
        for first, second in combinations(range(len(self.hits)), 2):
            there = self.hits[first].present[records] & self.hits[second].present[records]
            for between in range(first + 1, second):
                there &= ~self.hits[between].present[records]
            if there.any():
                total[there] += np.maximum(self._apart(first, second, records[there]), least)
        return total

    def _apart(self, first: int, second: int, records: Array) -> Array:
        """Return how near two words come in each of some records: 1 for neighbours; one more where they are turned round."""
        inside = self._inside(records)
        ones, others = self.hits[first].places(inside), self.hits[second].places(inside)
        at = np.searchsorted(others, ones, side="right")
        after = others[np.minimum(at, len(others) - 1)] - ones
        before = ones - others[np.maximum(at - 1, 0)] + 1
        near = np.minimum(
            np.where((after > 0) & (after < FAR), after, FAR),
            np.where((before > 0) & (before < FAR), before, FAR),
        )
        best = np.full(len(records), FAR, np.int64)
        np.minimum.at(best, np.searchsorted(records, ones >> SHIFT), near)
        return best

    def _exact(self, records: Array) -> Array:
        size, values = len(self.part.segment), self.question.values
        names = values.get("disableExactOnAttributes")
        left_out = in_attributes(self.corpus, names) if names else None
        if len(self.hits) == 1:
            mode = values["exactOnSingleWordQuery"]
            if mode == "none":
                return np.zeros(len(records), np.int16)
            found = self.hits[0].exact(size, alone=mode == "attribute", left_out=left_out)
            return -found[records].astype(np.int16)
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            total -= hits.exact(size, alone=False, left_out=left_out)[records]
        return total

    def _inside(self, records: Array) -> Array:
        inside = np.zeros(len(self.part.segment), bool)
        inside[records] = True
        return inside


def score(corpus: Corpus, part: Part, reading: Reading, question: Question, allowed: Array) -> Scored:
    """Return the records of a segment that a reading finds among those allowed."""
    segment = part.segment
    hits = [look(corpus, segment, word, question) for word in reading.words]
    needed = [each.present for each in hits if not each.word.optional]
    found = np.logical_and.reduce(needed) if needed else np.logical_or.reduce([each.present for each in hits])
    mask = found & allowed
    for first, end in reading.phrases:
        if mask.any():
            mask &= in_a_row(hits[first:end], mask)
    return Scored(part, reading, hits, np.flatnonzero(mask), question, corpus)


def in_a_row(hits: list[Hits], inside: Array) -> Array:
    """Return the records in which words follow each other directly."""
    starts = hits[0].every(inside)
    for shift, each in enumerate(hits[1:], 1):
        following = each.every(inside) - shift
        starts = starts[np.isin(starts, following, assume_unique=False)]
    mask = np.zeros(len(inside), bool)
    mask[starts >> SHIFT] = True
    return mask


def excluded(corpus: Corpus, segment: Segment, question: Question) -> Array | None:
    """Return the records that have what the query leaves out, None when it leaves nothing out."""
    if not question.without:
        return None
    mask = np.zeros(len(segment), bool)
    everywhere = np.ones(len(segment), bool)
    for words in question.without:
        hits = [look(corpus, segment, QueryWord(word, (0,)), question) for word in words]
        mask |= in_a_row(hits, everywhere)
    return mask
