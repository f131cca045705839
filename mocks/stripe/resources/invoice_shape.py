"""The document of an invoice, and what of its total is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mocks.stripe.resources.money import currencies

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Reason = Literal["subscription_create", "subscription_cycle", "subscription_update", "upcoming"]

ACCOUNT_NAME = "Greenroom"

STAMPS = {
    "open": "finalized_at",
    "paid": "paid_at",
    "void": "voided_at",
    "uncollectible": "marked_uncollectible_at",
}
"""Where `status_transitions` keeps the instant of each status."""

_BLANK: Json = {
    "id": "",
    "object": "invoice",
    "account_country": "US",
    "account_name": ACCOUNT_NAME,
    "account_tax_ids": None,
    "amount_due": 0,
    "amount_overpaid": 0,
    "amount_paid": 0,
    "amount_paid_off_stripe": 0,
    "amount_remaining": 0,
    "amount_shipping": 0,
    "application": None,
    "attempt_count": 0,
    "attempted": False,
    "auto_advance": True,
    "automatic_tax": {
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "provider": None,
        "status": None,
    },
    "automatically_finalizes_at": None,
    "billing_reason": None,
    "collection_method": "",
    "confirmation_secret": None,
    "created": 0,
    "currency": "",
    "custom_fields": None,
    "customer": "",
    "customer_account": None,
    "customer_address": None,
    "customer_email": None,
    "customer_name": None,
    "customer_phone": None,
    "customer_shipping": None,
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_payment_method": None,
    "default_source": None,
    "default_tax_rates": [],
    "description": None,
    "discounts": [],
    "due_date": None,
    "effective_at": None,
    "ending_balance": None,
    "footer": None,
    "from_invoice": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "issuer": {"type": "self"},
    "last_finalization_error": None,
    "latest_revision": None,
    "lines": [],
    "livemode": False,
    "metadata": {},
    "next_payment_attempt": None,
    "number": None,
    "on_behalf_of": None,
    "parent": None,
    "payment_settings": None,
    "period_end": 0,
    "period_start": 0,
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "receipt_number": None,
    "rendering": None,
    "shipping_cost": None,
    "shipping_details": None,
    "starting_balance": 0,
    "statement_descriptor": None,
    "status": "draft",
    "status_transitions": None,
    "subtotal": 0,
    "subtotal_excluding_tax": 0,
    "test_clock": None,
    "total": 0,
    "total_discount_amounts": [],
    "total_excluding_tax": 0,
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
    "webhooks_delivered_at": None,
}
"""Every field of an invoice, in Stripe's order; never changed in place."""


def shape(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    lines: list[Json],
    *,
    id: str,
    reason: Reason,
    period: tuple[int, int],
) -> Json:
    """Return the document of a draft."""
    total = sum(line["amount"] for line in lines)
    due, _ = owed(total, customer["balance"], subscription["currency"])
    for line in lines:
        line["invoice"] = id
    settings = {
        "default_mandate": None,
        "payment_method_options": None,
        "payment_method_types": subscription["payment_settings"]["payment_method_types"],
    }
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    sums = ("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax")
    return _BLANK | {
        "id": id,
        "amount_due": due,
        "amount_remaining": due,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "created": tx.seconds,
        "currency": subscription["currency"],
        "customer": customer["id"],
        **billed_to(customer),
        "lines": lines,
        "parent": {
            "quote_details": None,
            "subscription_details": details,
            "type": "subscription_details",
        },
        "payment_settings": settings,
        "period_end": period[1],
        "period_start": period[0],
        "starting_balance": customer["balance"],
        "status_transitions": dict.fromkeys(STAMPS.values()),
        **dict.fromkeys(sums, total),
        "webhooks_delivered_at": tx.seconds,
        "_": {"payment_intent": None},
    }


def owed(total: int, balance: int, currency: str) -> tuple[int, int]:
    """Return what is due of a total, and the customer's balance afterwards.

    A balance below zero is credit. What is too small to be charged is carried over to the next invoice.
    """
    known = currencies()
    due = max(0, total + balance)
    if due < known.minimums.get(currency, known.default_minimum):
        due = 0
    return due, total + balance - due


def billed_to(customer: Json) -> Json:
    """Return what an invoice copies of its customer."""
    return {
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
    }
