"""The account a new world has at Stripe: the plan products and prices that its environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.stripe.resources import prices, products

if TYPE_CHECKING:
    from harness.transaction import Transaction

PLANS = (
    ("PAY_AS_YOU_GO", "Pay as you go", 6900, ("", "_ANNUAL")),
    ("ESSENTIAL", "Essential", 19900, ("_MONTHLY", "_ANNUAL")),
    ("PROFESSIONAL", "Professional", 49900, ("_MONTHLY", "_ANNUAL")),
    ("ADVANCED", "Advanced", 99900, ("_MONTHLY", "_ANNUAL")),
)
"""Each plan's name in the environment, its title, its price a month in cents, and the endings of its two variables."""

MONTHS_PAID_A_YEAR = 10


def open_account(tx: Transaction) -> dict[str, str]:
    """Create the plans and return the names under which the platform reads their price ids; nothing is announced."""
    env: dict[str, str] = {}
    for name, title, cents, (monthly, annual) in PLANS:
        product = products.build(tx, {"name": title, "description": f"The plan {title}"})
        for ending, interval, amount in (
            (monthly, "month", cents),
            (annual, "year", cents * MONTHS_PAID_A_YEAR),
        ):
            price = prices.build(
                tx,
                {
                    "currency": "usd",
                    "product": product["id"],
                    "recurring": {"interval": interval},
                    "unit_amount": amount,
                    "nickname": f"{title}, by the {interval}",
                },
            )
            env[f"NEXT_PUBLIC_PRICE_{name}{ending}"] = price["id"]
    return env
