"""A scenario's videos are ready assets whose ids the other rooms learn."""

from mocks.mux.seed import populate
from tests.mocks.mux.room import Room

STORY = {
    "name": "starter",
    "seed": "7",
    "organisations": [{"key": "northwind", "name": "Northwind Coffee", "days_ago": 40}],
    "videos": [
        {"key": "teaser", "organisation": "northwind", "title": "Spring teaser", "seconds": 15.0, "width": 1080, "height": 1920},
        {"key": "long", "title": "Long cut"},
    ],
}  # fmt: skip


async def test_videos_of_a_story(room: Room) -> None:
    tx = room.tx()
    refs = populate(tx, STORY)
    tx.commit()
    await room.advance(0)
    assert list(refs) == ["mux.video.teaser", "mux.playback.teaser", "mux.video.long", "mux.playback.long"]
    asset = await room.ok("GET", f"/video/v1/assets/{refs['mux.video.teaser']}")
    assert (asset["status"], asset["duration"], asset["aspect_ratio"], asset["passthrough"]) == (
        "ready",
        15.0,
        "9:16",
        "teaser",
    )
    assert asset["meta"] == {"title": "Spring teaser", "external_id": "teaser", "creator_id": "northwind"}
    assert asset["playback_ids"] == [{"id": refs["mux.playback.teaser"], "policy": "public"}]
    assert int(asset["created_at"]) == 1772355600 - 39 * 86400 - 3600
    assert [each["id"] for each in await room.ok("GET", "/video/v1/assets")] == [
        refs["mux.video.long"],
        refs["mux.video.teaser"],
    ]
    (info,) = await room.ok("GET", f"/video/v1/assets/{asset['id']}/input-info")
    assert info["settings"]["url"].startswith("https://media.northwind.test/teaser.mp4?duration=15.0&")
    watched = await room.ok("GET", "/data/v1/dimensions/video_title?timeframe[]=90:days")
    assert watched == [{"value": title, "total_count": 150} for title in ("Long cut", "Spring teaser")]
    assert room.announced(asset["id"]) == ["asset.created", "asset.ready"]
    assert room.events()[0]["created_at"] == "2026-01-21T08:00:00.000000Z"


async def test_a_story_without_videos(room: Room) -> None:
    assert populate(room.tx(), {"name": "empty"}) == {}
