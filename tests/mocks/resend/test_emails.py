"""Sending, reading, listing, rescheduling and cancelling mails."""

import base64
from typing import Any

import pytest

from tests.mocks.resend.room import Room, mail

LATER = "2026-03-01T10:00:00.000Z"


async def test_a_sent_mail_is_shown_as_it_was_sent(room: Room) -> None:
    id = await room.send(
        ["Ada <ada@customer.test>", "bob@customer.test"],
        cc="cc@customer.test",
        bcc=["bcc@customer.test"],
        reply_to="answers@greenroom.test",
        tags=[{"name": "kind", "value": "user_2abc"}],
    )
    assert await room.ok("GET", f"/emails/{id}") == {
        "object": "email",
        "id": id,
        "message_id": f"<{id}@email.greenroom.test>",
        "to": ["Ada <ada@customer.test>", "bob@customer.test"],
        "from": "hello@greenroom.test",
        "created_at": "2026-03-01 09:00:00+00",
        "subject": "Welcome",
        "html": "<p>Hello.</p>",
        "text": "Hello.",
        "bcc": ["bcc@customer.test"],
        "cc": ["cc@customer.test"],
        "reply_to": ["answers@greenroom.test"],
        "last_event": "queued",
        "scheduled_at": None,
        "tags": [{"name": "kind", "value": "user_2abc"}],
    }


async def test_sending_answers_the_id_alone_and_the_rate_limit_headers(room: Room) -> None:
    answer = await room.call("POST", "/emails", mail())
    assert list(answer.json()) == ["id"]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    names = [name for name in answer.headers if name.startswith("ratelimit-")]
    assert names == ["ratelimit-limit", "ratelimit-policy", "ratelimit-remaining", "ratelimit-reset"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"html": "<p>One</p><p>Two</p>"}, "One\n\nTwo"),
        ({"html": "<p>One</p>", "text": "Own words"}, "Own words"),
        ({"html": "<p>One</p>", "text": ""}, ""),
        ({"html": None, "text": "Only text"}, "Only text"),
    ],
)
async def test_text_is_derived_unless_it_is_given_or_suppressed(room: Room, given: Any, shown: str) -> None:
    id = await room.send(**given)
    assert (await room.ok("GET", f"/emails/{id}"))["text"] == shown
    await room.advance(1)
    assert room.mails()[0]["text"] == shown


async def test_lists_go_from_the_newest_and_turn_pages_by_id(room: Room) -> None:
    ids = [await room.send(subject=str(number)) for number in range(5)]
    first = await room.ok("GET", "/emails?limit=2")
    assert first["has_more"]
    assert [each["id"] for each in first["data"]] == [ids[4], ids[3]]
    assert not {"html", "text"} & set(first["data"][0])
    after = await room.ok("GET", f"/emails?limit=2&after={ids[3]}")
    assert [each["id"] for each in after["data"]] == [ids[2], ids[1]]
    before = await room.ok("GET", f"/emails?before={ids[2]}")
    assert [each["id"] for each in before["data"]] == [ids[4], ids[3]]
    assert before["has_more"] is False


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "after=x&before=y", "after=nobody"])
async def test_a_wrong_page_is_refused(room: Room, query: str) -> None:
    status, name, _ = await room.refused("GET", f"/emails?{query}")
    assert (status, name) == (422, "validation_error")


async def test_what_does_not_exist_is_not_found(room: Room) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert await room.refused("GET", f"/emails/{unknown}") == (404, "not_found", "Email not found")
    assert await room.refused("GET", "/emails/17") == (
        422,
        "invalid_parameter",
        "The `id` must be a valid UUID.",
    )
    assert (await room.refused("POST", f"/emails/{unknown}/cancel"))[0] == 404


@pytest.mark.parametrize(
    "path", ["/automations", "/contacts/imports", "/contacts/1/imports", "/oauth/grants", "/inboxes"]
)
async def test_what_is_not_served_is_loud(room: Room, path: str) -> None:
    answer = await room.call("GET", path)
    assert (answer.status_code, answer.json()["name"]) == (404, "not_found")
    assert answer.headers["greenroom-unserved"] == f"GET {path}"
    assert room.rules() == ["unserved_operation"]


async def test_another_method_is_not_allowed(room: Room) -> None:
    assert (await room.refused("PUT", "/emails"))[:2] == (405, "method_not_allowed")


# --- scheduled ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scheduled_at", [LATER, "2026-03-01T11:00:00+01:00", "in 1 hour", "at 10am", "2026-03-01T10:00:00"]
)
async def test_a_scheduled_mail_leaves_when_it_is_due(room: Room, scheduled_at: str) -> None:
    id = await room.send(scheduled_at=scheduled_at)
    shown = await room.ok("GET", f"/emails/{id}")
    assert (shown["last_event"], shown["scheduled_at"]) == ("scheduled", "2026-03-01 10:00:00+00")
    await room.advance(3599)
    assert await room.state(id) == "scheduled"
    await room.advance(3)
    assert await room.state(id) == "delivered"
    assert room.announced(id) == ["email.scheduled", "email.sent", "email.delivered"]


async def test_a_scheduled_mail_can_be_moved(room: Room) -> None:
    id = await room.send(scheduled_at=LATER)
    moved = await room.ok("PATCH", f"/emails/{id}", {"scheduled_at": "in 2 hours"})
    assert moved == {"object": "email", "id": id}
    await room.advance(3700)
    assert await room.state(id) == "scheduled"
    await room.advance(3600)
    assert room.announced(id) == ["email.scheduled", "email.sent", "email.delivered"]


