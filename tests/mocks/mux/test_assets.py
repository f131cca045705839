"""Assets: made of addresses, listed, changed, deleted, and what each of it announces."""

from typing import Any

import pytest

from tests.mocks.mux.room import CLIP, PUBLIC, Room

ASSETS = "/video/v1/assets"


async def test_a_preparing_asset_has_only_what_is_known_of_it(room: Room) -> None:
    made = await room.asset()
    assert made == {
        "id": made["id"],
        "status": "preparing",
        "created_at": "1772355600",
        "playback_ids": [{"id": made["playback_ids"][0]["id"], "policy": "public"}],
        "master_access": "none",
        "max_resolution_tier": "1080p",
        "encoding_tier": "baseline",
        "video_quality": "basic",
        "ingest_type": "on_demand_url",
        "progress": {"state": "ingesting", "progress": 0},
    }
    assert room.announced() == ["asset.created"]


async def test_an_asset_is_ready_after_four_seconds_of_world_time(room: Room) -> None:
    made = await room.asset()
    path = f"{ASSETS}/{made['id']}"
    await room.advance(2)
    assert (await room.ok("GET", path))["progress"] == {"state": "transcoding", "progress": 50}
    await room.advance(1.9)
    assert (await room.ok("GET", path))["status"] == "preparing"
    await room.advance(0.1)
    shown = await room.ok("GET", path)
    video, audio = shown["tracks"]
    assert (shown["status"], shown["duration"], shown["aspect_ratio"]) == ("ready", 12.5, "16:9")
    assert (shown["max_stored_resolution"], shown["resolution_tier"], shown["max_stored_frame_rate"]) == (
        "HD",
        "1080p",
        30,
    )
    assert (video["type"], video["max_width"], video["max_height"]) == ("video", 1920, 1080)
    assert (audio["type"], audio["max_channels"], audio["primary"]) == ("audio", 2, True)
    assert shown["progress"] == {"state": "completed", "progress": 100}
    assert room.announced() == ["asset.created", "asset.ready"]


async def test_webhooks_have_numbers_where_rest_has_text(room: Room) -> None:
    shown = await room.ready(passthrough="ref", meta={"title": "Teaser"})
    event = room.events()[-1]
    assert event["data"] == shown | {"created_at": int(shown["created_at"])}
    assert event["object"] == {"type": "asset", "id": shown["id"]}
    assert event["created_at"] == "2026-03-01T09:00:04.000000Z"
    assert (event["attempts"], event["request_id"], event["accessor"]) == ([], None, None)
    assert event["environment"]["name"] == "Development"


@pytest.mark.parametrize(
    ("body", "policies"),
    [
        ({"input": CLIP, "playback_policy": "public"}, ["public"]),
        ({"inputs": CLIP, "playback_policies": ["public", "signed"]}, ["public", "signed"]),
        ({"input": [{"url": CLIP}], "advanced_playback_policies": [{"policy": "signed"}]}, ["signed"]),
        (
            {
                "inputs": [{"url": CLIP}],
                "normalize_audio": False,
                "copy_overlays": True,
                "per_title_encode": True,
            },
            [],
        ),
    ],
)
async def test_old_names_and_short_forms_are_taken(room: Room, body: Any, policies: list[str]) -> None:
    made = await room.ok("POST", ASSETS, body)
    assert [each["policy"] for each in made.get("playback_ids", [])] == policies
    assert ("playback_ids" in made) is bool(policies)


@pytest.mark.parametrize(
    ("query", "tier", "old", "ratio", "size"),
    [
        ("width=640&height=360", "720p", "SD", "16:9", (640, 360)),
        ("width=1280&height=720", "720p", "HD", "16:9", (1280, 720)),
        ("width=1920&height=800", "1080p", "HD", "12:5", (1920, 800)),
        ("width=3840&height=2160", "1080p", "HD", "16:9", (1920, 1080)),
        ("width=3840&height=2160&tier=2160p", "2160p", "UHD", "16:9", (3840, 2160)),
        ("width=2560&height=1440&tier=1440p", "1440p", "FHD", "16:9", (2560, 1440)),
    ],
)
async def test_tiers_of_resolution(
    room: Room, query: str, tier: str, old: str, ratio: str, size: Any
) -> None:
    most = query.partition("&tier=")[2] or "1080p"
    made = await room.asset(
        f"https://media.studio.test/a.mp4?duration=5&frame_rate=25&{query}", max_resolution_tier=most
    )
    await room.advance(30)
    shown = await room.ok("GET", f"{ASSETS}/{made['id']}")
    assert (shown["resolution_tier"], shown["max_stored_resolution"], shown["aspect_ratio"]) == (
        tier,
        old,
        ratio,
    )
    assert (shown["tracks"][0]["max_width"], shown["tracks"][0]["max_height"]) == size


async def test_an_input_that_is_not_standard_takes_longer_and_says_why(room: Room) -> None:
    made = await room.asset("https://media.studio.test/a.mp4?width=3840&height=2160")
    await room.advance(10)
    assert (await room.ok("GET", f"{ASSETS}/{made['id']}"))["status"] == "preparing"
    await room.advance(10)
    shown = await room.ok("GET", f"{ASSETS}/{made['id']}")
    assert shown["non_standard_input_reasons"] == {"video_resolution": "3840x2160"}
    assert room.announced() == ["asset.created", "asset.non_standard_input_detected", "asset.ready"]


async def test_a_test_asset_is_cut_and_deleted_after_a_day(room: Room) -> None:
    shown = await room.ready(test=True)
    assert (shown["test"], shown["duration"], shown["tracks"][0]["duration"]) == (True, 10.0, 10.0)
    await room.advance(24 * 3600)
    assert (await room.refused("GET", f"{ASSETS}/{shown['id']}"))[0] == 404
    assert room.announced()[-1] == "asset.deleted"


