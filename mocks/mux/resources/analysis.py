"""What is asked of many views at once: breakdowns, time series, insights, comparisons, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux.resources import measuring, selection, views
from mocks.mux.resources.blocks import NOTHING
from mocks.mux.resources.columns import Table
from mocks.mux.resources.metrics import METRICS

if TYPE_CHECKING:
    from mocks.mux.data_parameters import Breakdown, Timeseries

Json = dict[str, Any]

STEPS = {"minute": 60, "ten_minutes": 600, "hour": 3600, "day": 86400}
MOST_STEPS = 20_000
INSIGHT_DIMENSIONS = (
    *("country", "browser", "operating_system", "viewer_device_category", "player_name", "video_title"),
    *("cdn", "stream_type", "source_hostname", "page_url"),
)
"""The dimensions that insights look through."""


def overall(table: Table, name: str, measurement: str | None) -> Json:
    """Return a metric of all views, and what they add up to."""
    value, _ = measuring.overall(table, name, measurement)
    return {
        "value": plain(value),
        "total_watch_time": measuring.total(table, "watch_time"),
        "total_playing_time": measuring.total(table, "view_playing_time"),
        "total_views": table.count,
    }


# --- by dimension ------------------------------------------------------------------------------------------------


def breakdown(table: Table, name: str, dimension: str, measurement: str | None) -> list[Json]:
    """Return a metric of each group, those first that do most harm; groups without a value are left out."""
    groups, names = selection.groups(selection.dimension(table, dimension))
    found = measuring.measured(table, name, measurement, groups, len(names))
    sums = [measuring.totals(table, each, groups, len(names)) for each in ("watch_time", "view_playing_time")]
    value, _ = measuring.overall(table, name, measurement)
    harm = _harm(name, found, value)
    present = [number for number in range(len(names)) if found.views[number]]
    present.sort(key=lambda number: (-harm[number], names[number] or ""))
    return [
        {
            "field": names[number],
            "value": plain(found.value[number]),
            "views": int(found.views[number]),
            "total_watch_time": int(sums[0][number]),
            "total_playing_time": int(sums[1][number]),
            "negative_impact": place,
        }
        for place, number in enumerate(present, 1)
    ]


def _harm(name: str, found: measuring.Measured, whole: float) -> Any:
    """Return how much worse than all views together each group is, times its views."""
    worse = whole - found.value if METRICS[name].better else found.value - whole
    return worse * found.views


def ordered(rows: list[Json], params: Breakdown) -> list[Json]:
    """Return a page of a breakdown, in the order asked for: by harm, the worst first, unless told otherwise."""
    by = params.order_by or "negative_impact"
    usual = "asc" if by in ("negative_impact", "field") else "desc"
    backwards = (params.order_direction or usual) == "desc"
    rows = sorted(
        rows, key=lambda row: (row[by] is not None, row[by] or 0 if by != "field" else row[by] or "")
    )
    rows = rows[::-1] if backwards else rows
    start = params.limit * (params.page - 1)
    return rows[start : start + params.limit]


def insights(table: Table, name: str, measurement: str | None) -> list[Json]:
    """Return the groups of all dimensions that do most harm to a metric, those first."""
    whole, _ = measuring.overall(table, name, measurement)
    found: list[Json] = []
    for dimension in INSIGHT_DIMENSIONS:
        for row in breakdown(table, name, dimension, measurement):
            worse = whole - row["value"] if METRICS[name].better else row["value"] - whole
            found.append(
                {
                    "filter_column": dimension,
                    "filter_value": row["field"],
                    "metric": row["value"],
                    "negative_impact_score": plain(worse * row["views"]),
                    "total_views": row["views"],
                    "total_watch_time": row["total_watch_time"],
                    "total_playing_time": row["total_playing_time"],
                }
            )
    return sorted(found, key=lambda row: (-row["negative_impact_score"], row["filter_column"]))


# --- over time ---------------------------------------------------------------------------------------------------


def step(span: tuple[int, int], params: Timeseries) -> int:
    """Return the seconds of a step of a time series (Mux's document: timeseries_group_by)."""
    if params.group_by is not None:
        chosen = STEPS[params.group_by]
    else:
        length = span[1] - span[0]
        by = ((5400, "minute"), (21600, "ten_minutes"), (15 * 86400, "hour"))
        chosen = next((STEPS[name] for most, name in by if length <= most), STEPS["day"])
    return chosen if (span[1] - span[0]) // chosen <= MOST_STEPS else STEPS["day"]


def timeseries(table: Table, name: str, span: tuple[int, int], params: Timeseries) -> list[list[str | None]]:
    """Return instant, value and views of each step; null where no view has a value."""
    seconds = step(span, params)
    first = span[0] // seconds
    count = min(span[1] // seconds - first + 1, MOST_STEPS)
    steps = table.instants("end") // 1000 // seconds - first
    groups = np.where((steps >= 0) & (steps < count), steps, NOTHING)
    found = measuring.measured(table, name, params.measurement, groups, count)
    rows: list[list[str | None]] = []
    for number in range(count):
        has = bool(found.views[number])
        value = str(plain(found.value[number])) if has else None
        at = views.moment((first + number) * seconds * 1000)
        rows.append([at, value, str(int(found.views[number])) if has else None])
    return rows[::-1] if params.order_direction == "desc" else rows


# --- all metrics -------------------------------------------------------------------------------------------------

SCORES: tuple[tuple[str, tuple[tuple[str, str | None], ...]], ...] = (
    ("viewer_experience_score", ()),
    (
        "playback_success_score",
        (
            ("playback_failure_percentage", None),
            ("video_startup_failure_percentage", None),
            ("exits_before_video_start", None),
        ),
    ),
    (
        "startup_time_score",
        (
            *(("video_startup_time", each) for each in ("median", "95th")),
            *(("player_startup_time", each) for each in ("median", "95th")),
            *(("page_load_time", each) for each in ("median", "95th")),
            *(("aggregate_startup_time", each) for each in ("median", "95th")),
            ("seek_latency", None),
        ),
    ),
    (
        "smoothness_score",
        (
            ("rebuffer_percentage", None),
            ("rebuffer_frequency", None),
            *(("rebuffer_duration", each) for each in ("median", "95th")),
            *(("rebuffer_count", each) for each in ("median", "95th")),
        ),
    ),
    (
        "video_quality_score",
        (
            ("upscale_percentage", None),
            ("downscale_percentage", None),
            ("max_upscale_percentage", "median"),
            ("max_downscale_percentage", "median"),
            ("weighted_average_bitrate", "median"),
        ),
    ),
)
COUNTED = ("unique_viewers", "playing_time", "ad_attempt_count", "ad_break_count", "ad_impression_count")


def comparison(table: Table) -> list[Json]:
    """Return what all views add up to, then every metric below the score that it belongs to."""
    unique, started = (
        int(measuring.overall(table, each, None)[0]) for each in ("unique_viewers", "started_views")
    )
    totals = {
        "name": "totals",
        "watch_time": measuring.total(table, "watch_time"),
        "view_count": table.count,
        "started_views": started,
        "ended_views": table.count,
        "unique_viewers": unique,
        "total_playing_time": measuring.total(table, "view_playing_time"),
    }
    counted = _named(table, "views", None) | {"items": [_named(table, each, None) for each in COUNTED]}
    measuring.average_scores(table)
    scored = [
        _named(table, score, None) | {"items": [_named(table, name, measure) for name, measure in parts]}
        for score, parts in SCORES
    ]
    return [totals, counted, *scored]


def _named(table: Table, name: str, measurement: str | None) -> Json:
    metric = METRICS[name]
    value, _ = measuring.overall(table, name, measurement)
    shown = {"value": plain(value), "type": metric.kind, "name": metric.title, "metric": name}
    return shown if measurement is None else shown | {"measurement": measurement}


# --- errors ------------------------------------------------------------------------------------------------------


def errors(table: Table) -> list[Json]:
    """Return the errors that views ended with, the most frequent first."""
    failed = table.select(table.flags("playback_failure") == 1)
    codes, messages = failed.words("player_error_code"), failed.words("player_error_message")
    pairs = np.stack([codes.codes, messages.codes]) if failed.count else np.empty((2, 0), dtype=np.int32)
    kinds, places = np.unique(pairs, axis=1, return_inverse=True)
    ends, found = failed.instants("end"), []
    for number in range(kinds.shape[1]):
        code, message = (
            None if at == NOTHING else words.table[at]
            for at, words in zip(kinds[:, number], (codes, messages), strict=True)
        )
        mine = places.reshape(-1) == number
        told = {"player_error_code": code, "player_error_message": message}
        found.append(
            {
                "id": views.error_id(told),
                "code": int(code) if code is not None and code.isascii() and code.isdigit() else None,
                "message": message,
                "description": message or "",
                "notes": None,
                "count": int(mine.sum()),
                "percentage": plain(100 * mine.sum() / table.count),
                "last_seen": views.moment(int(ends[mine].max())),
                "player_error_code": code,
            }
        )
    return sorted(found, key=lambda each: (-each["count"], each["id"]))


def with_error(table: Table, id: int) -> Any:
    """Return which of the views ended with a kind of error, by its number."""
    codes, messages = table.words("player_error_code"), table.words("player_error_message")
    failed = table.flags("playback_failure") == 1
    wanted = {
        (code, message)
        for code in (*range(len(codes.table)), NOTHING)
        for message in (*range(len(messages.table)), NOTHING)
        if views.error_id(
            {
                "player_error_code": None if code == NOTHING else codes.table[code],
                "player_error_message": None if message == NOTHING else messages.table[message],
            }
        )
        == id
    }
    mine = np.zeros(table.count, dtype=bool)
    for code, message in wanted:
        mine |= (codes.codes == code) & (messages.codes == message)
    return mine & failed


def plain(number: Any) -> float:
    """Return a number as Mux writes it: whole ones without a fraction, nothing beyond twelve digits."""
    value = round(float(number), 12)
    return int(value) if value == int(value) and abs(value) < 1e15 else value
