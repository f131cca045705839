"""Idempotency keys: what is replayed, what is refused, and that many at once have one effect."""

import asyncio
from typing import Any

import httpx

from tests.mocks.stripe.room import Room

CUSTOMERS = "/v1/customers"
INTENTS = "/v1/payment_intents"
AT_ONCE = 30


async def test_a_replay_is_the_same_bytes_and_does_nothing(room: Room) -> None:
    first = await room.call("POST", CUSTOMERS, {"name": "Ada"}, Idempotency_Key="k")
    told = room.types()
    again = await room.call("POST", CUSTOMERS, {"name": "Ada"}, Idempotency_Key="k")
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers.get_list("original-request") == [first.headers["request-id"]]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert "idempotent-replayed" not in first.headers
    assert room.types() == told
    (event,) = (await room.ok("GET", "/v1/events", {"type": "customer.created"}))["data"]
    assert event["request"] == {"id": first.headers["request-id"], "idempotency_key": "k"}


async def test_a_key_belongs_to_its_request(room: Room) -> None:
    await room.call("POST", CUSTOMERS, {"name": "Ada"}, Idempotency_Key="k")
    for path, params in ((CUSTOMERS, {"name": "Bo"}), ("/v1/products", {"name": "Ada"})):
        status, error = await room.refused("POST", path, params, Idempotency_Key="k")
        assert (status, error["type"]) == (400, "idempotency_error")
    status, error = await room.refused("POST", CUSTOMERS, {}, Idempotency_Key="k" * 256)
    assert (status, error["type"]) == (400, "idempotency_error")


async def test_what_validation_refused_is_not_remembered(room: Room) -> None:
    await room.refused("POST", CUSTOMERS, {"colour": "red"}, Idempotency_Key="k")
    made = await room.call("POST", CUSTOMERS, {"name": "Ada"}, Idempotency_Key="k")
    assert made.status_code == 200
    read = await room.call("GET", CUSTOMERS, Idempotency_Key="k")
    assert len(read.json()["data"]) == 1
    assert "original-request" not in read.headers


async def test_a_key_is_forgotten_after_a_day(room: Room) -> None:
    first = await room.ok("POST", CUSTOMERS, {"name": "Ada"}, Idempotency_Key="k")
    await room.advance(86_400)
    assert (await room.ok("POST", CUSTOMERS, {"name": "Bo"}, Idempotency_Key="k"))["id"] != first["id"]


async def thirty(world: dict[str, Any], path: str, form: dict[str, str]) -> list[httpx.Response]:
    """Send the same request thirty times at once, over as many connections, under one key."""
    headers = {"Authorization": f"Bearer {world['env']['STRIPE_SECRET_KEY']}", "Idempotency-Key": "once"}
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=world["urls"]["stripe"], limits=limits, timeout=60) as client:
        sent = (client.post(path, data=form, headers=headers) for _ in range(AT_ONCE))
        return await asyncio.gather(*sent)


def test_thirty_at_once_make_one_customer(fresh_world: dict[str, Any]) -> None:
    answers = asyncio.run(thirty(fresh_world, CUSTOMERS, {"email": "ada@studio.test"}))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer for answer in answers if answer.headers.get("idempotent-replayed") == "true"]
    assert len(replayed) == AT_ONCE - 1
    key = {"Authorization": f"Bearer {fresh_world['env']['STRIPE_SECRET_KEY']}"}
    made = httpx.get(f"{fresh_world['urls']['stripe']}{CUSTOMERS}", headers=key).json()["data"]
    told = httpx.get(f"{fresh_world['urls']['stripe']}/v1/events", headers=key).json()["data"]
    assert ([each["email"] for each in made], [each["type"] for each in told]) == (
        ["ada@studio.test"],
        ["customer.created"],
    )


def test_thirty_declines_at_once_charge_once(fresh_world: dict[str, Any]) -> None:
    form = {"amount": "900", "currency": "usd", "confirm": "true", "payment_method": "pm_card_chargeDeclined"}
    answers = asyncio.run(thirty(fresh_world, INTENTS, form | {"return_url": "https://app.test/"}))
    assert {answer.status_code for answer in answers} == {402}
    assert len({answer.json()["error"]["charge"] for answer in answers}) == 1
    key = {"Authorization": f"Bearer {fresh_world['env']['STRIPE_SECRET_KEY']}"}
    charges = httpx.get(f"{fresh_world['urls']['stripe']}/v1/charges", headers=key).json()["data"]
    assert [each["status"] for each in charges] == ["failed"]
