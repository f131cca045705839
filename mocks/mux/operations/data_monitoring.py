"""Mux Data: what happens now, and which moments of films are watched."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.mux import errors
from mocks.mux.data_parameters import Hotspots, Monitoring, Timeframe
from mocks.mux.dialect import data
from mocks.mux.operations.data_views import answer
from mocks.mux.provider import mux
from mocks.mux.resources import engagement, monitoring

PATH = "/data/v1/monitoring/metrics/{monitoring_metric_id}"
HISTOGRAM = "/data/v1/monitoring/metrics/{monitoring_histogram_metric_id}/histogram-timeseries"


@mux.get("/data/v1/monitoring/dimensions", id="list-monitoring-dimensions", tier="P1")
def list_dimensions(tx: Transaction) -> Json:
    """List what monitoring can be grouped and filtered by."""
    found = [{"name": name, "display_name": title} for name, title in monitoring.DIMENSIONS.items()]
    return answer(tx, found, Timeframe(), len(found))


@mux.get("/data/v1/monitoring/metrics", id="list-monitoring-metrics", tier="P1")
def list_metrics(tx: Transaction) -> Json:
    """List the metrics of monitoring."""
    found = monitoring.named()
    return answer(tx, found, Timeframe(), len(found))


@mux.get(f"{PATH}/timeseries", id="get-monitoring-timeseries", tier="P1")
def retrieve_timeseries(tx: Transaction, params: Monitoring, monitoring_metric_id: str) -> Json:
    """Tell a metric and the number of viewers, every five seconds."""
    monitoring.metric(monitoring_metric_id)
    points, span = monitoring.timeseries(tx, monitoring_metric_id, params)
    return data(points, total_row_count=len(points), timeframe=span)


@mux.get(f"{PATH}/breakdown", id="get-monitoring-breakdown", tier="P1")
def retrieve_breakdown(tx: Transaction, params: Monitoring, monitoring_metric_id: str) -> Json:
    """Tell a metric of each value of a dimension, at an instant."""
    monitoring.metric(monitoring_metric_id)
    rows, instant = monitoring.breakdown(tx, monitoring_metric_id, params)
    return data(rows, total_row_count=len(rows), timeframe=[instant, instant])


@mux.get(f"{PATH}/breakdown-timeseries", id="get-monitoring-breakdown-timeseries", tier="P1")
def retrieve_breakdowns(tx: Transaction, params: Monitoring, monitoring_metric_id: str) -> Json:
    """Tell a metric of each value of a dimension, every five seconds."""
    monitoring.metric(monitoring_metric_id)
    points, span = monitoring.breakdown_timeseries(tx, monitoring_metric_id, params)
    return data(points, total_row_count=len(points), timeframe=list(span))


@mux.get(HISTOGRAM, id="get-monitoring-histogram-timeseries", tier="P1")
def retrieve_histogram(tx: Transaction, params: Monitoring, monitoring_histogram_metric_id: str) -> Json:
    """Tell how long it takes views to begin, every minute."""
    if monitoring_histogram_metric_id != monitoring.HISTOGRAM:
        raise errors.not_found()
    points, buckets, span = monitoring.histogram(tx, params)
    meta = {"bucket_unit": "milliseconds", "buckets": buckets}
    return data(points, meta=meta, total_row_count=len(points), timeframe=span)


# --- engagement --------------------------------------------------------------------------------------------------

ENGAGEMENT = "/data/v1/engagement"


def _heatmap(tx: Transaction, params: Timeframe, field: str, id: str) -> Json:
    return answer(tx, engagement.heatmap(tx, field, id, params.timeframe), params, 1)


def _hotspots(tx: Transaction, params: Hotspots, field: str, id: str) -> Json:
    order = (params.limit, params.order_direction)
    shown = engagement.hotspots(tx, field, id, params.timeframe, order)
    return answer(tx, shown, params, len(shown["hotspots"]))


@mux.get(f"{ENGAGEMENT}/assets/{{asset_id}}/heatmap", id="get-engagement-heatmap-asset", tier="P1")
def asset_heatmap(tx: Transaction, params: Timeframe, asset_id: str) -> Json:
    """Tell which part of an asset's views saw each moment."""
    return _heatmap(tx, params, "asset_id", asset_id)


@mux.get(f"{ENGAGEMENT}/videos/{{video_id}}/heatmap", id="get-engagement-heatmap-video", tier="P1")
def video_heatmap(tx: Transaction, params: Timeframe, video_id: str) -> Json:
    """Tell which part of a video's views saw each moment."""
    return _heatmap(tx, params, "video_id", video_id)


@mux.get(
    f"{ENGAGEMENT}/playback-ids/{{playback_id}}/heatmap", id="get-engagement-heatmap-playback-id", tier="P1"
)
def playback_heatmap(tx: Transaction, params: Timeframe, playback_id: str) -> Json:
    """Tell which part of a playback id's views saw each moment."""
    return _heatmap(tx, params, "playback_id", playback_id)


@mux.get(f"{ENGAGEMENT}/assets/{{asset_id}}/hotspots", id="get-engagement-hotspots-asset", tier="P1")
def asset_hotspots(tx: Transaction, params: Hotspots, asset_id: str) -> Json:
    """Tell which moments of an asset are watched most, or least."""
    return _hotspots(tx, params, "asset_id", asset_id)


@mux.get(f"{ENGAGEMENT}/videos/{{video_id}}/hotspots", id="get-engagement-hotspots-video", tier="P1")
def video_hotspots(tx: Transaction, params: Hotspots, video_id: str) -> Json:
    """Tell which moments of a video are watched most, or least."""
    return _hotspots(tx, params, "video_id", video_id)


@mux.get(
    f"{ENGAGEMENT}/playback-ids/{{playback_id}}/hotspots", id="get-engagement-hotspots-playback-id", tier="P1"
)
def playback_hotspots(tx: Transaction, params: Hotspots, playback_id: str) -> Json:
    """Tell which moments of a playback id are watched most, or least."""
    return _hotspots(tx, params, "playback_id", playback_id)
