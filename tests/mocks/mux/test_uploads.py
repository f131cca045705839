"""Direct uploads: their states, what is echoed of them, and the order of what is announced."""

from typing import Any

import pytest

from mocks.mux.provider import mux
from tests.mocks.mux.movies import movie
from tests.mocks.mux.room import HOST, PUBLIC, Room

UPLOADS = "/video/v1/uploads"


async def test_an_upload_waits_for_its_file(room: Room) -> None:
    made = await room.upload()
    assert made == {
        "id": made["id"],
        "timeout": 3600,
        "status": "waiting",
        "new_asset_settings": {"playback_policies": ["public"], "video_quality": "basic"},
        "cors_origin": "https://app.studio.test",
        "url": made["url"],
    }
    assert made["url"].startswith(f"{HOST}/~studio/upload/{made['id']}?Expires=1772359200&signature=")
    assert await room.ok("GET", f"{UPLOADS}/{made['id']}") == made
    (event,) = room.events()
    assert (event["type"], event["data"], event["object"]) == (
        "video.upload.created",
        made,
        {"type": "upload", "id": made["id"]},
    )


async def test_the_url_is_of_https_where_there_is_tls(room: Room) -> None:
    room.client.base_url = "https://api.mux.com"
    made = await room.upload()
    assert made["url"].startswith("https://api.mux.com/~studio/upload/")
    assert (await room.put(made["url"], movie())).status_code == 200


async def test_a_finished_upload_announces_itself_then_its_asset(room: Room) -> None:
    made = await room.upload()
    await room.put(made["url"], movie())
    shown = await room.ok("GET", f"{UPLOADS}/{made['id']}")
    assert (shown["status"], "url" in shown) == ("asset_created", False)
    asset = await room.ok("GET", f"/video/v1/assets/{shown['asset_id']}")
    assert (asset["status"], asset["upload_id"]) == ("preparing", made["id"])
    assert room.announced() == ["upload.created", "upload.asset_created"]
    event = room.events()[-1]
    assert (event["data"]["id"], event["data"]["asset_id"]) == (made["id"], asset["id"])
    assert event["object"] == {"type": "upload", "id": made["id"]}
    await room.advance(1)
    assert room.announced()[2:] == ["asset.created"]
    await room.advance(4)
    assert room.announced()[2:] == ["asset.created", "asset.ready"]
    assert room.events()[-1]["data"]["upload_id"] == made["id"]


async def test_a_file_that_is_no_media_makes_an_errored_asset(room: Room) -> None:
    made = await room.upload()
    await room.put(made["url"], b"this is a letter")
    await room.advance(5)
    assert room.announced() == ["upload.created", "upload.asset_created", "asset.created", "asset.errored"]
    assert room.events()[-1]["data"]["errors"] == {
        "type": "invalid_input",
        "messages": ["The input file is not a supported audio or video file."],
    }


@pytest.mark.parametrize(
    ("settings", "echo"),
    [
        (None, {"video_quality": "basic"}),
        ({"playback_policy": "signed", "encoding_tier": "smart"}, {"playback_policies": ["signed"], "encoding_tier": "smart", "video_quality": "plus"}),
        ({"meta": {"title": "Teaser"}, "passthrough": "x"}, {"meta": {"title": "Teaser"}, "passthrough": "x", "video_quality": "basic"}),
        ({"inputs": [{"generated_subtitles": [{"language_code": "en"}]}]}, {"inputs": [{"generated_subtitles": [{"language_code": "en"}]}], "video_quality": "basic"}),
    ],
)  # fmt: skip
async def test_settings_are_echoed_under_their_new_names(room: Room, settings: Any, echo: Any) -> None:
    assert (await room.upload(new_asset_settings=settings))["new_asset_settings"] == echo


async def test_the_asset_has_what_was_asked_for(room: Room) -> None:
    settings = {
        **PUBLIC,
        "passthrough": "ref-7",
        "meta": {"title": "Teaser"},
        "inputs": [{"generated_subtitles": [{"language_code": "en"}]}, {"url": "https://studio.test/de.vtt", "type": "text", "language_code": "de"}],
        "static_renditions": [{"resolution": "highest"}],
    }  # fmt: skip
    made = await room.upload(new_asset_settings=settings, test=True)
    assert made["test"] is True
    await room.put(made["url"], movie(30))
    await room.advance(70)
    (asset,) = await room.ok("GET", "/video/v1/assets")
    assert (asset["passthrough"], asset["meta"], asset["test"], asset["duration"]) == (
        "ref-7",
        {"title": "Teaser"},
        True,
        10.0,
    )
    assert [(each["type"], each.get("language_code"), each.get("status")) for each in asset["tracks"]] == [
        ("video", None, None),
        ("audio", None, None),
        ("text", "en", "ready"),
        ("text", "de", "ready"),
    ]
    assert asset["static_renditions"]["files"][0]["status"] == "ready"


async def test_an_upload_is_cancelled_while_it_waits(room: Room) -> None:
    made = await room.upload()
    path = f"{UPLOADS}/{made['id']}"
    shown = await room.ok("PUT", f"{path}/cancel")
    assert (shown["status"], "url" in shown, "asset_id" in shown) == ("cancelled", False, False)
    assert (await room.refused("PUT", f"{path}/cancel"))[:2] == (403, "forbidden")
    await room.advance(7200)
    assert (await room.ok("GET", path))["status"] == "cancelled"
    assert room.announced() == ["upload.created", "upload.cancelled"]


async def test_an_upload_times_out_silently(room: Room) -> None:
    made = await room.upload(timeout=60)
    await room.advance(59)
    assert (await room.ok("GET", f"{UPLOADS}/{made['id']}"))["status"] == "waiting"
    await room.advance(1)
    assert (await room.ok("GET", f"{UPLOADS}/{made['id']}"))["status"] == "timed_out"
    assert room.announced() == ["upload.created"]


async def test_uploads_are_listed_newest_first(room: Room) -> None:
    made = [(await room.upload())["id"] for _ in range(3)]
    assert [each["id"] for each in await room.ok("GET", f"{UPLOADS}?limit=2")] == [made[2], made[1]]
    assert [each["id"] for each in await room.ok("GET", f"{UPLOADS}?limit=2&page=2")] == [made[0]]
    assert await room.ok("GET", f"{UPLOADS}?page=2") == []


def test_a_request_may_be_a_chunk_of_any_size_that_upchunk_sends() -> None:
    assert mux.max_upload >= 30720 * 1024
