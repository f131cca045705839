"""Prices: signatures; being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.rendering import Resource, register

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PRICES = Collection("stripe.price", "product", "active", "type", "lookup_key")

register(Resource("price", PRICES, expands={"product": "product"}))


def get(tx: Transaction, id: str, *, param: str = "price") -> Json:
    """Return a price named in a parameter; raise the 400 when there is none."""
    found = tx.get(PRICES, id)
    if found is None:
        raise errors.no_such("price", id, param=param)
    return found
