"""What lives by a test clock: its customers and their subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.resources import customers, prices, subscriptions
from mocks.stripe.resources.credit_grants import GRANTS
from mocks.stripe.resources.invoice_items import INVOICE_ITEMS
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.quotes import QUOTES
from mocks.stripe.resources.schedules import SCHEDULES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


_BY_TIME = (subscriptions.SUBSCRIPTIONS, SCHEDULES, INVOICES, INVOICE_ITEMS, QUOTES, GRANTS)
"""What of a customer goes by a clock."""


def attach(tx: Transaction, clock: Json, id: str) -> None:
    """Let an existing customer live by a new clock from now on, and announce it.

    Raises the 400s of a customer who has a clock already, or anything that goes by the world's.
    """
    customer = customers.get(tx, id)
    if customer["test_clock"] is not None:
        raise errors.invalid(
            f"The customer {id} is attached to the test clock {customer['test_clock']} already.",
            param="customer",
            rule="test_clock_of_customer",
        )
    if any(tx.first(each, customer=id) is not None for each in _BY_TIME):
        raise errors.invalid(
            f"The customer {id} has subscriptions, invoices, quotes or credits: Greenroom's Stripe attaches a test clock to a "
            "customer who has none yet.",
            param="customer",
            rule="test_clock_of_customer",
        )
    customers.save(tx, customer | {"test_clock": clock["id"]})


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
