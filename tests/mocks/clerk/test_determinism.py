"""The same calls on the same seed give the same bytes."""

import re
from pathlib import Path

import httpx

from harness.collection import events_of
from harness.provider import compact
from mocks.clerk.resources import instance
from tests.mocks.clerk.room import Room

JWT = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")


async def story(room: Room) -> list[bytes]:
    """Play the same calls; return every answer but session tokens, and every event as it is posted."""
    answers: list[httpx.Response] = []

    async def call(method: str, path: str, body: object = None) -> dict[str, str]:
        answers.append(await room.call(method, path, body))
        found: dict[str, str] = answers[-1].json()
        return found

    ada = (
        await call("POST", "/users", {"email_address": ["ada@northwind.test"], "password": "correct horse"})
    )["id"]
    await call("POST", "/users", {"email_address": ["nobody"]})
    made = (await call("POST", "/organizations", {"name": "Northwind", "created_by": ada}))["id"]
    guest = {"email_address": "guest@northwind.test", "role": "org:member"}
    await call("POST", f"/organizations/{made}/invitations", guest)
    await call("POST", "/sessions", {"user_id": ada, "active_organization_id": made})
    await call("POST", "/testing_tokens")
    await call("POST", "/sign_in_tokens", {"user_id": ada})
    await call("PATCH", f"/users/{ada}/metadata", {"public_metadata": {"role": "admin"}})
    room.trigger("organizationInvitation.accepted")
    await room.pass_time(days=8)
    for path in ("/users", "/organizations", f"/sessions?user_id={ada}", "/organization_roles", "/jwks"):
        await call("GET", path)
    events = [compact(event, {}) for event in room.tx().every(events_of("clerk"))]
    ids = [event["id"].encode() for event in room.tx().every(events_of("clerk"))]
    return [answer.content for answer in answers] + events + ids


async def played(folder: Path, seed: int, *, default: bool = False) -> tuple[list[bytes], list[bytes]]:
    """Play the story in a world; return it as it is, and without what follows from the world's credentials."""
    room = Room.open(folder, seed=seed, default=default)
    if default:
        from harness.clock import configured

        room.world.clock = configured(mode="frozen", now="2026-03-01T09:00:00Z")
    found = await story(room)
    tx = room.tx()
    own = [instance.id_of(tx).encode(), instance.host_of(tx).encode(), room.world.name.encode()]
    await room.close()
    plain = []
    for each in found:
        masked = JWT.sub(b"<jwt>", each)
        for text in own:
            masked = masked.replace(text, b"<own>")
        plain.append(re.sub(rb'"n":"[^"]+"', b'"n":""', masked))
    return found, plain


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = [(await played(tmp_path / name, 7))[1] for name in ("1", "2")]
    assert one == two
    assert len(one) > 30
    assert (await played(tmp_path / "3", 8))[1] != one


async def test_the_world_default_is_the_same_to_the_last_byte_keys_and_tickets_included(
    tmp_path: Path,
) -> None:
    one, two = [(await played(tmp_path / name, 0, default=True))[0] for name in ("1", "2")]
    assert one == two
