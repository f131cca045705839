"""The order of hits: criteria one after the other, each deciding only between what the earlier ones left equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.pool import Pool
from mocks.algolia.engine.question import Question

Array = npt.NDArray[Any]

AT_ONCE = 512
"""So many records are sorted by all criteria at once; of more only those that can be among the first wanted."""


def order(pool: Pool, most: int) -> Array:
    """Return the places in the pool of the first `most` records, in order. What stays equal keeps the pool's order."""
    every = np.arange(len(pool.numbers))
    found: list[Array] = []
    _refine(pool, every, criteria(pool.question), most, found)
    return np.concatenate(found)[:most] if found else every[:0]


def criteria(question: Question) -> list[str]:
    """Return the ranking with `custom` written out; `min` and `strict` put typos first."""
    found: list[str] = []
    for criterion in question.values["ranking"]:
        found += (question.values.get("customRanking") or []) if criterion == "custom" else [criterion]
    if question.values.get("typoTolerance") in ("min", "strict"):
        found = ["typo", *(each for each in found if each != "typo")]
    return found


def _refine(pool: Pool, at: Array, rest: list[str], most: int, found: list[Array]) -> int:
    """Add up to `most` records to those found, in order; return how many were added."""
    if most <= 0 or not len(at):
        return 0
    if not rest or len(at) == 1:
        found.append(at)
        return len(at)
    if len(at) <= max(AT_ONCE, most):
        found.append(_sorted(pool, at, rest))
        return len(at)
    keys = pool.criterion(rest[0], at)
    if keys is None:
        return _refine(pool, at, rest[1:], most, found)
    added = 0
    while added < most and len(at):
        least = keys == keys.min()
        group = at[least]
        if len(group) == 1 or (len(group) < most - added and len(at) > len(group)):
            # Many small groups: take at once all that can be among the first.
            last = np.partition(keys, min(most - added, len(keys)) - 1)[min(most - added, len(keys)) - 1]
            within = keys <= last
            return added + _groups(pool, at[within], keys[within], rest[1:], most - added, found)
        added += _refine(pool, group, rest[1:], most - added, found)
        at, keys = at[~least], keys[~least]
    return added


def _groups(pool: Pool, at: Array, keys: Array, rest: list[str], most: int, found: list[Array]) -> int:
    """Refine each group of equal keys, in the order of the keys."""
    by_key = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[by_key])) + 1
    added = 0
    for group in np.split(at[by_key], ends):
        added += _refine(pool, group, rest, most - added, found)
        if added >= most:
            break
    return added


def _sorted(pool: Pool, at: Array, rest: list[str]) -> Array:
    """Sort records by all criteria that are left."""
    keys = [key for criterion in reversed(rest) if (key := pool.criterion(criterion, at)) is not None]
    return at[np.lexsort((at, *keys))] if keys else at
