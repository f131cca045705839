"""Subscription items: a price and its quantity within a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import tax_rates, usage
from mocks.stripe.resources.prices import PRICES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def shown_item(tx: Transaction, subscription: Json, item: Json) -> Json:
    """Return an item as the API shows it: with its whole price."""
    price = tx.get(PRICES, item["price"])
    if price is None:
        raise LookupError(
            f"the price {item['price']} of {subscription['id']} is gone: prices cannot be deleted"
        )
    shown = {**item, "price": snapshot(tx, price), "tax_rates": tax_rates.shown(tx, item["tax_rates"])}
    if usage.is_metered(price):
        del shown["quantity"]
    return shown
