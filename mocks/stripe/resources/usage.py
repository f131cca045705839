"""Where metered prices are measured: what is billed of them is what was used in the period that ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mocks.stripe import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MEASURES: list[Callable[[Transaction, Json, Json, tuple[int, int]], int]] = []
"""Functions of subscription, item and period (unix seconds) that count what was used.

As long as there is none, metered prices cannot be subscribed to.
"""


def of(tx: Transaction, subscription: Json, item: Json, period: tuple[int, int]) -> int:
    """Return what was used of a metered item in a period."""
    return sum(measure(tx, subscription, item, period) for measure in MEASURES)


def check_quantity(price: Json | None, *, param: str) -> None:
    """Raise the 400 for a quantity of a metered price: that is what was used."""
    if price is not None and is_metered(price):
        raise errors.invalid(
            "You cannot set the quantity of a metered price: it is what was used.",
            param=param,
            rule="quantity_of_metered_price",
        )


def is_metered(price: Json) -> bool:
    """Tell whether a price charges what was used."""
    return price["recurring"] is not None and price["recurring"]["usage_type"] == "metered"
