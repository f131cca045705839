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

from mocks.algolia.engine import nearness
from mocks.algolia.engine.corpus import Corpus, Part
from mocks.algolia.engine.paths import within
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import QueryWord, Reading
from mocks.algolia.engine.segment import ALONE, Places, Segment

Array = npt.NDArray[Any]

ABSENT = 255
FIRST = 1000
"""The first value of the criterion `attribute` that belongs to the second attribute."""

FEW = 512
"""Records of which all values of the criterion `attribute` are worked out, not only those in the first attribute."""


@dataclass(slots=True)
class Group:
    """Places of indexed words that stand for a query word at the same cost of typos."""

    cost: int
    places: Places
    exact: bool = False


@dataclass(slots=True)
class Hits:
    """One query word in one segment: the least typos of each record (or ABSENT), and where the word stands."""

    word: QueryWord
    cost: Array
    present: Array
    groups: list[Group] = field(default_factory=list)

    def within(self, inside: Array) -> Hits:
        """Return the word's places in the records inside a mask."""
        groups = [
            Group(each.cost, each.places.kept(inside.take(each.places.records)), each.exact)
            for each in self.groups
        ]
        return Hits(self.word, self.cost, self.present, groups)

    @property
    def costs(self) -> set[int]:
        """The numbers of typos that there are."""
        return {group.cost for group in self.groups}

    def best(self, inside: Array, below: int | None = None) -> Iterator[tuple[Places, Array]]:
        """Return places, and which of them have the fewest typos of a record and lie in one inside a mask.

        With `below` they are those with lower keys.
        """
        several = len(self.costs) > 1
        for group in self.groups:
            records = group.places.records
            index = None if below is None else np.flatnonzero(group.places.keys < below)
            if index is not None:
                records = records.take(index)
            wanted = inside.take(records)
            if several:
                wanted &= self.cost.take(records) == group.cost
            yield group.places, np.flatnonzero(wanted) if index is None else index.compress(wanted)

    def spots(self, inside: Array) -> tuple[Array, Array]:
        """Return the records inside a mask with the spots of their fewest typos, in no order."""
        found = [(places.records.take(at), places.spots.take(at)) for places, at in self.best(inside)]
        records, spots = zip(*found, strict=True)
        return np.concatenate(records), np.concatenate(spots)

    def every(self, inside: Array) -> Iterator[Places]:
        """Return all places in the records inside a mask, whatever their typos."""
        for group in self.groups:
            yield group.places.kept(inside.take(group.places.records))

    def exact(self, size: int, *, alone: bool, left_out: Array | None) -> Array:
        """Return which records have the very word, or have it as the whole of a text."""
        mask = np.zeros(size, bool)
        for group in self.groups:
            if group.exact:
                kept = group.places
                if alone:
                    kept = kept.kept(kept.attributes & ALONE != 0)
                if left_out is not None:
                    kept = kept.kept(~left_out[kept.attributes >> 1])
                mask[_indices(kept.records)] = True
        return mask


def _indices(records: Array) -> Array:
    """Return numbers in the form that numpy writes by fastest."""
    return records.astype(np.intp, copy=False)


def alternatives(corpus: Corpus, word: QueryWord) -> tuple[Array, Array]:
    """Return the numbers of the words within the typos allowed, and their costs; a first letter counts twice."""
    numbers, edits = corpus.vocabulary.similar(word.text, word.limit, prefix=word.prefix)
    costs = edits.astype(np.int64)
    first = corpus.vocabulary.first_letters(numbers) != ord(word.text[0])
    return numbers, costs + ((costs > 0) & first) + word.extra


def look(corpus: Corpus, segment: Segment, word: QueryWord, question: Question) -> Hits:
    """Find a query word in a segment; what was found is kept for the other readings of the query."""
    key = id(segment), word
    if key not in question.looked:
        question.looked[key] = _look(corpus, segment, word, question)
    found: Hits = question.looked[key]
    return found


