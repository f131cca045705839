"""What a merchant sets in Stripe's dashboard and no API can: mails, and what becomes of subscriptions nobody pays for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SETTINGS = Collection("stripe.settings")

DEFAULTS: Json = {
    "id": "billing",
    "invoice_status": "open",
    "mail_failed_payments": False,
    "mail_finalized_invoices": False,
    "mail_payments": False,
    "subscription_status": "canceled",
}
"""After the last failed retry the subscription is canceled and its invoice stays open; customers get no mails of
these."""


def of(tx: Transaction) -> Json:
    """Return the account's billing settings."""
    return DEFAULTS | (tx.get(SETTINGS, "billing") or {})


def change(tx: Transaction, **wanted: Any) -> None:
    """Change the account's billing settings."""
    changed = of(tx) | wanted
    if tx.get(SETTINGS, "billing") is None:
        tx.insert(SETTINGS, changed)
    else:
        tx.save(SETTINGS, changed)
