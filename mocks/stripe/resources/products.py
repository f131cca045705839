"""Products: what prices are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import unserved_links
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PRODUCTS = Collection("stripe.product", "active", "shippable", "url")
DELETED = Collection("stripe.deleted_product")

register(
    Resource(
        "product",
        PRODUCTS,
        expands={"default_price": "price", **unserved_links.of("product")},
        deleted=DELETED,
    )
)

_BLANK: Json = {
    "id": "",
    "object": "product",
    "active": True,
    "created": 0,
    "default_price": None,
    "description": None,
    "images": [],
    "livemode": False,
    "marketing_features": [],
    "metadata": {},
    "name": "",
    "package_dimensions": None,
    "shippable": None,
    "statement_descriptor": None,
    "tax_code": None,
    "unit_label": None,
    "updated": 0,
    "url": None,
}
"""Every field of a product, in Stripe's order; never changed in place."""


def get(tx: Transaction, id: str, *, param: str = "product") -> Json:
    """Return a product named in a parameter; raise the 400 when there is none, or it is deleted."""
    found = tx.get(PRODUCTS, id)
    if found is None:
        raise errors.no_such("product", id, param=param)
    return found


def build(tx: Transaction, given: Json) -> Json:
    """Keep a new product of the parameters that were sent, without announcing it."""
    id = given.get("id") or new_id(tx, "prod")
    if tx.get(PRODUCTS, id) is not None:
        raise errors.invalid(
            "Product already exists.",
            param="id",
            code="resource_already_exists",
            rule="resource_already_exists",
        )
    product = _BLANK | {"id": id, "created": tx.seconds, "updated": tx.seconds}
    _apply(product, given)
    return tx.insert(PRODUCTS, product)


def create(tx: Transaction, given: Json) -> Json:
    """Create a product and announce it."""
    product = build(tx, given)
    emit(tx, "product.created", PRODUCTS, product)
    return product


def set_first_price(tx: Transaction, product: Json, price: str) -> None:
    """Make a price the default of the product that was created with it, and announce that."""
    product["default_price"] = price
    tx.save(PRODUCTS, product)
    emit(tx, "product.updated", PRODUCTS, product, previous={"default_price": None})


def change(tx: Transaction, product: Json, given: Json) -> Json:
    """Change a product; `product.updated` is announced when that changed anything."""
    if given.get("default_price") is not None:
        _check_default(tx, product, given["default_price"])
    _apply(product, given)
    if tx.before(PRODUCTS, product["id"]) != product:
        product["updated"] = tx.seconds
        tx.save(PRODUCTS, product)
        emit(tx, "product.updated", PRODUCTS, product)
    return product


def delete(tx: Transaction, product: Json) -> Json:
    """Delete a product that has no prices, and announce it; raise the 400 for one that has."""
    from mocks.stripe.resources.prices import PRICES

    if tx.first(PRICES, product=product["id"], listed=True) is not None:
        raise errors.invalid(
            "This product cannot be deleted because it has one or more user-created prices.",
            rule="product_has_prices",
        )
    tx.delete(PRODUCTS, product["id"])
    emit(tx, "product.deleted", PRODUCTS, product)
    if tx.get(DELETED, product["id"]) is not None:
        tx.delete(DELETED, product["id"])
    return tx.insert(DELETED, {"id": product["id"], "object": "product", "deleted": True})


def _apply(product: Json, given: Json) -> None:
    for name, value in given.items():
        match name:
            case "id":
                continue
            case "metadata":
                product[name] = merged(product[name], value)
            case "images" | "marketing_features":
                product[name] = value or []
            case _:
                product[name] = value


def _check_default(tx: Transaction, product: Json, price: str) -> None:
    from mocks.stripe.resources import prices

    if prices.get(tx, price, param="default_price")["product"] != product["id"]:
        raise errors.invalid(
            f"The price {price} does not belong to the product {product['id']}.",
            param="default_price",
            rule="price_of_other_product",
        )
