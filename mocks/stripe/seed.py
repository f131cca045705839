"""The account a new world has at Stripe: the plan products and prices that its environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.transaction import Transaction


def open_account(tx: Transaction) -> dict[str, str]:
    """Create the account; return the names under which the platform reads its price ids."""
    return {}
