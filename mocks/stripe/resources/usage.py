"""Where metered prices are measured: what is billed of them is what was used in the period that ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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


def is_metered(price: Json) -> bool:
    """Tell whether a price charges what was used."""
    return price["recurring"] is not None and price["recurring"]["usage_type"] == "metered"
