"""The documents of subscriptions and of their items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import versions
from mocks.stripe.ids import new_id
from mocks.stripe.resources import periods, usage

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FLEXIBLE_SINCE = "2025-09-30.clover"
"""The version since which subscriptions have the billing mode `flexible` unless they ask for another."""


def build(tx: Transaction, customer: Json, items: list[Json], chosen: Json) -> Json:
    """Return a new subscription's document, incomplete and without invoice; it is not stored yet.

    `items` hold `price` (document), `quantity` and `metadata`. `chosen` are the sent parameters that are kept as they
    are, and `trial_end` (unix seconds or None).
    """
    id, now, trial_end = new_id(tx, "sub"), tx.seconds, chosen.get("trial_end")
    recurring = items[0]["price"]["recurring"]
    anchor = trial_end or chosen.get("billing_cycle_anchor") or now
    # A trial is one period, however long: its end is no boundary among others.
    end = trial_end or periods.following(anchor, recurring["interval"], recurring["interval_count"], now)
    settings = chosen.get("payment_settings") or {}
    return {
        "id": id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor,
        "billing_cycle_anchor_config": None,
        "billing_mode": billing_mode(tx, chosen),
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": chosen.get("collection_method") or "charge_automatically",
        "created": now,
        "currency": chosen.get("currency") or items[0]["price"]["currency"],
        "customer": customer["id"],
        "customer_account": None,
        "days_until_due": chosen.get("days_until_due"),
        "default_payment_method": chosen.get("default_payment_method"),
        "default_source": None,
        "default_tax_rates": chosen.get("default_tax_rates") or [],
        "description": chosen.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": [new_item(tx, id, each, period=(now, end)) for each in items],
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": chosen.get("metadata") or {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": settings.get("payment_method_types"),
            "save_default_payment_method": settings.get("save_default_payment_method", "off"),
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "trialing" if trial_end else "incomplete",
        "test_clock": customer["test_clock"],
        "transfer_data": None,
        "trial_end": trial_end,
        "trial_settings": chosen.get("trial_settings")
        or {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": now if trial_end else None,
        "_": {"billed": {}},
    }


def billing_mode(tx: Transaction, chosen: Json) -> Json:
    """Return the billing mode that was chosen, or the one that is usual at the request's version."""
    wanted = (chosen.get("billing_mode") or {}).get("type")
    flexible = wanted == "flexible" or (wanted is None and versions.of(tx) >= FLEXIBLE_SINCE)
    return {
        "flexible": {"proration_discounts": "included"} if flexible else None,
        "type": "flexible" if flexible else "classic",
    }


def new_item(tx: Transaction, subscription: str, item: Json, *, period: tuple[int, int]) -> Json:
    """Return the document of an item; `item` holds `price` (document), `quantity`, `metadata` and `tax_rates`."""
    return {
        "id": new_id(tx, "si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": tx.seconds,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": item.get("metadata") or {},
        "price": item["price"]["id"],
        "quantity": 0 if usage.is_metered(item["price"]) else item["quantity"],
        "subscription": subscription,
        "tax_rates": item.get("tax_rates") or [],
    }
