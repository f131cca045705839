"""Tracks, static renditions and the master of an asset."""

from typing import Any

import pytest

from tests.mocks.mux.room import CLIP, Room

SUBTITLES = {"url": "https://studio.test/en.vtt", "type": "text", "language_code": "en-US"}
SILENT = "https://media.studio.test/song.mp3?duration=10"


async def path_of(room: Room, url: str = CLIP, **more: Any) -> str:
    return f"/video/v1/assets/{(await room.ready(url, **more))['id']}"


def texts(asset: Any) -> list[Any]:
    return [each for each in asset["tracks"] if each["type"] == "text"]


# --- tracks ------------------------------------------------------------------------------------------------------


async def test_subtitles_are_added_changed_and_removed(room: Room) -> None:
    path = await path_of(room)
    made = await room.ok("POST", f"{path}/tracks", {**SUBTITLES, "closed_captions": True, "passthrough": "x"})
    assert made == {
        "id": made["id"],
        "type": "text",
        "status": "preparing",
        "language_code": "en-US",
        "closed_captions": True,
        "passthrough": "x",
        "text_type": "subtitles",
        "text_source": "uploaded",
        "name": "English",
    }
    await room.advance(2)
    (ready,) = texts(await room.ok("GET", path))
    assert ready["status"] == "ready"
    changed = await room.ok("PATCH", f"{path}/tracks/{made['id']}", {"name": "English (US)"})
    assert changed == ready | {"name": "English (US)"}
    await room.ok("DELETE", f"{path}/tracks/{made['id']}")
    assert texts(await room.ok("GET", path)) == []
    assert room.announced(made["id"]) == ["asset.track.created", "asset.track.ready", "asset.track.deleted"]
    event = room.events()[-1]
    assert (event["object"]["type"], event["data"]["status"], path.endswith(event["data"]["asset_id"])) == (
        "track",
        "deleted",
        True,
    )


async def test_a_file_that_cannot_be_had_makes_an_errored_track(room: Room) -> None:
    path = await path_of(room)
    made = await room.ok("POST", f"{path}/tracks", SUBTITLES | {"url": "https://media.invalid/a.vtt"})
    await room.advance(2)
    assert texts(await room.ok("GET", path))[0]["status"] == "errored"
    assert room.events()[-1]["data"]["error"]["type"] == "download_failed"
    assert room.announced(made["id"]) == ["asset.track.created", "asset.track.errored"]


async def test_sound_in_another_language(room: Room) -> None:
    path = await path_of(room)
    made = await room.ok(
        "POST",
        f"{path}/tracks",
        {"url": "https://studio.test/fr.m4a", "type": "audio", "language_code": "fr"},
    )
    assert (made["name"], made["primary"]) == ("French", False)
    await room.advance(2)
    assert (await room.ok("GET", path))["tracks"][-1]["status"] == "ready"
    await room.ok("DELETE", f"{path}/tracks/{made['id']}")


async def test_subtitles_are_generated_from_sound(room: Room) -> None:
    path = await path_of(room)
    video, audio = (await room.ok("GET", path))["tracks"]
    wish = {"generated_subtitles": [{"language_code": "auto", "name": "Spoken"}, {}]}
    made = await room.ok("POST", f"{path}/tracks/{audio['id']}/generate-subtitles", wish)
    assert [(each["name"], each["text_source"], each["status"]) for each in made] == [
        ("Spoken", "generated_vod", "preparing"),
        ("English (generated)", "generated_vod", "preparing"),
    ]
    await room.advance(60)
    spoken, _ = texts(await room.ok("GET", path))
    assert (spoken["status"], spoken["language_code"], spoken["auto_language_confidence"]) == (
        "ready",
        "en",
        0.98,
    )
    for wrong, body in (
        (video["id"], wish),
        (audio["id"], {"generated_subtitles": []}),
        (audio["id"], {"generated_subtitles": [{"language_code": "xx"}]}),
        (audio["id"], wish),
    ):
        answer = await room.refused("POST", f"{path}/tracks/{wrong}/generate-subtitles", body)
        assert answer[:2] == (400, "invalid_parameters")


@pytest.mark.parametrize(
    "change",
    [
        {"url": "nowhere"},
        {"type": "video"},
        {"language_code": "?"},
        {"language_code": None},
        {"text_type": "x"},
        {"colour": 1},
    ],
)
async def test_wrong_tracks_are_refused(room: Room, change: Any) -> None:
    path = await path_of(room)
    assert (await room.refused("POST", f"{path}/tracks", SUBTITLES | change))[:2] == (
        400,
        "invalid_parameters",
    )


async def test_main_tracks_stay_and_names_are_unique_and_a_preparing_asset_takes_none(room: Room) -> None:
    path = await path_of(room)
    for track in (await room.ok("GET", path))["tracks"]:
        assert (await room.refused("DELETE", f"{path}/tracks/{track['id']}"))[0] == 400
    assert (await room.refused("DELETE", f"{path}/tracks/other"))[0] == 404
    await room.ok("POST", f"{path}/tracks", SUBTITLES)
    assert (await room.refused("POST", f"{path}/tracks", SUBTITLES))[0] == 400
    preparing = await room.asset()
    assert (await room.refused("POST", f"/video/v1/assets/{preparing['id']}/tracks", SUBTITLES))[0] == 400


# --- static renditions -------------------------------------------------------------------------------------------


