"""Invoices, subscriptions and Checkout Sessions that are paid by debits of bank accounts."""

from typing import Any

import httpx
import pytest

from tests.mocks.stripe.debits import CURRENCIES, FAILS, SUCCEEDS, account, saved
from tests.mocks.stripe.room import Room

Json = Any
DAY = 86_400
FAILING = "AT861904300235473202"


async def subscribe(room: Room, number: str, **more: Json) -> tuple[Json, Json]:
    """Subscribe a new customer who pays 20 € a month from a bank account."""
    customer = await room.ok("POST", "/v1/customers", {"email": "ada@quill.test"})
    method = await saved(room, customer["id"], "sepa_debit", number)
    price = await plan(room)
    given = {"customer": customer["id"], "items": [{"price": price}], "default_payment_method": method}
    return await room.ok("POST", "/v1/subscriptions", given | more), customer


async def plan(room: Room, **more: Json) -> str:
    """Make a price of 20 € a month, or another one."""
    given: Json = {"currency": "eur", "unit_amount": 2000, "product_data": {"name": "Plan"}}
    id: str = (await room.ok("POST", "/v1/prices", given | {"recurring": {"interval": "month"}} | more))["id"]
    return id


async def invoice_of(room: Room, subscription: Json) -> Json:
    """Return a subscription's latest invoice, with its payments."""
    found = await room.ok("GET", f"/v1/subscriptions/{subscription['id']}")
    return await room.ok("GET", f"/v1/invoices/{found['latest_invoice']}", {"expand": ["payments"]})


async def status(room: Room, subscription: Json) -> str:
    """Return a subscription's status."""
    return str((await room.ok("GET", f"/v1/subscriptions/{subscription['id']}"))["status"])


async def test_a_subscription_runs_while_its_first_debit_is_under_way(room: Room) -> None:
    subscription, _ = await subscribe(room, SUCCEEDS["sepa_debit"])
    assert subscription["status"] == "active"
    invoice = await invoice_of(room, subscription)
    assert (invoice["status"], invoice["attempt_count"], invoice["amount_paid"]) == ("open", 1, 0)
    await room.advance(5)
    invoice = await invoice_of(room, subscription)
    assert (invoice["status"], invoice["attempt_count"], invoice["amount_paid"]) == ("paid", 1, 2000)
    assert "invoice.paid" in room.types()
    await room.advance(32 * DAY)
    renewed = await invoice_of(room, subscription)
    assert (renewed["billing_reason"], renewed["status"]) == ("subscription_cycle", "paid")
    assert await status(room, subscription) == "active"


async def test_an_account_of_another_currency_is_passed_over(room: Room) -> None:
    customer = await room.ok("POST", "/v1/customers", {"email": "ada@quill.test"})
    path = f"/v1/customers/{customer['id']}"
    card = await room.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": customer["id"]})
    given = {"customer": customer["id"], "items": [{"price": await plan(room, currency="jpy")}]}
    subscription = await room.ok("POST", "/v1/subscriptions", given | {"default_payment_method": card["id"]})
    account_of = await saved(room, customer["id"], "sepa_debit", SUCCEEDS["sepa_debit"])
    await room.ok("POST", path, {"invoice_settings": {"default_payment_method": account_of}})
    await room.ok("POST", f"/v1/payment_methods/{card['id']}/detach")
    await room.advance(32 * DAY)
    invoice = await invoice_of(room, subscription)
    assert (invoice["status"], invoice["attempt_count"]) == ("open", 1)
    assert await status(room, subscription) == "past_due"
    again = await room.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": customer["id"]})
    await room.ok("POST", path, {"invoice_settings": {"default_payment_method": again["id"]}})
    await room.advance(6 * DAY)
    assert await status(room, subscription) == "active"


async def test_a_first_debit_that_fails_is_tried_again(room: Room) -> None:
    subscription, customer = await subscribe(room, FAILING)
    assert subscription["status"] == "active"
    await room.advance(5)
    invoice = await invoice_of(room, subscription)
    assert (invoice["status"], invoice["attempt_count"]) == ("open", 1)
    assert invoice["next_payment_attempt"] is not None
    assert await status(room, subscription) == "past_due"
    method = await saved(room, customer["id"], "sepa_debit", SUCCEEDS["sepa_debit"])
    await room.ok("POST", f"/v1/subscriptions/{subscription['id']}", {"default_payment_method": method})
    await room.advance(3 * DAY + 5)
    invoice = await invoice_of(room, subscription)
    assert (invoice["status"], invoice["attempt_count"]) == ("paid", 2)
    assert await status(room, subscription) == "active"


