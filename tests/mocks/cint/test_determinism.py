"""The same calls on the same seed give the same bytes."""

from pathlib import Path

import orjson

from harness.provider import compact
from mocks.cint.resources.webhooks import ENDPOINTS
from tests.mocks.cint.room import Room
from tests.mocks.cint.test_target_groups import AGES, profile
from tests.mocks.cint.test_webhooks import create


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer and event, and the table of sessions."""
    room = Room.open(folder, seed=seed)
    await create(room)
    tx = room.tx()
    tx.save(ENDPOINTS, next(tx.every(ENDPOINTS)) | {"paused": True})  # announced, and posted nowhere
    tx.commit()
    group = await room.live(profile=profile(AGES))
    await room.advance(86400 * 3)
    room.trigger("respondents.come", count=5)
    project = group.partition("/target-groups")[0]
    paths = ["/v1/accounts", project, f"{project}/overview", f"{project}/target-groups"]
    paths += [f"{group}/{name}" for name in ("overview", "performance", "fielding-runs")]
    answers = [(await room.call("GET", path)).content for path in paths]
    answers += [(await room.call("POST", group, {})).content, (await room.call("GET", f"{group}x")).content]
    events = [compact({"body": body}, {}) for body in room.events()]
    sessions = [orjson.dumps(each) for each in room.sessions()]
    await room.close()
    return answers + events + sessions


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert len(one) > 100
    assert await story(tmp_path / "3", 8) != one
