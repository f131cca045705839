"""The document of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Reason = Literal[
    "manual", "quote_accept", "subscription_create", "subscription_cycle", "subscription_update", "upcoming"
]
DAY = 24 * 3600

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
    "collection_method": "charge_automatically",
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


def shape(tx: Transaction, customer: Json, *, id: str, currency: str, **fields: Any) -> Json:
    """Return the document of a draft with these fields; its amounts are written by `invoice_amounts.recompute`."""
    settings = {"default_mandate": None, "payment_method_options": None, "payment_method_types": None}
    return _BLANK | {
        "id": id,
        "created": tx.seconds,
        "currency": currency,
        "customer": customer["id"],
        **billed_to(customer),
        "custom_fields": customer["invoice_settings"]["custom_fields"],
        "footer": customer["invoice_settings"]["footer"],
        "payment_settings": settings,
        "period_end": tx.seconds,
        "period_start": tx.seconds,
        "status_transitions": dict.fromkeys(STAMPS.values()),
        "test_clock": customer["test_clock"],
        "webhooks_delivered_at": tx.seconds,
        **fields,
        "_": {"payment_intent": None},
    }


def of_subscription(tx: Transaction, subscription: Json) -> Json:
    """Return the fields that a subscription gives its invoices."""
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    types = subscription["payment_settings"]["payment_method_types"]
    settings = {"default_mandate": None, "payment_method_options": None, "payment_method_types": types}
    sends = subscription["collection_method"] == "send_invoice"
    return {
        "collection_method": subscription["collection_method"],
        "default_tax_rates": list(subscription["default_tax_rates"]),
        "description": subscription["description"],
        "due_date": tx.seconds + (subscription["days_until_due"] or 0) * DAY if sends else None,
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "payment_settings": settings,
    }


def billed_to(customer: Json) -> Json:
    """Return what an invoice copies of its customer."""
    return {
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": customer.get("_", {}).get("tax_ids", []),
    }