async def test_a_static_rendition_is_made_and_deleted(room: Room) -> None:
    path = await path_of(room)
    made = await room.ok("POST", f"{path}/static-renditions", {"resolution": "720p", "passthrough": "x"})
    assert made == {
        "id": made["id"],
        "name": "720p.mp4",
        "ext": "mp4",
        "type": "advanced",
        "status": "preparing",
        "resolution": "720p",
        "passthrough": "x",
    }
    assert (await room.refused("POST", f"{path}/static-renditions", {"resolution": "720p"}))[0] == 400
    await room.advance(3)
    (file,) = (await room.ok("GET", path))["static_renditions"]["files"]
    assert (file["status"], file["width"], file["height"], file["resolution_tier"]) == (
        "ready",
        1280,
        720,
        "720p",
    )
    assert int(file["filesize"]) == int(file["bitrate"] * 12.5 / 8)
    await room.ok("DELETE", f"{path}/static-renditions/{made['id']}")
    assert "static_renditions" not in await room.ok("GET", path)
    assert (await room.refused("DELETE", f"{path}/static-renditions/{made['id']}"))[0] == 404
    events = [each for each in room.announced() if "rendition" in each]
    assert events == [f"asset.static_rendition.{each}" for each in ("created", "ready", "deleted")]


async def test_renditions_that_the_asset_cannot_give_are_skipped(room: Room) -> None:
    made = await room.asset(
        SILENT, static_renditions=[{"resolution": "highest"}, {"resolution": "audio-only"}]
    )
    await room.advance(10)
    shown = await room.ok("GET", f"/video/v1/assets/{made['id']}")
    files = {each["resolution"]: each["status"] for each in shown["static_renditions"]["files"]}
    assert files == {"highest": "skipped", "audio-only": "ready"}
    assert (shown["resolution_tier"], shown["max_stored_resolution"], "aspect_ratio" in shown) == (
        "audio-only",
        "Audio only",
        False,
    )


async def test_renditions_of_an_errored_asset_are_errored(room: Room) -> None:
    made = await room.asset(
        "https://media.invalid/a.mp4",
        static_renditions=[{"resolution": "highest"}],
        master_access="temporary",
    )
    await room.advance(10)
    shown = await room.ok("GET", f"/video/v1/assets/{made['id']}")
    assert (shown["static_renditions"]["files"][0]["status"], shown["master"]) == (
        "errored",
        {"status": "errored"},
    )
    assert room.announced() == [
        "asset.created",
        "asset.static_rendition.created",
        "asset.static_rendition.errored",
        "asset.errored",
    ]
    for part, body in (
        ("static-renditions", {"resolution": "720p"}),
        ("mp4-support", {"mp4_support": "audio-only"}),
    ):
        method = "POST" if part == "static-renditions" else "PUT"
        assert (await room.refused(method, f"/video/v1/assets/{made['id']}/{part}", body))[0] == 400


@pytest.mark.parametrize(
    ("support", "names"),
    [
        ("standard", ["low.mp4", "medium.mp4", "high.mp4"]),
        ("capped-1080p", ["capped-1080p.mp4"]),
        ("audio-only", ["audio.m4a"]),
        ("audio-only,capped-1080p", ["audio.m4a", "capped-1080p.mp4"]),
    ],
)
async def test_the_older_mp4_support(room: Room, support: str, names: list[str]) -> None:
    path = await path_of(room)
    asked = await room.ok("PUT", f"{path}/mp4-support", {"mp4_support": support})
    assert (asked["mp4_support"], asked["static_renditions"]) == (support, {"status": "preparing"})
    await room.advance(3)
    shown = (await room.ok("GET", path))["static_renditions"]
    assert (shown["status"], [each["name"] for each in shown["files"]]) == ("ready", names)
    assert (await room.refused("POST", f"{path}/static-renditions", {"resolution": "highest"}))[0] == 400
    gone = await room.ok("PUT", f"{path}/mp4-support", {"mp4_support": "none"})
    assert (gone["mp4_support"], "static_renditions" in gone) == ("none", False)
    events = [each for each in room.announced() if "rendition" in each]
    assert events == [f"asset.static_renditions.{each}" for each in ("preparing", "ready", "deleted")]


async def test_mp4_support_may_be_asked_for_with_the_asset(room: Room) -> None:
    path = await path_of(room, mp4_support="capped-1080p")
    await room.advance(3)
    assert (await room.ok("GET", path))["static_renditions"]["status"] == "ready"


# --- the master --------------------------------------------------------------------------------------------------


async def test_a_master_is_open_for_a_day(room: Room) -> None:
    path = await path_of(room)
    asked = await room.ok("PUT", f"{path}/master-access", {"master_access": "temporary"})
    assert (asked["master_access"], asked["master"]) == ("temporary", {"status": "preparing"})
    await room.advance(5)
    shown = await room.ok("GET", path)
    assert shown["master"]["status"] == "ready"
    assert shown["master"]["url"].startswith("https://master.mux.com/")
    await room.advance(24 * 3600)
    closed = await room.ok("GET", path)
    assert (closed["master_access"], "master" in closed) == ("none", False)
    events = [each for each in room.announced() if "master" in each]
    assert events == [f"asset.master.{each}" for each in ("preparing", "ready", "deleted")]


async def test_a_master_can_be_closed_before_it_is_made(room: Room) -> None:
    path = await path_of(room)
    await room.ok("PUT", f"{path}/master-access", {"master_access": "temporary"})
    await room.ok("PUT", f"{path}/master-access", {"master_access": "none"})
    await room.advance(60)
    assert [each for each in room.announced() if "master" in each] == [
        "asset.master.preparing",
        "asset.master.deleted",
    ]
