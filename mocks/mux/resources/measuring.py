"""Metrics of many views: of all that are meant, and of groups of them, worked out block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux.resources import blocks, metrics
from mocks.mux.resources.metrics import METRICS, Field

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """What each view of a block has of a metric: 0 where `known` is false; None where all have one."""

    values: Array
    known: NDArray[np.bool_] | None

    @classmethod
    def of(cls, piece: Table, value: Callable[[Table], Array]) -> Values:
        """Take what a metric is computed of; whole numbers stay whole."""
        if isinstance(value, Field):
            return cls(*piece.told(value.name))
        return cls(*blocks.filled(value(piece)))

    def counted(self) -> Array:
        """Return the values as whole numbers; None where they are none, or large."""
        if self.values.min(initial=0) < 0 or self.values.max(initial=0) >= MOST_COUNTS:
            return None
        if self.values.dtype.kind != "f":
            return self.values
        whole = self.values.astype(np.int32)
        return whole if np.array_equal(whole, self.values) else None

    def summed(self) -> tuple[float, int]:
        """Return the sum of the values, and how many there are."""
        count = len(self.values) if self.known is None else np.count_nonzero(self.known)
        return float(self.values.sum()), int(count)

    def only(self, known: Array) -> Array:
        """Return the values, 0 for all views but some (None: for none)."""
        return self.values if known is None else np.where(known, self.values, self.values.dtype.type(0))


@dataclass(frozen=True, slots=True)
class Groups:
    """The group of each view, block by block; those of no group have the number `count`.

    `alone` are the blocks' only groups, None where a block has views of several.
    """

    parts: list[Array]
    count: int
    alone: list[int | None]

    @classmethod
    def of(cls, table: Table, numbers: Array, count: int) -> Groups:
        """Take the number of each view's group (NOTHING: of none)."""
        numbers = np.where(numbers < 0, count, numbers) if len(numbers) and numbers.min() < 0 else numbers
        bounds = np.cumsum([0, *(each.count for each in table.pieces)])
        parts = [numbers[first:last] for first, last in pairwise(bounds)]
        return cls(parts, count, [_only(each) for each in parts])

    @classmethod
    def one(cls, table: Table) -> Groups:
        """Take all views as one group."""
        parts: list[Array] = [np.broadcast_to(np.intp(0), each.count) for each in table.pieces]
        return cls(parts, 1, [0] * len(parts))

    @property
    def whole(self) -> bool:
        """Whether all views are of one group."""
        return self.count == 1 and all(only == 0 for only in self.alone)

    def sums(self, weights: list[Array]) -> NDArray[np.float64]:
        """Add up what each view weighs."""
        found = np.zeros(self.count + 1)
        for mine, only, each in zip(self.parts, self.alone, weights, strict=True):
            if only is None:
                found += np.bincount(mine, each, self.count + 1)
            else:
                found[only] += float(each.sum())
        return found[: self.count]

    def numbers(self, known: list[Array]) -> NDArray[np.int64]:
        """Count the views that something is known of (None: of all)."""
        found = np.zeros(self.count + 1, dtype=np.int64)
        for mine, only, each in zip(self.parts, self.alone, known, strict=True):
            if only is not None:
                found[only] += len(mine) if each is None else np.count_nonzero(each)
            else:
                chosen = mine if each is None else np.where(each, mine, self.count)
                found += np.bincount(chosen, minlength=self.count + 1)
        return found[: self.count]


def _only(numbers: Array) -> int | None:
    """Return the number that all are, None where there are several."""
    return int(numbers[0]) if len(numbers) and (numbers == numbers[0]).all() else None


def overall(table: Table, name: str, measurement: str | None) -> tuple[float, int]:
    """Return a metric of all views that are meant, and how many of them have it."""

    def work(table: Table) -> tuple[float, int]:
        found = _measured(table, name, measurement, Groups.one(table))
        return float(found.value[0]), int(found.views[0])

    told: tuple[float, int] = table.worked_out(f"overall {name} {measurement}", work)
    return told


def average_scores(table: Table) -> None:
    """Work out the means of all scores together: each block's once, since the overall score is made of the others."""
    for piece in table.pieces:
        for name, values in metrics.scores(piece).items():
            piece.worked_out(f"summed {name}", partial(_of_score, values))


def _of_score(values: Array, _: Table) -> tuple[float, int]:
    return Values(*blocks.filled(values)).summed()


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
    return piece.worked_out(f"filled {field}", lambda piece: piece.told(field)[0])


# --- one metric --------------------------------------------------------------------------------------------------


def _measured(table: Table, name: str, measurement: str | None, groups: Groups) -> Measured:
    metric = METRICS[name]
    if name == "unique_viewers":
        return _unique(table, groups)
    if metric.over is not None:
        return _rate(table, metric, groups)
    how = measurement or metric.usual
    if groups.whole and how == "avg":
        summed = [_summed(each, name) for each in table.pieces]
        views = np.array([sum(count for _, count in summed)])
        return Measured(_divided(np.array([sum(total for total, _ in summed)]), views), views)
    found = [_values(each, name) for each in table.pieces]
    views = groups.numbers([each.known for each in found])
    if how == "count":
        return Measured(views.astype(np.float64), views)
    if how in QUANTILES:
        if groups.whole:  # Median and 95th percentile are often asked for one after the other.
            upto = table.worked_out("upto", lambda _: _upto(found, groups), of=name)
        else:
            upto = _upto(found, groups)
        return Measured(_quantiles(found, groups, views, QUANTILES[how], upto), views)
    sums = groups.sums([each.values for each in found])
    return Measured(sums if how == "sum" else _divided(sums, views), views)


