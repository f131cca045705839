"""The same calls on the same seed give the same bytes."""

from pathlib import Path

from harness.collection import events_of
from harness.provider import compact
from tests.mocks.resend.room import Room, mail


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer, and every event as it is posted."""
    room = Room.open(folder, seed=seed)
    answers = [
        await room.call("POST", "/emails", mail(tags=[{"name": "a", "value": "b"}])),
        await room.call("POST", "/emails", mail("bounced@resend.dev")),
        await room.call("POST", "/emails", mail(scheduled_at="in 1 hour")),
        await room.call("POST", "/emails", mail("nobody")),
        await room.call("POST", "/emails/batch", [mail("complained@resend.dev"), mail()]),
        await room.call("POST", "/domains", {"name": "shop.test"}),
        await room.call(
            "POST", "/webhooks", {"endpoint": "http://127.0.0.1:9/", "events": ["domain.created"]}
        ),
        await room.call(
            "POST", "/webhooks", {"endpoint": "http://127.0.0.1:9/", "events": ["domain.created"]}
        ),
    ]
    await room.advance(2 * 3600)
    room.trigger("email.clicked")
    answers += [await room.call("GET", path) for path in ("/emails", "/domains", "/api-keys")]
    events = [compact(event, {}) for event in room.tx().every(events_of("resend"))]
    ids = [event["id"].encode() for event in room.tx().every(events_of("resend"))]
    await room.close()
    first_secret = answers.pop(6).json()["signing_secret"]  # the environment's: fresh in each world
    assert first_secret.startswith("whsec_")
    return [answer.content for answer in answers] + events + ids


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert len(one) > 30
    assert await story(tmp_path / "3", 8) != one
