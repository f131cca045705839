"""Invoices: draft, then open, then paid, void or uncollectible (Stripe docs: how invoicing works)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from harness.instants import HOUR, SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import (
    addresses,
    credit_application,
    customer_balance,
    invoice_amounts,
    invoice_lines,
    invoice_payments,
    payment_intents,
    tax_rates,
    test_clocks,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.invoice_amounts import owed
from mocks.stripe.resources.invoice_shape import STAMPS, Reason, billed_to, shape
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]


def subscription_id(invoice: Json) -> str | None:
    """Return the id of the subscription that an invoice bills, None for one of its merchant's own."""
    details = (invoice["parent"] or {}).get("subscription_details")
    return None if details is None else details["subscription"]


INVOICES = Collection(
    "stripe.invoice",
    "customer",
    "status",
    "collection_method",
    subscription=subscription_id,
    line=lambda each: [line["id"] for line in each["lines"]] if each["status"] == "draft" else None,
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
    shown["default_tax_rates"] = tax_rates.shown(tx, invoice["default_tax_rates"])
    shown["lines"] = {
        "object": "list",
        "data": [invoice_lines.shown(line) for line in lines[:SHOWN_LINES]],
        "has_more": len(lines) > SHOWN_LINES,
        "total_count": len(lines),
        "url": f"/v1/invoices/{invoice['id']}/lines",
    }
    if invoice["status"] != "draft":
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
            "account_tax_ids": "tax_id",
            "application": "application",
            "automatic_tax.liability.account": "account",
            "default_source": "source",
            "from_invoice.invoice": "invoice",
            "issuer.account": "account",
            "latest_revision": "invoice",
            "lines.data.pretax_credit_amounts.credit_balance_transaction": "billing.credit_balance_transaction",
            "lines.data.pretax_credit_amounts.discount": "discount",
            "lines.data.taxes.tax_rate_details.tax_rate": "tax_rate",
            "on_behalf_of": "account",
            "shipping_cost.shipping_rate": "shipping_rate",
            "total_pretax_credit_amounts.credit_balance_transaction": "billing.credit_balance_transaction",
            "total_pretax_credit_amounts.discount": "discount",
            "customer": "customer",
            "default_payment_method": "payment_method",
            "discounts": "discount",
            "lines.data.discount_amounts.discount": "discount",
            "lines.data.discounts": "discount",
            "lines.data.pricing.price_details.price": "price",
            "lines.data.subscription": "subscription",
            "parent.subscription_details.subscription": "subscription",
            "payments.data.payment.payment_intent": "payment_intent",
            "test_clock": "test_helpers.test_clock",
            "total_discount_amounts.discount": "discount",
            "total_taxes.tax_rate_details.tax_rate": "tax_rate",
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
        expands={
            "pretax_credit_amounts.credit_balance_transaction": "billing.credit_balance_transaction",
            "pretax_credit_amounts.discount": "discount",
            "discount_amounts.discount": "discount",
            "discounts": "discount",
            "pricing.price_details.price": "price",
            "subscription": "subscription",
            "taxes.tax_rate_details.tax_rate": "tax_rate",
        },
    )
)

before("2025-09-30.clover", "invoice")(without("amount_paid_off_stripe", "customer_account"))
before("2026-03-25.dahlia", "line_item", "invoiceitem")(without("quantity_decimal"))


@before("2026-03-25.dahlia", "invoice")
def _without_decimal_quantities(invoice: Json) -> None:
    for line in invoice["lines"]["data"]:
        line.pop("quantity_decimal", None)


def find(tx: Transaction, id: str) -> Json:
    """Return an invoice named in the path; raise the 404."""
    found = tx.get(INVOICES, id)
    if found is None:
        raise errors.not_found("invoice", id, param="invoice")
    test_clocks.enter(tx, found)
    return found


def get(tx: Transaction, id: str) -> Json:
    """Return an invoice named in a parameter; raise the 400."""
    found = tx.get(INVOICES, id)
    if found is None:
        raise errors.no_such("invoice", id, param="invoice")
    test_clocks.enter(tx, found)
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


def build(
    tx: Transaction,
    customer: Json,
    lines: list[Json],
    *,
    currency: str,
    reason: Reason,
    id: str | None = None,
    **fields: Any,
) -> Json:
    """Return the document of a draft; `fields` are those that differ from a plain one's.

    `period_start` and `period_end` are the instants between which pending items were gathered.
    """
    id = id or new_id(tx, "in")
    invoice = shape(tx, customer, id=id, currency=currency, billing_reason=reason, lines=lines, **fields)
    invoice_amounts.recompute(tx, invoice, customer["balance"])
    return invoice


def draft(tx: Transaction, customer: Json, lines: list[Json], **fields: Any) -> Json:
    """Create an invoice as a draft, as `build` describes it, without announcing it yet."""
    return tx.insert(INVOICES, build(tx, customer, lines, **fields))


def refresh(tx: Transaction, invoice: Json) -> None:
    """Compute a draft's amounts anew, after its lines, discounts or taxes have changed, and keep it."""
    customer = tx.get(CUSTOMERS, invoice["customer"])
    invoice_amounts.recompute(tx, invoice, 0 if customer is None else customer["balance"])
    tx.save(INVOICES, invoice)


