"""What a Checkout Session sells: its line items, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import billable, checkout_totals, products
from mocks.stripe.resources.amounts import cost, written
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.money import currencies
from mocks.stripe.resources.prices import PRICES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Mode = Literal["payment", "setup", "subscription"]

# Line items live inside their session: the collection only completes the declaration.
register(
    Resource(
        "item",
        SESSIONS,
        includes={"discounts": checkout_totals.discounts_of, "taxes": checkout_totals.taxes_of},
    )
)


def build(tx: Transaction, price: Json, quantity: int, metadata: Json, tax_rates: list[str]) -> Json:
    """Return a line item as it is kept: its price by id, in the private part what its taxes depend on."""
    amount = cost(price, quantity)
    product = tx.get(products.PRODUCTS, price["product"])
    return {
        "id": new_id(tx, "li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"] if product is not None else None,
        "metadata": metadata,
        "price": price["id"],
        "quantity": quantity,
        "_": {
            "discount_amounts": [],
            "product": price["product"],
            "recurring": price["type"] == "recurring",
            "tax_rates": tax_rates,
            "taxes": [],
        },
    }


def shown(tx: Transaction, session: Json) -> list[Json]:
    """Return a session's line items as the API shows them, with their prices."""
    items = session["_"]["line_items"]
    return [{**item, "price": _price(tx, item["price"])} for item in items]


def infer_mode(prices: list[Json]) -> Mode:
    """Return the mode of a session that names none: a subscription as soon as one price recurs."""
    return "subscription" if any(price["type"] == "recurring" for price in prices) else "payment"


def check_mode(mode: Mode, prices: list[Json], *, customer: Json | None) -> None:
    """Raise the 400 for prices that a session of this mode cannot sell, or not to this customer."""
    recurring = [price for price in prices if price["type"] == "recurring"]
    if mode == "payment" and recurring:
        raise errors.invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            param="mode",
            rule="checkout_mode",
        )
    if mode == "subscription":
        if not recurring:
            raise errors.invalid(
                "You must provide at least one recurring price in `subscription` mode when using prices.",
                param="mode",
                rule="checkout_mode",
            )
        billable.check_together(recurring, customer=customer, at="line_items")
    if any(price["currency"] != prices[0]["currency"] for price in prices):
        raise errors.invalid(
            "All line items of a Checkout Session must have the same currency.",
            param="line_items",
            rule="mixed_currencies",
        )


def check_total(total: int, currency: str) -> None:
    """Raise the 400 for a total that cannot be charged; nothing at all is free to take."""
    known = currencies()
    least = known.minimums.get(currency, known.default_minimum)
    if 0 < total < least:
        raise errors.invalid(
            "The Checkout Session's total amount due must add up to at least "
            f"{written(least, currency)} {currency}.",
            param="line_items",
            code="amount_too_small",
            rule="amount_too_small",
        )
    if total > known.maximum:
        raise errors.invalid(
            f"The Checkout Session's total amount due must be no more than {known.maximum} of the minor unit.",
            param="line_items",
            code="amount_too_large",
            rule="amount_too_large",
        )


def _price(tx: Transaction, id: str) -> Json:
    price = tx.get(PRICES, id)
    if price is None:
        raise LookupError(f"the price {id} is gone: prices cannot be deleted")
    return snapshot(tx, price)
