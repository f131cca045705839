"""Metrics of many views: of all that are meant, and of groups of them, worked out block by block."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux.resources.metrics import METRICS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mocks.mux.resources.columns import Table
    from mocks.mux.resources.metrics import Metric

Array = Any

MOST_CELLS = 1 << 24
"""Cells of a table of groups and viewers that are looked through rather than sorted."""
MOST_COUNTS = 1 << 22
"""Cells of a table of groups and whole numbers in which values are counted rather than sorted."""
QUANTILES = {"median": 0.5, "95th": 0.95}


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of each group: its value, and how many views of the group have one."""

    value: NDArray[np.float64]
    views: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Values:
    """What each view of a block has of a metric: 0 where `known` is false."""

    values: NDArray[np.float64]
    known: NDArray[np.bool_]

    def counted(self) -> NDArray[np.int32] | None:
        """Return the values as whole numbers; None where they are none, or large."""
        if self.values.min(initial=0.0) < 0 or self.values.max(initial=0.0) >= MOST_COUNTS:
            return None
        whole = self.values.astype(np.int32)
        return whole if np.array_equal(whole, self.values) else None


@dataclass(frozen=True, slots=True)
class Groups:
    """The group of each view, block by block; those of no group have the number `count`."""

    parts: list[Array]
    count: int

    @classmethod
    def of(cls, table: Table, numbers: Array, count: int) -> Groups:
        """Take the number of each view's group (NOTHING: of none)."""
        numbers = np.where(numbers < 0, count, numbers) if len(numbers) and numbers.min() < 0 else numbers
        bounds = np.cumsum([0, *(each.count for each in table.pieces)])
        return cls([numbers[first:last] for first, last in pairwise(bounds)], count)

    @classmethod
    def one(cls, table: Table) -> Groups:
        """Take all views as one group."""
        return cls([np.zeros(each.count, dtype=np.intp) for each in table.pieces], 1)

    def sums(self, weights: list[Array]) -> NDArray[np.float64]:
        """Add up what each view weighs."""
        if self.count == 1:
            return np.array([sum(float(each.sum()) for each in weights)])
        found = np.zeros(self.count + 1)
        for mine, each in zip(self.parts, weights, strict=True):
            found += np.bincount(mine, each, self.count + 1)
        return found[: self.count]


def overall(table: Table, name: str, measurement: str | None) -> tuple[float, int]:
    """Return a metric of all views that are meant, and how many of them have it."""

    def work(table: Table) -> tuple[float, int]:
        found = _measured(table, name, measurement, Groups.one(table))
        return float(found.value[0]), int(found.views[0])

    told: tuple[float, int] = table.worked_out(f"overall {name} {measurement}", work)
    return told


def measured(table: Table, name: str, measurement: str | None, groups: Array, count: int) -> Measured:
    """Compute a metric for `count` groups of views; `groups` is the number of each view's (NOTHING: of none)."""
    return _measured(table, name, measurement, Groups.of(table, groups, count))


def totals(table: Table, field: str, groups: Array, count: int) -> NDArray[np.float64]:
    """Return the sums of a field over groups of views."""
    return Groups.of(table, groups, count).sums([_filled(each, field) for each in table.pieces])


def total(table: Table, field: str) -> int:
    """Return the sum of a field over all views that are meant, as a whole number."""
    return int(sum(float(_filled(each, field).sum()) for each in table.pieces))


def _filled(piece: Table, field: str) -> Array:
    return piece.worked_out(f"filled {field}", lambda piece: np.nan_to_num(piece.numbers(field)))


# --- one metric --------------------------------------------------------------------------------------------------


def _measured(table: Table, name: str, measurement: str | None, groups: Groups) -> Measured:
    metric = METRICS[name]
    if name == "unique_viewers":
        return _unique(table, groups)
    if metric.over is not None:
        return _rate(table, metric, groups)
    found = [_values(each, name) for each in table.pieces]
    views = groups.sums([each.known for each in found]).astype(np.int64)
    how = measurement or metric.usual
    if how == "count":
        return Measured(views.astype(np.float64), views)
    if how in QUANTILES:
        return Measured(_quantiles(found, groups, views, QUANTILES[how]), views)
    sums = groups.sums([each.values for each in found])
    return Measured(sums if how == "sum" else _divided(sums, views), views)


def _values(piece: Table, name: str) -> Values:
    def work(piece: Table) -> Values:
        metric = METRICS[name]
        told = metric.value(piece) if metric.value is not None else np.empty(0)
        known = ~np.isnan(told)
        return Values(told if known.all() else np.where(known, told, 0.0), known)

    # Of one metric only, the one asked for last: a million views have 13 MB of each.
    found: Values = piece.worked_out("values", work, of=name)
    return found


