"""What becomes of an accepted quote: a subscription where a price recurs, else the draft of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.resources import (
    customers,
    discounts,
    invoice_items,
    invoice_lines,
    invoices,
    prices,
    subscribing,
)

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DAY = 86_400


def carry_out(tx: Transaction, quote: Json) -> Json:
    """Begin what a quote offers; return the fields of the quote that tell of it."""
    customer = customers.get(tx, quote["customer"])
    items = [_ordered(tx, line) for line in quote["_"]["line_items"]]
    if any(each["price"]["type"] == "recurring" for each in items):
        begun = _subscribe(tx, quote, customer, items)
        return {"subscription": begun["id"], "invoice": begun["latest_invoice"]}
    return {"invoice": _invoice(tx, quote, customer, items)["id"]}


def _ordered(tx: Transaction, line: Json) -> Json:
    return {
        "price": prices.charged(tx, line["price"], line["currency"]),
        "quantity": line["quantity"],
        "metadata": {},
        "tax_rates": line["_"]["tax_rates"],
    }


def _subscribe(tx: Transaction, quote: Json, customer: Json, items: list[Json]) -> Json:
    data = quote["subscription_data"]
    given: Json = {
        "billing_mode": {"type": data["billing_mode"]["type"]},
        "collection_method": quote["collection_method"],
        "default_tax_rates": quote["default_tax_rates"],
        "discounts": quote["_"]["asked"],
        "description": data["description"],
        "metadata": data["metadata"],
        "add_invoice_items": [each for each in items if each["price"]["type"] == "one_time"],
    }
    if quote["collection_method"] == "send_invoice":
        given["days_until_due"] = quote["invoice_settings"]["days_until_due"]
    if data["trial_period_days"]:
        given["trial_period_days"] = data["trial_period_days"]
    recurring = [each for each in items if each["price"]["type"] == "recurring"]
    return subscribing.subscribe(tx, customer, recurring, given)


def _invoice(tx: Transaction, quote: Json, customer: Json, items: list[Json]) -> Json:
    currency, days = quote["currency"], quote["invoice_settings"]["days_until_due"]
    sold = [
        invoice_items.create(
            tx,
            customer,
            {name: each[name] for name in ("quantity", "tax_rates")},
            each["price"],
            currency=currency,
        )
        for each in items
    ]
    invoice = invoices.draft(
        tx,
        customer,
        [invoice_lines.from_item(tx, each) for each in sold],
        currency=currency,
        reason="quote_accept",
        auto_advance=False,
        collection_method=quote["collection_method"],
        default_tax_rates=quote["default_tax_rates"],
        description=quote["description"],
        due_date=None if days is None else tx.seconds + days * DAY,
        footer=quote["footer"],
        parent={
            "quote_details": {"quote": quote["id"]},
            "subscription_details": None,
            "type": "quote_details",
        },
    )
    invoice_items.claim(tx, sold, invoice["id"])
    invoice["discounts"] = discounts.redeem(
        tx,
        quote["_"]["asked"],
        customer=customer["id"],
        holder=("invoice", invoice["id"]),
        currency=currency,
    )
    invoices.refresh(tx, invoice)
    invoices.announce(tx, "invoice.created", invoice)
    return invoice
