"""Subscription items: a price and its quantity within a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.rendering import snapshot
from mocks.stripe.resources.prices import PRICES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def shown_item(tx: Transaction, subscription: Json, item: Json) -> Json:
    """Return an item as the API shows it: with its whole price, and the price again in the older shape of a plan."""
    price = tx.get(PRICES, item["price"])
    if price is None:
        raise LookupError(f"the price {item['price']} of {subscription['id']} is gone: prices cannot be deleted")
    shown = snapshot(tx, price)
    return {**item, "plan": plan(shown), "price": shown}


def plan(price: Json) -> Json:
    """Return the plan that a recurring price also is (Stripe docs: plans and prices are compatible)."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": price["transform_quantity"],
        "trial_period_days": None,
        "usage_type": recurring["usage_type"],
    }
