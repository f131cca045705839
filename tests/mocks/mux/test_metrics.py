"""Every metric of Mux Data, computed anew from the views that the API shows, by other means than the room's."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from mocks.mux.resources.metrics import METRICS
from tests.mocks.mux.room import Room, Spec

Json = dict[str, Any]
VIEWS = 240


async def audience(folder: Path, spec: Spec | None, count: int = VIEWS) -> Room:
    room = Room.open(folder, spec)
    await room.ready(meta={"title": "Teaser"})
    await room.ready(
        "https://media.studio.test/b.mp4?duration=40&width=720&height=1280", meta={"title": "Story"}
    )
    room.trigger("data.views", count=count, hours=48)
    return room


@pytest.fixture
async def busy(tmp_path: Path, spec: Spec | None) -> Any:
    room = await audience(tmp_path / "busy", spec)
    yield room
    await room.close()


async def raw(room: Room, query: str = "timeframe[]=3:days&limit=10000") -> list[Json]:
    """Return all views with everything that is known of them, as the API shows them."""
    listed = await room.ok("GET", f"/data/v1/video-views?{query}")
    paths = [f"/data/v1/video-views/{each['id']}" for each in listed]
    for path in paths[:3]:
        await room.ok("GET", path)  # as the spec says
    return [(await room.client.get(path)).json()["data"] for path in paths]


def number(view: Json, name: str) -> float | None:
    return None if view[name] is None else float(view[name])


def quantile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = ordered[int(place)]
    high = ordered[min(int(place) + 1, len(ordered) - 1)]
    return low + (high - low) * (place - int(place))


FIELDS = {
    "playing_time": "view_playing_time",
    "video_startup_time": "time_to_first_frame",
    "rebuffer_count": "buffering_count",
    "rebuffer_duration": "buffering_duration",
    "upscale_percentage": "view_total_upscaling",
    "downscale_percentage": "view_total_downscaling",
    "max_upscale_percentage": "view_max_upscale_percentage",
    "max_downscale_percentage": "view_max_downscale_percentage",
    "request_latency": "view_average_request_latency",
    "max_request_latency": "view_max_request_latency",
    "request_throughput": "view_average_request_throughput",
    "viewer_experience_score": "viewer_experience_score",
    "playback_success_score": "playback_score",
    "startup_time_score": "startup_score",
    "smoothness_score": "rebuffering_score",
    "rebuffer_score": "rebuffering_score",
    "video_quality_score": "quality_score",
}
FLAGS = {
    "playback_failure_percentage": "playback_failure",
    "video_startup_failure_percentage": "video_startup_failure",
    "exits_before_video_start": "exit_before_video_start",
    "view_dropped_percentage": "view_dropped",
}
NEVER = {"playback_business_exception_percentage", "video_startup_business_exception_percentage"}
RATES: dict[str, tuple[str, Callable[[Json], float | None]]] = {
    "rebuffer_percentage": ("buffering_duration", lambda view: number(view, "watch_time")),
    "rebuffer_frequency": ("buffering_count", lambda view: (number(view, "watch_time") or 0) / 60_000),
    **{
        f"{name}_percentage": (f"{name}_count", lambda view: number(view, "ad_attempt_count"))
        for name in ("ad_error", "ad_exit_before_start", "ad_startup_error")
    },
    "ad_break_error_percentage": ("ad_break_error_count", lambda view: number(view, "ad_break_count")),
}


def worth(metric: str) -> Callable[[Json], float | None]:
    """Return what one view has of a metric."""
    if metric in FLAGS:
        return lambda view: float(view[FLAGS[metric]])
    if metric in NEVER:
        return lambda view: 0.0
    if metric in ("views", "ended_views"):
        return lambda view: 1.0
    if metric == "started_views":
        return lambda view: None if view["time_to_first_frame"] is None else 1.0
    if metric == "aggregate_startup_time":
        parts = ("page_load_time", "player_startup_time", "time_to_first_frame")
        return lambda view: None if None in (known := [view[each] for each in parts]) else float(sum(known))
    if metric == "seek_latency":
        return lambda view: (
            view["view_seek_duration"] / view["view_seek_count"] if view["view_seek_count"] else None
        )
    return lambda view: number(view, FIELDS.get(metric, metric))


def expected(metric: str, views: Iterable[Json], how: str | None = None) -> tuple[float, int]:
    """Return a metric's value and how many of the views have one."""
    views = list(views)
    if metric == "unique_viewers":
        known = [view["mux_viewer_id"] for view in views if view["mux_viewer_id"]]
        return float(len(set(known))), len(known)
    if metric in RATES:
        name, below = RATES[metric]
        pairs = [(number(view, name), below(view)) for view in views]
        both = [(up, down) for up, down in pairs if up is not None and down is not None]
        divisor = sum(down for _, down in both)
        return (sum(up for up, _ in both) / divisor if divisor else 0.0), len(both)
    values = [value for view in views if (value := worth(metric)(view)) is not None]
    how = how or METRICS[metric].usual
    if how == "count":
        return float(len(values)), len(values)
    if not values:
        return 0.0, 0
    by: dict[str, Callable[[list[float]], float]] = {
        "avg": statistics.fmean,
        "sum": sum,
        "median": statistics.median,
        "95th": lambda every: quantile(every, 0.95),
    }
    return by[how](values), len(values)


