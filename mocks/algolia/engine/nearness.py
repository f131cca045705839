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


def nearest_keys(ones: Placed, others: Placed, size: int, span: int, least: int) -> Array:
    """Return for each of `size` records the least value of `attribute` among the places where two words come nearest.

    Distances below `least` are equal. Where the words are far from each other everywhere, all their places count. Of records
    without either word the value is `NO_KEY`.
    """
    best = np.full(size, (FAR + 1) * NO_KEY, np.int64)
    # Of two words next to each other the earlier one has the lesser value: in either order, each is looked at as that.
    for turned, (records, spots, keys), (_, targets, _) in ((0, ones, others), (1, others, ones)):
        if len(spots) + len(targets) <= FEW:
            distances = _following(spots, targets, turned)
        else:
            distances = _following_in_table(spots, _table(targets, span), turned)
        met = np.maximum(distances, least) * NO_KEY + keys
        np.minimum.at(best, records.astype(np.intp, copy=False), met)
    found: Array = np.where(best < (FAR + 1) * NO_KEY, best % NO_KEY, NO_KEY)
    return found


def _following(spots: Array, targets: Array, turned: int) -> Array:
    """Return how far behind each of some spots the next target is; `turned` ones may be the spot itself, and are one farther."""
    ordered = np.sort(targets).astype(np.int64)
    at = np.searchsorted(ordered, spots, side="left" if turned else "right")
    gaps = ordered[np.minimum(at, len(ordered) - 1)] - spots + turned
    return np.where((gaps > 0) & (gaps < FAR), gaps, FAR)


def _following_in_table(spots: Array, table: Array, turned: int) -> Array:
    """Return the same by looking at the spots behind, the farthest first."""
    spots = spots.astype(np.intp, copy=False)
    found = np.full(len(spots), FAR, np.int64)
    for distance in range(FAR - 1, 0, -1):
        found[table.take(spots + (distance - turned))] = distance
    return found


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
