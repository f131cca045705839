"""Invoices: draft, then open, then paid, void or uncollectible (Stripe docs: how invoicing works)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from harness.instants import HOUR, SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import addresses, invoice_payments, payment_intents
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.invoice_shape import STAMPS, Reason, billed_to, owed, shape
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

INVOICES = Collection(
    "stripe.invoice",
    "customer",
    "status",
    "collection_method",
    subscription=lambda each: each["parent"]["subscription_details"]["subscription"],
    payment_intent=lambda each: each["_"]["payment_intent"],
)

FINALIZES_AFTER = HOUR
"""How long an invoice of a renewal stays a draft (Stripe docs: automatic advancement)."""

SHOWN_LINES = 10

TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"open"}),
    "open": frozenset({"paid", "void", "uncollectible"}),
    "uncollectible": frozenset({"paid", "void"}),
    "paid": frozenset(),
    "void": frozenset(),
}


def view(tx: Transaction, invoice: Json) -> Json:
    """Return the invoice as the API shows it: its first lines in a list, its pages where it has been finalized."""
    shown = {name: value for name, value in invoice.items() if name != "_"}
    lines = invoice["lines"]
    shown["lines"] = {
        "object": "list",
        "data": lines[:SHOWN_LINES],
        "has_more": len(lines) > SHOWN_LINES,
        "total_count": len(lines),
        "url": f"/v1/invoices/{invoice['id']}/lines",
    }
    if invoice["number"] is not None:
        address = addresses.invoice(tx, invoice["id"])
        shown |= {"hosted_invoice_url": address, "invoice_pdf": f"{address}/pdf"}
    return shown


def _link(tx: Transaction, shown: Json) -> None:
    for name in ("hosted_invoice_url", "invoice_pdf"):
        if shown[name] is not None:
            shown[name] = addresses.reachable(tx, shown[name])


def _payments(tx: Transaction, invoice: Json) -> Json:
    url = f"/v1/invoice_payments?invoice={invoice['id']}"
    return {"object": "list", "data": invoice_payments.of(tx, invoice["id"]), "has_more": False, "url": url}


def _secret(tx: Transaction, invoice: Json) -> Json | None:
    intent = intent_of(tx, invoice)
    return None if intent is None else {"client_secret": intent["client_secret"], "type": "payment_intent"}


register(
    Resource(
        "invoice",
        INVOICES,
        expands={
            "customer": "customer",
            "default_payment_method": "payment_method",
            "lines.data.pricing.price_details.price": "price",
            "lines.data.subscription": "subscription",
            "parent.subscription_details.subscription": "subscription",
            "payments.data.payment.payment_intent": "payment_intent",
        },
        includes={"payments": _payments, "confirmation_secret": _secret},
        view=view,
        link=_link,
    )
)
# Lines live inside their invoice and are never looked up by id: the collection only completes the declaration.
register(
    Resource(
        "line_item",
        INVOICES,
        expands={"pricing.price_details.price": "price", "subscription": "subscription"},
    )
)

before("2025-09-30.clover", "invoice")(without("amount_paid_off_stripe", "customer_account"))


def find(tx: Transaction, id: str) -> Json:
    """Return an invoice named in the path; raise the 404."""
    found = tx.get(INVOICES, id)
    if found is None:
        raise errors.not_found("invoice", id, param="invoice")
    return found


def intent_of(tx: Transaction, invoice: Json) -> Json | None:
    """Return the payment intent of a finalized invoice, None where nothing was to be paid."""
    id = invoice["_"]["payment_intent"]
    return None if id is None else tx.get(payment_intents.PAYMENT_INTENTS, id)


def announce(tx: Transaction, type: str, invoice: Json) -> None:
    """Emit an event about an invoice."""
    emit(tx, type, INVOICES, invoice)


def announce_update(tx: Transaction, invoice: Json, earlier: Json) -> None:
    """Emit `invoice.updated` with what changed since the snapshot `earlier`."""
    emit(tx, "invoice.updated", INVOICES, invoice, previous=difference(earlier, snapshot(tx, invoice)))


def draft(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    lines: list[Json],
    *,
    reason: Reason,
    period: tuple[int, int],
) -> Json:
    """Create a subscription's invoice as a draft, without announcing it yet.

    `period` are the instants between which pending items were gathered: the period that ended.
    """
    invoice = shape(tx, subscription, customer, lines, id=new_id(tx, "in"), reason=reason, period=period)
    return tx.insert(INVOICES, invoice)


def finalize(
    tx: Transaction,
    invoice: Json,
    *,
    description: str,
    method: str | None,
    saves: bool = False,
    paid_by: Json | None = None,
) -> None:
    """Open a draft: number it, apply the customer's balance, announce it, make its payment intent.

    `method` is the payment method that the intent begins with, `saves` says that the payment saves it for later;
    `paid_by` is an intent that has been paid already. What has nothing to pay is left open for `dunning.paid`.
    """
    customer = tx.get(CUSTOMERS, invoice["customer"])
    if customer is not None:
        _number(tx, invoice, customer)
    become(tx, invoice, "open")
    invoice |= {"effective_at": tx.seconds, "next_payment_attempt": None, "automatically_finalizes_at": None}
    tx.unschedule(f"finalize:{invoice['id']}")
    tx.save(INVOICES, invoice)
    announce(tx, "invoice.finalized", invoice)
    if invoice["amount_due"]:
        intent = paid_by or payment_intents.create(
            tx,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            payment_method=method,
            description=description,
            setup_future_usage="off_session" if saves else None,
        )
        invoice["_"] = {"payment_intent": intent["id"]}
        invoice_payments.open_for(tx, invoice, intent["id"])
        tx.save(INVOICES, invoice)


def _number(tx: Transaction, invoice: Json, customer: Json) -> None:
    """Give an invoice its number and its share of the customer's balance."""
    due, balance = owed(invoice["total"], customer["balance"], invoice["currency"])
    invoice |= {"amount_due": due, "amount_remaining": due, **billed_to(customer)}
    invoice |= {"starting_balance": customer["balance"], "ending_balance": balance}
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    changed = customer["balance"] != balance
    earlier = {"balance": customer["balance"]}
    customer["balance"] = balance
    tx.save(CUSTOMERS, customer)
    if changed:
        emit(tx, "customer.updated", CUSTOMERS, customer, previous=earlier)


