"""Webhook endpoints, as Resend's API manages them."""

from typing import Any

import pytest

from harness import endpoints
from mocks.resend.provider import EVENTS
from tests.mocks.resend.room import Room

URL = "http://127.0.0.1:9/hooks"


async def create(room: Room, **wanted: Any) -> Any:
    return await room.ok("POST", "/webhooks", {"endpoint": URL, "events": ["email.sent"], **wanted})


async def test_a_webhook_is_created_shown_changed_and_deleted(room: Room) -> None:
    made = await create(room)
    assert list(made) == ["object", "id", "signing_secret"]
    path = f"/webhooks/{made['id']}"
    assert await room.ok("GET", path) == {
        "object": "webhook",
        "id": made["id"],
        "endpoint": URL,
        "events": ["email.sent"],
        "status": "enabled",
        "created_at": "2026-03-01 09:00:00+00",
        "signing_secret": made["signing_secret"],
    }
    changes = {"endpoint": URL + "/2", "events": ["email.bounced", "email.opened"], "status": "disabled"}
    assert await room.ok("PATCH", path, changes) == {"object": "webhook", "id": made["id"]}
    (listed,) = (await room.ok("GET", "/webhooks"))["data"]
    assert {name: listed[name] for name in changes} == changes
    assert "signing_secret" not in listed
    assert await room.ok("DELETE", path) == {"object": "webhook", "id": made["id"], "deleted": True}
    assert await room.refused("GET", path) == (404, "not_found", "Webhook not found")


async def test_the_first_webhook_has_the_environments_secret(room: Room) -> None:
    tokens = room.world.accounts["resend"]["tokens"]
    first, second = await create(room), await create(room)
    assert first["signing_secret"] == tokens["webhook_secret"]
    assert second["signing_secret"].startswith("whsec_")
    assert second["signing_secret"] != first["signing_secret"]


async def test_an_endpoint_for_everything_shows_all_event_types(room: Room) -> None:
    tx = room.tx()
    made = endpoints.add(tx, URL)
    tx.commit()
    shown = await room.ok("GET", f"/webhooks/{made['id']}")
    assert shown["events"] == list(EVENTS)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"events": None}, (422, "missing_required_field")),
        ({"endpoint": None}, (422, "missing_required_field")),
        ({"events": []}, (422, "validation_error")),
        ({"events": ["email.exploded"]}, (422, "validation_error")),
        ({"events": ["*"]}, (422, "validation_error")),
        ({"events": "email.sent"}, (422, "validation_error")),
        ({"endpoint": "nowhere"}, (422, "validation_error")),
        ({"endpoint": "ftp://host.test/x"}, (422, "validation_error")),
        ({"endpoint": "http://host.test/a b"}, (422, "validation_error")),
        ({"endpoint": "http://[::1"}, (422, "validation_error")),
        ({"endpoint": "http://host.test:99999/"}, (422, "validation_error")),
    ],
)
async def test_wrong_webhooks_are_refused(room: Room, body: Any, refusal: Any) -> None:
    wanted = {"endpoint": URL, "events": ["email.sent"], **body}
    assert (await room.refused("POST", "/webhooks", wanted))[:2] == refusal
    assert (await room.ok("GET", "/webhooks"))["data"] == []


async def test_a_wrong_change_changes_nothing(room: Room) -> None:
    path = f"/webhooks/{(await create(room))['id']}"
    before = await room.ok("GET", path)
    wrong = {"endpoint": URL + "/2", "status": "asleep"}
    assert (await room.refused("PATCH", path, wrong))[:2] == (422, "validation_error")
    assert (await room.refused("PATCH", path, {"events": ["nothing"]}))[:2] == (422, "validation_error")
    assert await room.ok("GET", path) == before
