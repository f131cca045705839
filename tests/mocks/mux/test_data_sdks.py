"""Mux Data by mux-python and by mux-node, the newest and the one the platform pins, unmodified."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import mux_python as sdk  # type: ignore[import-untyped]
import pytest

from tests.harness.serving import Served
from tests.mocks.mux.test_python_sdk import World, advance, client, made

__all__ = ["client"]

Node = Callable[..., Any]
HERE = Path(__file__).parent
URL = "https://media.studio.test/clip.mp4?duration=20&width=1280&height=720"


@pytest.fixture
def asset(server: Served, fresh_world: World, client: Any) -> Any:
    """An asset that a hundred people have watched."""
    asset = made(client, URL, meta=sdk.AssetMetadata(title="Teaser"))
    advance(server, fresh_world, 5)
    body = {"provider": "mux", "event": "data.views", "count": 100, "hours": 20}
    server.control("POST", f"/worlds/{fresh_world['id']}/trigger", body)
    return asset


def test_views_and_metrics(client: Any, asset: Any) -> None:
    views = sdk.VideoViewsApi(client)
    listed = views.list_video_views(limit=10, filters=["video_title:Teaser"], timeframe=["24:hours"])
    assert (len(listed.data), listed.total_row_count) == (10, 100)
    whole = views.get_video_view(listed.data[0].id).data
    assert (whole.asset_id, whole.events[0].name) == (asset.id, "viewstart")
    metrics = sdk.MetricsApi(client)
    assert metrics.get_overall_values("views").data.value == 100
    rows = metrics.list_breakdown_values("video_startup_time", group_by="browser", measurement="95th")
    assert all(row.value > 0 for row in rows.data)
    series = metrics.get_metric_timeseries_data("views", group_by="hour")
    assert sum(int(row[2] or 0) for row in series.data) == 100
    assert metrics.list_insights("playback_failure_percentage").data
    assert metrics.list_all_metric_values(dimension="video_title", value="Teaser").data[0].view_count == 100


def test_dimensions_errors_and_exports(client: Any, asset: Any) -> None:
    dimensions, filters = sdk.DimensionsApi(client), sdk.FiltersApi(client)
    assert "browser" in dimensions.list_dimensions().data.basic
    values = dimensions.list_dimension_values("video_title").data
    assert [(each.value, each.total_count) for each in values] == [("Teaser", 100)]
    # list_dimension_elements: mux-python 5.1.2 asks api.mux.com for it whatever its configuration says.
    assert filters.list_filters().data.basic
    assert filters.list_filter_values("video_title").data[0].total_count == 100
    assert sdk.ErrorsApi(client).list_errors().data is not None
    exports = sdk.ExportsApi(client)
    assert exports.list_exports_views().data[0].files[0].type == "csv"
    assert exports.list_exports().data[0].startswith("http")


def test_monitoring_and_incidents(client: Any, asset: Any) -> None:
    monitoring = sdk.MonitoringApi(client)
    name = "current-concurrent-viewers"
    assert len(monitoring.list_monitoring_dimensions().data) == 11
    assert len(monitoring.list_monitoring_metrics().data) == 7
    assert len(monitoring.get_monitoring_timeseries(name).data) == 360
    assert monitoring.get_monitoring_breakdown(name, dimension="country").data is not None
    assert len(monitoring.get_monitoring_breakdown_timeseries(name, dimension="country").data) == 13
    told = monitoring.get_monitoring_histogram_timeseries("video-startup-time")
    assert told.meta.bucket_unit == "milliseconds"


def test_incidents(server: Served, fresh_world: World, client: Any, asset: Any) -> None:
    incidents = sdk.IncidentsApi(client)
    assert incidents.list_incidents().data == []
    now = 1772355605_000  # five seconds after the world began
    events: list[Any] = []
    for number in range(30):
        view = {"xid": f"view-{number}"}
        events += [
            {"e": "viewstart", "uti": now - 60} | view,
            {"e": "error", "uti": now, "perme": "Lost"} | view,
        ]
    beacon = {"metadata": {"transmission_timestamp": now}, "events": events}
    url = f"{fresh_world['env']['MUX_BASE_URL']}/~{fresh_world['id']}/"
    assert httpx.post(url, json=beacon, trust_env=False, timeout=30).is_success
    [incident] = incidents.list_incidents().data
    assert incidents.get_incident(incident.id).data.affected_views == incident.affected_views
    assert incidents.list_related_incidents(incident.id).data == []


def test_annotations_usage_and_vocabularies(client: Any, asset: Any) -> None:
    annotations = sdk.AnnotationsApi(client)
    note = annotations.create_annotation(sdk.AnnotationInput(note="Launch", date=1772355000)).data
    annotations.update_annotation(note.id, sdk.AnnotationInput(note="Launched", date=1772355000))
    assert annotations.get_annotation(note.id).data.note == "Launched"
    assert len(annotations.list_annotations().data) == 1
    annotations.delete_annotation(note.id)
    usage = sdk.DeliveryUsageApi(client).list_delivery_usage(timeframe=["1772280000", "1772352000"]).data
    assert (usage[0].asset_id, usage[0].asset_state) == (asset.id, "ready")
    vocabularies = sdk.TranscriptionVocabulariesApi(client)
    request = sdk.CreateTranscriptionVocabularyRequest(phrases=["Mux"])
    words = vocabularies.create_transcription_vocabulary(request).data
    changes = sdk.UpdateTranscriptionVocabularyRequest(phrases=["Data"])
    assert vocabularies.update_transcription_vocabulary(words.id, changes).data.phrases == ["Data"]
    assert vocabularies.get_transcription_vocabulary(words.id).data.id == words.id
    assert len(vocabularies.list_transcription_vocabularies().data) == 1
    vocabularies.delete_transcription_vocabulary(words.id)


@pytest.mark.parametrize("package", ["@mux/mux-node", "mux-node-platform"])
def test_the_node_sdks_ask_mux_data(node: Node, fresh_world: World, package: str) -> None:
    env = fresh_world["env"] | {"WORLD": fresh_world["name"], "SDK": package}
    done = node(HERE / "data.mjs", env)
    newest = package == "@mux/mux-node"
    assert done == {
        "views": [120, "Teaser", True, "viewstart"],
        "filtered": 0,
        "overall": [120, "view_end"],
        "breakdown": [True, True],
        "timeseries": 120,
        "insights": True,
        "comparison": 120,
        "errors": True,
        "dimensions": True,
        "values": [["Teaser", 120]],
        "exports": True,
        "monitoring": [11, 7],
        "now": [360, True, 13, "milliseconds"],
        "incidents": [40, 0],
        "annotation": ["Launched", 1],
        "usage": [1, True, True],
        "words": ["Data"],
        "vocabularies": 0,
        "signed": [200, 200, 200, 200, 403],
        "counts": ["views", "viewers", "updated_at"],
    } | (
        {"elements": 1, "engagement": [120, 1, 120, 120, 120, 120], "played": [True, True, True, True]}
        if newest
        else {"filters": 1}
    )
