"""Mails that Stripe sends for the merchant lie in the world's mail store."""

import re
from typing import Any

import httpx
import pytest

from harness.transaction import MAILS
from mocks.stripe.provider import stripe
from tests.mocks.stripe.debits import SUCCEEDS, debit
from tests.mocks.stripe.room import Room

Json = Any
DAY = 86_400


def inbox(room: Room) -> list[Json]:
    """Return the world's mails, oldest first."""
    return list(room.tx().every(MAILS))


def settle(room: Room, **settings: bool) -> None:
    """Set in the dashboard which mails customers get."""
    stripe.load()
    model, handler = stripe.triggers["account.updated"]
    tx = room.tx()
    handler(tx, model.model_validate(settings))
    tx.commit()


async def pay(room: Room, **more: Json) -> Json:
    """Pay 20 dollars by card."""
    given = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    return await room.ok("POST", "/v1/payment_intents", given | {"return_url": "https://app.test/"} | more)


async def customer(room: Room, card: str = "pm_card_visa") -> str:
    """Make a customer who pays by a card."""
    made = await room.ok("POST", "/v1/customers", {"email": "ada@quill.test"})
    method = await room.ok("POST", f"/v1/payment_methods/{card}/attach", {"customer": made["id"]})
    settings = {"invoice_settings": {"default_payment_method": method["id"]}}
    id: str = (await room.ok("POST", f"/v1/customers/{made['id']}", settings))["id"]
    return id


async def draft(room: Room, owner: str, **more: Json) -> str:
    """Draft an invoice over 20 dollars."""
    await room.ok("POST", "/v1/invoiceitems", {"customer": owner, "amount": 2000, "currency": "usd"})
    given = {"customer": owner, "pending_invoice_items_behavior": "include"} | more
    id: str = (await room.ok("POST", "/v1/invoices", given))["id"]
    return id


async def test_who_gives_an_address_gets_a_receipt(room: Room) -> None:
    await pay(room)
    assert inbox(room) == []
    intent = await pay(room, receipt_email="ada@quill.test", description="A film")
    [mail] = inbox(room)
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    assert mail["to"] == ["ada@quill.test"]
    assert mail["subject"] == f"Your receipt from Greenroom #{charge['receipt_number']}"
    assert re.fullmatch(r"\d{4}-\d{4}", charge["receipt_number"])
    assert "$20.00" in mail["text"]
    assert "A film" in mail["text"]
    [link] = re.findall(r'href="([^"]*)"', mail["html"])
    assert link == charge["receipt_url"]
    async with httpx.AsyncClient(transport=room.client._transport) as browser:
        page = await browser.get(link)
    assert page.status_code == 200
    assert charge["receipt_number"] in page.text


async def test_a_receipt_comes_with_the_money(room: Room) -> None:
    held = await pay(room, receipt_email="ada@quill.test", capture_method="manual")
    assert inbox(room) == []
    await room.ok("POST", f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": 500})
    await debit(room, "sepa_debit", SUCCEEDS["sepa_debit"], receipt_email="bo@quill.test")
    assert [(each["to"], "$5.00" in each["text"]) for each in inbox(room)] == [(["ada@quill.test"], True)]
    await room.advance(5)
    assert inbox(room)[1]["to"] == ["bo@quill.test"]


async def test_who_had_a_receipt_hears_of_the_refund(room: Room) -> None:
    for more in ({}, {"receipt_email": "ada@quill.test"}):
        intent = await pay(room, **more)
        await room.ok("POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 300})
    _, mail = inbox(room)
    assert mail["subject"].startswith("Your refund from Greenroom #")
    assert "$3.00" in mail["text"]


async def test_an_invoice_is_sent_by_mail(room: Room) -> None:
    owner = await customer(room)
    invoice = await draft(room, owner, collection_method="send_invoice", days_until_due=14)
    sent = await room.ok("POST", f"/v1/invoices/{invoice}/send")
    [mail] = inbox(room)
    assert mail["subject"] == f"Invoice {sent['number']} from Greenroom"
    assert "Amount due: $20.00, due 15 March 2026." in mail["text"]
    assert sent["hosted_invoice_url"] in mail["text"]
    await draft(room, owner, collection_method="send_invoice", days_until_due=14, auto_advance=True)
    await room.advance(3600)
    assert len(inbox(room)) == 2


async def test_an_invoice_that_is_charged_is_mailed_where_that_is_set(room: Room) -> None:
    owner = await customer(room)
    await room.ok("POST", f"/v1/invoices/{await draft(room, owner)}/pay")
    assert inbox(room) == []
    settle(room, mail_finalized_invoices=True, mail_payments=True)
    paid = await room.ok("POST", f"/v1/invoices/{await draft(room, owner)}/pay")
    assert [each["subject"] for each in inbox(room)] == [
        f"Your invoice {paid['number']} from Greenroom",
        f"Your receipt from Greenroom, invoice {paid['number']}",
    ]
    intent = await pay(room, customer=owner)
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    assert inbox(room)[2]["subject"] == f"Your receipt from Greenroom #{charge['receipt_number']}"


@pytest.mark.parametrize(
    ("card", "subject"),
    [
        ("pm_card_chargeCustomerFail", "$20.00 payment to Greenroom was unsuccessful"),
        ("pm_card_threeDSecure2Required", "Confirm your payment to Greenroom"),
    ],
)
async def test_a_failed_payment_is_mailed_where_that_is_set(room: Room, card: str, subject: str) -> None:
    owner = await customer(room, card)
    await room.refused("POST", f"/v1/invoices/{await draft(room, owner)}/pay")
    assert inbox(room) == []
    settle(room, mail_failed_payments=True)
    await room.refused("POST", f"/v1/invoices/{await draft(room, owner)}/pay")
    [mail] = inbox(room)
    assert mail["subject"] == subject


async def test_a_preview_sends_nothing(room: Room) -> None:
    owner = await customer(room)
    settle(room, mail_finalized_invoices=True, mail_payments=True)
    price = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Plan"}}
    price = await room.ok("POST", "/v1/prices", price | {"recurring": {"interval": "month"}})
    given = {"customer": owner, "subscription_details": {"items": [{"price": price["id"]}]}}
    await room.ok("POST", "/v1/invoices/create_preview", given)
    assert inbox(room) == []
