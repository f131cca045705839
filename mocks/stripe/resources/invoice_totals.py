"""What invoices come to: the one place where lines, discounts and taxes are turned into amounts.

Each discount is taken of what earlier ones left: those of a line first, then those of the invoice; then billing credits. A share of several
lines is spread over them so that the parts add up to the whole. Taxes are computed line by line on what remains, and
rounded there; half a unit is rounded away from zero, so that a credit undoes its charge. (Stripe docs: coupons, tax
rates, how invoice totals are calculated.)
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mocks.stripe.resources.money import rounded

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reduction:
    """A discount as it counts: its id, how much it takes off, and of which products (all when None)."""

    id: str
    percent: Decimal | None = None
    amount: int | None = None
    products: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax rate as it counts."""

    id: str
    percentage: Decimal
    inclusive: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What an invoice's amounts depend on besides its lines.

    `reductions` are all discounts by id; `on_invoice` those of the whole invoice in their order; `rates` all tax rates
    by id; `default_rates` those of lines that name none; `exempt` is the customer's `tax_exempt`.
    """

    currency: str
    reductions: dict[str, Reduction]
    on_invoice: tuple[str, ...] = ()
    rates: dict[str, Rate] | None = None
    default_rates: tuple[str, ...] = ()
    exempt: str = "none"


def compute(lines: list[Json], rules: Rules) -> Json:
    """Write discounts and taxes into the lines, and return the invoice's sums.

    A line's own tax rates are in its private part `_`, None where the invoice's default ones count.
    """
    own, all = _discounted(lines, rules)
    taxes = [_taxed(line, rules) for line in lines]
    credits = [each for line in lines for each in _credits(line)]
    subtotal = sum(line["amount"] for line in lines) - sum(own)
    reduced = sum(line["amount"] for line in lines) - sum(each["amount"] for each in (*all, *credits))
    exclusive, inclusive = sum(each for each, _ in taxes), sum(each for _, each in taxes)
    within = sum(_included(line["amount"] - own[place], line, rules) for place, line in enumerate(lines))
    return {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - within,
        "total": reduced + exclusive,
        "total_discount_amounts": all,
        "total_excluding_tax": reduced - inclusive,
        "total_pretax_credit_amounts": _pretax(all) + credits,
        "total_taxes": _summed(lines),
    }


def spread(amount: int, weights: list[int]) -> list[int]:
    """Divide an amount in proportion to weights that are not negative; the parts add up to it exactly."""
    whole, given, so_far, parts = sum(weights), 0, 0, []
    for weight in weights:
        so_far += weight
        share = 0 if whole == 0 else (amount * so_far * 2 + whole) // (2 * whole) - given
        given += share
        parts.append(share)
    return parts


# --- discounts -------------------------------------------------------------------------------------------------------


def _discounted(lines: list[Json], rules: Rules) -> tuple[list[int], list[Json]]:
    """Fill `discount_amounts` of all lines; return what their own discounts took of each, and the sums by discount."""
    left = [line["amount"] for line in lines]
    sums: dict[str, int] = {}
    for line in lines:
        line["discount_amounts"] = []
    for place, line in enumerate(lines):
        for id in line["discounts"]:
            _reduce(rules.reductions[id], [line], left, [place], rules, sums)
    own = [line["amount"] - left[place] for place, line in enumerate(lines)]
    for id in rules.on_invoice:
        _reduce(rules.reductions[id], lines, left, list(range(len(lines))), rules, sums)
    for line in lines:
        line["pretax_credit_amounts"] = _pretax(line["discount_amounts"]) + _credits(line)
    return own, [{"amount": amount, "discount": id} for id, amount in sums.items()]


def _reduce(
    by: Reduction, lines: list[Json], left: list[int], places: list[int], rules: Rules, sums: dict[str, int]
) -> None:
    """Take one discount of the lines at these places."""
    weights = [
        max(0, left[place]) if line["discountable"] and _concerns(by, line) else 0
        for place, line in zip(places, lines, strict=True)
    ]
    whole = sum(weights)
    if by.percent is None:
        taken = min(by.amount or 0, whole)
    else:
        taken = rounded(whole * by.percent / 100, rules.currency)
    for place, line, part in zip(places, lines, spread(taken, weights), strict=True):
        left[place] -= part
        if line["discountable"] and _concerns(by, line):
            line["discount_amounts"].append({"amount": part, "discount": by.id})
    sums[by.id] = sums.get(by.id, 0) + taken


def _concerns(by: Reduction, line: Json) -> bool:
    return by.products is None or _product(line) in by.products


def _product(line: Json) -> str | None:
    pricing = line["pricing"]
    return None if pricing is None else pricing["price_details"]["product"]


def _pretax(amounts: list[Json]) -> list[Json]:
    return [each | {"type": "discount"} for each in amounts]


def _credits(line: Json) -> list[Json]:
    """Return the billing credits that a line's usage was paid by."""
    used = line["_"].get("credits", ())
    return [each | {"type": "credit_balance_transaction"} for each in used]


# --- taxes -----------------------------------------------------------------------------------------------------------


def _rates(line: Json, rules: Rules) -> list[Rate]:
    own = line["_"]["tax_rates"]
    known = rules.rates or {}
    return [known[id] for id in (rules.default_rates if own is None else own)]


def _taxed(line: Json, rules: Rules) -> tuple[int, int]:
    """Fill a line's `taxes`; return what comes on top of it, and what it contains."""
    taxable = line["amount"] - sum(each["amount"] for each in line["pretax_credit_amounts"])
    rates = _rates(line, rules)
    amounts = _contained(taxable, rates, rules)
    base = taxable - sum(amounts.values())
    line["taxes"] = []
    for rate in rates:
        amount = amounts.get(rate.id, 0)
        if not rate.inclusive and rules.exempt == "none":
            amount = rounded(base * rate.percentage / 100, rules.currency)
        line["taxes"].append(
            {
                "amount": amount,
                "tax_behavior": "inclusive" if rate.inclusive else "exclusive",
                "tax_rate_details": {"tax_rate": rate.id},
                "taxability_reason": _REASONS[rules.exempt],
                "taxable_amount": base,
                "type": "tax_rate_details",
            }
        )
    exclusive = sum(each["amount"] for each in line["taxes"] if each["tax_behavior"] == "exclusive")
    return exclusive, sum(amounts.values())


_REASONS = {"none": "not_available", "exempt": "customer_exempt", "reverse": "reverse_charge"}


def _contained(amount: int, rates: list[Rate], rules: Rules) -> dict[str, int]:
    """Return what an amount contains of each inclusive tax, by its rate."""
    inclusive = [rate for rate in rates if rate.inclusive and rules.exempt == "none"]
    base = amount / (1 + sum((rate.percentage for rate in inclusive), Decimal(0)) / 100)
    return {rate.id: rounded(base * rate.percentage / 100, rules.currency) for rate in inclusive}


def _included(amount: int, line: Json, rules: Rules) -> int:
    return sum(_contained(amount, _rates(line, rules), rules).values())


def _summed(lines: list[Json]) -> list[Json]:
    """Return the taxes of all lines by rate."""
    sums: dict[str, Json] = {}
    for line in lines:
        for each in line["taxes"]:
            id = each["tax_rate_details"]["tax_rate"]
            sum_ = sums.setdefault(id, each | {"amount": 0, "taxable_amount": 0})
            sum_["amount"] += each["amount"]
            sum_["taxable_amount"] += each["taxable_amount"]
    return list(sums.values())
