"""Payment methods: signatures; being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe.rendering import Resource, register

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PAYMENT_METHODS = Collection("stripe.payment_method", "customer")

register(Resource("payment_method", PAYMENT_METHODS, expands={"customer": "customer"}))


def get(tx: Transaction, id: str, *, param: str = "payment_method") -> Json:
    """Return a payment method named in a parameter (a `pm_card_…` template makes a fresh one); raise the 400."""
    raise NotImplementedError


def from_template(tx: Transaction, name: str, *, param: str = "payment_method") -> Json:
    """Make a fresh payment method from a test template: `pm_card_visa`, `pm_card_chargeCustomerFail`, `tok_visa` …"""
    raise NotImplementedError


def attach(tx: Transaction, method: Json, customer: str) -> Json:
    """Attach to a customer and announce `payment_method.attached`; raises the 402 of a card that cannot be saved."""
    raise NotImplementedError


def chargeable(tx: Transaction, method: Json, amount: int) -> Json | None:
    """Return None when a charge of `amount` would succeed, else the error it would be declined with."""
    raise NotImplementedError
