"""Previews of invoices: what would be invoiced, now or next, found out by doing it in a transaction that is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.resources import (
    billing_cycle,
    customers,
    discounts,
    invoice_amounts,
    invoice_items,
    invoicing,
    subscribing,
    subscription_changes,
    subscription_edit,
    subscription_invoices,
    subscriptions,
    tax_rates,
)
from mocks.stripe.resources.invoice_items import INVOICE_ITEMS
from mocks.stripe.resources.invoices import INVOICES, build
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.billable import Priced
    from mocks.stripe.resources.subscription_changes import Terms
    from mocks.stripe.resources.subscription_edit import Asked

Json = dict[str, Any]

CHANGES = frozenset({"billing_cycle_anchor", "cancel_now", "items", "resume_at", "trial_end"})
"""What of `subscription_details` charges or credits something at once."""


def preview(
    tx: Transaction,
    given: Json,
    terms: Terms,
    *,
    items: list[Asked] | None,
    extra: list[Priced],
    new_items: list[Json],
) -> Json:
    """Return an invoice that would be, for sent parameters; the caller undoes all that was written for it.

    `items` are the parameters of changed items, `extra` those of further invoice items, `new_items` the priced items of a
    subscription that does not exist yet. Raises the 400 when nothing would be invoiced.
    """
    details = given.get("subscription_details") or {}
    subscription = None
    if given.get("subscription") is not None:
        subscription = subscriptions.get(tx, given["subscription"])
        owner = subscription["customer"]
    elif given.get("customer") is not None:
        owner = given["customer"]
    else:
        raise errors.missing_parameter("customer")
    customer = customers.get(tx, owner)
    _add_items(tx, customer, subscription, given, extra)
    if subscription is not None and items is None and not new_items and not details.keys() & CHANGES:
        invoice = _next(tx, subscription, details)
    elif subscription is not None:
        invoice = _after_change(tx, subscription, customer, details, items, terms)
    elif new_items:
        invoice = _of_new(tx, customer, given, details, new_items)
    else:
        invoice = _of_customer(tx, customer, given.get("currency"))
    if invoice is None:
        raise errors.refusal(
            404,
            f"No upcoming invoices for customer: {owner}",
            code="invoice_upcoming_none",
            rule="no_upcoming_invoice",
        )
    if given.get("preview_mode") == "recurring":
        invoice["lines"] = [line for line in invoice["lines"] if _recurs(line)]
    return _finished(tx, invoice, customer, given, terms if details.keys() & CHANGES else None)


def _next(tx: Transaction, subscription: Json, details: Json) -> Json | None:
    """Return the invoice at the end of the present period, with what is said of the subscription's end."""
    if details.get("cancel_at_period_end") is not None:
        subscriptions.mark_ending(tx, subscription, at_period_end=details["cancel_at_period_end"])
    if isinstance(details.get("cancel_at"), int):
        subscription["cancel_at"] = details["cancel_at"]
    if "default_tax_rates" in details:
        chosen = tax_rates.chosen(
            tx, details["default_tax_rates"], at="subscription_details[default_tax_rates]"
        )
        subscription["default_tax_rates"] = chosen
    return billing_cycle.upcoming(tx, subscription)


def _after_change(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    details: Json,
    items: list[Asked] | None,
    terms: Terms,
) -> Json | None:
    """Return the invoice that a change brings: at once, or at the end of the period."""
    if details.get("cancel_now"):
        if terms.behavior != "none":
            subscription_changes.credit_rest(tx, subscription, customer, terms.at)
        period = subscriptions.period_of(subscription)
        found = subscription_invoices.preview(tx, subscription, customer, [], period=period)
        return found if found["lines"] else None
    before = subscription_changes.remember(tx, subscription)
    if items is not None:
        subscription_edit.items(tx, subscription, items, at="subscription_details[items]")
    trial_end = details.get("trial_end")
    if isinstance(trial_end, int):
        subscribing.check_trial_end(tx, trial_end)
    if trial_end == "now" and subscription["status"] != "trialing":
        trial_end = None
    due, _ = subscription_changes.charge(
        tx,
        subscription,
        customer,
        before,
        terms,
        anchor_now=details.get("billing_cycle_anchor") == "now",
        trial_end=trial_end,
    )
    tx.save(SUBSCRIPTIONS, subscription)
    return due if due is not None else _next(tx, subscription, details)


