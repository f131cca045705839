"""What a new world's account at Algolia holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.transaction import Transaction


def open_account(tx: Transaction) -> dict[str, str]:
    """Fill the account; return what else the environment names, such as ids of what was made."""
    return {}
