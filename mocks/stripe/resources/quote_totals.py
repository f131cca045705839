"""What a quote comes to: at once, and in each period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.parameters import merged
from mocks.stripe.resources import (
    checkout_items,
    checkout_totals,
    customers,
    discounts,
    prices,
    subscription_shape,
    tax_rates,
)
from mocks.stripe.resources.amounts import cost

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def subscription_data(tx: Transaction, given: Json) -> Json:
    """Return what a quote says of the subscription that it may become."""
    return {
        "billing_mode": subscription_shape.billing_mode(tx, given),
        "description": given.get("description"),
        "effective_date": None,
        "metadata": merged({}, given.get("metadata") or {}),
        "trial_period_days": given.get("trial_period_days"),
    }


def apply(tx: Transaction, quote: Json, given: Json, items: list[Json] | None) -> None:
    """Write line items, discounts and tax rates that were sent into a quote, and compute what it comes to."""
    if items is not None:
        quote["_"] = quote["_"] | {"line_items": _lines(tx, items)}
    lines = quote["_"]["line_items"]
    if "default_tax_rates" in given:
        chosen = tax_rates.chosen(tx, given["default_tax_rates"], at="default_tax_rates")
        quote["default_tax_rates"] = chosen
    if "discounts" in given:
        quote["_"] = quote["_"] | {"asked": given["discounts"] or []}
    quote["currency"] = lines[0]["currency"] if lines else None
    if lines and ("discounts" in given or items is not None):
        quote["discounts"] = discounts.redeem(
            tx,
            quote["_"]["asked"],
            customer=quote["customer"],
            holder=("quote", quote["id"]),
            currency=quote["currency"],
            held=quote["discounts"],
        )
    _compute(tx, quote, lines)


def _lines(tx: Transaction, items: list[Json]) -> list[Json]:
    if items:
        found = [each["price"] for each in items]
        checkout_items.check_mode(checkout_items.infer_mode(found), found, customer=None)
    return [
        checkout_items.build(tx, each["price"], each["quantity"], {}, each["tax_rates"]) for each in items
    ]


def _compute(tx: Transaction, quote: Json, lines: list[Json]) -> None:
    customer = None if quote["customer"] is None else customers.get(tx, quote["customer"])
    default, ids = quote["default_tax_rates"], quote["discounts"]
    trial = bool(quote["subscription_data"]["trial_period_days"])
    for line in lines:
        line["amount_subtotal"] = 0 if trial and line["_"]["recurring"] else _cost(tx, line)
    upfront = _sums(tx, lines, ids, default, customer)
    again = [line | {"amount_subtotal": _cost(tx, line)} for line in lines if line["_"]["recurring"]]
    recurring = None
    if again:
        rhythm = prices.charged(tx, again[0]["price"], quote["currency"])["recurring"]
        names = ("interval", "interval_count")
        recurring = _sums(tx, again, ids, default, customer) | {name: rhythm[name] for name in names}
    quote |= {
        "amount_subtotal": upfront["amount_subtotal"],
        "amount_total": upfront["amount_total"],
        "computed": {"recurring": recurring, "upfront": upfront},
        "total_details": upfront["total_details"],
    }


def _cost(tx: Transaction, line: Json) -> int:
    return cost(prices.charged(tx, line["price"], line["currency"]), line["quantity"])


def _sums(
    tx: Transaction, lines: list[Json], ids: list[str], default: list[str], customer: Json | None
) -> Json:
    total = checkout_totals.computed(tx, lines, ids, default, customer)["total"] if lines else 0
    return {
        "amount_subtotal": sum(line["amount_subtotal"] for line in lines),
        "amount_total": total,
        "total_details": {
            "amount_discount": sum(line["amount_discount"] for line in lines),
            "amount_shipping": 0,
            "amount_tax": sum(line["amount_tax"] for line in lines),
        },
    }
