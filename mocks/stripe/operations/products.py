"""Products: create, retrieve, update, delete, list."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, CreatedListParams, Group, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import envelope, listing, render, requested
from mocks.stripe.resources import products
from mocks.stripe.resources.products import PRODUCTS

PATH = "/v1/products/{id}"


class Feature(Group):
    """A line of a pricing table."""

    name: Annotated[str, Field(max_length=5000)]


class ChangeProduct(StripeParams):
    """What can be said of a product at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset({"package_dimensions", "tax_code"})

    active: Boolean | None = None
    description: Unset[Annotated[str, Field(max_length=40_000)]] = None
    images: Unset[Annotated[list[str], Field(max_length=8)]] = None
    marketing_features: Unset[Annotated[list[Feature], Field(max_length=15)]] = None
    metadata: Metadata = None
    name: Annotated[str, Field(max_length=5000)] | None = None
    shippable: Boolean | None = None
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None
    unit_label: Unset[Annotated[str, Field(max_length=12)]] = None
    url: Unset[Annotated[str, Field(max_length=5000)]] = None


class CreateProduct(ChangeProduct):
    """POST /v1/products."""

    unsupported = ChangeProduct.unsupported | {"default_price_data", "managed_payments"}

    id: Annotated[str, Field(max_length=5000)] | None = None
    name: Annotated[str, Field(max_length=5000)]


class UpdateProduct(ChangeProduct):
    """POST /v1/products/{id}."""

    default_price: str | None = None


class ListProducts(CreatedListParams):
    """GET /v1/products."""

    active: Boolean | None = None
    ids: list[str] | None = None
    shippable: Boolean | None = None
    url: str | None = None


@stripe.post("/v1/products", id="PostProducts", tier="P1")
def create_product(tx: Transaction, params: CreateProduct) -> Json:
    """Create a product."""
    return render(tx, products.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetProductsId", tier="P1")
def retrieve_product(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a product; a deleted one is answered as such."""
    return render(tx, requested(tx, "product", id, deleted=True), params.expand)


@stripe.post(PATH, id="PostProductsId", tier="P1")
def update_product(tx: Transaction, params: UpdateProduct, id: str) -> Json:
    """Update a product."""
    return render(tx, products.change(tx, requested(tx, "product", id), params.given()), params.expand)


@stripe.delete(PATH, id="DeleteProductsId", tier="P1")
def delete_product(tx: Transaction, id: str) -> Json:
    """Delete a product that has no prices."""
    return products.delete(tx, requested(tx, "product", id))


@stripe.get("/v1/products", id="GetProducts", tier="P0")
def list_products(tx: Transaction, params: ListProducts) -> Json:
    """List products, newest first."""
    if params.ids is not None:
        found = [tx.get(PRODUCTS, id) for id in dict.fromkeys(params.ids)]
        return envelope(tx, [each for each in found if each], params.expand, url="/v1/products")
    where = {"active": params.active, "shippable": params.shippable, "url": params.url}
    return listing(tx, PRODUCTS, params, url="/v1/products", where=where)
