"""Records in order, one by one or grouped by `distinct`: what pages are cut of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import ranking
from mocks.algolia.engine.pool import Pool

Array = npt.NDArray[Any]


@dataclass(slots=True)
class Listing:
    """The records of a pool in the order of the ranking; with `distinct` the best of each value lead their groups."""

    pool: Pool
    _grouped: tuple[Array, Array] | None = None

    @property
    def total(self) -> int:
        """How many hits there are: records, or groups of them."""
        return int(np.count_nonzero(self._groups()[1] == 0)) if self._distinct() else len(self.pool.numbers)

    def leaders(self) -> Array:
        """Return the numbers of the first records of all groups."""
        if not self._distinct():
            return self.pool.numbers
        ordered, ranks = self._groups()
        leading: Array = self.pool.numbers[ordered[ranks == 0]]
        return leading

    def part(self, start: int, stop: int) -> list[list[int]]:
        """Return the numbers of the records of some hits, group by group."""
        if not self._distinct():
            ordered = ranking.order(self.pool, stop)[start:stop]
            return [[int(number)] for number in self.pool.numbers[ordered]]
        ordered, ranks = self._groups()
        size = int(self.pool.question.values["distinct"])
        firsts = np.flatnonzero(ranks == 0)[start:stop]
        groups = _keys(self.pool)
        members: dict[int, list[int]] = {int(groups[ordered[at]]): [] for at in firsts}
        for at in np.flatnonzero(ranks < size):
            key = int(groups[ordered[at]])
            if key in members:
                members[key].append(int(self.pool.numbers[ordered[at]]))
        return list(members.values())

    def _distinct(self) -> bool:
        question = self.pool.question
        return bool(question.values.get("distinct")) and bool(question.settings.get("attributeForDistinct"))

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


def _keys(pool: Pool) -> Array:
    """Return the group of each record: the code of its value, or a group of its own."""
    name = pool.question.settings["attributeForDistinct"]
    codes = [
        pool.corpus.codes(part.segment, name).first[local] for part, local in pool.corpus.split(pool.numbers)
    ]
    keys = np.concatenate(codes).astype(np.int64) if codes else np.zeros(0, np.int64)
    return np.where(keys < 0, -1 - np.arange(len(keys)), keys)
