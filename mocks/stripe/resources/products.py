"""Products: what prices are for."""

from __future__ import annotations

from typing import Any

from harness.collection import Collection
from mocks.stripe.rendering import Resource, register

Json = dict[str, Any]

PRODUCTS = Collection("stripe.product", "active")
DELETED = Collection("stripe.deleted_product")

register(Resource("product", PRODUCTS, expands={"default_price": "price"}, deleted=DELETED))
