"""Every answer and every event against Mux's own OpenAPI document."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from mocks.mux.provider import EVENTS, mux
from mocks.mux.resources.metrics import METRICS
from tests.mocks.mux.movies import movie
from tests.mocks.mux.room import Room, Spec

UNPUBLISHED = {
    *("list-filters", "list-filter-values", "list-exports"),
    *("create-webhook", "list-webhooks", "get-webhook", "update-webhook", "delete-webhook"),
}
"""Served, and not in the document: webhooks by API (in the Node SDK from 15.1 on), what older SDKs ask Mux Data.

Public hosts have tests of their own.
"""


Ok = Callable[..., Awaitable[Any]]


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Spec(specs))
    yield room
    await room.close()


async def play(room: Room) -> set[str]:
    """Call every published operation that is served, each answer checked; return their ids."""
    called: set[str] = set()

    async def ok(method: str, path: str, body: Any = None) -> Any:
        found = mux.routes.find(method, path.partition("?")[0])
        assert isinstance(found, tuple)
        called.add(found[0].id)
        return await room.ok(method, path, body)

    upload, other = await room.upload(), await room.upload()
    called.add("create-direct-upload")
    await ok("GET", "/video/v1/uploads")
    await ok("PUT", f"/video/v1/uploads/{other['id']}/cancel")
    await room.put(upload["url"], movie())
    await ok("GET", f"/video/v1/uploads/{upload['id']}")
    url = "https://media.studio.test/a.mp4?width=3840&height=2160"
    asked = {
        "static_renditions": [{"resolution": "highest"}, {"resolution": "2160p"}],
        "master_access": "temporary",
    }
    body = {"inputs": [{"url": url, "generated_subtitles": [{}]}], "playback_policies": ["public", "signed"]}
    made = await ok("POST", "/video/v1/assets", body | asked)
    await room.asset("https://media.invalid/a.mp4", mp4_support="standard", static_renditions=None)
    await room.advance(30)
    path = f"/video/v1/assets/{made['id']}"
    await ok("GET", "/video/v1/assets?limit=1")
    shown = await ok("GET", path)
    await ok("PATCH", path, {"passthrough": "x", "thumbnail_time": 1})
    await ok("GET", f"{path}/input-info")
    await ok("DELETE", f"{path}/thumbnail-time")
    await ok("PUT", f"{path}/master-access", {"master_access": "none"})
    track = await ok(
        "POST", f"{path}/tracks", {"url": "https://a.test/a.srt", "type": "text", "language_code": "en"}
    )
    await ok("PATCH", f"{path}/tracks/{track['id']}", {"name": "X"})
    await ok("DELETE", f"{path}/tracks/{track['id']}")
    sound = next(each for each in shown["tracks"] if each["type"] == "audio")
    await ok(
        "POST",
        f"{path}/tracks/{sound['id']}/generate-subtitles",
        {"generated_subtitles": [{"language_code": "de"}]},
    )
    rendition = await ok("POST", f"{path}/static-renditions", {"resolution": "720p"})
    await ok("DELETE", f"{path}/static-renditions/{rendition['id']}")
    small = (await room.ready("https://media.studio.test/b.mp4"))["id"]
    await ok("PUT", f"/video/v1/assets/{small}/mp4-support", {"mp4_support": "standard"})
    await room.advance(60)
    await ok("PUT", f"/video/v1/assets/{small}/mp4-support", {"mp4_support": "none"})
    playback = await ok("POST", f"{path}/playback-ids", {"policy": "signed"})
    await ok("GET", f"{path}/playback-ids/{playback['id']}")
    await ok("GET", f"/video/v1/playback-ids/{playback['id']}")
    await ok("DELETE", f"{path}/playback-ids/{playback['id']}")
    await ok("DELETE", path)
    restriction = await ok(
        "POST", "/video/v1/playback-restrictions", {"referrer": {"allowed_domains": []}, "user_agent": {}}
    )
    restricted = f"/video/v1/playback-restrictions/{restriction['id']}"
    await ok("GET", "/video/v1/playback-restrictions")
    await ok("GET", restricted)
    await ok("PUT", f"{restricted}/referrer", {"allowed_domains": ["*"]})
    await ok("PUT", f"{restricted}/user_agent", {})
    await ok("DELETE", restricted)
    for keys in ("/video/v1/signing-keys", "/system/v1/signing-keys"):
        key = await ok("POST", keys)
        await ok("GET", keys)
        await ok("GET", f"{keys}/{key['id']}")
        await ok("DELETE", f"{keys}/{key['id']}")
    await ok("GET", "/system/v1/whoami")
    vocabulary = await ok("POST", "/video/v1/transcription-vocabularies", {"phrases": ["Mux"], "name": "N"})
    words = f"/video/v1/transcription-vocabularies/{vocabulary['id']}"
    await ok("GET", "/video/v1/transcription-vocabularies")
    await ok("GET", words)
    await ok("PUT", words, {"phrases": ["Data"], "passthrough": "p"})
    await ok("DELETE", words)
    await ask(room, ok, small)
    return called


async def ask(room: Room, ok: Ok, asset: str) -> None:
    """Ask Mux Data everything, of an audience that was simulated."""
    room.trigger("data.views", count=300, hours=30)
    await ok("GET", "/video/v1/delivery-usage?timeframe[]=40:hours")
    (view, *_) = await ok("GET", "/data/v1/video-views")
    await ok("GET", f"/data/v1/video-views/{view['id']}")
    for path in (
        "errors",
        "dimensions",
        "dimensions/country",
        "dimensions/country/elements",
        "exports/views",
    ):
        await ok("GET", f"/data/v1/{path}")
    for metric in METRICS:
        for path in ("overall", "breakdown?group_by=country", "timeseries", "insights"):
            await ok("GET", f"/data/v1/metrics/{metric}/{path}")
    await ok("GET", "/data/v1/metrics/comparison")
    for path in (f"assets/{asset}", f"videos/{asset}", f"playback-ids/{asset}"):
        await ok("GET", f"/data/v1/engagement/{path}/heatmap")
        await ok("GET", f"/data/v1/engagement/{path}/hotspots")
    await ok("GET", "/data/v1/monitoring/dimensions")
    for metric in [each["name"] for each in await ok("GET", "/data/v1/monitoring/metrics")]:
        paths = ("timeseries", "breakdown", "breakdown-timeseries")
        for path in ("histogram-timeseries",) if metric == "video-startup-time" else paths:
            await ok("GET", f"/data/v1/monitoring/metrics/{metric}/{path}")
    now = room.world.clock.now() // 1000
    failing = [{"e": name, "xid": f"v{n}", "uti": now} for n in range(30) for name in ("viewstart", "error")]
    beacon = {"metadata": {"transmission_timestamp": now}, "events": failing}
    await room.client.post("/~studio/", json=beacon)
    (incident, *_) = await ok("GET", "/data/v1/incidents")
    await ok("GET", f"/data/v1/incidents/{incident['id']}")
    await ok("GET", f"/data/v1/incidents/{incident['id']}/related")
    note = await ok("POST", "/data/v1/annotations", {"note": "x", "date": now // 1000})
    await ok("GET", "/data/v1/annotations")
    await ok("GET", f"/data/v1/annotations/{note['id']}")
    await ok("PATCH", f"/data/v1/annotations/{note['id']}", {"note": "y", "date": now // 1000})
    await ok("DELETE", f"/data/v1/annotations/{note['id']}")


async def test_every_operation_that_is_served_answers_as_the_spec_says(strict: Room) -> None:
    served = {id for id, operation in mux.operations.items() if not operation.public}
    assert await play(strict) == served - UNPUBLISHED
    announced = set(strict.announced())
    silent = {
        "track.errored",
        "live_stream_completed",
        "warning",
        "master.errored",
        "static_renditions.errored",
    }
    events = {
        name.removeprefix("video.")
        for name in EVENTS
        if name.startswith(("video.asset.", "video.upload.")) and ".shots." not in name
    }
    assert announced == events - {f"asset.{each}" for each in silent} - {"upload.errored"} - {
        "asset.static_rendition.errored"
    }


async def test_errors_of_parts_are_as_the_spec_says(strict: Room) -> None:
    asset = await strict.ready()
    path = f"/video/v1/assets/{asset['id']}"
    await strict.ok(
        "POST", f"{path}/tracks", {"url": "https://a.test/a.srt", "type": "text", "language_code": "en"}
    )
    strict.trigger("video.asset.track.errored", asset_id=asset["id"])
    await strict.ok("POST", f"{path}/static-renditions", {"resolution": "720p"})
    strict.trigger("video.asset.static_rendition.errored", asset_id=asset["id"])
    strict.trigger("video.upload.errored")
    silent = await strict.ready("https://media.studio.test/a.mp4?width=1280&height=720")
    assert {"asset.track.errored", "asset.static_rendition.errored", "upload.errored"} <= set(
        strict.announced()
    )
    assert silent["status"] == "ready"


async def test_operations_have_the_specs_own_ids_paths_and_statuses(strict: Room) -> None:
    spec = strict.spec
    assert spec is not None
    mux.load()
    for id, operation in mux.operations.items():
        if id not in UNPUBLISHED and not operation.public:
            method, path = spec.paths[id]
            assert (operation.method, operation.path.upper()) == (method, path.upper())
            assert str(operation.status) in spec.operations[id]["responses"]


def test_the_event_types_are_the_specs(specs: Path) -> None:
    assert set(EVENTS) == {name for name in Spec(specs).events if name.startswith("video.")}
