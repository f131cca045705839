"""How near words are to each other, by their spots (see `segment.Places`): of few they are sorted, of many looked up in a table.

Places of a word are given as three arrays: records, spots, and the values of the criterion `attribute`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Placed = tuple[Array, Array, Array]

FAR = 8
"""The proximity of words that are far apart, or in different texts."""

FEW = 8192
"""Spots that are sorted rather than looked up."""

NO_KEY = 1 << 32
"""More than any value of the criterion `attribute`."""


def of_few(ones: Array, others: Array) -> Array:
    """Return for each of some spots how near the nearest of the others is: 1 for the next one, 2 for the one before."""
    others = np.sort(others)
    at = np.searchsorted(others, ones, side="right")
    after = others[np.minimum(at, len(others) - 1)] - ones
    before = ones - others[np.maximum(at - 1, 0)] + 1
    return np.minimum(
        np.where((after > 0) & (after < FAR), after, FAR),
        np.where((before > 0) & (before < FAR), before, FAR),
    )


def of_many(
    best: Array,
    ones: tuple[Array, Array],
    others: tuple[Array, Array],
    span: int,
    enough: tuple[int, int] | None,
) -> None:
    """Write into `best`, which says FAR of all records, how near ones and others are in each; both are records and spots.

    `span` is how many spots there are. With `enough`, a number of records and a distance, the search ends with the first
    distance from that one on within which so many records were found.
    """
    turned = len(others[1]) < len(ones[1])
    (records, spots), (_, marked) = (others, ones) if turned else (ones, others)
    table = _table(marked, span)
    spots = spots.astype(np.intp, copy=False)
    for distance in range(1, FAR):
        # The spot `distance` behind, or one less before; seen from the others it is the other way round.
        after, before = (-distance, distance - 1) if turned else (distance, 1 - distance)
        near = table.take(spots + after)
        near |= table.take(spots + before)
        met = records.take(near.nonzero()[0])
        met = met.compress(best.take(met) == FAR)
        best[met.astype(np.intp, copy=False)] = distance
        if enough is not None and distance >= enough[1] and np.count_nonzero(best != FAR) >= enough[0]:
            return


def nearest_keys(
    ones: Placed, others: Placed, apart: Array, span: int, least: int, below: int | None
) -> Array:
    """Return for each record the least value of `attribute` among the places where two words come nearest.

    `apart` is how near they are in each record, no less than `least`. Where they are far apart all their places count. Of
    records without any of these places, or with none `below` a value, it is `NO_KEY`.
    """
    best = np.full(len(apart), NO_KEY, np.int64)
    wanted = np.flatnonzero(np.bincount(apart, minlength=FAR + 1)[1:]) + 1
    # Of two words next to each other the earlier one has the lesser value: in either order, each is looked at as that.
    for turned, (records, spots, keys), (_, targets, _) in ((0, ones, others), (1, others, ones)):
        if below is not None:
            lower = np.flatnonzero(keys < below)
            records, spots, keys = records.take(lower), spots.take(lower), keys.take(lower)  # noqa: PLW2901
        table = _table(targets, span) if len(spots) + len(targets) > FEW else None
        for distance in wanted.tolist():
            at = np.flatnonzero(apart.take(records) == distance)
            if distance < FAR:
                steps = range(1, distance + 1) if distance == least else (distance,)
                followed = np.logical_or.reduce(
                    [_among(spots.take(at) + np.int64(step - turned), targets, table) for step in steps]
                )
                at = at.compress(followed)
            np.minimum.at(best, records.take(at).astype(np.intp, copy=False), keys.take(at))
    return best


def _among(spots: Array, targets: Array, table: Array | None) -> Array:
    return np.isin(spots, targets) if table is None else table.take(spots)


def among(spots: Array, others: Array, span: int) -> Array:
    """Return which of some spots are among others, of which none is more than `FAR` before the first spot there is."""
    if len(spots) + len(others) <= FEW:
        return np.isin(spots, others)
    return _table(others, span).take(spots)


def _table(spots: Array, span: int) -> Array:
    """Return which spots are among some; to those before the first there lead numbers below 0."""
    table = np.zeros(span + 2 * FAR, bool)
    table[spots.astype(np.intp, copy=False)] = True
    return table
