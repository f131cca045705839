"""The order of hits: criteria one after the other, each deciding only between what the earlier ones left equal."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.pool import Pool
from mocks.algolia.engine.question import Question

Array = npt.NDArray[Any]

AT_ONCE = 512
"""So many records are sorted by all criteria at once; of more only those that can be among the first wanted."""

NARROWER = 4
"""So many times fewer records are worth looking only at their words from then on."""


def order(pool: Pool, most: int) -> Array:
    """Return the places in the pool of the first `most` records, in order. What stays equal keeps the pool's order."""
    if not most:
        return np.zeros(0, np.int64)
    names = criteria(pool.question)
    pool, at = _first(pool, names, most)
    keys = [key for name in reversed(names) if (key := pool.criterion(name, at)) is not None]
    return at[np.lexsort((at, *keys))][:most]


def criteria(question: Question) -> list[str]:
    """Return the ranking with `custom` written out; `min` and `strict` put typos first."""
    found: list[str] = []
    for criterion in question.values["ranking"]:
        found += (question.values.get("customRanking") or []) if criterion == "custom" else [criterion]
    if question.values.get("typoTolerance") in ("min", "strict"):
        found = ["typo", *(each for each in found if each != "typo")]
    return found


def _first(pool: Pool, names: list[str], most: int) -> tuple[Pool, Array]:
    """Return the records that can be among the first `most`, criterion by criterion, and the pool as it concerns them.

    Of each criterion the best records are in for certain as long as they are fewer than wanted; the next ones all equal
    each other, and the criteria that follow decide between them alone.
    """
    certain: list[Array] = []
    size = known = len(pool.numbers)
    at: Array | slice = slice(None)
    for name, following in pairwise((*names, "")):
        if size <= max(AT_ONCE, most):
            break
        closest = pool.closest(at, most) if (name, following) == ("proximity", "attribute") else None
        if closest is not None:
            equal, better = np.flatnonzero(closest), np.zeros(0, np.intp)
        else:
            keys = pool.criterion(name, at, most)
            if keys is None or (decided := _decided(keys, most)) is None:
                continue
            equal, better = decided
        certain.append(better if isinstance(at, slice) else at[better])
        at = equal if isinstance(at, slice) else at[equal]
        most, size = most - len(better), len(equal)
        if size * NARROWER < known:
            pool, known = pool.focused(np.sort(np.concatenate((*certain, at)))), size
    else:
        at = np.arange(size)[:most] if isinstance(at, slice) else at[:most]
    if isinstance(at, slice):
        return pool, np.arange(size)
    return pool, np.sort(np.concatenate((*certain, at)))


def _decided(keys: Array, most: int) -> tuple[Array, Array] | None:
    """Return which of some values equal the last that is among the first `most`, and which are better; None if all are equal."""
    last = keys.min()
    first = keys == last
    count = int(np.count_nonzero(first))
    if count == len(keys):
        return None
    if count < most:
        last = np.partition(keys, most - 1)[most - 1]
        first = keys == last
    return np.flatnonzero(first), np.flatnonzero(keys < last)