async def test_a_canceled_mail_never_leaves_and_cannot_be_moved(room: Room) -> None:
    id = await room.send(scheduled_at=LATER)
    assert await room.ok("POST", f"/emails/{id}/cancel") == {"object": "email", "id": id}
    await room.advance(7200)
    assert (await room.state(id), room.mails(), room.announced(id)) == ("canceled", [], ["email.scheduled"])
    again = await room.refused("PATCH", f"/emails/{id}", {"scheduled_at": "in 1 hour"})
    assert again[:2] == (422, "validation_error")
    assert (await room.refused("POST", f"/emails/{id}/cancel"))[:2] == (422, "validation_error")


async def test_only_scheduled_mails_can_be_canceled(room: Room) -> None:
    id = await room.send()
    assert (await room.refused("POST", f"/emails/{id}/cancel"))[:2] == (422, "validation_error")
    assert await room.state(id) == "queued"


@pytest.mark.parametrize(
    "scheduled_at", ["someday", "in 31 days", "2026-02-28T09:00:00Z", "2026-04-01T00:00:00Z", ""]
)
async def test_a_time_that_cannot_be_used_is_refused(room: Room, scheduled_at: str) -> None:
    assert (await room.refused("POST", "/emails", mail(scheduled_at=scheduled_at)))[:2] == (
        422,
        "validation_error",
    )
    assert (await room.ok("GET", "/emails"))["data"] == []


# --- idempotency -------------------------------------------------------------------------------------------------


async def test_a_key_sends_once(room: Room) -> None:
    first = await room.ok("POST", "/emails", mail(), Idempotency_Key="welcome/1")
    second = await room.ok("POST", "/emails", mail(), Idempotency_Key="welcome/1")
    assert first == second
    assert len((await room.ok("GET", "/emails"))["data"]) == 1
    await room.advance(5)
    assert len(room.mails()) == 1


async def test_a_key_is_forgotten_after_a_day(room: Room) -> None:
    first = await room.ok("POST", "/emails", mail(), Idempotency_Key="k")
    await room.advance(24 * 3600)
    assert first != await room.ok("POST", "/emails", mail(), Idempotency_Key="k")


async def test_a_key_with_another_payload_is_refused(room: Room) -> None:
    await room.ok("POST", "/emails", mail(), Idempotency_Key="k")
    refusal = await room.refused("POST", "/emails", mail(subject="Other"), Idempotency_Key="k")
    assert refusal == (
        409,
        "invalid_idempotent_request",
        "Same idempotency key used with a different request payload.",
    )


@pytest.mark.parametrize("key", ["", "k" * 257])
async def test_a_key_has_1_to_256_characters(room: Room, key: str) -> None:
    refusal = await room.refused("POST", "/emails", mail(), Idempotency_Key=key)
    assert refusal == (400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
    await room.ok("POST", "/emails", mail(), Idempotency_Key="k" * 256)


async def test_a_refused_mail_does_not_use_up_its_key(room: Room) -> None:
    await room.refused("POST", "/emails", mail(subject=None), Idempotency_Key="k")
    await room.ok("POST", "/emails", mail(), Idempotency_Key="k")


# --- attachments -------------------------------------------------------------------------------------------------

FILE = b"\x00invoice\xff"
ENCODED = base64.b64encode(FILE).decode()


@pytest.mark.parametrize("content", [ENCODED, list(FILE), {"type": "Buffer", "data": list(FILE)}])
async def test_attachments_come_as_base64_bytes_or_node_buffers(room: Room, content: Any) -> None:
    await room.send(attachments=[{"content": content, "filename": "invoice.pdf", "content_id": "inv"}])
    await room.advance(1)
    (attached,) = room.mails()[0]["attachments"]
    assert attached.pop("id")
    assert attached == {
        "filename": "invoice.pdf",
        "content_type": "application/pdf",
        "content_id": "inv",
        "content": ENCODED,
        "path": None,
    }


async def test_attachments_by_address_are_kept_as_an_address(room: Room) -> None:
    await room.send(attachments=[{"path": "https://files.greenroom.test/terms.txt", "contentType": "text/x"}])
    await room.advance(1)
    (attached,) = room.mails()[0]["attachments"]
    assert attached["path"] == "https://files.greenroom.test/terms.txt"
    assert (attached["filename"], attached["content_type"], attached["content"]) == (
        "terms.txt",
        "text/x",
        None,
    )


@pytest.mark.parametrize("attachment", [{}, {"filename": "x.txt"}, {"content": ""}, {"content": [300]}])
async def test_an_attachment_needs_content(room: Room, attachment: Any) -> None:
    refusal = await room.refused("POST", "/emails", mail(attachments=[attachment]))
    assert refusal[:2] == (422, "invalid_attachment")


async def test_attachments_take_40_mb_at_most(room: Room) -> None:
    half = "A" * (20 << 20)
    await room.send(attachments=[{"content": half, "filename": "a"}, {"content": half, "filename": "b"}])
    three = [{"content": half, "filename": "a"}, {"content": half, "filename": "b"}, {"content": "AAAA"}]
    refusal = await room.refused("POST", "/emails", mail(attachments=three))
    assert refusal[:2] == (422, "invalid_attachment")
