"""The same calls on the same seed give the same bytes."""

from pathlib import Path

from harness.collection import events_of
from harness.provider import compact
from tests.mocks.insightiq.room import INSTAGRAM, LARGEST_FIRST, Room

HOOK = {"name": "all", "url": "http://127.0.0.1:9/", "events": ["ACCOUNTS.CONNECTED"]}


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer, and every event as it is posted."""
    room = Room.open(folder, seed=seed)
    handle = (await room.search())[0]["platform_username"]
    who = {"identifier": handle, "work_platform_id": INSTAGRAM}
    posts = {
        "/v1/users": {"name": "Ada", "external_id": "ada"},
        "/v1/webhooks": HOOK,
        "/v1/social/creators/profiles/search": {
            "work_platform_id": INSTAGRAM,
            "sort_by": LARGEST_FIRST,
            "limit": 50,
        },
        "/v1/social/creators/profiles/analytics": who,
        "/v1/social/creators/async/profiles/analytics": who,
        "/v1/social/creators/email-lookup": {"emails": [f"{handle}@creators.test"]},
        "/v1/safety/flagging-criteria": {"name": "all"},
        "/v1/nowhere": {},
    }
    answers = [await room.call("POST", path, body) for path, body in posts.items()]
    user = answers[0].json()["id"]
    answers.append(await room.call("POST", "/v1/sdk-tokens", {"user_id": user, "products": ["IDENTITY"]}))
    account = await room.connect(external_id="ada")
    await room.advance(3 * 86_400)
    reads = ("/v1/users", "/v1/accounts", "/v1/profiles", "/v1/webhooks", "/v1/work-platforms")
    answers += [await room.call("GET", path) for path in reads]
    answers.append(await room.call("GET", f"/v1/social/contents?account_id={account['id']}"))
    events = [compact(event, {}) for event in room.tx().every(events_of("insightiq"))]
    requests = [answer.headers["request-id"].encode() for answer in answers]
    await room.close()
    return [answer.content for answer in answers] + events + requests


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert len(one) > 35
    assert await story(tmp_path / "3", 8) != one
