"""Which records of a segment a reading of a query finds, and how well by each of the textual criteria.

A record is found when each word that is not optional stands in any searchable attribute, by itself or by whatever may
stand for it. For each word a record takes the places with the fewest typos.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import nearness
from mocks.algolia.engine.corpus import Corpus, Part
from mocks.algolia.engine.lookup import ABSENT, Hits, in_attributes, indices, look
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import QueryWord, Reading
from mocks.algolia.engine.segment import Segment

Array = npt.NDArray[Any]

BOUNDS = 1, 1000
"""Values of the criterion `attribute` below which the best places are looked for first: the very first place, and the first
attribute."""

MISSING = 1_000_000
"""What a word that is not there counts for where the values of the criterion `attribute` are added up."""

FEW = 512
"""Records of which all values of the criterion `attribute` are worked out, not only those in the first attribute."""


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
    near: dict[tuple[int, int], Array] = field(default_factory=dict, repr=False)

    def within(self, records: Array) -> Scored:
        """Return the same of some of the records."""
        inside = self._inside(records)
        hits = [each.within(inside) for each in self.hits]
        return Scored(self.part, self.reading, hits, records, self.question, self.corpus, self.near)

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

    @property
    def is_pair(self) -> bool:
        """Tell whether the query is two words, of which all records have both, as near as they are."""
        return (
            len(self.hits) == 2
            and not any(hits.word.optional for hits in self.hits)
            and self._least_distance == 1
            and self.question.attribute_strategy == "minProximity"
        )

    def beside(self, records: Array, below: int) -> Array:
        """Tell in which records the two words are next to each other at a place with a lower value of `attribute`."""
        inside = self._inside(records)
        of, spots, _ = self.hits[0].placed(inside, below)
        _, others, _ = self.hits[1].placed(inside, below + 1)
        met = np.zeros(len(self.part.segment), bool)
        if len(spots) and len(others):
            lower = np.flatnonzero(nearness.of_few(spots, others) == 1)
            met[indices(of.take(lower))] = True
        return met.take(records)

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
        strategy = self.question.attribute_strategy
        if strategy == "sum":
            return self._summed_keys(records)
        near = strategy == "minProximity" and len(self.hits) > 1
        keys = self._nearest_keys if near else partial(self._least_keys, self.hits)
        first = None if most is None else first_keys(keys, records, most)
        return keys(records) if first is None else first

    def _least_keys(self, words: list[Hits], records: Array, below: int | None = None) -> Array:
        """Return the best places of any of some words."""
        keys = self.part.segment.places.keys
        best = np.full(len(self.part.segment), np.iinfo(keys.dtype).max, keys.dtype)
        inside = self._inside(records)
        for hits in words:
            for places, at in hits.best(inside, below):
                np.minimum.at(best, indices(places.records.take(at)), places.keys.take(at))
        return best.take(records)

    def _nearest_keys(self, records: Array, below: int | None = None) -> Array:
        """Return the best of the places where neighbouring words come nearest; a word alone has any of its places.

        With `below` only places with lower keys are looked at.
        """
        best, alone = np.full(len(records), nearness.NO_KEY, np.int64), np.ones(len(records), bool)
        further = None if below is None else below + nearness.FAR
        for first, second, there in self._neighbours(records):
            both = records[there]
            apart = np.maximum(self._known_apart(first, second, both), self._least_distance)
            pair = self._placed(first, both, further), self._placed(second, both, further)
            span, least = self.part.segment.span, self._least_distance
            keys = nearness.nearest_keys(*pair, apart, span, least, below)
            best[there] = np.minimum(best[there], keys)
            alone &= ~there
        if alone.any():
            best[alone] = self._least_keys(self.hits, records[alone], below)
        return best

    def _placed(self, word: int, records: Array, below: int | None) -> nearness.Placed:
        """Return the places of a word in some records, which are told by their number among these."""
        numbers = np.empty(len(self.part.segment), np.int32)
        numbers[records] = np.arange(len(records), dtype=np.int32)
        of, spots, keys = self.hits[word].placed(self._inside(records), below)
        return numbers.take(of), spots, keys

    def _known_apart(self, first: int, second: int, records: Array) -> Array:
        """Return how near two words are in each of some records, worked out where it is not known from before."""
        known = self.near.get((first, second))
        if known is None:
            return self._apart(first, second, records, None)
        apart = known.take(records).astype(np.int64)
        unknown = np.flatnonzero(apart == nearness.FAR)
        if len(unknown):
            apart[unknown] = self._apart(first, second, records.take(unknown), None)
        return apart

    def _summed_keys(self, records: Array) -> Array:
        """Add up the best places of all words, and a penalty for each that is not there."""
        total = np.zeros(len(records), np.int64)
        for hits in self.hits:
            keys = np.where(
                hits.present.take(records), self._least_keys([hits], records).astype(np.int64), MISSING
            )
            total += keys * hits.word.weight
        return total

    @property
    def _least_distance(self) -> int:
        return int(self.question.values.get("minProximity", 1))

    def _neighbours(self, records: Array) -> Iterator[tuple[int, int, Array]]:
        """Return pairs of query words that follow each other in some of the records, others left out, and in which."""
        for first, second in combinations(range(len(self.hits)), 2):
            there = self.hits[first].present.take(records) & self.hits[second].present.take(records)
            for between in range(first + 1, second):
                there &= ~self.hits[between].present.take(records)
            if there.any():
                yield first, second, there

    def _proximity(self, records: Array, most: int | None) -> Array:
        total = np.zeros(len(records), np.int64)
        least = self._least_distance
        if most is not None and len(self.hits) > 2:
            most = None
        for first, second, there in self._neighbours(records):
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
            np.minimum.at(best, indices(of_ones), nearness.of_few(ones, others).astype(np.uint8))
        else:
            span = self.part.segment.span
            nearness.of_many(best, (of_ones, ones), (of_others, others), span, enough)
        self._remember(first, second, best)
        return best.take(records).astype(np.int64)

    def _remember(self, first: int, second: int, best: Array) -> None:
        """Keep what is known of how near two words are; where they are far apart that may be for want of looking."""
        known = self.near.get((first, second))
        self.near[first, second] = best if known is None else np.minimum(known, best)

    def _exact(self, records: Array) -> Array:
        size, values = len(self.part.segment), self.question.values
        names = values.get("disableExactOnAttributes")
        left_out = in_attributes(self.corpus, names) if names else None
        if len(self.hits) == 1:
            mode = values["exactOnSingleWordQuery"]
            if mode == "none" or self.hits[0].word.text in self.question.never_exact:
                return np.zeros(len(records), np.int16)
            found = self.hits[0].exact(size, alone=mode == "attribute", left_out=left_out)
            return -found.take(records).astype(np.int16)
        total = np.zeros(len(records), np.int16)
        for hits in self.hits:
            total -= hits.exact(size, alone=False, left_out=left_out).take(records)
        return total

    def _inside(self, records: Array) -> Array:
        inside = np.zeros(len(self.part.segment), bool)
        inside[indices(records)] = True
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


def first_keys(keys: Callable[..., Array], records: Array, most: int) -> Array | None:
    """Return values of the criterion `attribute` if the best `most` are known from the first places, None if they are not.

    `keys` works them out, from the places with values below a bound alone if there is one; the others may be greater then.
    """
    for below in BOUNDS if len(records) > FEW else ():
        best = keys(records, below)
        if np.count_nonzero(best < below) >= most:
            return best
    return None


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
    mask[indices(records)] = True
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