async def test_debits_that_go_on_failing_end_a_subscription(room: Room) -> None:
    subscription, _ = await subscribe(room, FAILING)
    await room.advance(40 * DAY)
    found = await room.ok("GET", f"/v1/subscriptions/{subscription['id']}")
    assert (found["status"], found["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    assert room.types().count("invoice.payment_failed") == 4


async def test_an_account_without_a_mandate_is_a_failed_payment(room: Room) -> None:
    customer = await room.ok("POST", "/v1/customers")
    method = await room.ok("POST", "/v1/payment_methods", account("sepa_debit", SUCCEEDS["sepa_debit"]))
    await room.ok("POST", f"/v1/payment_methods/{method['id']}/attach", {"customer": customer["id"]})
    given = {"customer": customer["id"], "items": [{"price": await plan(room)}]}
    subscription = await room.ok(
        "POST", "/v1/subscriptions", given | {"default_payment_method": method["id"]}
    )
    assert subscription["status"] == "incomplete"
    assert "payment_intent.payment_failed" in room.types()


async def test_the_first_invoice_can_be_confirmed_with_a_debit(room: Room) -> None:
    customer = await room.ok("POST", "/v1/customers")
    given = {"customer": customer["id"], "items": [{"price": await plan(room)}]}
    given |= {"payment_behavior": "default_incomplete", "expand": ["latest_invoice.payments"]}
    subscription = await room.ok("POST", "/v1/subscriptions", given)
    payment = subscription["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    method = await room.ok("POST", "/v1/payment_methods", account("sepa_debit", SUCCEEDS["sepa_debit"]))
    confirmed = {"payment_method": method["id"], "mandate_data": {"customer_acceptance": {"type": "offline"}}}
    intent = await room.ok("POST", f"/v1/payment_intents/{payment}/confirm", confirmed)
    assert (intent["status"], await status(room, subscription)) == ("processing", "active")
    await room.advance(5)
    assert (await invoice_of(room, subscription))["status"] == "paid"


async def open_session(room: Room, kind: str, mode: str) -> Json:
    """Open a Checkout Session that is paid from a bank account of a kind."""
    recurring = {} if mode == "payment" else {"recurring": {"interval": "month"}}
    given = {"currency": CURRENCIES[kind], "unit_amount": 2000, "product_data": {"name": "Plan"}} | recurring
    price = (await room.ok("POST", "/v1/prices", given))["id"]
    wanted = {"mode": mode, "payment_method_types": [kind], "line_items": [{"price": price, "quantity": 1}]}
    return await room.ok("POST", "/v1/checkout/sessions", wanted | {"success_url": "https://app.test/"})


async def pay(room: Room, session: Json, method: str) -> httpx.Response:
    """Pay a session as its page does (Stripe's document does not have that call)."""
    path = f"/v1/payment_pages/{session['id']}/confirm"
    return await room.client.post(path, data={"payment_method": method})


@pytest.mark.parametrize("kind", sorted(SUCCEEDS))
@pytest.mark.parametrize("mode", ["payment", "subscription"])
@pytest.mark.parametrize("ends", ["succeeded", "failed"])
async def test_a_session_is_complete_before_it_is_paid(room: Room, kind: str, mode: str, ends: str) -> None:
    session = await open_session(room, kind, mode)
    assert session["payment_method_types"] == [kind]
    number = SUCCEEDS[kind] if ends == "succeeded" else FAILS[kind]
    method = await room.ok("POST", "/v1/payment_methods", account(kind, number))
    assert (await pay(room, session, method["id"])).status_code == 200
    path = f"/v1/checkout/sessions/{session['id']}"
    session = await room.ok("GET", path)
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")
    await room.advance(5)
    session = await room.ok("GET", path)
    assert session["payment_status"] == ("paid" if ends == "succeeded" else "unpaid")
    types = room.types()
    assert types.count(f"checkout.session.async_payment_{ends}") == 1
    assert types.index("checkout.session.completed") < types.index(f"checkout.session.async_payment_{ends}")
    if mode == "subscription":
        wanted = "active" if ends == "succeeded" else "past_due"
        assert await status(room, {"id": session["subscription"]}) == wanted


@pytest.mark.parametrize("kind", sorted(SUCCEEDS))
async def test_a_session_saves_a_bank_account(room: Room, kind: str) -> None:
    given = {"mode": "setup", "payment_method_types": [kind], "success_url": "https://app.test/"}
    session = await room.ok("POST", "/v1/checkout/sessions", given)
    method = await room.ok("POST", "/v1/payment_methods", account(kind, SUCCEEDS[kind]))
    assert (await pay(room, session, method["id"])).status_code == 200
    setup = await room.ok("GET", f"/v1/setup_intents/{session['setup_intent']}", {"expand": ["mandate"]})
    assert (setup["status"], setup["mandate"]["customer_acceptance"]["type"]) == ("succeeded", "online")


async def test_a_card_does_not_pay_a_session_of_debits(room: Room) -> None:
    session = await open_session(room, "sepa_debit", "payment")
    answer = await pay(room, session, "pm_card_visa")
    assert answer.status_code == 400
    assert "is not allowed" in answer.json()["error"]["message"]


async def test_the_currency_of_a_session_has_to_fit(room: Room) -> None:
    price = await plan(room, currency="usd")
    given: Json = {"mode": "subscription", "payment_method_types": ["card", "sepa_debit"]}
    given |= {"line_items": [{"price": price, "quantity": 1}], "success_url": "https://app.test/"}
    _, error = await room.refused("POST", "/v1/checkout/sessions", given)
    assert error["message"].startswith("The currency provided (usd) is invalid.")
