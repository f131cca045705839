"""Editing the items of a subscription's document: what requests ask for, checked and applied, not charged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.resources import (
    billable,
    prices,
    subscription_shape,
    subscriptions,
    tax_rates,
    usage,
)
from mocks.stripe.resources.discounts import redeem

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


class Asked(billable.Priced, Protocol):
    """Parameters of an item that is added, changed or taken away."""

    def given(self) -> Json:
        """Return what was sent."""


def items(tx: Transaction, subscription: Json, asked: list[Asked], *, at: str = "items") -> None:
    """Apply what a request says of items: with an `id` one is changed, without one it is added.

    Raises the 400s of unknown items and prices, and of a subscription that nothing would be left of.
    """
    kept = [dict(item) for item in subscription["items"]]
    for place, each in enumerate(asked):
        where = f"{at}[{place}]"
        given = each.given()
        if given.get("id") is None:
            if given.get("deleted"):
                raise errors.missing_parameter(f"{where}[id]")
            kept.append(_added(tx, subscription, each, given, where))
            continue
        item = next((item for item in kept if item["id"] == given["id"]), None)
        if item is None:
            raise errors.no_such("subscription_item", given["id"], param=f"{where}[id]")
        if given.get("deleted"):
            kept.remove(item)
        else:
            _change(tx, subscription, item, each, given, where)
    _check(tx, subscription, kept, at)
    subscription["items"] = kept


def _added(tx: Transaction, subscription: Json, asked: Asked, given: Json, where: str) -> Json:
    price = _price(tx, subscription, asked, where)
    item = subscription_shape.new_item(
        tx,
        subscription["id"],
        {
            "price": price,
            "quantity": given.get("quantity", 0 if usage.is_metered(price) else 1),
            "metadata": merged({}, given.get("metadata") or {}),
            "tax_rates": tax_rates.chosen(tx, given.get("tax_rates"), at=f"{where}[tax_rates]"),
        },
        period=subscriptions.period_of(subscription),
    )
    return _discount(tx, subscription, item, given, where)


def _change(tx: Transaction, subscription: Json, item: Json, asked: Asked, given: Json, where: str) -> None:
    if given.get("price") is not None or given.get("price_data") is not None:
        price = _price(tx, subscription, asked, where)
        if usage.is_metered(price) or not item["quantity"]:
            item["quantity"] = 0 if usage.is_metered(price) else 1
        item["price"] = price["id"]
    if given.get("quantity") is not None:
        usage.check_quantity(tx.get(prices.PRICES, item["price"]), param=f"{where}[quantity]")
        item["quantity"] = given["quantity"]
    if "metadata" in given:
        item["metadata"] = merged(item["metadata"], given["metadata"])
    if "tax_rates" in given:
        item["tax_rates"] = tax_rates.chosen(tx, given["tax_rates"], at=f"{where}[tax_rates]")
    _discount(tx, subscription, item, given, where)


def _discount(tx: Transaction, subscription: Json, item: Json, given: Json, where: str) -> Json:
    if "discounts" in given:
        item["discounts"] = redeem(
            tx,
            given["discounts"],
            customer=subscription["customer"],
            holder=("subscription_item", item["id"]),
            inside=subscription["id"],
            currency=subscription["currency"],
            held=item["discounts"],
            at=f"{where}[discounts]",
        )
    return item


def _price(tx: Transaction, subscription: Json, asked: Asked, where: str) -> Json:
    price = billable.recurring_price_of(tx, asked, at=where)
    return prices.in_currency(price, subscription["currency"], param=f"{where}[price]")


def _check(tx: Transaction, subscription: Json, kept: list[Json], at: str) -> None:
    if not kept:
        raise errors.invalid(
            "A subscription must have at least one active plan; cancel the subscription to end it.",
            param=at,
            rule="last_item",
        )
    if len(kept) > 20:
        raise errors.invalid("A subscription can have at most 20 items.", param=at, rule="too_many_items")
    currency = subscription["currency"]
    billable.check_together(
        [prices.charged(tx, item["price"], currency) for item in kept], customer=None, at=at
    )