def _values(piece: Table, name: str) -> Values:
    def work(piece: Table) -> Values:
        value = METRICS[name].value
        assert value is not None  # noqa: S101 - only asked for where there is one
        return Values.of(piece, value)

    # Of one metric only, the one asked for last: a million views have 13 MB of each.
    found: Values = piece.worked_out("values", work, of=name)
    return found


def _summed(piece: Table, name: str) -> tuple[float, int]:
    found: tuple[float, int] = piece.worked_out(f"summed {name}", lambda piece: _values(piece, name).summed())
    return found


def _rate(table: Table, metric: Metric, groups: Groups) -> Measured:
    assert metric.over is not None  # noqa: S101 - only asked for where it is one
    above, below = ([Values.of(each, over) for each in table.pieces] for over in metric.over)
    known = [_both(up.known, down.known) for up, down in zip(above, below, strict=True)]
    sums = [
        groups.sums([each.only(has) for has, each in zip(known, values, strict=True)])
        for values in (above, below)
    ]
    return Measured(_divided(sums[0], sums[1]), groups.numbers(known))


def _both(one: Array, other: Array) -> Array:
    return other if one is None else one if other is None else one & other


def _divided(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _unique(table: Table, groups: Groups) -> Measured:
    viewers = table.words("mux_viewer_id")
    width = len(viewers.table) + 1
    mine = np.concatenate(groups.parts) if groups.parts else np.empty(0, dtype=np.intp)
    # The first cell of each group stands for views without a viewer.
    cells = viewers.codes + 1 + (0 if groups.whole else mine.astype(np.int64) * width)
    if (groups.count + 1) * width <= MOST_CELLS:
        seen = np.zeros((groups.count + 1, width), dtype=bool)
        seen.reshape(-1)[cells] = True
        distinct = seen[:, 1:].sum(axis=1)
    else:
        found = np.unique(cells)
        distinct = np.bincount(found[found % width > 0] // width, minlength=groups.count + 1)
    bounds = np.cumsum([0, *(len(each) for each in groups.parts)])
    known = [viewers.codes[first:last] >= 0 for first, last in pairwise(bounds)]
    return Measured(distinct[: groups.count].astype(np.float64), groups.numbers(known))


# --- quantiles ---------------------------------------------------------------------------------------------------


def _quantiles(found: list[Values], groups: Groups, views: Array, quantile: float, upto: Array) -> Array:
    """Return a quantile of each group: between the two values that it lies between, in a straight line."""
    places = quantile * np.maximum(views - 1, 0)
    lower = places.astype(np.int64)
    upper = np.minimum(lower + 1, np.maximum(views - 1, 0))
    low, high = _sorted(found, groups, (lower, upper)) if upto is None else _ranked(upto, (lower, upper))
    return np.where(views > 0, low + (high - low) * (places - lower), 0.0)


def _upto(found: list[Values], groups: Groups) -> Array:
    """Return how many values of each group are a whole number or less; None where they are none, or too large."""
    counted = []
    for each in found:
        whole = each.counted()
        if whole is None:
            return None
        counted.append(whole)
    width = max((int(each.max(initial=0)) for each in counted), default=0) + 2
    if (groups.count + 1) * width > MOST_COUNTS:
        return None
    counts = np.zeros((groups.count + 1) * width, dtype=np.int64)
    for mine, only, whole, each in zip(groups.parts, groups.alone, counted, found, strict=True):
        # The last number of each group stands for views without a value.
        cells = whole if each.known is None else np.where(each.known, whole, np.int32(width - 1))
        some = np.bincount(cells if only is not None else mine.astype(np.int64) * width + cells)
        first = (only or 0) * width
        counts[first : first + len(some)] += some
    return counts.reshape(groups.count + 1, width)[:, :-1].cumsum(axis=1)


def _ranked(upto: Array, ranks: tuple[Array, Array]) -> list[Array]:
    """Return the values of two ranks of each group that follow on each other."""
    return [
        np.array(
            [upto[group].searchsorted(rank, side="right") for group, rank in enumerate(each)], dtype=float
        )
        for each in ranks
    ]


def _sorted(found: list[Values], groups: Groups, ranks: tuple[Array, Array]) -> list[Array]:
    """Return the values of two ranks of each group, by parting its values there."""
    values = np.concatenate(
        [each.values if each.known is None else each.values[each.known] for each in found]
    )
    if groups.whole:
        parts = [values]
    else:
        mine = np.concatenate(
            [
                part if each.known is None else part[each.known]
                for part, each in zip(groups.parts, found, strict=True)
            ],
            dtype=np.int64,
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
