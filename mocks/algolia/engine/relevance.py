"""Relevant sorting: which of the records that a virtual replica finds are relevant enough to be sorted by its own order.

Each record has a relevance from 0 to 100, the best one 100, and `relevancyStrictness` is the least that is shown (Algolia:
"Relevant sorting", "relevancyStrictness"). How it is worked out is not published. Here the criteria of the primary's ranking
divide 100 among them: a record keeps the shares of those criteria in which it equals the best one and, of the first in which it
does not, half a share or less, the less the farther it is off.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.pool import Pool

Array = npt.NDArray[Any]

CRITERIA = ("typo", "geo", "words", "filters", "proximity", "attribute", "exact")
"""What makes a record relevant; custom ranking and sorting do not."""

MOST = 100
_SORT = re.compile(r"(asc|desc)\(.+\)")


def order(ranking: list[str]) -> list[str]:
    """Return the ranking by which a virtual replica sorts: its primary's sorts, its own custom ranking, and the rest."""
    sorts = [each for each in ranking if _SORT.fullmatch(each)]
    return [*sorts, "custom", *(each for each in ranking if each not in (*sorts, "custom"))]


def relevant(pool: Pool, strictness: int) -> Pool:
    """Return the pool of the records that are relevant enough."""
    if not strictness or not len(pool.numbers):
        return pool
    return pool.narrowed(scores(pool) >= strictness)


def scores(pool: Pool) -> Array:
    """Return the relevance of each record of a pool."""
    names = [each for each in pool.question.values["ranking"] if each in CRITERIA]
    found = np.full(len(pool.numbers), MOST, np.int64)
    equal = np.ones(len(pool.numbers), bool)
    for place, name in enumerate(names):
        keys = pool.criterion(name, slice(None))
        if keys is None:
            continue
        behind = keys - keys[equal].min()
        worse = equal & (behind > 0)
        share = place + 1 / (1 + behind[worse].astype(np.float64))
        found[worse] = np.floor(MOST * share / len(names)).astype(np.int64)
        equal &= ~worse
    return found
