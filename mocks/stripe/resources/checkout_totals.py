"""What a Checkout Session comes to: its line items, discounts and taxes, computed as its invoice will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import checkout_shipping, discounts, invoice_amounts, invoice_totals, tax_rates
from mocks.stripe.resources.discounts import DISCOUNTS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def apply(tx: Transaction, session: Json, given: Json, lines: list[Json], customer: Json | None) -> None:
    """Write discounts, taxes and totals into a new session and its line items; raise the 400s of its discounts."""
    asked = given.get("discounts") or []
    ids = discounts.redeem(
        tx,
        asked,
        customer=None if customer is None else customer["id"],
        holder=("checkout_session", session["id"]),
        currency=lines[0]["currency"],
        total=sum(line["amount_subtotal"] for line in lines),
    )
    data = given.get("subscription_data") or {}
    default = tax_rates.chosen(tx, data.get("default_tax_rates"), at="subscription_data[default_tax_rates]")
    sums = computed(tx, lines, ids, default, customer)
    session["discounts"] = [
        {"coupon": each.get("coupon") or _coupon(tx, id), "promotion_code": each.get("promotion_code")}
        for each, id in zip(asked, ids, strict=True)
    ]
    session["_"] = session["_"] | {"line_items": lines, "discounts": ids}
    session |= {
        "amount_subtotal": sum(line["amount_subtotal"] for line in lines),
        "amount_total": sums["total"] + checkout_shipping.cost_of(session),
        "total_details": {
            "amount_discount": sum(line["amount_discount"] for line in lines),
            "amount_shipping": checkout_shipping.cost_of(session),
            "amount_tax": sum(line["amount_tax"] for line in lines),
        },
    }


def taxes_of(tx: Transaction, line: Json) -> list[Json]:
    """Return the taxes of a line item, with their whole rates."""
    return [
        {
            "amount": each["amount"],
            "rate": tax_rates.shown(tx, [each["tax_rate_details"]["tax_rate"]])[0],
            "taxability_reason": None,
            "taxable_amount": each["taxable_amount"],
        }
        for each in line["_"]["taxes"]
    ]


def discounts_of(tx: Transaction, line: Json) -> list[Json]:
    """Return the discounts of a line item, whole."""
    return [
        {"amount": each["amount"], "discount": snapshot(tx, tx.get(DISCOUNTS, each["discount"]) or {})}
        for each in line["_"]["discount_amounts"]
    ]


def computed(
    tx: Transaction, lines: list[Json], ids: list[str], default: list[str], customer: Json | None
) -> Json:
    """Compute line items in place as their invoice will be, discounts `ids` and taxes included; return the sums."""
    counted = [
        {
            "amount": line["amount_subtotal"],
            "discountable": True,
            "discounts": [],
            "pricing": {"price_details": {"product": line["_"]["product"]}},
            "_": {"tax_rates": line["_"]["tax_rates"] or None},
        }
        for line in lines
    ]
    invoice = {
        "currency": lines[0]["currency"],
        "customer_tax_exempt": "none" if customer is None else customer["tax_exempt"],
        "default_tax_rates": default,
        "discounts": ids,
        "lines": counted,
    }
    sums = invoice_totals.compute(counted, invoice_amounts.rules_of(tx, invoice))
    for line, each in zip(lines, counted, strict=True):
        taken = sum(one["amount"] for one in each["discount_amounts"])
        on_top = sum(one["amount"] for one in each["taxes"] if one["tax_behavior"] == "exclusive")
        line |= {
            "amount_discount": taken,
            "amount_tax": sum(one["amount"] for one in each["taxes"]),
            "amount_total": line["amount_subtotal"] - taken + on_top,
        }
        line["_"] = line["_"] | {"taxes": each["taxes"], "discount_amounts": each["discount_amounts"]}
    return sums


def _coupon(tx: Transaction, id: str) -> str:
    discount = tx.get(DISCOUNTS, id) or {}
    return str(discount["source"]["coupon"])