# --- lists -------------------------------------------------------------------------------------------------------


async def listed(room: Room, query: str) -> tuple[list[str], str | None]:
    answer = (await room.call("GET", f"{ASSETS}?{query}")).json()
    return [each["id"] for each in answer["data"]], answer["next_cursor"]


async def test_assets_are_listed_by_cursor_newest_first_whatever_is_deleted(room: Room) -> None:
    made = [(await room.asset())["id"] for _ in range(5)]
    first, cursor = await listed(room, "limit=2")
    assert first == [made[4], made[3]]
    for id in first:
        await room.ok("DELETE", f"{ASSETS}/{id}")
    second, cursor = await listed(room, f"limit=2&cursor={cursor}")
    assert second == [made[2], made[1]]
    assert await listed(room, f"limit=2&cursor={cursor}") == ([made[0]], None)


async def test_assets_are_listed_by_page_number(room: Room) -> None:
    made = [(await room.asset())["id"] for _ in range(3)]
    assert (await listed(room, "limit=2&page=2"))[0] == [made[0]]
    assert await listed(room, "limit=2&page=3") == ([], None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "page=0", "cursor=x", "cursor=00", "cursor=%C3%A9"]
)
async def test_wrong_pages_are_refused(room: Room, query: str) -> None:
    assert (await room.refused("GET", f"{ASSETS}?{query}"))[:2] == (400, "invalid_parameters")


async def test_assets_are_filtered_by_upload(room: Room) -> None:
    await room.asset()
    upload = room.trigger("video.upload.asset_created")
    assert (await listed(room, f"upload_id={upload['id']}"))[0] == [upload["asset_id"]]
    assert (await listed(room, "upload_id=other"))[0] == []
    assert (await listed(room, "live_stream_id=other"))[0] == []


# --- changes -----------------------------------------------------------------------------------------------------


async def test_an_asset_is_changed(room: Room) -> None:
    shown = await room.ready(passthrough="one", meta={"title": "One", "creator_id": "ada"})
    path = f"{ASSETS}/{shown['id']}"
    changed = await room.ok(
        "PATCH", path, {"passthrough": "two", "meta": {"title": "Two"}, "thumbnail_time": 1.5}
    )
    assert (changed["passthrough"], changed["thumbnail_time"]) == ("two", 1.5)
    assert changed["meta"] == {"title": "Two", "creator_id": "ada"}
    assert changed["updated_at"] == "1772355605"
    assert room.announced()[-1] == "asset.updated"
    assert room.events()[-1]["data"]["updated_at"] == 1772355605
    cleared = await room.ok("PATCH", path, {"passthrough": ""})
    assert "passthrough" not in cleared
    await room.ok("DELETE", f"{path}/thumbnail-time")
    assert "thumbnail_time" not in await room.ok("GET", path)
    assert (await room.refused("PATCH", path, {"thumbnail_time": 13}))[0] == 400


async def test_a_deleted_asset_is_gone_and_nothing_more_happens_to_it(room: Room) -> None:
    made = await room.asset()
    await room.ok("DELETE", f"{ASSETS}/{made['id']}")
    await room.advance(60)
    assert await room.refused("GET", f"{ASSETS}/{made['id']}") == (
        404,
        "not_found",
        "The requested resource either doesn't exist or you don't have access to it.",
    )
    assert room.announced() == ["asset.created", "asset.deleted"]


async def test_input_info(room: Room) -> None:
    made = await room.asset()
    path = f"{ASSETS}/{made['id']}/input-info"
    assert await room.ok("GET", path) == [{"settings": {"url": CLIP}}]
    await room.advance(5)
    (info,) = await room.ok("GET", path)
    video, audio = info["file"]["tracks"]
    assert (info["file"]["container_format"], video["width"], video["encoding"], audio["encoding"]) == (
        "mp4",
        1920,
        "h.264",
        "aac",
    )


# --- clips and playback ids --------------------------------------------------------------------------------------


async def test_a_clip_of_an_asset(room: Room) -> None:
    source = await room.ready()
    url = f"mux://assets/{source['id']}"
    made = await room.ok(
        "POST", ASSETS, {"inputs": [{"url": url, "start_time": 2, "end_time": 7.5}], **PUBLIC}
    )
    assert (made["ingest_type"], made["source_asset_id"]) == ("on_demand_clip", source["id"])
    await room.advance(5)
    assert (await room.ok("GET", f"{ASSETS}/{made['id']}"))["duration"] == 5.5
    for wrong in (
        {"url": url, "start_time": 20},
        {"url": "mux://assets/nothing"},
        {"url": CLIP, "start_time": 1},
    ):
        assert (await room.refused("POST", ASSETS, {"inputs": [wrong]}))[0] == 400


async def test_playback_ids_come_and_go(room: Room) -> None:
    shown = await room.ready()
    path = f"{ASSETS}/{shown['id']}/playback-ids"
    made = await room.ok("POST", path, {"policy": "signed"})
    assert made["policy"] == "signed"
    assert await room.ok("GET", f"{path}/{made['id']}") == made
    assert await room.ok("GET", f"/video/v1/playback-ids/{made['id']}") == made | {
        "object": {"type": "asset", "id": shown["id"]}
    }
    await room.ok("DELETE", f"{path}/{made['id']}")
    for gone in (f"{path}/{made['id']}", f"/video/v1/playback-ids/{made['id']}"):
        assert (await room.refused("GET", gone))[0] == 404
    assert (await room.refused("POST", path, {"policy": "drm"}))[0] == 400
    assert room.announced()[-2:] == ["asset.updated", "asset.updated"]
