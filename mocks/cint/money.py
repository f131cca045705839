"""Amounts of money: integers of a ten-thousandth of the currency's unit inside, decimal numbers in quotes outside."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mocks.cint import errors

if TYPE_CHECKING:
    from mocks.cint.parameters import Money

Json = dict[str, Any]
UNIT = 10_000
SCALE = {"JPY": 0}
"""Digits after the decimal separator by ISO 4217; two unless told here."""


def shown(amount: int, currency: str) -> Json:
    """Show an amount as answers have it: at least two decimals, and as many more as it needs."""
    whole, rest = divmod(amount, UNIT)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return {
        "value": f"{whole}.{decimals}",
        "currency_code": currency,
        "currency_scale": SCALE.get(currency, 2),
    }


def read(given: Money, currency: str, name: str) -> int:
    """Return an amount that was sent; refuse another currency than the business unit's."""
    if given.currency_code != currency:
        detail = f"The currency must be {currency}, the business unit's."
        raise errors.bad_request(detail, f"{name}.currency_code", rule="wrong_currency")
    return int(Decimal(given.value) * UNIT)


def completed(value: Any, currency: str) -> Any:
    """Complete the amounts inside a document that was sent (`{value, currency_code}`) by their scale."""
    if isinstance(value, list):
        return [completed(each, currency) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"value", "currency_code"}:
        return {**value, "currency_scale": SCALE.get(value["currency_code"], 2)}
    return {name: completed(each, currency) for name, each in value.items()}
