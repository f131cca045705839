"""Invoice payments: which payment intents pay an invoice, and what of it they have paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import unserved_links
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

INVOICE_PAYMENTS = Collection(
    "stripe.invoice_payment",
    "invoice",
    "status",
    payment_intent=lambda each: each["payment"]["payment_intent"],
)

LAG = 15 * SECOND
"""How long after the payment `invoice_payment.paid` is announced (published logs: 15 to 20 s after the rest)."""

register(
    Resource(
        "invoice_payment",
        INVOICE_PAYMENTS,
        expands={
            "invoice": "invoice",
            "payment.payment_intent": "payment_intent",
            **unserved_links.of("invoice_payment"),
        },
    )
)


def find(tx: Transaction, id: str) -> Json:
    """Return an invoice payment named in the path; raise the 404."""
    found = tx.get(INVOICE_PAYMENTS, id)
    if found is None:
        raise errors.not_found("invoice_payment", id)
    return found


def open_for(tx: Transaction, invoice: Json, intent: str, *, default: bool = True) -> Json:
    """Record that a payment intent is to pay what is due of an invoice."""
    payment = {
        "id": new_id(tx, "inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": tx.seconds,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": default,
        "livemode": False,
        "payment": {"payment_intent": intent, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    return tx.insert(INVOICE_PAYMENTS, payment)


def ask(tx: Transaction, invoice: Json) -> None:
    """Ask the open payment of an invoice for what is due of it by now."""
    for payment in of(tx, invoice["id"]):
        if payment["status"] == "open":
            payment["amount_requested"] = invoice["amount_due"]
            tx.save(INVOICE_PAYMENTS, payment)


def of(tx: Transaction, invoice: str) -> list[Json]:
    """Return the payments of an invoice, newest first."""
    return list(tx.every(INVOICE_PAYMENTS, invoice=invoice, newest_first=True))


def settle(tx: Transaction, invoice: str, status: str) -> None:
    """Mark the open payment of an invoice `paid` or `canceled`; a paid one is announced a little later."""
    for payment in of(tx, invoice):
        if payment["status"] != "open":
            continue
        payment["status"] = status
        payment["status_transitions"][f"{status}_at"] = tx.seconds
        if status == "paid":
            payment["amount_paid"] = payment["amount_requested"]
            tx.schedule("invoice_payment.paid", tx.now + LAG, {"payment": payment["id"]})
        tx.save(INVOICE_PAYMENTS, payment)


def announce_paid(tx: Transaction, id: str) -> None:
    """Emit `invoice_payment.paid`."""
    payment = tx.get(INVOICE_PAYMENTS, id)
    if payment is not None:
        emit(tx, "invoice_payment.paid", INVOICE_PAYMENTS, payment)
