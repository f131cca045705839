"""What a quantity of a price costs, and how Stripe writes amounts in the texts of invoice lines and hosted pages."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mocks.stripe.resources.money import currencies

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


def cost(price: Json, quantity: int) -> int:
    """Return what a quantity of a per-unit price costs, in the minor unit; half a unit is rounded up."""
    units = quantity
    transform = price.get("transform_quantity")
    if transform is not None:
        whole, rest = divmod(quantity, transform["divide_by"])
        units = whole + (1 if rest and transform["round"] == "up" else 0)
    exact = Decimal(price["unit_amount_decimal"]) * units
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


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
