"""The same calls on the same seed give the same bytes."""

from pathlib import Path

from harness.collection import events_of
from mocks.vercel.resources.events import delivery_body
from mocks.vercel.seed import PROJECT_ID
from tests.mocks.vercel.room import ENV, Room


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer, and every event as it is posted."""
    room = Room.open(folder, seed=seed)
    body = {"key": "A", "value": "1", "type": "encrypted", "target": ["production"]}
    answers = [
        await room.call("POST", ENV, body),
        await room.call("POST", ENV, body),
        await room.call("POST", "/v11/projects", {"name": "shop"}),
        await room.call(
            "POST", "/v13/deployments", {"name": "platform", "files": [{"file": "a", "data": "a"}]}
        ),
        await room.call("POST", f"/v10/projects/{PROJECT_ID}/domains", {"name": "shop.test"}),
    ]
    await room.advance(60)
    paths = ("/v10/projects", "/v7/deployments", ENV, "/v4/aliases", "/v6/user/tokens")
    answers += [await room.call("GET", path) for path in paths]
    events = [delivery_body(event, {}) for event in room.tx().every(events_of("vercel"))]
    ids = [answer.headers["x-vercel-id"].encode() for answer in answers]
    await room.close()
    return [answer.content for answer in answers] + events + ids


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert len(one) > 20
    assert await story(tmp_path / "3", 8) != one
