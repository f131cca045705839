"""A customer's own discount: it lessens what has no discount of its own.

The API gives it only by the old parameter `coupon`, which Stripe's CLI still sends; else the dashboard does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import discounts
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def of(customer: Json) -> Json:
    """Return a customer's discount; raise the 404 when there is none."""
    discount: Json | None = customer["discount"]
    if discount is None:
        raise errors.refusal(
            404, "No active discount for this customer.", code="resource_missing", param="customer"
        )
    return discount


def give(tx: Transaction, customer: Json, coupon: Json) -> None:
    """Give a customer a discount in place of the one they have (`customer.discount.updated`), or their first."""
    earlier = snapshot(tx, customer)
    former = customer["discount"] or {}
    customer["discount"] = snapshot(tx, discounts.give(tx, coupon, customer["id"], former.get("id")))
    tx.save(CUSTOMERS, customer)
    emit(tx, "customer.updated", CUSTOMERS, customer, previous={"discount": earlier["discount"]})


def take(tx: Transaction, customer: Json) -> Json:
    """Take a customer's discount away, and return what Stripe answers."""
    discount = of(customer)
    discounts.end(tx, discount["id"])
    customer["discount"] = None
    tx.save(CUSTOMERS, customer)
    emit(tx, "customer.updated", CUSTOMERS, customer, previous={"discount": discount})
    return discounts.deleted(tx, discount["id"])
