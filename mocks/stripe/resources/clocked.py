"""What lives by a test clock: its customers and their subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.resources import customers, prices, subscriptions

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def intervals(tx: Transaction, clock: str) -> list[str]:
    """Return the intervals of the subscriptions that go on by a clock."""
    return [
        prices.charged(tx, each["items"][0]["price"], each["currency"])["recurring"]["interval"]
        for each in tx.every(subscriptions.SUBSCRIPTIONS, test_clock=clock)
        if each["status"] not in subscriptions.ENDED
    ]


def delete_customers(tx: Transaction, clock: str) -> None:
    """Delete the customers of a clock, as deleting the clock does."""
    for customer in list(tx.every(customers.CUSTOMERS, test_clock=clock)):
        customers.delete(tx, customer)
