"""What a trigger lets happen goes the way that the API and the timers go."""

import pytest

from harness.errors import InvalidInput
from mocks.mux.provider import EVENTS, mux
from tests.mocks.mux.room import PUBLIC, Room


def test_triggers_have_names_of_events() -> None:
    mux.load()
    assert set(mux.triggers) - {"data.views"} <= set(EVENTS)


@pytest.mark.parametrize(
    ("event", "status", "announced"),
    [
        ("asset.created", "preparing", ["asset.created"]),
        ("asset.ready", "ready", ["asset.created", "asset.ready"]),
        ("asset.errored", "errored", ["asset.created", "asset.errored"]),
        ("asset.updated", "preparing", ["asset.created", "asset.updated"]),
        ("upload.created", "waiting", ["upload.created"]),
        ("upload.asset_created", "asset_created", ["upload.created", "upload.asset_created"]),
        ("upload.cancelled", "cancelled", ["upload.created", "upload.cancelled"]),
        ("upload.errored", "errored", ["upload.created", "upload.errored"]),
    ],
)
async def test_a_trigger_makes_what_it_needs(
    room: Room, event: str, status: str, announced: list[str]
) -> None:
    shown = room.trigger(f"video.{event}")
    assert (shown["status"], room.announced()) == (status, announced)
    kind = "assets" if event.startswith("asset") else "uploads"
    assert await room.ok("GET", f"/video/v1/{kind}/{shown['id']}") == shown


async def test_a_trigger_takes_an_asset_before_its_time(room: Room) -> None:
    made = await room.asset(master_access="temporary", mp4_support="audio-only")
    id = made["id"]
    assert room.trigger("video.asset.ready", asset_id=id)["status"] == "ready"
    assert room.trigger("video.asset.master.ready", asset_id=id)["master"]["status"] == "ready"
    assert (
        room.trigger("video.asset.static_renditions.ready", asset_id=id)["static_renditions"]["status"]
        == "ready"
    )
    for event in ("ready", "errored", "master.ready", "static_renditions.ready"):
        with pytest.raises(InvalidInput):
            room.trigger(f"video.asset.{event}", asset_id=id)
    before = room.announced()
    await room.advance(60)
    assert room.announced() == before
    room.trigger("video.asset.deleted", asset_id=id)
    assert (await room.refused("GET", f"/video/v1/assets/{id}"))[0] == 404


async def test_tracks_and_renditions_by_trigger(room: Room) -> None:
    asset = await room.ready()
    path = f"/video/v1/assets/{asset['id']}"
    wish = {"url": "https://studio.test/en.vtt", "type": "text", "language_code": "en"}
    track = await room.ok("POST", f"{path}/tracks", wish)
    assert room.trigger("video.asset.track.ready", asset_id=asset["id"])["status"] == "ready"
    with pytest.raises(InvalidInput):
        room.trigger("video.asset.track.errored", asset_id=asset["id"], id=track["id"])
    other = await room.ok("POST", f"{path}/tracks", {**wish, "language_code": "de"})
    room.trigger("video.asset.track.errored", asset_id=asset["id"], id=other["id"], message="no")
    assert room.events()[-1]["data"]["error"] == {"type": "invalid_input", "messages": ["no"]}
    for event, resolution in (("ready", "720p"), ("errored", "360p")):
        await room.ok("POST", f"{path}/static-renditions", {"resolution": resolution})
        assert room.trigger(f"video.asset.static_rendition.{event}", asset_id=asset["id"])["status"] == event


async def test_a_trigger_finishes_a_consumers_upload(room: Room) -> None:
    upload = await room.upload(new_asset_settings=PUBLIC)
    shown = room.trigger("video.upload.asset_created", upload_id=upload["id"])
    await room.advance(5)
    assert (await room.ok("GET", f"/video/v1/assets/{shown['asset_id']}"))["status"] == "ready"
    failed = room.trigger("video.upload.errored", message="broken")
    assert failed["error"] == {"type": "invalid_input", "message": "broken"}
    for event in ("asset_created", "cancelled", "errored"):
        with pytest.raises(InvalidInput, match="cannot become"):
            room.trigger(f"video.upload.{event}", upload_id=upload["id"])
    with pytest.raises(InvalidInput, match="there is no"):
        room.trigger("video.upload.cancelled", upload_id="nothing")
    with pytest.raises(InvalidInput, match="cannot be used"):
        room.trigger("video.asset.ready", url="https://media.invalid/a.mp4")
