"""What merchants and the clock do with invoices: finalize, send, pay, void, give up; what follows is told in `dunning`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    dunning,
    invoice_payments,
    invoices,
    payment_intents,
    payment_methods,
    subscriptions,
)
from mocks.stripe.resources.invoices import INVOICES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def finalize(tx: Transaction, invoice: Json) -> None:
    """Finalize a renewal's draft when its hour is over, and collect it."""
    if invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    _open(tx, invoice)
    subscription = dunning.subscription_of(tx, invoice)
    paused = None if subscription is None else subscription["pause_collection"]
    if paused is not None and paused["behavior"] in {"void", "mark_uncollectible"}:
        invoices.close(tx, invoice, "void" if paused["behavior"] == "void" else "uncollectible")
    elif invoice["collection_method"] == "send_invoice" and invoice["amount_due"]:
        send(tx, invoice)
    else:
        dunning.collect(tx, invoice)


def send(tx: Transaction, invoice: Json) -> None:
    """Send an invoice to its customer, a draft once it is finalized; raises the 400 for one that is closed."""
    if invoice["status"] == "draft":
        _open(tx, invoice)
        if invoice["amount_due"] == 0:
            dunning.paid(tx, invoice)
    elif invoice["status"] != "open":
        raise errors.invalid(
            f"Only open invoices can be sent; this one is `{invoice['status']}`.", rule="invoice_state"
        )
    invoices.announce(tx, "invoice.sent", invoice)


def overdue(tx: Transaction, invoice: Json) -> None:
    """Announce an invoice that was to be paid by now; its subscription is `past_due` from then on."""
    if invoice["status"] != "open":
        return
    invoices.announce(tx, "invoice.overdue", invoice)
    subscription = dunning.subscription_of(tx, invoice)
    if subscription is not None and subscription["status"] == "active":
        shown = snapshot(tx, subscription)
        subscriptions.become(subscription, "past_due")
        subscriptions.save(tx, subscription, shown)


def finalize_now(tx: Transaction, invoice: Json, *, auto_advance: bool | None) -> None:
    """Finalize a draft ahead of its time; it is collected an hour later, unless `auto_advance` is false."""
    invoice["auto_advance"] = invoice["auto_advance"] if auto_advance is None else auto_advance
    _open(tx, invoice)
    if invoice["amount_due"] == 0:
        dunning.paid(tx, invoice)
    elif invoice["auto_advance"] and invoice["collection_method"] == "charge_automatically":
        due = tx.now + invoices.FINALIZES_AFTER
        invoice["next_payment_attempt"] = due // SECOND
        tx.save(INVOICES, invoice)
        tx.schedule("invoice.collect", due, {"invoice": invoice["id"]}, key=f"collect:{invoice['id']}")


def pay(
    tx: Transaction, invoice: Json, *, method: str | None, off_session: bool = True, out_of_band: bool = False
) -> None:
    """Pay an invoice at the merchant's wish; raises the 400s, and the refusal of a payment that failed."""
    if invoice["status"] == "draft":
        _open(tx, invoice)
    if "paid" not in invoices.TRANSITIONS[invoice["status"]]:
        raise invoices.forbidden_step(invoice, "paid")
    if out_of_band:
        invoices.withdraw(tx, invoice)
        invoice["amount_paid_off_stripe"] = invoice["amount_due"]
        dunning.paid(tx, invoice)
        return
    if invoice["amount_due"] == 0:
        dunning.paid(tx, invoice)
        return
    chosen = dunning.default_method(tx, invoice) if method is None else payment_methods.get(tx, method)["id"]
    if chosen is None:
        raise dunning.refused(tx, invoice, None)
    outcome = dunning.attempt(tx, invoice, chosen, off_session=off_session)
    if outcome is None or outcome.status not in dunning.UNDER_WAY:
        raise dunning.refused(tx, invoice, outcome)


def attach(tx: Transaction, invoice: Json, id: str) -> None:
    """Let an open invoice be paid by an intent of the merchant's, in place of its own; one that is paid pays it at once.

    Raises the 400s of intents of other customers and amounts, or that pay another invoice.
    """
    intent = payment_intents.get(tx, id)
    if invoice["status"] != "open":
        raise errors.invalid(
            f"Payments can only be attached to open invoices; this one is `{invoice['status']}`.",
            rule="invoice_state",
        )
    wanted = {
        "customer": invoice["customer"],
        "currency": invoice["currency"],
        "amount": invoice["amount_due"],
    }
    for name, value in wanted.items():
        if intent[name] != value:
            raise errors.invalid(
                f"The {name} of the PaymentIntent is `{intent[name]}`, and the invoice's is `{value}`: Greenroom's Stripe"
                " pays an invoice by one payment of all that is due.",
                param="payment_intent",
                rule="invoice_payment",
            )
    if intent["status"] == "canceled" or tx.first(INVOICES, payment_intent=id) is not None:
        raise errors.invalid(
            f"The PaymentIntent {id} is canceled, or pays an invoice already.",
            param="payment_intent",
            rule="invoice_payment",
        )
    invoices.withdraw(tx, invoice)
    invoice["_"] = {"payment_intent": id}
    tx.save(INVOICES, invoice)
    invoice_payments.open_for(tx, invoice, id, default=False)
    if intent["status"] == "succeeded":
        dunning.paid(tx, invoice)


def _open(tx: Transaction, invoice: Json) -> None:
    text = "Payment for Invoice" if invoices.subscription_id(invoice) is None else "Subscription update"
    invoices.finalize(tx, invoice, description=text, method=dunning.default_method(tx, invoice))
    if invoice["due_date"] is not None and invoice["collection_method"] == "send_invoice":
        due = invoice["due_date"] * SECOND
        tx.schedule("invoice.overdue", due, {"invoice": invoice["id"]}, key=f"overdue:{invoice['id']}")


def give_up(tx: Transaction, invoice: Json) -> None:
    """Mark an open invoice uncollectible, as its merchant asks."""
    invoices.close(tx, invoice, "uncollectible")
    dunning.set_delinquent(tx, invoice["customer"], delinquent=False)


def void(tx: Transaction, invoice: Json) -> None:
    """Void an open invoice; a subscription whose first invoice it was ends without having begun."""
    invoices.close(tx, invoice, "void")
    subscription = dunning.subscription_of(tx, invoice)
    if subscription is not None and subscription["status"] == "incomplete":
        subscriptions.expire(tx, subscription)
