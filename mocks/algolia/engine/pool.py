"""The records that a search found, and the values of its ranking criteria, worked out for those that they decide about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import conditions, location, lookup, matching, readings
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.declarations import SORT
from mocks.algolia.engine.location import Located
from mocks.algolia.engine.matching import Scored
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import Reading

Array = npt.NDArray[Any]

TEXTUAL = ("typo", "words", "proximity", "attribute", "exact")


@dataclass(slots=True)
class Pool:
    """Records found, by number, in order; `scored` are the readings that found them, each in all segments.

    `taken` says which of the readings each record takes; None when there is but one.
    """

    corpus: Corpus
    question: Question
    numbers: Array
    scored: list[list[Scored]] = field(default_factory=list)
    taken: Array | None = None
    located: Located | None = None
    read: tuple[Reading, ...] = ()

    def narrowed(self, kept: Array) -> Pool:
        """Return the pool of some of the records."""
        return Pool(
            self.corpus,
            self.question,
            self.numbers[kept],
            self.scored,
            self.taken[kept] if self.taken is not None else None,
            self.located.narrowed(kept) if self.located else None,
            self.read,
        )

    def focused(self, at: Array) -> Pool:
        """Return the same pool with no more known of the query's words than concerns some of the records."""
        if not self.scored:
            return self
        taken = self.taken[at] if self.taken is not None else None
        scored = []
        for number, reading in enumerate(self.scored):
            own = self.numbers[at] if taken is None else self.numbers[at][taken == number]
            scored.append([each.within(local) for each, local in self._of_parts(reading, own)])
        return replace(self, scored=scored)

    def _of_parts(self, reading: list[Scored], numbers: Array) -> Iterator[tuple[Scored, Array]]:
        """Divide records by segment; those without any of them are left out."""
        by_part = {each.part.start: each for each in reading}
        for part, local in self.corpus.split(numbers):
            if len(local):
                yield by_part[part.start], local

    def criterion(self, name: str, at: Array | slice, most: int | None = None) -> Array | None:
        """Return a criterion's values for some of the records (by their places here); None when all are equal.

        When only the best `most` records matter, those of the others may be greater than they are.
        """
        if name in TEXTUAL:
            return self._textual(name, at, most)
        if name == "geo":
            return self.located.banded[at] if self.located else None
        if name == "filters":
            return self._filters(at)
        sort = SORT.fullmatch(name)
        return self._sorted(sort[2], at, descending=sort[1] == "desc") if sort else None

    def _textual(self, name: str, at: Array | slice, most: int | None) -> Array | None:
        if not self.scored:
            return None
        alone = self.scored[0][0] if self.taken is None and len(self.scored[0]) == 1 else None
        if most is not None and alone is not None and alone.is_equal(name):
            return None
        numbers = self.numbers[at]
        if self.taken is None:
            return self.of_reading(name, self.scored[0], numbers, most)
        taken = self.taken[at]
        values = np.zeros(len(numbers), np.int64)
        for number, reading in enumerate(self.scored):
            own = taken == number
            values[own] = self.of_reading(name, reading, numbers[own], most)
        return values

    def of_reading(self, name: str, reading: list[Scored], numbers: Array, most: int | None = None) -> Array:
        """Return a textual criterion's values for records that a reading found."""
        found = [each.criterion(name, local, most) for each, local in self._of_parts(reading, numbers)]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def closest(self, at: Array | slice, most: int) -> Array | None:
        """Return which of some records are the first by proximity and then attribute, if there are as many as wanted.

        They are those where the two words of a query are next to each other at one of the first places.
        """
        if (
            self.taken is not None
            or len(self.scored) != 1
            or not all(each.is_pair for each in self.scored[0])
        ):
            return None
        parts = list(self._of_parts(self.scored[0], self.numbers[at]))
        for below in matching.BOUNDS:
            found = np.concatenate([each.beside(local, below) for each, local in parts])
            if np.count_nonzero(found) >= most:
                return found
        return None

    def _filters(self, at: Array | slice) -> Array | None:
        scorer = self.question.scorer
        if not scorer.groups:
            return None
        found = [
            -_taken(scorer.scores(self.corpus, part.segment), local)
            for part, local in self.corpus.split(self.numbers[at])
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _sorted(self, name: str, at: Array | slice, *, descending: bool) -> Array:
        """Return numbers in the order of an attribute's first values: numbers before texts, and nothing comes last."""
        parts = list(self.corpus.split(self.numbers[at]))
        if not parts:
            return np.zeros(0)
        columns = [self.corpus.numbers(part.segment, name) for part, _ in parts]
        number = _joined([_taken(each.first, local) for each, (_, local) in zip(columns, parts, strict=True)])
        if any(each.texts for each in columns):
            codes = [self.corpus.codes(part.segment, name).first[local] for part, local in parts]
            number = self._with_texts(name, np.concatenate(codes), number)
        key = -number if descending else number
        return np.where(np.isnan(number), np.inf, key)

    def _with_texts(self, name: str, code: Array, number: Array) -> Array:
        """Put texts behind numbers: both become places in one order."""
        texts = np.isnan(number) & (code >= 0)
        places = np.unique(number[~np.isnan(number)], return_inverse=True)[1].astype(np.float64)
        merged = np.full(len(number), np.nan)
        merged[~np.isnan(number)] = places
        ranks = self.corpus.spelled(name).ranks()
        merged[texts] = ranks[code[texts]] + float(len(number))
        return merged


# --- how it is filled --------------------------------------------------------------------------------------------


def find(corpus: Corpus, question: Question, plain: Reading) -> Pool:
    """Return the records that a reading of the query, or one made from it, finds."""
    allowed = [_allowed(corpus, question, part.segment) for part in corpus.parts]
    if not plain.words:
        parts = zip(corpus.parts, allowed, strict=True)
        found = [_shifted(np.flatnonzero(mask), part.start) for part, mask in parts]
        return location.narrow(Pool(corpus, question, _joined(found)))

    def scored(reading: Reading) -> list[Scored]:
        parts = zip(corpus.parts, allowed, strict=True)
        return [matching.score(corpus, part, reading, question, mask) for part, mask in parts]

    every = [scored(plain)]
    every += [scored(each) for each in _others(corpus, question, plain, scored)]
    every = [each for each in every if any(len(part.records) for part in each)] or every[:1]
    if len(every) == 1:
        numbers = _joined([_shifted(each.records, each.part.start) for each in every[0]])
        pool = Pool(corpus, question, numbers, every)
    else:
        pool = _best_of(corpus, question, every)
    pool.read = tuple(parts[0].reading for parts in every if parts)
    return location.narrow(pool)


def _allowed(corpus: Corpus, question: Question, segment: Any) -> Array:
    """Return which records of a segment are there, meet the filters, and have nothing that the query leaves out."""
    mask: Array = segment.alive.copy()
    filtered = conditions.mask(corpus, segment, question.filters, question.allowed)
    if filtered is not None:
        mask &= filtered
    excluded = matching.excluded(corpus, segment, question)
    if excluded is not None:
        mask &= ~excluded
    return mask


def _others(corpus: Corpus, question: Question, plain: Reading, scored: Any) -> list[Reading]:
    """Return the other readings; of the ways to cut a word in two, the one that finds the most records."""

    def known(word: str) -> bool:
        return word in corpus.vocabulary.numbers

    found = list(readings.more(plain, question.values, question.synonyms, question.language, known))
    for _, ways in readings.cut(plain, question.values, known):
        counts = [_pairs(corpus, question, each) for each in ways]
        if max(counts):
            found.append(ways[counts.index(max(counts))])
    return found[: readings.MOST]


def _pairs(corpus: Corpus, question: Question, reading: Reading) -> int:
    """Count the records in which the two words stand that a word was cut in."""
    first, end = reading.phrases[-1]
    total = 0
    for part in corpus.parts:
        hits = [lookup.look(corpus, part.segment, word, question) for word in reading.words[first:end]]
        total += int(np.count_nonzero(matching.in_a_row(hits, part.segment.alive, part.segment.span)))
    return total


def _best_of(corpus: Corpus, question: Question, every: list[list[Scored]]) -> Pool:
    """Let each record take the reading that it meets best, criterion by criterion."""
    found = [_joined([_shifted(each.records, each.part.start) for each in reading]) for reading in every]
    met = np.zeros(corpus.size, np.uint8)
    taken = np.zeros(corpus.size, np.uint8)
    for number, numbers in enumerate(found):
        met[numbers] += 1
        taken[numbers] = number
    several = [numbers[met[numbers] > 1] for numbers in found]
    numbers = np.concatenate(several)
    if len(numbers):
        which = np.repeat(np.arange(len(every)), [len(each) for each in several])
        pool = Pool(corpus, question, numbers, every)
        values = [
            np.concatenate([pool.of_reading(name, *each) for each in zip(every, several, strict=True)])
            for name in TEXTUAL
        ]
        order = np.lexsort((which, *reversed(values), numbers))
        ordered = numbers[order]
        first = order[np.flatnonzero(np.diff(ordered, prepend=-1))]
        taken[numbers[first]] = which[first]
    numbers = np.flatnonzero(met)
    return Pool(corpus, question, numbers, every, taken[numbers])


def _shifted(records: Array, start: int) -> Array:
    return records + start if start else records


def _taken(values: Array, local: Array) -> Array:
    """Return the values of some records, which are in order; all of them as they are."""
    return values if len(local) == len(values) else values.take(local)


def _joined(found: list[Array]) -> Array:
    if len(found) == 1:
        return found[0]
    return np.concatenate(found) if found else np.zeros(0, np.int64)