def _rate(table: Table, metric: Metric, groups: Groups) -> Measured:
    assert metric.over is not None  # noqa: S101 - only asked for where it is one
    above, below = ([over(each) for each in table.pieces] for over in metric.over)
    known = [~np.isnan(up) & ~np.isnan(down) for up, down in zip(above, below, strict=True)]
    sums = [
        groups.sums([np.where(has, values, 0.0) for has, values in zip(known, each, strict=True)])
        for each in (above, below)
    ]
    return Measured(_divided(sums[0], sums[1]), groups.sums(known).astype(np.int64))


def _divided(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _unique(table: Table, groups: Groups) -> Measured:
    viewers = table.words("mux_viewer_id")
    width = len(viewers.table) + 1
    mine = np.concatenate(groups.parts) if groups.parts else np.empty(0, dtype=np.intp)
    # The first cell of each group stands for views without a viewer.
    cells = viewers.codes + 1 + (mine.astype(np.int64) * width if groups.count > 1 else 0)
    if (groups.count + 1) * width <= MOST_CELLS:
        seen = np.zeros((groups.count + 1, width), dtype=bool)
        seen.reshape(-1)[cells] = True
        distinct = seen[:, 1:].sum(axis=1)
    else:
        found = np.unique(cells)
        distinct = np.bincount(found[found % width > 0] // width, minlength=groups.count + 1)
    bounds = np.cumsum([0, *(len(each) for each in groups.parts)])
    known = [viewers.codes[first:last] >= 0 for first, last in pairwise(bounds)]
    return Measured(distinct[: groups.count].astype(np.float64), groups.sums(known).astype(np.int64))


# --- quantiles ---------------------------------------------------------------------------------------------------


def _quantiles(found: list[Values], groups: Groups, views: Array, quantile: float) -> Array:
    """Return a quantile of each group: between the two values that it lies between, in a straight line."""
    places = quantile * np.maximum(views - 1, 0)
    lower = places.astype(np.int64)
    upper = np.minimum(lower + 1, np.maximum(views - 1, 0))
    low, high = _ranked(found, groups, (lower, upper))
    return np.where(views > 0, low + (high - low) * (places - lower), 0.0)


def _ranked(found: list[Values], groups: Groups, ranks: tuple[Array, Array]) -> list[Array]:
    """Return the values of two ranks of each group that follow on each other."""
    counted = []
    for each in found:
        whole = each.counted()
        if whole is None:
            return _sorted(found, groups, ranks)
        counted.append(whole)
    width = max((int(each.max(initial=0)) for each in counted), default=0) + 2
    if (groups.count + 1) * width > MOST_COUNTS:
        return _sorted(found, groups, ranks)
    counts = np.zeros((groups.count + 1) * width, dtype=np.int64)
    for mine, whole, each in zip(groups.parts, counted, found, strict=True):
        # The last number of each group stands for views without a value.
        cells = np.where(each.known, whole, np.int32(width - 1))
        some = np.bincount(cells if groups.count == 1 else mine.astype(np.int64) * width + cells)
        counts[: len(some)] += some
    upto = counts.reshape(groups.count + 1, width)[:, :-1].cumsum(axis=1)
    return [
        np.array(
            [upto[group].searchsorted(rank, side="right") for group, rank in enumerate(each)], dtype=float
        )
        for each in ranks
    ]


def _sorted(found: list[Values], groups: Groups, ranks: tuple[Array, Array]) -> list[Array]:
    """Return the values of two ranks of each group, by parting its values there."""
    values = np.concatenate([each.values[each.known] for each in found])
    if groups.count == 1:
        parts = [values]
    else:
        mine = np.concatenate(
            [part[each.known] for part, each in zip(groups.parts, found, strict=True)], dtype=np.int64
        )
        # Numbers of two bytes are sorted by their digits, several times as fast.
        small = mine.astype(np.int16) if groups.count < 1 << 15 else mine
        order = np.argsort(small, kind="stable")
        parts = np.split(values[order], np.cumsum(np.bincount(mine, minlength=groups.count + 1))[:-1])
    told = np.zeros((2, groups.count))
    for group in range(groups.count):
        if len(parts[group]):
            low = int(ranks[0][group])
            parted = np.partition(parts[group], low)
            above = parted[low + 1 :].min() if ranks[1][group] > low else parted[low]
            told[:, group] = parted[low], above
    return list(told)
