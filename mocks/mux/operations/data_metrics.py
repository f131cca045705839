"""Mux Data: metrics of views: overall, by dimension, over time, compared, and what harms them most."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.mux import errors
from mocks.mux.data_parameters import Breakdown, Comparison, Selection, Timeseries
from mocks.mux.dialect import data
from mocks.mux.operations.data_views import answer, chosen
from mocks.mux.provider import mux
from mocks.mux.resources import analysis, selection
from mocks.mux.resources.metrics import METRICS

PATH = "/data/v1/metrics/{metric_id}"
META = {"aggregation": "view_end"}


def _known(metric_id: str) -> str:
    if metric_id not in METRICS:
        raise errors.not_found()
    return metric_id


@mux.get("/data/v1/metrics/comparison", id="list-all-metric-values", tier="P1")
def compare_metrics(tx: Transaction, params: Comparison) -> Json:
    """Tell all metrics of the views, or of those with one value of a dimension."""
    table, _ = chosen(tx, params)
    if params.dimension is not None:
        if not selection.is_dimension(params.dimension):
            raise errors.invalid(
                f"Invalid dimension: {params.dimension}", field="dimension", rule="unknown_dimension"
            )
        table = selection.filtered(table, [f"{params.dimension}:{params.value or ''}"])
    return answer(tx, analysis.comparison(table), params)


@mux.get(f"{PATH}/overall", id="get-overall-values", tier="P1")
def retrieve_overall(tx: Transaction, params: Selection, metric_id: str) -> Json:
    """Tell a metric of all views."""
    table, _ = chosen(tx, params)
    shown = analysis.overall(table, _known(metric_id), params.measurement)
    return answer(tx, shown, params) | {"meta": META}


@mux.get(f"{PATH}/breakdown", id="list-breakdown-values", tier="P1")
def list_breakdown(tx: Transaction, params: Breakdown, metric_id: str) -> Json:
    """Tell a metric of each value of a dimension."""
    table, _ = chosen(tx, params)
    rows = analysis.breakdown(table, _known(metric_id), params.group_by, params.measurement)
    return answer(tx, analysis.ordered(rows, params), params, len(rows)) | {"meta": META}


@mux.get(f"{PATH}/timeseries", id="get-metric-timeseries-data", tier="P1")
def retrieve_timeseries(tx: Transaction, params: Timeseries, metric_id: str) -> Json:
    """Tell a metric over time."""
    table, span = chosen(tx, params)
    rows = analysis.timeseries(table, _known(metric_id), (span[0], span[1]), params)
    return data(rows, total_row_count=len(rows), timeframe=span, meta=META)


@mux.get(f"{PATH}/insights", id="list-insights", tier="P1")
def list_insights(tx: Transaction, params: Selection, metric_id: str) -> Json:
    """Tell which values of all dimensions harm a metric most."""
    table, _ = chosen(tx, params)
    rows = analysis.insights(table, _known(metric_id), params.measurement)
    if params.order_direction == "asc":
        rows.reverse()
    return answer(tx, rows, params, len(rows)) | {"meta": META}