def become(tx: Transaction, invoice: Json, status: str) -> None:
    """Move an invoice to another status, stamped; the caller saves it. Raises the 400 for a forbidden step."""
    if status not in TRANSITIONS[invoice["status"]]:
        raise forbidden_step(invoice, status)
    invoice["status"] = status
    invoice["status_transitions"][STAMPS[status]] = tx.seconds
    if status != "open":
        invoice |= {"auto_advance": False, "next_payment_attempt": None}
        tx.unschedule(f"collect:{invoice['id']}")


def forbidden_step(invoice: Json, status: str) -> Refusal:
    """Return the 400 for an action that an invoice's status does not allow."""
    if status == "paid" and invoice["status"] == "paid":
        message = "Invoice is already paid"
    elif status == "open":
        message = "This invoice is already finalized, you can't re-finalize a non-draft invoice."
    else:
        message = f"This invoice's status is `{invoice['status']}`: it cannot become `{status}`."
    return errors.invalid(message, rule="invoice_state")


def close(tx: Transaction, invoice: Json, status: Literal["void", "uncollectible"]) -> None:
    """Void an open invoice, or give it up as uncollectible, and announce it; a void one's payment is canceled."""
    become(tx, invoice, status)
    tx.save(INVOICES, invoice)
    if status == "void":
        intent = intent_of(tx, invoice)
        if intent is not None:
            payment_intents.cancel(tx, intent, reason="void_invoice")
        invoice_payments.settle(tx, invoice["id"], "canceled")
        _return_balance(tx, invoice)
    announce(tx, "invoice.voided" if status == "void" else "invoice.marked_uncollectible", invoice)


def _return_balance(tx: Transaction, invoice: Json) -> None:
    """Give back what a voided invoice had taken from, or put on, its customer's balance."""
    customer = tx.get(CUSTOMERS, invoice["customer"])
    taken = invoice["ending_balance"] - invoice["starting_balance"]
    if customer is not None and taken:
        earlier = {"balance": customer["balance"]}
        customer["balance"] -= taken
        tx.save(CUSTOMERS, customer)
        emit(tx, "customer.updated", CUSTOMERS, customer, previous=earlier)


def await_finalization(tx: Transaction, invoice: Json) -> None:
    """Let a draft be finalized by itself in an hour; the caller announces it."""
    due = tx.now + FINALIZES_AFTER
    invoice |= {"automatically_finalizes_at": due // SECOND, "next_payment_attempt": due // SECOND}
    tx.save(INVOICES, invoice)
    tx.schedule("invoice.finalize", due, {"invoice": invoice["id"]}, key=f"finalize:{invoice['id']}")


def stop_collecting(tx: Transaction, subscription: str) -> None:
    """End the automatic collection of a canceled subscription's drafts and open invoices."""
    for status in ("draft", "open"):
        for invoice in tx.every(INVOICES, subscription=subscription, status=status):
            if not invoice["auto_advance"]:
                continue
            earlier = snapshot(tx, invoice)
            invoice |= {
                "auto_advance": False,
                "next_payment_attempt": None,
                "automatically_finalizes_at": None,
            }
            tx.unschedule(f"finalize:{invoice['id']}")
            tx.unschedule(f"collect:{invoice['id']}")
            tx.save(INVOICES, invoice)
            announce_update(tx, invoice, earlier)
