"""The lines of invoices: what is charged, for which period, at which price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.ids import new_id
from mocks.stripe.resources import products
from mocks.stripe.resources.amounts import Part, every, parts, written

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def shown(line: Json) -> Json:
    """Return a line as the API shows it."""
    return {name: value for name, value in line.items() if name != "_"}


def blank(tx: Transaction, *, currency: str, preview: bool = False, **fields: Any) -> Json:
    """Return a line's document with these fields.

    A line of a preview has an id that is good for nothing else, `il_tmp_…`. The private part holds the line's own tax
    rates, None where the invoice's default ones count. Discounts and taxes are written by `invoice_totals`.
    """
    quantity = fields.get("quantity", 1)
    line = {
        "id": new_id(tx, "il_tmp" if preview else "il"),
        "object": "line_item",
        "amount": 0,
        "currency": currency,
        "description": None,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": None,
        "pretax_credit_amounts": [],
        "pricing": None,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": None,
        "subtotal": fields.get("amount", 0),
        "taxes": [],
        "_": {"tax_rates": None},
    }
    return line | fields


def recurring(
    tx: Transaction,
    subscription: Json,
    item: Json,
    price: Json,
    *,
    trial: bool = False,
    preview: bool = False,
) -> list[Json]:
    """Return the lines that charge a subscription's item for the item's present period; nothing in a trial.

    `price` is the price in the subscription's currency. A graduated price has a line for each tier.
    """
    name = product_name(tx, price)
    quantity = item["quantity"]
    charged = [Part(quantity, "0", 0)] if trial else parts(price, quantity)
    return [
        blank(
            tx,
            preview=preview,
            currency=price["currency"],
            amount=part.amount,
            description=f"Trial period for {name}" if trial else _text(part, name, price),
            discounts=list(item["discounts"]),
            metadata=dict(item["metadata"]),
            parent=of_item(subscription["id"], item["id"]),
            period={"end": item["current_period_end"], "start": item["current_period_start"]},
            pricing=priced(price, part.unit_amount),
            quantity=part.quantity,
            subscription=subscription["id"],
            _={"tax_rates": list(item["tax_rates"]) or None},
        )
        for part in charged
    ]


def from_item(tx: Transaction, item: Json, *, preview: bool = False) -> Json:
    """Return the line that an invoice item becomes on its invoice."""
    details = (item["parent"] or {}).get("subscription_details")
    subscription = None if details is None else details["subscription"]
    credited = item["_"].get("credited")
    proration = {
        "proration": item["proration"],
        "proration_details": {"credited_items": credited},
    }
    if item["proration"] and details is not None:
        parent = of_item(subscription, details["subscription_item"])
        parent["subscription_item_details"] |= {"invoice_item": item["id"], **proration}
    else:
        own = {"invoice_item": item["id"], **proration, "subscription": subscription}
        parent = {
            "invoice_item_details": own,
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    return blank(
        tx,
        preview=preview,
        currency=item["currency"],
        amount=item["amount"],
        description=item["description"],
        discountable=item["discountable"],
        discounts=list(item["discounts"]),
        metadata=dict(item["metadata"]),
        parent=parent,
        period=dict(item["period"]),
        pricing=item["pricing"],
        quantity=item["quantity"],
        subscription=subscription,
        _={"tax_rates": list(item["tax_rates"]) or None},
    )


def of_item(subscription: str | None, item: str) -> Json:
    """Return the parent of a line that charges a subscription's item."""
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription,
        "subscription_item": item,
    }
    return {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }


def priced(price: Json, unit_amount: str | None) -> Json:
    """Return what a line says of its price."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": unit_amount,
    }


def product_name(tx: Transaction, price: Json) -> str:
    """Return the name of what a price is for."""
    product = tx.get(products.PRODUCTS, price["product"])
    return str(product["name"]) if product is not None else "deleted product"


def _text(part: Part, name: str, price: Json) -> str:
    each = written(part.unit_amount, price["currency"])
    tier = "" if part.tier is None else f"Tier {part.tier} "
    return f"{part.quantity} × {name} ({tier}at {each} {every(price['recurring'])})"
