"""Mux Data's metrics: what each is computed of.

Metrics of one kind are the mean, median, 95th percentile, sum or number of a value that each view has; shares are the part
of the views that a flag holds true for; rates are a sum over another (rebuffering by watch time). Mux names the metrics and
their usual measurements; the formulas of its scores are not public: ours are told in the room's README.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from mocks.mux.resources.columns import Table

Json = dict[str, Any]
Array = Any
Kind = Literal["number", "milliseconds", "percentage", "score"]
MEASUREMENTS = ("95th", "median", "avg", "count", "sum")
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Metric:
    """How a metric is computed: `value` of each view, or `over`, the two that are summed and divided.

    `usual` is the measurement that is taken unless another is asked for. More is worse, save where it is `better`.
    """

    title: str
    kind: Kind
    usual: str
    value: Callable[[Table], Array] | None = None
    over: tuple[Callable[[Table], Array], Callable[[Table], Array]] | None = None
    better: bool = False


# --- what a view is worth ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A field of each view, NaN where a view has none."""

    name: str

    def __call__(self, table: Table) -> Array:
        """Return it."""
        return table.numbers(self.name)


number = Field


def flag(name: str) -> Callable[[Table], Array]:
    """Return whether it holds true for each view; what nobody knows does not."""
    return lambda table: table.flags(name) == 1


def _summed(*names: str) -> Callable[[Table], Array]:
    return lambda table: np.sum([table.numbers(name) for name in names], axis=0)


def _seek_latency(table: Table) -> Array:
    """Milliseconds that a seek took."""
    count = table.numbers("view_seek_count")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 0, table.numbers("view_seek_duration") / count, np.nan)


def playback_success(table: Table) -> Array:
    """Return 1 for a view that was played, 0 for one that failed, a half for one that was left before it began."""
    left = np.where(table.flags("exit_before_video_start") == 1, 0.5, 1.0)
    return np.where(table.flags("playback_failure") == 1, 0.0, left)


def startup_time(table: Table) -> Array:
    """Return 1 for a start within 0.4 s, a half for one of 2 s, 0 from 8 s on."""
    return _graded(table.numbers("time_to_first_frame"), (400, 2000, 8000))


def smoothness(table: Table) -> Array:
    """Return 1 for a view that never stopped, a half where 5 % of the time was waiting, 0 from 25 % on."""
    watched = table.numbers("watch_time")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(watched > 0, table.numbers("buffering_duration") / watched, np.nan)
    return _graded(share, (0.0, 0.05, 0.25))


def picture_quality(table: Table) -> Array:
    """Return 1 for a picture that was never enlarged, a half for one that was by 100 %, 0 from 300 % on."""
    return _graded(table.numbers("view_total_upscaling"), (0.0, 1.0, 3.0))


def scores(table: Table) -> dict[str, Array]:
    """Return the four scores of each view, and their mean: of those that a view has, 0 for a view that failed."""
    found = {
        "playback_success_score": playback_success(table),
        "startup_time_score": startup_time(table),
        "smoothness_score": smoothness(table),
        "video_quality_score": picture_quality(table),
    }
    total, known = np.zeros(table.count), np.zeros(table.count)
    for values in found.values():
        has = ~np.isnan(values)
        np.add(total, values, out=total, where=has)
        known += has
    mean = np.where(table.flags("playback_failure") == 1, 0.0, total / np.maximum(known, 1))
    return found | {"viewer_experience_score": mean}


def experience(table: Table) -> Array:
    """Return the overall score of each view."""
    return scores(table)["viewer_experience_score"]


def _graded(values: Array, steps: tuple[float, float, float]) -> Array:
    """Return 1 up to the first step, a half at the second, 0 from the third on; between them in straight lines.

    The first line is the steeper one, so that the higher of both is the one that counts.
    """
    first, second, third = steps
    steep = 0.5 + (second - values) * (0.5 / (second - first))
    flat = (third - values) * (0.5 / (third - second))
    graded: Array = np.clip(np.maximum(steep, flat), 0.0, 1.0)
    return graded


def _ones(table: Table) -> Array:
    return np.ones(table.count, dtype=bool)


def _share(title: str, name: str) -> Metric:
    return Metric(title, "percentage", "avg", flag(name))


def _median(title: str, value: Callable[[Table], Array], kind: Kind = "milliseconds") -> Metric:
    return Metric(title, kind, "median", value)


def _score(title: str, value: Callable[[Table], Array]) -> Metric:
    return Metric(title, "score", "avg", value, better=True)


def _advertising() -> dict[str, Metric]:
    found = {
        name: Metric(title, "number", usual, number(name))
        for name, title, usual in (
            ("ad_attempt_count", "Ad Attempts", "sum"),
            ("ad_break_count", "Ad Breaks", "sum"),
            ("ad_break_error_count", "Ad Break Errors", "sum"),
            ("ad_error_count", "Ad Errors", "sum"),
            ("ad_impression_count", "Ad Impressions", "sum"),
            ("ad_exit_before_start_count", "Ad Exits Before Start", "avg"),
            ("ad_startup_error_count", "Ad Startup Errors", "avg"),
        )
    }
    for name, title in (
        ("ad_error", "Ad Error Percentage"),
        ("ad_exit_before_start", "Ad Exit Before Start Percentage"),
        ("ad_startup_error", "Ad Startup Error Percentage"),
    ):
        rate = (number(f"{name}_count"), number("ad_attempt_count"))
        found[f"{name}_percentage"] = Metric(title, "percentage", "avg", over=rate)
    rate = (number("ad_break_error_count"), number("ad_break_count"))
    found["ad_break_error_percentage"] = Metric("Ad Break Error Percentage", "percentage", "avg", over=rate)
    return found


