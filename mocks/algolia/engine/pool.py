"""The records that a search found, and the values of its ranking criteria, worked out for those that they decide about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import conditions, location, matching, readings
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.location import Located
from mocks.algolia.engine.matching import Scored
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import Reading

Array = npt.NDArray[Any]

TEXTUAL = ("typo", "words", "proximity", "attribute", "exact")
SORT = re.compile(r"(asc|desc)\(\s*(.+?)\s*\)")


@dataclass(slots=True)
class Pool:
    """Records found, by number, in order; `scored` are their segments when one reading found them all.

    `values` are criteria that were worked out for all of them, in the order of `numbers`.
    """

    corpus: Corpus
    question: Question
    numbers: Array
    scored: list[Scored] = field(default_factory=list)
    values: dict[str, Array] = field(default_factory=dict)
    located: Located | None = None
    read: tuple[Reading, ...] = ()

    def narrowed(self, kept: Array) -> Pool:
        """Return the pool of some of the records."""
        return Pool(
            self.corpus,
            self.question,
            self.numbers[kept],
            self.scored,
            {name: value[kept] for name, value in self.values.items()},
            self.located.narrowed(kept) if self.located else None,
            self.read,
        )

    def criterion(self, name: str, at: Array) -> Array | None:
        """Return a criterion's values for some of the records (by their places here); None when all are equal."""
        if name in TEXTUAL:
            return self._textual(name, at)
        if name == "geo":
            return self.located.banded[at] if self.located else None
        if name == "filters":
            return self._filters(at)
        sort = SORT.fullmatch(name)
        return self._sorted(sort[2], at, descending=sort[1] == "desc") if sort else None

    def _textual(self, name: str, at: Array) -> Array | None:
        if name in self.values:
            return self.values[name][at]
        if not self.scored:
            return None
        numbers = self.numbers[at]
        by_part = {each.part.start: each for each in self.scored}
        found = [
            by_part[part.start].criterion(name, local)
            for part, local in self.corpus.split(numbers)
            if len(local)
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _filters(self, at: Array) -> Array | None:
        scorer = self.question.scorer
        if not scorer.groups:
            return None
        found = [
            -scorer.scores(self.corpus, part.segment)[local]
            for part, local in self.corpus.split(self.numbers[at])
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _sorted(self, name: str, at: Array, *, descending: bool) -> Array:
        """Return numbers in the order of an attribute's first values: numbers before texts, and nothing comes last."""
        parts = list(self.corpus.split(self.numbers[at]))
        if not parts:
            return np.zeros(0)
        columns = [self.corpus.numbers(part.segment, name) for part, _ in parts]
        number = np.concatenate([each.first[local] for each, (_, local) in zip(columns, parts, strict=True)])
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
        found = [np.flatnonzero(mask) + part.start for part, mask in zip(corpus.parts, allowed, strict=True)]
        return location.narrow(Pool(corpus, question, _joined(found)))

    def scored(reading: Reading) -> list[Scored]:
        parts = zip(corpus.parts, allowed, strict=True)
        return [matching.score(corpus, part, reading, question, mask) for part, mask in parts]

    every = [scored(plain)]
    every += [scored(each) for each in _others(corpus, question, plain, scored)]
    every = [each for each in every if any(len(part.records) for part in each)] or every[:1]
    if len(every) == 1:
        numbers = _joined([each.records + each.part.start for each in every[0]])
        pool = Pool(corpus, question, numbers, every[0])
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
        hits = [matching.look(corpus, part.segment, word, question) for word in reading.words[first:end]]
        total += int(np.count_nonzero(matching.in_a_row(hits, part.segment.alive)))
    return total


def _best_of(corpus: Corpus, question: Question, every: list[list[Scored]]) -> Pool:
    """Let each record take the reading that it meets best, criterion by criterion."""
    parts = [each for reading in every for each in reading]
    numbers = _joined([each.records + each.part.start for each in parts])
    values = {
        name: np.concatenate([each.criterion(name, each.records).astype(np.int64) for each in parts])
        for name in TEXTUAL
    }
    order = np.lexsort((*(values[name] for name in reversed(TEXTUAL)), numbers))
    ordered = numbers[order]
    first = order[np.flatnonzero(np.diff(ordered, prepend=-1))]
    return Pool(corpus, question, numbers[first], [], {name: value[first] for name, value in values.items()})


def _joined(found: list[Array]) -> Array:
    return np.concatenate(found).astype(np.int64) if found else np.zeros(0, np.int64)