def check_editable(invoice: Json) -> None:
    """Raise the 400 for a change of an invoice that is no draft any more."""
    if invoice["status"] != "draft":
        raise errors.invalid(
            "This invoice is no longer editable: only drafts can be changed.",
            code="invoice_not_editable",
            rule="invoice_state",
        )


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
        credit_application.apply(tx, invoice)
        _number(tx, invoice, customer)
    become(tx, invoice, "open")
    invoice |= {"effective_at": tx.seconds, "next_payment_attempt": None, "automatically_finalizes_at": None}
    tx.unschedule(f"finalize:{invoice['id']}")
    tx.save(INVOICES, invoice)
    announce(tx, "invoice.finalized", invoice)
    if invoice["amount_due"]:
        ask(tx, invoice, paid_by or _intent(tx, invoice, description, method, saves=saves))


def ask(tx: Transaction, invoice: Json, intent: Json) -> Json:
    """Let an invoice be paid by an intent; return the intent."""
    invoice["_"] = {"payment_intent": intent["id"]}
    invoice_payments.open_for(tx, invoice, intent["id"])
    tx.save(INVOICES, invoice)
    return intent


def payable_intent(tx: Transaction, invoice: Json) -> Json:
    """Return the intent that an open invoice is to be paid by; one that has expired is replaced."""
    intent = intent_of(tx, invoice)
    if intent is None:
        raise LookupError(f"{invoice['id']} has no payment intent: it was finalized with nothing due")
    if intent["status"] != "canceled":
        return intent
    invoice_payments.settle(tx, invoice["id"], "canceled")
    return ask(tx, invoice, _intent(tx, invoice, "Payment for Invoice", None))


def withdraw(tx: Transaction, invoice: Json, reason: str | None = None) -> None:
    """Cancel the payment that an invoice waits for."""
    intent = intent_of(tx, invoice)
    if intent is not None and intent["status"] in payment_intents.CANCELABLE:
        payment_intents.cancel(tx, intent, reason=reason)
    invoice_payments.settle(tx, invoice["id"], "canceled")


def _intent(
    tx: Transaction, invoice: Json, description: str, method: str | None, *, saves: bool = False
) -> Json:
    return payment_intents.create(
        tx,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        payment_method=method,
        description=description,
        setup_future_usage="off_session" if saves else None,
    )


def _number(tx: Transaction, invoice: Json, customer: Json) -> None:
    """Give an invoice its number and its share of the customer's balance."""
    invoice |= billed_to(customer)
    invoice_amounts.recompute(tx, invoice, customer["balance"])
    if invoice["number"] is None:
        invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
        customer["next_invoice_sequence"] += 1
    tx.save(CUSTOMERS, customer)
    before, currency = customer["balance"], invoice["currency"]
    due, invoice["ending_balance"] = owed(invoice["total"], before, currency)
    without_limits = min(0, invoice["total"] + before)
    left: customer_balance.Kind = "invoice_too_small" if due == 0 else "invoice_too_large"
    _move(tx, customer, invoice, without_limits - before, "applied_to_invoice")
    _move(tx, customer, invoice, invoice["ending_balance"] - without_limits, left)


def _move(tx: Transaction, customer: Json, invoice: Json, amount: int, kind: customer_balance.Kind) -> None:
    if amount:
        currency = invoice["currency"]
        customer_balance.move(tx, customer, amount, kind, currency=currency, invoice=invoice["id"])


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
        withdraw(tx, invoice, "void_invoice")
        _return_balance(tx, invoice)
        credit_application.give_back(tx, invoice)
    announce(tx, "invoice.voided" if status == "void" else "invoice.marked_uncollectible", invoice)


def _return_balance(tx: Transaction, invoice: Json) -> None:
    """Give back what a voided invoice had taken from, or put on, its customer's balance."""
    customer = tx.get(CUSTOMERS, invoice["customer"])
    taken = invoice["ending_balance"] - invoice["starting_balance"]
    if customer is not None:
        _move(tx, customer, invoice, -taken, "unapplied_from_invoice")


def await_finalization(tx: Transaction, invoice: Json) -> None:
    """Let a draft be finalized by itself in an hour; the caller announces it."""
    due = tx.now + FINALIZES_AFTER
    invoice |= {"automatically_finalizes_at": due // SECOND, "next_payment_attempt": due // SECOND}
    tx.save(INVOICES, invoice)
    tx.schedule("invoice.finalize", due, {"invoice": invoice["id"]}, key=f"finalize:{invoice['id']}")


def stop_collecting(tx: Transaction, **owner: Any) -> None:
    """End the automatic collection of the drafts and open invoices of a canceled `subscription`, or a deleted `customer`."""
    for status in ("draft", "open"):
        for invoice in tx.every(INVOICES, **owner, status=status):
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
            if tx.before(INVOICES, invoice["id"]) is not None:  # a last invoice is announced as created
                announce_update(tx, invoice, earlier)
