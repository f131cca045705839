"""What a quantity of a price costs, and how Stripe writes amounts in the texts of invoice lines and hosted pages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mocks.stripe.resources.money import currencies, rounded

Json = dict[str, Any]

SYMBOLS = {
    "usd": "$",
    "eur": "€",
    "gbp": "£",
    "jpy": "¥",
    "inr": "₹",
    "aud": "A$",
    "cad": "CA$",
    "nzd": "NZ$",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what a quantity costs, as invoices list it: so many units at so much, a tier's number and flat fee."""

    quantity: int
    unit_amount: str
    amount: int
    tier: int | None = None


def cost(price: Json, quantity: int) -> int:
    """Return what a quantity of a price costs, in the minor unit; half a unit is rounded up."""
    return sum(part.amount for part in parts(price, quantity))


def parts(price: Json, quantity: int) -> list[Part]:
    """Return how a quantity of a price is charged: at once, or by tiers (Stripe docs: tiered pricing).

    Graduated tiers charge each unit at the tier it falls into, `volume` all of them at the tier of the last one. A tier's
    flat amount is added as soon as anything falls into it.
    """
    if price.get("billing_scheme") == "tiered":
        tiers = price["_"]["tiers"]
        return (
            _volume(price, tiers, quantity)
            if price["tiers_mode"] == "volume"
            else _graduated(price, tiers, quantity)
        )
    units = quantity
    transform = price.get("transform_quantity")
    if transform is not None:
        whole, rest = divmod(quantity, transform["divide_by"])
        units = whole + (1 if rest and transform["round"] == "up" else 0)
    unit = price["unit_amount_decimal"] or "0"
    return [Part(quantity, unit, rounded(Decimal(unit) * units, price["currency"]))]


def _graduated(price: Json, tiers: list[Json], quantity: int) -> list[Part]:
    found, below = [], 0
    for number, tier in enumerate(tiers, 1):
        up_to = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        if up_to > below or number == 1:
            found.append(_tier(price, tier, up_to - below, number))
        below = max(below, up_to)
    return found


def _volume(price: Json, tiers: list[Json], quantity: int) -> list[Part]:
    for number, tier in enumerate(tiers, 1):
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            return [_tier(price, tier, quantity, number)]
    raise LookupError(f"{price['id']} has no last tier")


def _tier(price: Json, tier: Json, quantity: int, number: int) -> Part:
    unit = tier["unit_amount_decimal"] or "0"
    flat = Decimal(tier["flat_amount_decimal"] or 0) if quantity else Decimal(0)
    return Part(quantity, unit, rounded(Decimal(unit) * quantity + flat, price["currency"]), number)


def written(amount: int | str, currency: str) -> str:
    """Return an amount of the minor unit as people read it: `$20.00`, `¥500`, `CHF 12.50`, `$0.005`."""
    digits = currencies().decimals.get(currency, 2)
    number = Decimal(amount).scaleb(-digits)
    exponent = number.normalize().as_tuple().exponent
    places = max(digits, -exponent if isinstance(exponent, int) else 0)
    symbol = SYMBOLS.get(currency, f"{currency.upper()} ")
    return f"{'-' if number < 0 else ''}{symbol}{abs(number):,.{places}f}"


def every(recurring: Json) -> str:
    """Return how often a recurring price is charged: `/ month`, `every 3 months`."""
    count = recurring["interval_count"]
    return f"/ {recurring['interval']}" if count == 1 else f"every {count} {recurring['interval']}s"
