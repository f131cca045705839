"""Views of Mux Data: what beacons tell, what is simulated, how they are listed, and what happens now."""

import csv
import gzip
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mocks.mux.resources import beacons
from tests.mocks.mux.room import Room
from tests.mocks.mux.test_playback import fetch

Json = dict[str, Any]


async def send(room: Room, *events: Json, ahead: int = 0, body: bytes | None = None) -> None:
    """Send a beacon, `ahead` by so many milliseconds of the viewer's clock."""
    now = room.world.clock.now() // 1000 + ahead
    content = body if body is not None else json.dumps(
        {"metadata": {"transmission_timestamp": now}, "events": list(events)}
    ).encode()  # fmt: skip
    headers = {
        "content-type": "text/plain;charset=UTF-8",
        "user-agent": "Mozilla/5.0 (X11; Linux) Chrome/131.0 Safari",
    }
    request = room.client.build_request("POST", "/~studio/", content=content, headers=headers)
    answer = await room.client.send(request, auth=None)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"


def event(room: Room, name: str, after: int = 0, **fields: Any) -> Json:
    """Return an event as mux-embed abbreviates it; `after` are milliseconds, negative ones lie in the past."""
    return {"e": name, "xid": "view-1", "uti": room.world.clock.now() // 1000 + after, **fields}


async def only(room: Room) -> Json:
    """Return the one view of the room, whole."""
    (listed,) = await room.ok("GET", "/data/v1/video-views")
    view: Json = await room.ok("GET", f"/data/v1/video-views/{listed['id']}")
    assert view["id"] == listed["id"]
    return view


def test_abbreviations_are_written_out() -> None:
    short = {
        "e": "play",
        "xid": "1",
        "xtitofifr": 5,
        "vtt": "T",
        "c1": "x",
        "xrepe": 0.5,
        "uusid": "ada",
        "v_foo_": 1,
    }
    assert beacons.expanded(short) == {
        "event": "play",
        "view_id": "1",
        "view_time_to_first_frame": 5,
        "video_title": "T",
        "custom_1": "x",
        "view_rebuffer_percentage": 0.5,
        "viewer_user_id": "ada",
        "video_foo": 1,
    }


async def test_a_view_is_what_its_beacons_told_together(room: Room) -> None:
    asset = await room.ready(meta={"title": "Teaser"})
    id = asset["playback_ids"][0]["id"]
    source = f"https://stream.mux.com/{id}.m3u8?redundant_streams=true"
    await send(
        room,
        event(room, "viewstart", -9000, vsour=source, uusid="ada", mvrid="device-1"),
        event(room, "play", -8990),
    )
    await send(
        room,
        event(room, "playing", -8000, xtitofifr=990),
        event(room, "viewend", -1000, xctpbti=7000, xwati=8000, xrecoum=1, xredu=40, xreco=1),
    )
    view = await only(room)
    told = (
        "asset_id",
        "playback_id",
        "video_title",
        "viewer_user_id",
        "mux_viewer_id",
        "time_to_first_frame",
        "watch_time",
    )
    assert [view[name] for name in told] == [asset["id"], id, "Teaser", "ada", "device-1", 990, 8000]
    assert (view["viewer_application_name"], view["viewer_os_family"]) == ("Chrome", "Linux")
    assert (view["view_playing_time"], view["buffering_duration"], view["buffering_count"]) == ("7000", 40, 1)
    assert (view["playback_failure"], view["exit_before_video_start"], view["watched"]) == (
        False,
        False,
        True,
    )
    assert [each["name"] for each in view["events"]] == ["viewstart", "play", "playing", "viewend"]
    assert (view["view_start"], view["view_end"]) == ("2026-03-01T08:59:56Z", "2026-03-01T09:00:04Z")


async def test_a_viewers_wrong_clock_is_set_right_and_repetitions_count_once(room: Room) -> None:
    hour = 3_600_000
    first = event(room, "viewstart", hour - 2000)
    for _ in range(2):
        await send(room, first, event(room, "viewend", hour), ahead=hour)
    view = await only(room)
    assert (view["view_start"], view["view_end"]) == ("2026-03-01T08:59:58Z", "2026-03-01T09:00:00Z")
    assert len(view["events"]) == 2
    assert view["exit_before_video_start"] is True


async def test_errors_of_players_are_counted(room: Room) -> None:
    await send(room, event(room, "viewstart", -99), event(room, "error", percd=2, perme="Lost"))
    view = await only(room)
    assert (view["playback_failure"], view["video_startup_failure"], view["player_error_message"]) == (
        True,
        True,
        "Lost",
    )
    (error,) = await room.ok("GET", "/data/v1/errors")
    assert (error["code"], error["player_error_code"], error["count"], error["percentage"]) == (
        2,
        "2",
        1,
        100,
    )
    assert error["id"] == view["error_type_id"]
    assert len(await room.ok("GET", f"/data/v1/video-views?error_id={error['id']}")) == 1
    assert await room.ok("GET", "/data/v1/video-views?error_id=5") == []


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"{}", b'{"events": 3}', b'{"events": [1, null, {}, {"e": "x"}]}', b'{"events":[{"xid":[],"e":1}]}',
     b'{"metadata":{"transmission_timestamp":"x"},"events":[{"xid":"","e":"x"}]}', b"[" * 5000, bytes(1 << 20)],
)  # fmt: skip
async def test_what_is_no_beacon_is_left_alone(room: Room, body: bytes) -> None:
    before = room.state()
    await send(room, body=body)
    assert room.state() == before


