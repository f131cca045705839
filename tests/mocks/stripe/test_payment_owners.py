"""Intents of invoices and of Checkout Sessions are ended and changed through these, never under them."""

from typing import Any

import pytest

from tests.mocks.stripe.room import Room

Json = Any
CARD = {"payment_method": "pm_card_visa", "return_url": "https://app.test/"}


async def bill(room: Room, amount: int = 1000) -> tuple[Json, str]:
    """Return an open invoice, and its intent."""
    customer = (await room.ok("POST", "/v1/customers"))["id"]
    charged = {"customer": customer, "amount": amount, "currency": "usd"}
    await room.ok("POST", "/v1/invoiceitems", charged)
    draft = await room.ok(
        "POST", "/v1/invoices", {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    path = f"/v1/invoices/{draft['id']}/finalize"
    opened = await room.ok("POST", path, {"auto_advance": False, "expand": ["payments"]})
    return opened, opened["payments"]["data"][0]["payment"]["payment_intent"]


async def test_an_invoices_payment_ends_with_the_invoice(room: Room) -> None:
    invoice, intent = await bill(room)
    path, before = f"/v1/payment_intents/{intent}", room.state()
    _, error = await room.refused("POST", f"{path}/cancel")
    assert invoice["id"] in error["message"]
    for given in ({"amount": 500}, {"currency": "eur"}):
        _, error = await room.refused("POST", path, given)
        assert error["param"] == next(iter(given))
    assert room.state() == before
    await room.ok("POST", path, {"amount": 1000, "description": "Films"})
    await room.ok("POST", f"/v1/invoices/{invoice['id']}/void")
    assert (await room.ok("GET", path))["cancellation_reason"] == "void_invoice"


@pytest.mark.parametrize("mode", ["payment", "setup"])
async def test_a_sessions_intent_ends_with_the_session(room: Room, mode: str) -> None:
    given: Json = {"mode": mode, "success_url": "https://app.test/"}
    if mode == "setup":
        session = await room.ok("POST", "/v1/checkout/sessions", given | {"currency": "usd"})
    else:
        price = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Film"}}
        line = {"price": (await room.ok("POST", "/v1/prices", price))["id"], "quantity": 1}
        session = await room.ok("POST", "/v1/checkout/sessions", given | {"line_items": [line]})
        page = await room.client.post(
            session["url"], data={"testCard": "pm_card_chargeDeclined", "email": "ada@quill.test"}
        )
        assert page.status_code == 402
        session = await room.ok("GET", f"/v1/checkout/sessions/{session['id']}")
    intent = f"/v1/{mode}_intents/{session[f'{mode}_intent']}"
    _, error = await room.refused("POST", f"{intent}/cancel")
    assert "Expire the Checkout Session instead" in error["message"]
    if mode == "payment":
        await room.refused("POST", intent, {"amount": 5000})
    await room.ok("POST", f"/v1/checkout/sessions/{session['id']}/expire")
    assert (await room.ok("GET", intent))["status"] == "canceled"


async def test_an_authorization_that_expired_leaves_an_invoice_payable(room: Room) -> None:
    invoice, _ = await bill(room)
    own: Json = {"amount": 1000, "currency": "usd", "customer": invoice["customer"], "confirm": True}
    held = await room.ok("POST", "/v1/payment_intents", own | CARD | {"capture_method": "manual"})
    path = f"/v1/invoices/{invoice['id']}"
    await room.ok("POST", f"{path}/attach_payment", {"payment_intent": held["id"]})
    await room.advance(8 * 86_400)
    assert (await room.ok("GET", f"/v1/payment_intents/{held['id']}"))["status"] == "canceled"
    card = await room.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": invoice["customer"]})
    paid = await room.ok("POST", f"{path}/pay", {"payment_method": card["id"], "expand": ["payments"]})
    assert (paid["status"], paid["amount_paid"]) == ("paid", 1000)
    assert sorted(each["status"] for each in paid["payments"]["data"]) == ["canceled", "canceled", "paid"]


async def test_what_was_paid_elsewhere_is_told_apart(room: Room) -> None:
    invoice, intent = await bill(room)
    paid = await room.ok("POST", f"/v1/invoices/{invoice['id']}/pay", {"paid_out_of_band": True})
    assert (paid["amount_paid"], paid["amount_paid_off_stripe"], paid["amount_remaining"]) == (1000, 1000, 0)
    assert (await room.ok("GET", f"/v1/payment_intents/{intent}"))["status"] == "canceled"


async def test_amounts_of_three_decimals_end_in_0(room: Room) -> None:
    _, error = await room.refused("POST", "/v1/payment_intents", {"amount": 5001, "currency": "kwd"})
    assert error["param"] == "amount"
    intent = await room.ok("POST", "/v1/payment_intents", {"amount": 5010, "currency": "kwd"})
    await room.refused("POST", f"/v1/payment_intents/{intent['id']}", {"amount": 5011})
    wrong = {"amount": 5001, "currency": "kwd", "source": "tok_visa"}
    await room.refused("POST", "/v1/charges", wrong)
