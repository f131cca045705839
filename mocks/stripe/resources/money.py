"""Money: integers of the minor unit, the currencies Stripe knows, and what may be charged."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from mocks.stripe.errors import invalid

FEE_PERMILLE = 29
FEE_FIXED = 30
"""Stripe's standard fee for cards: 2.9 % + 30 of the minor unit."""

_SIGNS = {"usd": "$", "cad": "$", "aud": "$", "nzd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


@dataclass(frozen=True, slots=True)
class Currencies:
    """What is known of currencies: decimals by code, least charges, the greatest charge, what amounts are multiples of."""

    decimals: dict[str, int]
    minimums: dict[str, int]
    default_minimum: int
    maximum: int
    steps: dict[str, int]


@cache
def currencies() -> Currencies:
    """Read currencies.toml."""
    data = tomllib.loads(Path(__file__).with_name("currencies.toml").read_text())
    decimals = dict.fromkeys(data["other"], 2) | dict.fromkeys(data["zero_decimal"], 0)
    decimals |= dict.fromkeys(data["three_decimal"], 3)
    steps = dict.fromkeys(data["three_decimal"], 10) | data["steps"]
    return Currencies(decimals, data["minimums"], data["default_minimum"], data["maximum"], steps)


def check_currency(currency: str, *, param: str = "currency") -> None:
    """Raise the 400 for a currency that does not exist."""
    known = currencies().decimals
    if currency not in known:
        raise invalid(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: {', '.join(known)}",
            param=param,
            rule="invalid_currency",
        )


def check_charge(amount: int, currency: str, *, param: str = "amount") -> None:
    """Raise the 400 for an amount that cannot be charged: below the currency's minimum, or above the maximum."""
    known = currencies()
    least = known.minimums.get(currency, known.default_minimum)
    if amount < least:
        raise invalid(
            f"Amount must be at least {shown(least, currency)}",
            param=param,
            code="amount_too_small",
            rule="amount_too_small",
        )
    if amount > known.maximum:
        raise invalid(
            f"Amount must be no more than {shown(known.maximum, currency)}",
            param=param,
            code="amount_too_large",
            rule="amount_too_large",
        )


def check_last_digit(amount: int, currency: str) -> None:
    """Raise the 400 for an amount in a currency of three decimals that does not end in 0 (Stripe docs: currencies)."""
    if amount % 10 and currencies().decimals.get(currency) == 3:
        raise invalid(
            f"Invalid amount: amounts in {currency} have to be multiples of ten of its minor unit.",
            param="amount",
            rule="three_decimals",
        )


def shown(amount: int, currency: str) -> str:
    """Write an amount as Stripe's messages do: `$0.50 usd`, `¥50 jpy`."""
    decimals = currencies().decimals.get(currency, 2)
    sign = _SIGNS.get(currency, "")
    return f"{sign}{amount / 10**decimals:,.{decimals}f} {currency}"


def fee(amount: int) -> int:
    """Return Stripe's fee on a charge, rounded half up."""
    return (amount * FEE_PERMILLE + 500) // 1000 + FEE_FIXED


def rounded(exact: Decimal, currency: str) -> int:
    """Round a computed amount to one that can be charged, half of it away from zero.

    Three-decimal currencies end in 0, and the króna, which has no smaller coin, in 00 (Stripe docs: currencies).
    """
    step = currencies().steps.get(currency, 1)
    return int((exact / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * step
