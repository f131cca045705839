"""Which views a question is about: its timeframe, its filters, and the groups it wants them in.

A view counts in the timeframe in which it ended (Mux's document: `view_end`, "aggregation").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux import errors
from mocks.mux.resources import metrics
from mocks.mux.resources.blocks import NOTHING, Words
from mocks.mux.resources.columns import Table, fields

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.data_parameters import Selection

Json = dict[str, Any]

_SPAN = re.compile(r"(\d{1,6}):(second|minute|hour|day|week|month|year)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000}
_SECONDS |= {"year": 31536000}
_CLAUSE = re.compile(r"([a-z0-9_]+)(>=|<=|>|<|!=|=)(-?\d{1,15}(?:\.\d{1,9})?)")
_COMPARE: dict[str, Any] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
    "=": np.equal,
    "!=": np.not_equal,
}
UNFILTERED = frozenset(
    {"exits_before_video_start", "unique_viewers", "video_startup_failure_percentage"}
    | {"view_dropped_percentage", "views"}
)
"""Metrics that cannot be compared with (Mux's document: metric_filters)."""
LATEST = 1 << 40


def timeframe(tx: Transaction, given: list[str]) -> tuple[int, int]:
    """Return the unix seconds from and to which is asked: two instants, a span up to now, or else the last day."""
    if not given:
        return tx.seconds - 86400, tx.seconds
    if len(given) == 1:
        span = _SPAN.fullmatch(given[0].strip())
        if span is not None:
            return max(tx.seconds - int(span[1]) * _SECONDS[span[2]], 0), tx.seconds
    elif len(given) == 2 and all(each.strip().isascii() and each.strip().isdigit() for each in given):
        start, end = (int(each) for each in given)
        if start < end < LATEST:
            return start, end
    raise errors.invalid("Invalid timeframe", field="timeframe[]", rule="invalid_timeframe")


def selected(table: Table, span: tuple[int, int], params: Selection) -> Table:
    """Return the views that ended within a timeframe and that all filters hold true for."""
    chosen = filtered(table.ended(span[0] * 1000, span[1] * 1000 + 1000), params.filters)
    for each in params.metric_filters:
        clause = _CLAUSE.fullmatch(each.replace(" ", ""))
        metric = clause and metrics.METRICS.get(clause[1])
        if clause is None or metric is None or clause[1] in UNFILTERED:
            raise errors.invalid(f"Invalid metric filter: {each}", field="metric_filters[]", rule="filter")
        values = metric.value(chosen) if metric.value else _rate(metric, chosen)
        chosen = chosen.select(_COMPARE[clause[2]](values, float(clause[3])))
    return chosen


def _rate(metric: metrics.Metric, table: Table) -> Any:
    assert metric.over is not None  # noqa: S101 - a metric has either
    above, below = metric.over[0](table), metric.over[1](table)
    with np.errstate(divide="ignore", invalid="ignore"):
        return above / below


def filtered(table: Table, filters: list[str]) -> Table:
    """Keep to `dimension:value` (several of one dimension: any of them) and `!dimension:value` (none of them)."""
    wanted: dict[str, list[str]] = {}
    unwanted: dict[str, list[str]] = {}
    for each in filters:
        name, colon, value = each.removeprefix("!").lstrip("+-").partition(":")
        if not colon or not is_dimension(name):
            raise errors.invalid(f"Invalid filter: {each}", field="filters[]", rule="filter")
        (unwanted if each.startswith("!") else wanted).setdefault(name, []).append(value)
    for name, values in wanted.items():
        table = table.select(_among(dimension(table, name), values))
    for name, values in unwanted.items():
        table = table.select(~_among(dimension(table, name), values))
    return table


def _among(words: Words, values: list[str]) -> Any:
    numbers = [number for number, word in enumerate(words.table) if word in values]
    if "" in values:  # nothing stands for views that do not have the field
        numbers.append(NOTHING)
    return np.isin(words.codes, numbers)


# --- dimensions --------------------------------------------------------------------------------------------------


def is_dimension(name: str) -> bool:
    """Tell whether views can be grouped and filtered by a name."""
    known = fields()
    return name in known.basic or name in known.advanced


def dimension(table: Table, name: str) -> Words:
    """Return a dimension of the views; refuse what is none."""
    if not is_dimension(name):
        raise errors.invalid(f"Invalid dimension: {name}", field="group_by", rule="unknown_dimension")
    return table.words(fields().of_dimension(name))


def groups(words: Words) -> tuple[Any, list[str | None]]:
    """Return the group of each view and the groups' names: one for each word, and one for views without."""
    missing = words.codes == NOTHING
    codes = np.where(missing, len(words.table), words.codes) if missing.any() else words.codes
    return codes, [*words.table, None]
