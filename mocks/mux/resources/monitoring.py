"""What happens now: the views that are being watched at an instant, by their beginning and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux import errors
from mocks.mux.resources import analysis, measuring, selection, views
from mocks.mux.resources.columns import Table

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.data_parameters import Monitoring

Json = dict[str, Any]

STEP, WINDOW, HALF_HOUR, LONGEST, DAY = 5, 60, 1800, 600, 86400
"""Seconds: of a point, of a breakdown over time unless told, of a time series, at most, and how far back."""
METRICS = {
    "current-concurrent-viewers": ("Current Concurrent Viewers (CCV)", "views", False),
    "current-rebuffering-percentage": ("Current Rebuffering Percentage", "rebuffer_percentage", False),
    "exits-before-video-start": ("Exits Before Video Start", "exits_before_video_start", False),
    "playback-failure-percentage": ("Playback Failure Percentage", "playback_failure_percentage", False),
    "current-average-bitrate": ("Current Average Bitrate", "weighted_average_bitrate", True),
    "video-startup-failure-percentage": (
        "Video Startup Failure Percentage",
        "video_startup_failure_percentage",
        False,
    ),
}
HISTOGRAM = "video-startup-time"
BUCKETS = (0, 100, 500, 1000, 2000, 5000, 10000, 15000)
DIMENSIONS = {
    "asn": "ASN",
    "cdn": "CDN",
    "country": "Country",
    "operating_system": "Operating system",
    "player_name": "Player name",
    "region": "Region / State",
    "stream_type": "Stream type",
    "sub_property_id": "Sub property ID",
    "video_series": "Video series",
    "video_title": "Video title",
    "view_has_ad": "View has ad",
}


def metric(name: str) -> str:
    """Return which metric of views a monitoring metric is computed as; refuse an unknown one."""
    if name not in METRICS:
        raise errors.not_found()
    return METRICS[name][1]


def named() -> list[Json]:
    """Return the metrics by their names."""
    titles = {name: title for name, (title, _, _) in METRICS.items()} | {HISTOGRAM: "Video Startup Time"}
    return [{"name": name, "display_name": title} for name, title in sorted(titles.items())]


# --- the views of an instant -------------------------------------------------------------------------------------


def recent(tx: Transaction, params: Monitoring, first: int, last: int) -> Table:
    """Return the views that were watched at any instant between two, in unix seconds."""
    table = views.table(tx)
    watched = (table.instants("end") > first * 1000) & (table.instants("start") <= last * 1000)
    for each in params.filters:
        if each.removeprefix("!").partition(":")[0] not in DIMENSIONS:
            raise errors.invalid(f"Invalid filter: {each}", field="filters[]", rule="filter")
    return selection.filtered(table.select(watched), params.filters)


def at(table: Table, instant: int) -> Table:
    """Return the views that are watched at an instant."""
    moment = instant * 1000
    return table.select((table.instants("start") <= moment) & (table.instants("end") > moment))


def _starting(table: Table, instant: int) -> Any:
    """Return which of the views have not shown a picture yet."""
    startup = table.numbers("time_to_first_frame")
    shown = table.instants("start") + np.nan_to_num(startup, nan=1e15)
    return shown > instant * 1000


def timeseries(tx: Transaction, name: str, params: Monitoring) -> tuple[list[Json], list[int]]:
    """Return a metric and the viewers of every five seconds of half an hour."""
    first = params.timestamp if params.timestamp is not None else tx.seconds - HALF_HOUR
    if not tx.seconds - DAY <= first <= tx.seconds:
        raise errors.invalid(
            "timestamp must be within the last 24 hours", field="timestamp", rule="timestamp"
        )
    last = min(first + HALF_HOUR, tx.seconds)
    instants = range(first // STEP * STEP, last, STEP)
    table = recent(tx, params, first - STEP, last)
    points = []
    for instant in instants:
        watched = at(table, instant)
        value = _value(watched, name)
        points.append(
            {
                "date": views.moment(instant * 1000),
                "value": value,
                "concurrent_viewers": watched.count,
            }
        )
    return points, [first, last]


def _value(table: Table, name: str) -> float | None:
    how = "avg" if name == "current-average-bitrate" else None
    value, count = measuring.overall(table, metric(name), how)
    return value if count else 0.0


# --- by dimension ------------------------------------------------------------------------------------------------


def breakdown(tx: Transaction, name: str, params: Monitoring) -> tuple[list[Json], int]:
    """Return a metric of each value of a dimension at an instant, with its viewers, and that instant."""
    instant = params.timestamp if params.timestamp is not None else tx.seconds
    if not 0 <= tx.seconds - instant <= DAY:
        raise errors.invalid(
            "timestamp must be within the last 24 hours", field="timestamp", rule="timestamp"
        )
    rows = _rows(at(recent(tx, params, instant - 1, instant), instant), name, params.dimension, instant)
    return _sorted(rows, params), instant


def _rows(table: Table, name: str, dimension: str, instant: int) -> list[Json]:
    if dimension not in DIMENSIONS:
        raise errors.invalid(f"Invalid dimension: {dimension}", field="dimension", rule="unknown_dimension")
    how = "avg" if name == "current-average-bitrate" else None
    groups, names = selection.groups(selection.dimension(table, dimension))
    found = measuring.measured(table, metric(name), how, groups, len(names))
    watched = np.bincount(groups, minlength=len(names))
    starting = np.bincount(groups[_starting(table, instant)], minlength=len(names))
    whole, _ = measuring.overall(table, metric(name), how)
    worse = (whole - found.value if METRICS[name][2] else found.value - whole) * watched
    present = sorted(
        np.flatnonzero(watched).tolist(), key=lambda number: (-worse[number], names[number] or "")
    )
    return [
        {
            "value": names[number],
            "metric_value": float(found.value[number]),
            "concurrent_viewers": int(watched[number]),
            "starting_up_viewers": int(starting[number]),
            "negative_impact": place,
        }
        for place, number in enumerate(present, 1)
    ]


_ORDER = {"negative_impact": "negative_impact", "value": "metric_value", "views": "concurrent_viewers"}


def _sorted(rows: list[Json], params: Monitoring) -> list[Json]:
    by = params.order_by or "negative_impact"
    usual = "asc" if by in ("negative_impact", "field") else "desc"
    field = _ORDER.get(by, "value")
    rows.sort(key=lambda row: row[field] or 0 if field != "value" else row[field] or "")
    return rows[::-1] if (params.order_direction or usual) == "desc" else rows


def breakdown_timeseries(
    tx: Transaction, name: str, params: Monitoring
) -> tuple[list[Json], tuple[int, int]]:
    """Return the breakdowns of every five seconds of a timeframe, each with its largest groups."""
    first, last = tx.seconds - WINDOW, tx.seconds
    if params.timeframe:
        first, last = selection.timeframe(tx, params.timeframe)
        if last - first > LONGEST or first < tx.seconds - DAY:
            text = "The timeframe may be of 10 minutes at most, within the last 24 hours"
            raise errors.invalid(text, field="timeframe[]", rule="invalid_timeframe")
    table = recent(tx, params, first - STEP, last)
    points = []
    for instant in range(first // STEP * STEP, last + 1, STEP):
        rows = _sorted(_rows(at(table, instant), name, params.dimension, instant), params)[: params.limit]
        shown = [{each: row[each] for each in row if each != "negative_impact"} for row in rows]
        points.append({"date": views.moment(instant * 1000), "values": shown})
    return points, (first, last)


# --- histogram ---------------------------------------------------------------------------------------------------


def histogram(tx: Transaction, params: Monitoring) -> tuple[list[Json], list[Json], list[int]]:
    """Return how long it took views to begin, minute by minute of half an hour: points, buckets, timeframe."""
    last = tx.seconds // 60 * 60
    first = last - HALF_HOUR
    table = recent(tx, params, first, last)
    began, startup = table.instants("start"), table.numbers("time_to_first_frame")
    points = []
    for minute in range(first, last, 60):
        mine = (began >= minute * 1000) & (began < (minute + 60) * 1000) & ~np.isnan(startup)
        points.append(_point(minute, startup[mine]))
    buckets: list[Json] = [
        {"start": start, "end": end} for start, end in zip(BUCKETS, [*BUCKETS[1:], None], strict=True)
    ]
    return points, buckets, [first, last]


def _point(minute: int, values: Any) -> Json:
    counts = np.histogram(values, [*BUCKETS, np.inf])[0].tolist()
    whole = max(len(values), 1)
    return {
        "timestamp": views.moment(minute * 1000),
        "sum": len(values),
        "average": float(np.mean(values)) if len(values) else 0.0,
        "median": float(np.quantile(values, 0.5)) if len(values) else 0.0,
        "p95": float(np.quantile(values, 0.95)) if len(values) else 0.0,
        "max_percentage": max(counts) / whole,
        "bucket_values": [{"count": count, "percentage": analysis.plain(count / whole)} for count in counts],
    }