async def test_strange_values_break_nothing(room: Room) -> None:
    strange = {
        "xwati": "x",
        "xctpbti": True,
        "vsour": "http://[",
        "vtt": ["x"],
        "vdu": 1e300,
        "uti": "x",
        "xreco": -1,
    }
    await send(
        room,
        event(room, "viewstart", **strange),
        event(room, "viewend", vtt="y" * 9999, **{"": 1, "é": 2, "x_": 3}),
    )
    view = await only(room)
    assert (view["watch_time"], len(view["video_title"])) == (None, 2048)


# --- lists -------------------------------------------------------------------------------------------------------


async def test_views_are_listed_the_newest_first_page_by_page(room: Room) -> None:
    await room.ready()
    room.trigger("data.views", count=30, hours=2)
    every = await room.ok("GET", "/data/v1/video-views?limit=100")
    ends = [each["view_end"] for each in every]
    assert len(ends) == 30
    assert ends == sorted(ends, reverse=True)
    pages = [await room.ok("GET", f"/data/v1/video-views?limit=12&page={page}") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [12, 12, 6, 0]
    assert [each["id"] for page in pages for each in page] == [each["id"] for each in every]
    oldest = await room.ok("GET", "/data/v1/video-views?order_direction=asc&limit=1")
    assert oldest[0]["view_end"] == ends[-1]
    whole = await room.ok("GET", f"/data/v1/video-views/{every[0]['id']}")
    mine = await room.ok("GET", f"/data/v1/video-views?viewer_id={whole['mux_viewer_id']}")
    assert every[0]["id"] in [each["id"] for each in mine]


async def test_the_same_seed_has_the_same_audience(tmp_path: Path) -> None:
    told = []
    for name in ("one", "two"):
        room = Room.open(tmp_path / name)
        await room.ready()
        room.trigger("data.views", count=50)
        told.append((await room.call("GET", "/data/v1/video-views?limit=100")).content)
        await room.close()
    assert told[0] == told[1]


async def test_simulation_needs_something_to_watch(room: Room) -> None:
    with pytest.raises(Exception, match="no asset"):
        room.trigger("data.views")


async def test_dimensions_have_the_values_of_the_views(room: Room) -> None:
    await room.ready(meta={"title": "Teaser"})
    room.trigger("data.views", count=60)
    dimensions = await room.ok("GET", "/data/v1/dimensions")
    assert {"browser", "country"} <= {*dimensions["basic"], *dimensions["advanced"]}
    assert await room.ok("GET", "/data/v1/filters") == dimensions
    titles = await room.ok("GET", "/data/v1/dimensions/video_title")
    assert titles == [{"value": "Teaser", "total_count": 60}]
    countries = await room.ok("GET", "/data/v1/dimensions/country/elements?limit=3")
    counts = [each["total_count"] for each in countries]
    assert counts == sorted(counts, reverse=True)
    assert await room.ok("GET", "/data/v1/filters/country?limit=3") == countries
    by_name = await room.ok("GET", "/data/v1/dimensions/country?order_by=field&limit=100")
    names = [each["value"] for each in by_name]
    assert (names, sum(each["total_count"] for each in by_name)) == (sorted(names), 60)
    for name in (*dimensions["basic"], *dimensions["advanced"]):
        await room.ok("GET", f"/data/v1/dimensions/{name}")


async def test_views_of_past_days_can_be_downloaded(room: Room) -> None:
    await room.ready()
    room.trigger("data.views", count=80, hours=60)
    days = await room.ok("GET", "/data/v1/exports/views")
    assert [each["export_date"] for each in days] == ["2026-02-28", "2026-02-27", "2026-02-26"]
    assert await room.ok("GET", "/data/v1/exports") == [each["files"][0]["path"] for each in days]
    rows = []
    for day in days:
        url = day["files"][0]["path"]
        answer = await fetch(room, url)
        assert answer.status_code == 200
        rows += list(csv.DictReader(io.StringIO(gzip.decompress(answer.content).decode())))
        assert (await fetch(room, url.partition("?")[0])).status_code == 403
    listed = await room.ok("GET", "/data/v1/video-views?limit=100&timeframe[]=4:days")
    past = {each["id"]: each for each in listed if each["view_end"] < "2026-03-01"}
    assert {row["view_id"] for row in rows} == set(past)
    assert all(int(float(row["watch_time"])) == past[row["view_id"]]["watch_time"] for row in rows)
    assert (await fetch(room, "exports/2020-01-01.csv.gz")).status_code == 404


# --- now ---------------------------------------------------------------------------------------------------------


async def test_monitoring_tells_who_watches_now(room: Room) -> None:
    await room.ready("https://media.studio.test/long.mp4?duration=3000")
    room.trigger("data.views", count=300, hours=1)
    views = [
        (await room.client.get(f"/data/v1/video-views/{each['id']}")).json()["data"]
        for each in await room.ok("GET", "/data/v1/video-views?limit=1000")
    ]
    points = await room.ok("GET", "/data/v1/monitoring/metrics/current-concurrent-viewers/timeseries")
    assert len(points) == 360
    for point in points[::60]:
        seen = [view for view in views if view["view_start"] <= point["date"] < view["view_end"]]
        assert point["concurrent_viewers"] == pytest.approx(len(seen), abs=1)
        assert point["value"] == point["concurrent_viewers"]
    past = (room.world.clock.now() // 1_000_000) - 600
    rows = await room.ok(
        "GET",
        f"/data/v1/monitoring/metrics/playback-failure-percentage/breakdown?dimension=country&timestamp={past}",
    )
    assert sum(row["concurrent_viewers"] for row in rows) > 10
    series = await room.ok(
        "GET",
        "/data/v1/monitoring/metrics/current-average-bitrate/breakdown-timeseries?dimension=operating_system"
        f"&timeframe[]={past - 60}&timeframe[]={past}&limit=2",
    )
    assert len(series) == 13
    assert all(len(point["values"]) <= 2 for point in series)
    histogram = await room.call("GET", "/data/v1/monitoring/metrics/video-startup-time/histogram-timeseries")
    for point in histogram.json()["data"]:
        assert sum(each["count"] for each in point["bucket_values"]) == point["sum"]
    assert len(histogram.json()["meta"]["buckets"]) == 8


@pytest.mark.parametrize(
    "path",
    [
        "current-concurrent-viewers/timeseries?timestamp=5",
        "current-concurrent-viewers/breakdown?dimension=browser",
        "current-concurrent-viewers/breakdown?filters[]=browser:x",
        "current-concurrent-viewers/breakdown?timestamp=5",
        "current-concurrent-viewers/breakdown-timeseries?timeframe[]=1:hour",
    ],
)
async def test_monitoring_refuses_wrong_questions(room: Room, path: str) -> None:
    assert (await room.refused("GET", f"/data/v1/monitoring/metrics/{path}"))[0] == 400


async def test_engagement_falls_as_viewers_leave(room: Room) -> None:
    asset = await room.ready()
    room.trigger("data.views", count=200)
    playback = asset["playback_ids"][0]["id"]
    for path in (f"assets/{asset['id']}", f"playback-ids/{playback}", f"videos/{asset['id']}"):
        heat = await room.ok("GET", f"/data/v1/engagement/{path}/heatmap")
        assert (heat["total_views"], len(heat["value"])) == (200, 12)
        assert heat["value"] == sorted(heat["value"], reverse=True)
        hot = await room.ok("GET", f"/data/v1/engagement/{path}/hotspots?limit=2")
        cold = await room.ok("GET", f"/data/v1/engagement/{path}/hotspots?limit=1&order_direction=asc")
        assert hot["hotspots"][0]["score"] > cold["hotspots"][0]["score"]
    assert (await room.ok("GET", "/data/v1/engagement/assets/nobody/heatmap"))["value"] == []


async def test_an_hour_with_many_errors_is_an_incident(room: Room) -> None:
    for number in range(30):
        moment = {"xid": f"view-{number}"}
        await send(
            room, event(room, "viewstart", -60, **moment), event(room, "error", perme="Lost", **moment)
        )
    (open_one,) = await room.ok("GET", "/data/v1/incidents")
    assert (open_one["status"], open_one["severity"], open_one["affected_views"]) == ("open", "alert", 30)
    await room.advance(7200)
    (closed,) = await room.ok("GET", "/data/v1/incidents?status=closed")
    assert (closed["id"], closed["measured_value_on_close"]) == (open_one["id"], 0)
    assert await room.ok("GET", f"/data/v1/incidents/{closed['id']}") == closed
    assert await room.ok("GET", f"/data/v1/incidents/{closed['id']}/related") == []
    assert await room.ok("GET", "/data/v1/incidents?status=open") == []


# --- notes and bills ---------------------------------------------------------------------------------------------


async def test_annotations_are_kept_by_their_date(room: Room) -> None:
    now = room.world.clock.now() // 1_000_000
    made = [
        await room.ok("POST", "/data/v1/annotations", {"note": f"n{number}", "date": now - number * 3600})
        for number in range(3)
    ]
    listed = await room.ok("GET", "/data/v1/annotations?limit=2")
    assert [each["note"] for each in listed] == ["n0", "n1"]
    assert [each["note"] for each in await room.ok("GET", "/data/v1/annotations?order_direction=asc")] == [
        "n2",
        "n1",
        "n0",
    ]
    path = f"/data/v1/annotations/{made[0]['id']}"
    changed = await room.ok("PATCH", path, {"note": "x", "date": now - 90000, "sub_property_id": "s"})
    assert (changed["note"], changed["sub_property_id"], changed["date"]) == (
        "x",
        "s",
        "2026-02-28T08:00:00Z",
    )
    assert len(await room.ok("GET", "/data/v1/annotations")) == 2
    assert await room.ok("GET", path) == changed
    await room.ok("DELETE", path)
    assert (await room.refused("GET", path))[0] == 404
    assert (await room.refused("POST", "/data/v1/annotations", {"note": "x"}))[0] == 400


async def test_delivery_usage_is_what_was_played(room: Room) -> None:
    asset = await room.ready(passthrough="p")
    room.trigger("data.views", count=100, hours=30)
    listed = await room.ok("GET", "/data/v1/video-views?limit=1000&timeframe[]=40:hours")
    await room.ok("DELETE", f"/video/v1/assets/{asset['id']}")
    (row,) = await room.ok("GET", "/video/v1/delivery-usage?timeframe[]=40:hours")
    mine = [
        (await room.client.get(f"/data/v1/video-views/{each['id']}")).json()["data"]
        for each in listed
        if each["view_end"] < "2026-03-01T09:00:00Z"
    ]
    played = sum(float(view["view_playing_time"]) for view in mine) / 1000
    assert row["delivered_seconds"] == pytest.approx(played)
    assert row["delivered_seconds_by_resolution"]["tier_1080p"] == pytest.approx(played)
    assert (row["asset_state"], row["passthrough"]) == ("deleted", "p")
    whole = (await room.call("GET", "/video/v1/delivery-usage")).json()
    start = int(datetime.fromisoformat("2026-02-28T20:00:00+00:00").timestamp())
    assert whole["timeframe"] == [start, start + 3600]
    assert await room.ok("GET", "/video/v1/delivery-usage?asset_id=x&timeframe[]=40:hours") == []
    assert (await room.refused("GET", "/video/v1/delivery-usage?timeframe[]=200:days"))[0] == 400


async def test_vocabularies_are_kept(room: Room) -> None:
    made = await room.ok("POST", "/video/v1/transcription-vocabularies", {"name": "N", "phrases": ["Mux"]})
    path = f"/video/v1/transcription-vocabularies/{made['id']}"
    changed = await room.ok("PUT", path, {"phrases": ["a", "b"], "passthrough": "p"})
    assert changed == await room.ok("GET", path)
    assert changed["phrases"] == ["a", "b"]
    assert "name" not in changed
    assert await room.ok("GET", "/video/v1/transcription-vocabularies") == [changed]
    wrongs: list[Json] = [{"phrases": []}, {"phrases": ["x" * 33]}, {}]
    for wrong in wrongs:
        assert (await room.refused("PUT", path, wrong))[0] == 400
    await room.ok("DELETE", path)
    assert (await room.refused("GET", path))[0] == 404
