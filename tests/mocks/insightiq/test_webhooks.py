"""Webhooks: their management, and what is posted."""

from typing import Any

import pytest

from harness.collection import endpoints_of
from mocks.insightiq.signing import sign
from tests.mocks.insightiq.room import Room

AT = "/v1/webhooks"
HOOK = {"name": "all", "url": "http://127.0.0.1:9/hook", "events": ["PROFILES.ADDED", "CONTENT-GROUPS.ADDED"]}


async def test_a_webhook_is_made_changed_and_deleted(room: Room) -> None:
    made = await room.ok("POST", AT, HOOK)
    assert made == {
        **HOOK,
        "id": made["id"],
        "is_active": True,
        "created_at": "2026-03-01T09:00:00.000000",
        "updated_at": "2026-03-01T09:00:00.000000",
    }
    await room.advance(10)
    changed = await room.ok("PUT", f"{AT}/{made['id']}", {**HOOK, "name": "none", "is_active": False})
    assert (changed["name"], changed["is_active"]) == ("none", False)
    assert changed["updated_at"] == "2026-03-01T09:00:10.000000"
    assert await room.ok("GET", f"{AT}/{made['id'].replace('-', '')}") == changed
    assert (await room.ok("GET", AT))["data"] == [changed]
    answer = await room.call("DELETE", f"{AT}/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await room.refused("GET", f"{AT}/{made['id']}"))[:2] == (404, "incorrect_webhook_id")


async def test_every_webhook_is_signed_with_the_client_secret(room: Room) -> None:
    for _ in range(2):
        await room.ok("POST", AT, HOOK)
    endpoints = list(room.tx().every(endpoints_of("insightiq")))
    assert [each["secrets"] for each in endpoints] == [[room.secret]] * 2


def test_the_signature_is_that_of_the_vendors_own_receiver() -> None:
    secret = "27eb3d5b-0000-4204-9148-6d9395873f3a"
    body = (
        b'{"event":"PROFILES.ADDED","name":"profile added","id":"674c9030-640a-4c83-a680-666361044f67",'
        b'"data":{"account_id":"a","user_id":"u","profile_id":"p",'
        b'"last_updated_time":"2025-05-01T10:00:00.000000"}}'
    )
    known = "b2e080fa317b839a994758038b7735ec9e5550e411ef91f1f221431b1ef5debf"
    assert ("Webhook-Signatures", known) in sign([secret], "id", 0, body)
    both = dict(sign([secret, "another"], "id", 0, body))["Webhook-Signatures"].split(",")
    assert both[0] == known
    assert len(both) == 2
    assert all(len(each) == 64 for each in both)


async def test_events_carry_ids_without_dashes_and_the_exact_names(room: Room) -> None:
    account = await room.connect()
    first, profile = room.events()[:2]
    assert first["event"] == "ACCOUNTS.CONNECTED"
    assert first["name"] == "account is connected"
    assert first["id"].count("-") == 4
    assert first["data"] == {
        "account_id": account["id"].replace("-", ""),
        "user_id": account["user"]["id"].replace("-", ""),
        "last_updated_time": "2026-03-01T09:00:00.000000",
    }
    assert profile["name"] == "profile added"
    assert len(profile["data"]["profile_id"]) == 32
    assert await room.ok("GET", f"/v1/profiles/{profile['data']['profile_id']}")
    assert {event["name"] for event in room.events()[2:]} == {
        *("profile audience added", "contents added", "contents comments added", "content groups added")
    }
    assert len({event["id"] for event in room.events()}) == len(room.events())


async def test_a_payload_is_posted_as_it_is(room: Room) -> None:
    payload = {"event": "PROFILES.ADDED", "name": "mine", "id": "1", "data": {"profile_id": "p"}}
    assert await room.ok("POST", f"{AT}/send", {"payload": payload}) == payload
    assert await room.ok("POST", f"{AT}/send", {"payload": payload}) == payload
    assert room.events() == [payload, payload]


@pytest.mark.parametrize("depth", [100, 240, 254, 900, 2000])
async def test_a_payload_that_nests_too_deeply_is_refused(room: Room, depth: int) -> None:
    data = '{"a":' * depth + "1" + "}" * depth
    body = '{"payload": {"event": "PROFILES.ADDED", "data": ' + data + "}}"
    answer = await room.client.post(f"{AT}/send", content=body)
    assert answer.status_code == (200 if depth <= 240 else 400)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "nowhere"}, "invalid_fields"),
        ({"url": "http://a b/"}, "invalid_fields"),
        ({"events": []}, "invalid_fields"),
        ({"events": ["CONTENT_GROUPS.ADDED"]}, "invalid_fields"),
        ({"name": ""}, "invalid_fields"),
        ({"name": "x" * 101}, "invalid_fields"),
        ({"name": None}, "invalid_fields"),
        ({"colour": "red"}, "invalid_fields"),
    ],
)
async def test_wrong_webhooks_are_refused(room: Room, changes: Any, code: str) -> None:
    before = room.state()
    assert (await room.refused("POST", AT, {**HOOK, **changes}))[:2] == (400, code)
    assert room.state() == before
    assert (await room.refused("POST", AT, {}))[1] == "MISSING_FIELDS"
    assert (await room.refused("POST", f"{AT}/send", {"payload": {"event": "X", "data": {}}}))[0] == 400
