"""Where a query word stands in a segment: by itself, by the beginning of a word, with typos, or by what may stand for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import nearness
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.paths import within
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import QueryWord
from mocks.algolia.engine.segment import ALONE, Places, Segment

Array = npt.NDArray[Any]

ABSENT = 255


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

    def placed(self, inside: Array, below: int | None = None) -> nearness.Placed:
        """Return the same with the values of the criterion `attribute` there, with `below` the lower ones alone."""
        found = [places.at(at) for places, at in self.best(inside, below)]
        records, spots, keys = zip(*((each.records, each.spots, each.keys) for each in found), strict=True)
        return np.concatenate(records), np.concatenate(spots), np.concatenate(keys)

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
                mask[indices(kept.records)] = True
        return mask


def indices(records: Array) -> Array:
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
        cost[indices(group.places.records)] = group.cost
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
