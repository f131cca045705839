"""Customers: who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources.events import emit, updated

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CUSTOMERS = Collection("stripe.customer", "email")
DELETED = Collection("stripe.deleted_customer")

register(
    Resource(
        "customer",
        CUSTOMERS,
        expands={
            "default_source": "payment_method",
            "invoice_settings.default_payment_method": "payment_method",
        },
        deleted=DELETED,
    )
)

ON_DELETE: list[Any] = []
"""Functions of (tx, customer) that end what depends on a customer before it is deleted (subscriptions)."""


def get(tx: Transaction, id: str, *, param: str = "customer") -> Json:
    """Return a customer named in a parameter; raise the 400 when there is none, or it is deleted."""
    found = tx.get(CUSTOMERS, id)
    if found is None:
        raise errors.no_such("customer", id, param=param)
    return found


def save(tx: Transaction, customer: Json) -> bool:
    """Keep a changed customer and announce `customer.updated`; nothing happens when nothing changed."""
    return updated(tx, "customer.updated", CUSTOMERS, customer)


def create(tx: Transaction, given: Json) -> Json:
    """Create a customer from the parameters that were sent, and announce it."""
    customer: Json = {
        "id": new_id(tx, "cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": tx.seconds,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    change(customer, given)
    if customer["invoice_prefix"] is None:
        customer["invoice_prefix"] = tx.token("customer.invoice_prefix", 8, chance.UPPER)
    tx.insert(CUSTOMERS, customer)
    emit(tx, "customer.created", CUSTOMERS, customer)
    return customer


def change(customer: Json, given: Json) -> None:
    """Apply sent parameters to a customer, in place."""
    for name, value in given.items():
        if name == "metadata":
            customer["metadata"] = merged(customer["metadata"], value)
        else:
            customer[name] = value
