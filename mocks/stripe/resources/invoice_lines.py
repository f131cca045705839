"""The lines of invoices: what is charged, for which period, at which price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.ids import new_id
from mocks.stripe.resources import products
from mocks.stripe.resources.amounts import cost, every, written

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def recurring(
    tx: Transaction,
    subscription: Json,
    item: Json,
    price: Json,
    *,
    trial: bool = False,
    preview: bool = False,
) -> Json:
    """Return the line that charges a subscription's item for the item's present period; nothing in a trial.

    A line of a preview has an id that is good for nothing else, `il_tmp_…`.
    """
    quantity = item["quantity"]
    amount = 0 if trial else cost(price, quantity)
    name = _product_name(tx, price)
    text = f"Trial period for {name}"
    if not trial:
        each = written(price["unit_amount_decimal"], price["currency"])
        text = f"{quantity} × {name} (at {each} {every(price['recurring'])})"
    return {
        "id": new_id(tx, "il_tmp" if preview else "il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": text,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(item["metadata"]),
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": "0" if trial else price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def _product_name(tx: Transaction, price: Json) -> str:
    product = tx.get(products.PRODUCTS, price["product"])
    return str(product["name"]) if product is not None else "deleted product"