CLOSE = {"rel": 1e-6, "abs": 1e-6}


async def test_every_metric_is_what_the_views_say(busy: Room) -> None:
    views = await raw(busy)
    assert len(views) == VIEWS
    for metric in METRICS:
        for how in (None, "95th", "median", "avg", "count", "sum"):
            query = "timeframe[]=3:days" + (f"&measurement={how}" if how else "")
            told = await busy.ok("GET", f"/data/v1/metrics/{metric}/overall?{query}")
            value, _ = expected(metric, views, how)
            assert told["value"] == pytest.approx(value, **CLOSE), (metric, how)
            assert told["total_views"] == VIEWS
            assert told["total_watch_time"] == sum(view["watch_time"] for view in views)
            assert told["total_playing_time"] == sum(
                round(float(view["view_playing_time"])) for view in views
            )


@pytest.mark.parametrize(
    ("dimension", "field"),
    [
        ("country", "country_code"),
        ("browser", "viewer_application_name"),
        ("video_title", "video_title"),
        ("playback_failure", "playback_failure"),
        ("viewer_user_id", "viewer_user_id"),
    ],
)
async def test_breakdowns_are_what_the_views_of_each_group_say(
    busy: Room, dimension: str, field: str
) -> None:
    groups: dict[Any, list[Json]] = defaultdict(list)
    for view in await raw(busy):
        value = view[field]
        groups[str(value).lower() if isinstance(value, bool) else value].append(view)
    for metric in METRICS:
        query = f"group_by={dimension}&timeframe[]=3:days&limit=100"
        rows = await busy.ok("GET", f"/data/v1/metrics/{metric}/breakdown?{query}")
        found = {row["field"]: row for row in rows}
        wanted = {name: expected(metric, views) for name, views in groups.items()}
        assert set(found) == {name for name, (_, count) in wanted.items() if count}
        for name, row in found.items():
            assert (row["value"], row["views"]) == (pytest.approx(wanted[name][0], **CLOSE), wanted[name][1])
            assert row["total_watch_time"] == sum(view["watch_time"] for view in groups[name])
        assert [row["negative_impact"] for row in rows] == list(range(1, len(rows) + 1))
        whole, _ = expected(metric, [view for views in groups.values() for view in views])
        sign = -1 if METRICS[metric].better else 1
        harm = [sign * (row["value"] - whole) * row["views"] for row in rows]
        assert harm == pytest.approx(sorted(harm, reverse=True), abs=1e-6)


async def test_time_series_are_what_the_views_of_each_step_say(busy: Room) -> None:
    views = await raw(busy)
    for metric in ("views", "video_startup_time", "rebuffer_percentage", "unique_viewers"):
        for step, length in (("hour", 13), ("day", 10)):
            query = f"group_by={step}&timeframe[]=3:days"
            rows = await busy.ok("GET", f"/data/v1/metrics/{metric}/timeseries?{query}")
            groups: dict[str, list[Json]] = defaultdict(list)
            for view in views:
                groups[view["view_end"][:length]].append(view)
            assert len({row[0] for row in rows}) == len(rows)
            for at, value, count in rows:
                wanted, having = expected(metric, groups.get(at[:length], []))
                if having:
                    assert (float(value), int(count)) == (pytest.approx(wanted, **CLOSE), having)
                else:
                    assert (value, count) == (None, None)