def _of_new(
    tx: Transaction, customer: Json, given: Json, details: Json, new_items: list[Json]
) -> Json | None:
    """Return the first invoice of a subscription that would begin now."""
    asked: Json = {
        name: details[name]
        for name in ("billing_cycle_anchor", "default_tax_rates", "trial_end")
        if name in details
    }
    if not isinstance(asked.get("billing_cycle_anchor"), int):
        asked.pop("billing_cycle_anchor", None)
    if given.get("currency") is not None:
        asked["currency"] = given["currency"]
    subscription = subscribing.prepared(tx, customer, new_items, asked)
    tx.insert(SUBSCRIPTIONS, subscription)
    prorated = details.get("proration_behavior") != "none"
    return billing_cycle.first_invoice(tx, subscription, customer, prorated=prorated)


def _of_customer(tx: Transaction, customer: Json, currency: str | None) -> Json | None:
    """Return a customer's next invoice: that of the subscription whose period ends first, else of what is pending."""
    running = [
        each
        for each in tx.every(SUBSCRIPTIONS, customer=customer["id"], status="current")
        if each["status"] in subscriptions.RUNNING
    ]
    if running:
        return billing_cycle.upcoming(tx, min(running, key=lambda each: subscriptions.period_of(each)[1]))
    currency = currency or customer["currency"] or _pending_currency(tx, customer)
    if currency is None:
        return None
    found = invoicing.lines_of_pending(tx, customer, currency)
    return build(tx, customer, found, currency=currency, reason="upcoming") if found else None


def _pending_currency(tx: Transaction, customer: Json) -> str | None:
    item = tx.first(INVOICE_ITEMS, customer=customer["id"], pending=True)
    return None if item is None else str(item["currency"])


def _add_items(
    tx: Transaction, customer: Json, subscription: Json | None, given: Json, extra: list[Priced]
) -> None:
    """Create the invoice items that a preview takes in besides, or change pending ones as it says."""
    for place, (asked, sent) in enumerate(zip(extra, given.get("invoice_items") or [], strict=True)):
        known = sent.get("invoiceitem")
        fields = {name: value for name, value in sent.items() if name not in {"invoiceitem", "price"}}
        held = None if known is None else tx.get(INVOICE_ITEMS, known)
        if known is not None and held is None:
            raise errors.no_such("invoiceitem", known, param=f"invoice_items[{place}][invoiceitem]")
        currency = sent.get("currency") or (held or subscription or customer)["currency"] or "usd"
        price = invoicing.priced(tx, asked, fields, currency, f"invoice_items[{place}]")
        if held is not None:
            invoice_items.change(tx, held, fields, price)
        else:
            if subscription is not None:
                fields["subscription"] = subscription["id"]
            invoice_items.create(tx, customer, fields, price, currency=currency)


def _recurs(line: Json) -> bool:
    details = line["parent"]["subscription_item_details"]
    return details is not None and not details["proration"]


def _finished(tx: Transaction, invoice: Json, customer: Json, given: Json, terms: Terms | None) -> Json:
    """Give an invoice the look of a preview, with the discounts and the taxation that were asked for."""
    customer_details = given.get("customer_details") or {}
    invoice |= {"billing_reason": "upcoming", "id": new_id(tx, "upcoming_in"), "status": "draft"}
    if customer_details.get("tax_exempt"):
        invoice["customer_tax_exempt"] = customer_details["tax_exempt"]
    if "discounts" in given:
        invoice["discounts"] = discounts.redeem(
            tx,
            given["discounts"],
            customer=customer["id"],
            holder=("invoice", invoice["id"]),
            currency=invoice["currency"],
            held=invoice["discounts"],
            total=invoice["total"],
        )
    for line in invoice["lines"]:
        if not line["id"].startswith("il_tmp"):
            line["id"] = new_id(tx, "il_tmp")
    if terms is not None and invoice["parent"] is not None:
        at = tx.seconds if terms.at is None else terms.at
        invoice["parent"]["subscription_details"]["subscription_proration_date"] = at
    invoice["metadata"] = merged({}, invoice["metadata"])
    invoice_amounts.recompute(tx, invoice, customer["balance"])
    if tx.get(INVOICES, invoice["id"]) is not None:
        raise AssertionError("a preview has an id of its own")
    return invoice