METRICS: dict[str, Metric] = {
    "views": Metric("Views", "number", "count", _ones, better=True),
    "unique_viewers": Metric("Unique Viewers", "number", "count", better=True),
    "started_views": Metric(
        "Started Views",
        "number",
        "count",
        lambda table: _where(table.numbers("time_to_first_frame")),
        better=True,
    ),
    "ended_views": Metric("Ended Views", "number", "count", _ones, better=True),
    "playing_time": Metric("Playing Time", "milliseconds", "sum", number("view_playing_time"), better=True),
    "viewer_experience_score": _score("Overall Score", experience),
    "playback_success_score": _score("Playback Success Score", playback_success),
    "startup_time_score": _score("Startup Time Score", startup_time),
    "smoothness_score": _score("Smoothness Score", smoothness),
    "rebuffer_score": _score("Rebuffer Score", smoothness),
    "video_quality_score": _score("Video Quality Score", picture_quality),
    "playback_failure_percentage": _share("Playback Failure Percentage", "playback_failure"),
    "video_startup_failure_percentage": _share("Video Startup Failure Percentage", "video_startup_failure"),
    "exits_before_video_start": _share("Exits Before Video Start", "exit_before_video_start"),
    "view_dropped_percentage": _share("View Dropped Percentage", "view_dropped"),
    "playback_business_exception_percentage": _share(
        "Playback Business Exception Percentage", "playback_business_exception"
    ),
    "video_startup_business_exception_percentage": _share(
        "Video Startup Business Exception Percentage", "video_startup_business_exception"
    ),
    "video_startup_time": _median("Video Startup Time", number("time_to_first_frame")),
    "player_startup_time": _median("Player Startup Time", number("player_startup_time")),
    "page_load_time": _median("Page Load Time", number("page_load_time")),
    "aggregate_startup_time": _median(
        "Aggregate Startup Time", _summed("page_load_time", "player_startup_time", "time_to_first_frame")
    ),
    "view_content_startup_time": _median("Content Startup Time", number("view_content_startup_time")),
    "ad_preroll_startup_time": _median("Ad Preroll Startup Time", number("ad_preroll_startup_time")),
    "seek_latency": Metric("Seek Latency", "milliseconds", "avg", _seek_latency),
    "rebuffer_count": _median("Rebuffer Count", number("buffering_count"), "number"),
    "rebuffer_duration": _median("Rebuffer Duration", number("buffering_duration")),
    "rebuffer_frequency": Metric(
        "Rebuffer Frequency",
        "number",
        "avg",
        over=(number("buffering_count"), lambda table: table.numbers("watch_time") / MINUTE),
    ),
    "rebuffer_percentage": Metric(
        "Rebuffer Percentage", "percentage", "avg", over=(number("buffering_duration"), number("watch_time"))
    ),
    "upscale_percentage": Metric("Upscale Percentage", "percentage", "avg", number("view_total_upscaling")),
    "max_upscale_percentage": _median(
        "Max Upscale Percentage", number("view_max_upscale_percentage"), "percentage"
    ),
    "downscale_percentage": Metric(
        "Downscale Percentage", "percentage", "avg", number("view_total_downscaling")
    ),
    "max_downscale_percentage": _median(
        "Max Downscale Percentage", number("view_max_downscale_percentage"), "percentage"
    ),
    "weighted_average_bitrate": Metric(
        "Weighted Average Bitrate", "number", "median", number("weighted_average_bitrate"), better=True
    ),
    "request_latency": _median("Request Latency", number("view_average_request_latency")),
    "max_request_latency": _median("Max Request Latency", number("view_max_request_latency")),
    "request_throughput": Metric(
        "Request Throughput", "number", "median", number("view_average_request_throughput"), better=True
    ),
    "live_stream_latency": _median("Live Stream Latency", number("live_stream_latency")),
    "requests_for_first_preroll": _median(
        "Requests for First Preroll", number("requests_for_first_preroll"), "number"
    ),
    "video_startup_preroll_load_time": _median(
        "Video Startup Preroll Load Time", number("video_startup_preroll_load_time")
    ),
    "video_startup_preroll_request_time": _median(
        "Video Startup Preroll Request Time", number("video_startup_preroll_request_time")
    ),
    "rendition_change_count": Metric("Rendition Changes", "number", "avg", number("rendition_change_count")),
    "rendition_upshift_count": Metric(
        "Rendition Upshifts", "number", "avg", number("rendition_upshift_count")
    ),
    "rendition_downshift_count": Metric(
        "Rendition Downshifts", "number", "avg", number("rendition_downshift_count")
    ),
    **_advertising(),
}


def _where(values: Array) -> Array:
    return np.where(np.isnan(values), np.nan, 1.0)
