"""What a merchant sets in Stripe's dashboard and no API can: what becomes of subscriptions that nobody pays for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SETTINGS = Collection("stripe.settings")

DEFAULTS: Json = {"id": "billing", "subscription_status": "canceled", "invoice_status": "open"}
"""After the last failed retry: the subscription is canceled and its invoice stays open."""


def of(tx: Transaction) -> Json:
    """Return the account's billing settings."""
    return DEFAULTS | (tx.get(SETTINGS, "billing") or {})


def change(tx: Transaction, **wanted: str) -> None:
    """Change the account's billing settings."""
    changed = of(tx) | wanted
    if tx.get(SETTINGS, "billing") is None:
        tx.insert(SETTINGS, changed)
    else:
        tx.save(SETTINGS, changed)
