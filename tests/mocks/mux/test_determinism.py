"""The same calls on the same seed give the same bytes."""

from pathlib import Path

from harness.collection import events_of
from harness.provider import compact
from tests.mocks.mux.movies import movie
from tests.mocks.mux.room import Room


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer, and every event as it is posted."""
    room = Room.open(folder, seed=seed)
    asked = {
        "static_renditions": [{"resolution": "highest"}],
        "master_access": "temporary",
        "playback_policies": ["public"],
    }
    upload = await room.call("POST", "/video/v1/uploads", {"cors_origin": "*", "new_asset_settings": asked})
    answers = [
        upload,
        await room.put(upload.json()["data"]["url"], movie()),
        await room.call(
            "POST", "/video/v1/assets", {"inputs": "https://media.studio.test/b.mp4", "test": True}
        ),
        await room.call("POST", "/video/v1/assets", {"inputs": "nowhere"}),
        await room.call(
            "POST", "/video/v1/playback-restrictions", {"referrer": {"allowed_domains": []}, "user_agent": {}}
        ),
        await room.call("POST", "/system/v1/signing-keys"),
        await room.call("GET", "/system/v1/whoami"),
    ]
    await room.advance(60)
    room.trigger("video.asset.errored")
    answers += [await room.call("GET", f"/video/v1/{path}") for path in ("assets?limit=2", "uploads")]
    events = [compact(event, {}) for event in room.tx().every(events_of("mux"))]
    await room.close()
    return [answer.content for answer in answers] + events


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert len(one) > 20
    assert await story(tmp_path / "3", 8) != one
