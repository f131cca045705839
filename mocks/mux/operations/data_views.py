"""Mux Data: video views, the errors they ended with, their dimensions, and what can be exported."""

from __future__ import annotations

import numpy as np

from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.data_parameters import Paged, Selection, Timeframe, ViewListing
from mocks.mux.dialect import data
from mocks.mux.provider import mux
from mocks.mux.resources import analysis, exports, selection, views
from mocks.mux.resources.blocks import NOTHING
from mocks.mux.resources.columns import Table, fields


def chosen(tx: Transaction, params: Selection) -> tuple[Table, list[int]]:
    """Return the views that a question is about, and its timeframe."""
    span = selection.timeframe(tx, params.timeframe)
    return selection.selected(views.table(tx), span, params), list(span)


def answer(tx: Transaction, shown: Json, params: Timeframe, count: int | None = None) -> Json:
    """Wrap what is shown as Mux Data does."""
    return data(shown, total_row_count=count, timeframe=list(selection.timeframe(tx, params.timeframe)))


# --- views -------------------------------------------------------------------------------------------------------


@mux.get("/data/v1/video-views", id="list-video-views", tier="P1")
def list_views(tx: Transaction, params: ViewListing) -> Json:
    """List views that ended in a timeframe, the newest first."""
    table, _ = chosen(tx, params)
    if params.viewer_id is not None:
        users, devices = table.words("viewer_user_id"), table.words("mux_viewer_id")
        mine = [
            np.array([word == params.viewer_id for word in each.table] + [False])[each.codes]
            for each in (users, devices)
        ]
        table = table.select(mine[0] | mine[1])
    if params.error_id is not None:
        table = table.select(analysis.with_error(table, params.error_id))
    order = np.argsort(table.instants("end"), kind="stable")
    order = order if params.order_direction == "asc" else order[::-1]
    start = params.limit * (params.page - 1)
    rows = [table.row(int(number)) for number in order[start : start + params.limit]]
    return answer(tx, [views.abridged(row, table.count) for row in rows], params, table.count)


@mux.get("/data/v1/video-views/{video_view_id}", id="get-video-view", tier="P1")
def retrieve_view(tx: Transaction, video_view_id: str) -> Json:
    """Retrieve everything that is known of a view."""
    return answer(tx, views.whole(tx, views.find(tx, video_view_id)), Timeframe())


@mux.get("/data/v1/errors", id="list-errors", tier="P1")
def list_errors(tx: Transaction, params: Selection) -> Json:
    """List the errors that views ended with."""
    table, _ = chosen(tx, params)
    found = analysis.errors(table)
    return answer(tx, found, params, len(found))


# --- dimensions --------------------------------------------------------------------------------------------------


@mux.get("/data/v1/filters", id="list-filters", tier="P1")
@mux.get("/data/v1/dimensions", id="list-dimensions", tier="P1")
def list_dimensions(tx: Transaction, params: Timeframe) -> Json:
    """List what views can be grouped and filtered by."""
    shown = {"basic": list(fields().basic), "advanced": list(fields().advanced)}
    return answer(tx, shown, params)


@mux.get("/data/v1/filters/{dimension_id}", id="list-filter-values", tier="P1")
@mux.get("/data/v1/dimensions/{dimension_id}", id="list-dimension-values", tier="P1")
@mux.get("/data/v1/dimensions/{dimension_id}/elements", id="list-dimension-elements", tier="P1")
def list_dimension_values(tx: Transaction, params: Paged, dimension_id: str) -> Json:
    """List the values of a dimension with the number of their views, the most frequent first."""
    table, _ = chosen(tx, params)
    words = selection.dimension(table, dimension_id)
    counts = np.bincount(words.codes[words.codes != NOTHING], minlength=len(words.table))
    found: list[Json] = [
        {"value": word, "total_count": int(count)}
        for word, count in zip(words.table, counts.tolist(), strict=True)
        if count
    ]
    by_name = params.order_by == "field"
    found.sort(key=lambda each: each["value"] if by_name else (-each["total_count"], each["value"]))
    if params.order_direction == ("desc" if by_name else "asc"):
        found.reverse()
    start = params.limit * (params.page - 1)
    return answer(tx, found[start : start + params.limit], params, len(found))


# --- exports -----------------------------------------------------------------------------------------------------


@mux.get("/data/v1/exports/views", id="list-exports-views", tier="P1")
def list_exports(tx: Transaction) -> Json:
    """List the days whose views can be downloaded."""
    found = exports.days(tx)
    return answer(tx, found, Timeframe(), len(found))


@mux.get("/data/v1/exports", id="list-exports", tier="P1")
def list_old_exports(tx: Transaction) -> Json:
    """List the addresses of what can be downloaded, as older SDKs read it."""
    found = [file["path"] for day in exports.days(tx) for file in day["files"]]
    return answer(tx, found, Timeframe(), len(found))
