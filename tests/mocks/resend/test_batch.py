"""Batches: all or nothing in strict validation, what is valid in permissive validation."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mocks.resend.room import Room, mail

WRONG: list[tuple[Any, str]] = [
    (mail(None), "The `to` field is missing."),
    (mail(subject=None), "The `subject` field is missing."),
    (mail(html=None), "The `html` or `text` field is missing."),
    (mail("ada@example.com"), "Invalid `to` field. Please use our testing email address instead of domains like `example.com`."),
    (mail(**{"from": "a@unknown.test"}), "The unknown.test domain is not verified. Please, add and verify your domain on https://resend.com/domains"),
    (mail(scheduled_at="in 1 hour"), "The `scheduled_at` field is not supported in a batch."),
    (mail(attachments=[{"content": "AAAA"}]), "The `attachments` field is not supported in a batch."),
    ("text", "Each email must be an object."),
]  # fmt: skip


async def test_a_batch_sends_each_mail(room: Room) -> None:
    sent = await room.ok("POST", "/emails/batch", [mail(f"a{number}@customer.test") for number in range(3)])
    assert list(sent) == ["data"]
    await room.advance(5)
    assert [each["to"] for each in room.mails()] == [[f"a{number}@customer.test"] for number in range(3)]
    assert [each["id"] for each in room.mails()] == [each["id"] for each in sent["data"]]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
async def test_strict_validation_sends_all_or_nothing(room: Room, wrong: Any, message: str) -> None:
    status, _, said = await room.refused(
        "POST", "/emails/batch", [mail(), wrong], x_batch_validation="strict"
    )
    assert status in (403, 422)
    assert said == message or "missing" in message
    assert (await room.ok("GET", "/emails"))["data"] == []


async def test_permissive_validation_names_what_it_leaves_out(room: Room) -> None:
    batch = [mail(), *(wrong for wrong, _ in WRONG), mail()]
    answer = await room.ok("POST", "/emails/batch", batch, x_batch_validation="permissive")
    assert len(answer["data"]) == 2
    assert answer["errors"] == [
        {"index": index, "message": message} for index, (_, message) in enumerate(WRONG, start=1)
    ]


async def test_permissive_validation_without_mistakes_has_no_errors(room: Room) -> None:
    answer = await room.ok("POST", "/emails/batch", [mail()], x_batch_validation="permissive")
    assert answer["errors"] == []


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_has_1_to_100_mails(room: Room, count: int) -> None:
    assert (await room.refused("POST", "/emails/batch", [mail()] * count))[:2] == (422, "validation_error")
    assert len((await room.ok("POST", "/emails/batch", [mail()] * 100))["data"]) == 100


async def test_a_batch_is_an_array(room: Room) -> None:
    assert (await room.refused("POST", "/emails/batch", {"emails": [mail()]}))[:2] == (
        400,
        "validation_error",
    )


async def test_a_batch_is_sent_once_for_a_key(room: Room) -> None:
    first = await room.ok("POST", "/emails/batch", [mail(), mail()], idempotency_key="batch")
    assert first == await room.ok("POST", "/emails/batch", [mail(), mail()], idempotency_key="batch")
    assert len((await room.ok("GET", "/emails"))["data"]) == 2
    assert (await room.refused("POST", "/emails/batch", [mail()], idempotency_key="batch"))[0] == 409


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(good=st.lists(st.booleans(), min_size=1, max_size=12))
async def test_permissive_validation_sends_exactly_the_valid_ones(room: Room, good: list[bool]) -> None:
    before = len((await room.ok("GET", "/emails?limit=100"))["data"])
    batch = [mail(subject=str(index)) if valid else mail("nobody") for index, valid in enumerate(good)]
    answer = await room.ok("POST", "/emails/batch", batch, x_batch_validation="permissive")
    assert [each["index"] for each in answer["errors"]] == [
        index for index, valid in enumerate(good) if not valid
    ]
    subjects = [(await room.ok("GET", f"/emails/{each['id']}"))["subject"] for each in answer["data"]]
    assert subjects == [str(index) for index, valid in enumerate(good) if valid]
    after = len((await room.ok("GET", "/emails?limit=100"))["data"])
    assert after == min(100, before + sum(good))