def _look(corpus: Corpus, segment: Segment, word: QueryWord, question: Question) -> Hits:
    groups: list[Group] = []
    allowed = _Allowed.of(corpus, question)
    first, end = segment.beginning(word.text) if word.prefix else _only(segment, word.text)
    if first < end and segment.words[first] == word.text:
        groups.append(Group(word.extra, segment.of_range(first, first + 1), word.exact))
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
        cost[_indices(group.places.records)] = group.cost
    return Hits(word, cost, cost != ABSENT, groups)


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
    return places if allowed is None else places.kept(allowed[places.attributes >> 1])


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

    def within(self, records: Array) -> Scored:
        """Return the same of some of the records."""
        inside = self._inside(records)
        hits = [each.within(inside) for each in self.hits]
        return Scored(self.part, self.reading, hits, records, self.question, self.corpus)

    def criterion(self, name: str, records: Array, most: int | None = None) -> Array:
        """Return the values of a textual criterion for some records, the smaller the better.

        When only the best `most` records matter, those of the others may be greater than they are.
        """
        if name == "proximity":
            return self._proximity(records, most)
        if name == "attribute":
            return self._attribute(records, most)
        found: Array = getattr(self, f"_{name}")(records)
        return found

    def is_equal(self, name: str) -> bool:
        """Tell whether all records are known to have the same value of a criterion."""
        if name == "typo":
            return not any(hits.word.optional or len(hits.costs) > 1 for hits in self.hits)
        if name == "words":
            return not any(hits.word.optional for hits in self.hits)
        return name == "proximity" and len(self.hits) == 1

    def _typo(self, records: Array) -> Array:
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            if hits.word.optional or len(hits.costs) > 1:
                cost = hits.cost.take(records)
                total += np.where(cost == ABSENT, 0, cost)
            elif hits.groups:
                total += hits.groups[0].cost
        return total

    def _words(self, records: Array) -> Array:
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            if hits.word.optional:
                total -= hits.present.take(records) * np.int16(hits.word.weight)
            else:
                total -= hits.word.weight
        return total

    def _attribute(self, records: Array, most: int | None) -> Array:
        if most is not None and len(records) > FEW:
            best = self._least_keys(records, FIRST)
            if np.count_nonzero(best < FIRST) >= most:
                return best
        return self._least_keys(records)

    def _least_keys(self, records: Array, below: int | None = None) -> Array:
        keys = self.part.segment.places.keys
        best = np.full(len(self.part.segment), np.iinfo(keys.dtype).max, keys.dtype)
        inside = self._inside(records)
        for hits in self.hits:
            for places, at in hits.best(inside, below):
                np.minimum.at(best, _indices(places.records.take(at)), places.keys.take(at))
        return best.take(records)

    def _proximity(self, records: Array, most: int | None) -> Array:
        total = np.zeros(len(records), np.int64)
        least = self.question.values.get("minProximity", 1)
        if most is not None and len(self.hits) > 2:
            most = None
        for first, second in combinations(range(len(self.hits)), 2):
            there = self.hits[first].present.take(records) & self.hits[second].present.take(records)
            for between in range(first + 1, second):
                there &= ~self.hits[between].present.take(records)
            if there.any():
                enough = None if most is None or not there.all() else (most, least)
                total[there] += np.maximum(self._apart(first, second, records[there], enough), least)
        return total

    def _apart(self, first: int, second: int, records: Array, enough: tuple[int, int] | None) -> Array:
        """Return how near two words come in each of some records: 1 for neighbours; one more where they are turned round.

        With `enough` it is told no more of the others, once so many records have less than some distance.
        """
        inside = self._inside(records)
        (of_ones, ones), (of_others, others) = self.hits[first].spots(inside), self.hits[second].spots(inside)
        best = np.full(len(inside), nearness.FAR, np.uint8)
        if len(ones) + len(others) <= nearness.FEW:
            np.minimum.at(best, _indices(of_ones), nearness.of_few(ones, others).astype(np.uint8))
        else:
            span = self.part.segment.span
            nearness.of_many(best, (of_ones, ones), (of_others, others), span, enough)
        return best.take(records).astype(np.int64)

    def _exact(self, records: Array) -> Array:
        size, values = len(self.part.segment), self.question.values
        names = values.get("disableExactOnAttributes")
        left_out = in_attributes(self.corpus, names) if names else None
        if len(self.hits) == 1:
            mode = values["exactOnSingleWordQuery"]
            if mode == "none":
                return np.zeros(len(records), np.int16)
            found = self.hits[0].exact(size, alone=mode == "attribute", left_out=left_out)
            return -found.take(records).astype(np.int16)
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            total -= hits.exact(size, alone=False, left_out=left_out).take(records)
        return total

    def _inside(self, records: Array) -> Array:
        inside = np.zeros(len(self.part.segment), bool)
        inside[_indices(records)] = True
        return inside


def score(corpus: Corpus, part: Part, reading: Reading, question: Question, allowed: Array) -> Scored:
    """Return the records of a segment that a reading finds among those allowed."""
    segment = part.segment
    hits = [look(corpus, segment, word, question) for word in reading.words]
    mask = allowed.copy()
    needed = [each.present for each in hits if not each.word.optional]
    for present in needed:
        mask &= present
    if not needed:
        mask &= np.logical_or.reduce([each.present for each in hits])
    for first, end in reading.phrases:
        if mask.any():
            mask &= in_a_row(hits[first:end], mask, segment.span)
    return Scored(part, reading, hits, np.flatnonzero(mask), question, corpus)


def in_a_row(hits: list[Hits], inside: Array, span: int) -> Array:
    """Return the records in which words follow each other directly; `span` is how many spots their segment has."""
    mask = np.zeros(len(inside), bool)
    if not all(each.groups for each in hits):
        return mask
    found = list(hits[0].every(inside))
    records = np.concatenate([each.records for each in found])
    starts = np.concatenate([each.spots for each in found])
    for shift, each in enumerate(hits[1:], 1):
        following = np.concatenate([places.spots for places in each.every(inside)])
        kept = nearness.among(starts + shift, following, span)
        records, starts = records.compress(kept), starts.compress(kept)
    mask[_indices(records)] = True
    return mask


def excluded(corpus: Corpus, segment: Segment, question: Question) -> Array | None:
    """Return the records that have what the query leaves out, None when it leaves nothing out."""
    if not question.without:
        return None
    mask = np.zeros(len(segment), bool)
    everywhere = np.ones(len(segment), bool)
    for words in question.without:
        hits = [look(corpus, segment, QueryWord(word, (0,)), question) for word in words]
        mask |= in_a_row(hits, everywhere, segment.span)
    return mask
