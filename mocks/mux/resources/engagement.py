"""Which moments of a film are watched: views count from its beginning up to the furthest moment that they came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux.resources import selection, views

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.transaction import Transaction

Json = dict[str, Any]

MOST, SHORTEST = 100, 1000
"""Buckets of a film at most, and milliseconds of one at least."""


def heatmap(tx: Transaction, field: str, id: str, timeframe: list[str]) -> Json:
    """Return which part of the views saw each bucket of a film."""
    count, values, _ = _watched(tx, field, id, timeframe)
    return {"total_views": count, "value": [round(float(each), 6) for each in values]}


def _watched(tx: Transaction, field: str, id: str, timeframe: list[str]) -> tuple[int, Any, float]:
    """Return how many views there are, the part that saw each bucket, and the milliseconds of a bucket."""
    span = selection.timeframe(tx, timeframe)
    table = views.table(tx)
    words = table.words(field)
    number = words.table.index(id) if id in words.table else -2
    ends = table.instants("end")
    mine = table.select((words.codes == number) & (ends >= span[0] * 1000) & (ends <= span[1] * 1000))
    lengths = mine.numbers("video_duration")
    longest = float(np.nanmax(lengths)) if np.any(~np.isnan(lengths)) else 0.0
    if not mine.count or longest <= 0:
        return mine.count, np.empty(0), 0.0
    buckets = int(min(MOST, max(1, longest // SHORTEST)))
    width = longest / buckets
    heads = np.nan_to_num(mine.numbers("view_max_playhead_position"))
    reached = np.searchsorted(np.sort(heads), np.arange(buckets) * width, side="right")
    return mine.count, (mine.count - reached) / mine.count, width


def hotspots(tx: Transaction, field: str, id: str, timeframe: list[str], order: tuple[int, str]) -> Json:
    """Return the moments that are watched most (or least): runs of buckets that are alike."""
    count, values, width = _watched(tx, field, id, timeframe)
    limit, direction = order
    runs = _runs([round(float(each), 3) for each in values])
    runs.sort(key=lambda run: (run[2] if direction == "asc" else -run[2], run[0]))
    return {
        "total_views": count,
        "hotspots": [
            {"start_ms": round(first * width), "end_ms": round(beyond * width), "score": score}
            for first, beyond, score in runs[:limit]
        ],
    }


def _runs(values: Sequence[float]) -> list[tuple[int, int, float]]:
    runs: list[tuple[int, int, float]] = []
    for number, value in enumerate(values):
        if runs and abs(runs[-1][2] - value) < 0.02:
            runs[-1] = (runs[-1][0], number + 1, runs[-1][2])
        else:
            runs.append((number, number + 1, value))
    return runs