async def test_the_comparison_is_what_the_metrics_say(busy: Room) -> None:
    views = await raw(busy)
    german = [view for view in views if view["country_code"] == "DE"]
    for query, mine in (("", views), ("&dimension=country&value=DE", german)):
        totals, *told = await busy.ok("GET", f"/data/v1/metrics/comparison?timeframe[]=3:days{query}")
        assert totals["view_count"] == len(mine)
        assert totals["watch_time"] == sum(view["watch_time"] for view in mine)
        assert totals["unique_viewers"] == expected("unique_viewers", mine)[0]
        for each in told:
            for item in (each, *each.get("items", ())):
                value, _ = expected(item["metric"], mine, item.get("measurement"))
                assert item["value"] == pytest.approx(value, **CLOSE), item


async def test_insights_are_the_groups_that_do_most_harm(busy: Room) -> None:
    views = await raw(busy)
    rows = await busy.ok("GET", "/data/v1/metrics/video_startup_time/insights?timeframe[]=3:days")
    whole, _ = expected("video_startup_time", views)
    by_country = {row["filter_value"]: row for row in rows if row["filter_column"] == "country"}
    for country, row in by_country.items():
        mine = [view for view in views if view["country_code"] == country]
        value, count = expected("video_startup_time", mine)
        assert (row["metric"], row["total_views"]) == (pytest.approx(value, **CLOSE), count)
        assert row["negative_impact_score"] == pytest.approx((value - whole) * count, rel=1e-6, abs=1e-6)
    scores = [row["negative_impact_score"] for row in rows]
    assert scores == sorted(scores, reverse=True)


async def test_filters_choose_views(busy: Room) -> None:
    views = await raw(busy)

    async def count(query: str) -> int:
        told = await busy.ok("GET", f"/data/v1/metrics/views/overall?timeframe[]=3:days&{query}")
        return int(told["total_views"])

    def holding(rule: Callable[[Json], bool]) -> int:
        return sum(1 for view in views if rule(view))

    assert await count("filters[]=country:GB") == holding(lambda view: view["country_code"] == "GB")
    assert await count("filters[]=country:GB&filters[]=country:US") == holding(
        lambda view: view["country_code"] in ("GB", "US")
    )
    assert await count("filters[]=!country:GB&filters[]=browser:Chrome") == holding(
        lambda view: view["country_code"] != "GB" and view["viewer_application_name"] == "Chrome"
    )
    assert await count("filters[]=playback_failure:true") == holding(lambda view: view["playback_failure"])
    assert await count("filters[]=country:XX") == 0
    assert await count("filters[]=viewer_user_id:") == VIEWS
    assert await count("metric_filters[]=video_startup_time>=600") == holding(
        lambda view: (view["time_to_first_frame"] or 0) >= 600
    )
    assert await count("metric_filters[]=rebuffer_percentage>0.01") == holding(
        lambda view: (view["buffering_duration"] or 0) / view["watch_time"] > 0.01
    )


@pytest.mark.parametrize(
    "query",
    [
        "filters[]=nothing:x",
        "filters[]=country",
        "metric_filters[]=views>1",
        "metric_filters[]=nonsense",
        "timeframe[]=2:fortnights",
        "timeframe[]=5&timeframe[]=4",
        "timeframe[]=1&timeframe[]=2&timeframe[]=3",
        "measurement=mode",
    ],
)
async def test_wrong_questions_are_refused(busy: Room, query: str) -> None:
    status, type, _ = await busy.refused("GET", f"/data/v1/metrics/views/overall?{query}")
    assert (status, type) == (400, "invalid_parameters")


async def test_unknown_things_are_not_found(busy: Room) -> None:
    for path in ("metrics/nothing/overall", "metrics/nothing/breakdown", "video-views/x", f"video-views/{'x' * 36}",
                 "monitoring/metrics/nothing/timeseries", "incidents/x", "annotations/x"):  # fmt: skip
        assert (await busy.refused("GET", f"/data/v1/{path}"))[0] == 404
    assert (await busy.refused("GET", "/data/v1/dimensions/nothing"))[0] == 400
    assert (await busy.refused("GET", "/data/v1/metrics/views/breakdown?group_by=x"))[0] == 400


async def test_a_world_that_nobody_watches_has_metrics_too(room: Room) -> None:
    for metric in METRICS:
        told = await room.ok("GET", f"/data/v1/metrics/{metric}/overall")
        assert (told["value"], told["total_views"]) == (0, 0)
        assert await room.ok("GET", f"/data/v1/metrics/{metric}/breakdown") == []
        assert await room.ok("GET", f"/data/v1/metrics/{metric}/insights") == []
    await room.ok("GET", "/data/v1/metrics/comparison")
    assert await room.ok("GET", "/data/v1/errors") == []
    assert await room.ok("GET", "/data/v1/incidents") == []
