"""Products: create, retrieve, update, delete, list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.prices import CurrencyOption, CustomAmount, Recurring, TaxBehavior
from mocks.stripe.parameters import (
    Boolean,
    Count,
    CreatedListParams,
    Currency,
    Decimal,
    Group,
    Metadata,
    StripeParams,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import envelope, listing, render, requested
from mocks.stripe.resources import prices, products
from mocks.stripe.resources.products import PRODUCTS

PATH = "/v1/products/{id}"
TaxCode = Annotated[str, Field(pattern=r"^txcd_\d{8}$")]


class Feature(Group):
    """A line of a pricing table."""

    name: Annotated[str, Field(max_length=5000)]


class PackageDimensions(Group):
    """How big a parcel is: inches, and ounces."""

    height: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    length: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    width: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class DefaultPrice(Group):
    """The first price of a new product, its default."""

    currency: Currency
    currency_options: dict[str, CurrencyOption] | None = None
    custom_unit_amount: CustomAmount | None = None
    metadata: Metadata = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior | None = None
    unit_amount: Count | None = None
    unit_amount_decimal: Decimal | None = None


class ChangeProduct(StripeParams):
    """What can be said of a product at any time."""

    active: Boolean | None = None
    description: Unset[Annotated[str, Field(max_length=40_000)]] = None
    images: Unset[Annotated[list[str], Field(max_length=8)]] = None
    marketing_features: Unset[Annotated[list[Feature], Field(max_length=15)]] = None
    metadata: Metadata = None
    name: Annotated[str, Field(max_length=5000)] | None = None
    package_dimensions: Unset[PackageDimensions] = None
    shippable: Boolean | None = None
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None
    tax_code: Unset[TaxCode] = None
    unit_label: Unset[Annotated[str, Field(max_length=12)]] = None
    url: Unset[Annotated[str, Field(max_length=5000)]] = None


class CreateProduct(ChangeProduct):
    """POST /v1/products."""

    unsupported = frozenset({"managed_payments"})

    default_price_data: DefaultPrice | None = None
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
    given = params.given()
    described = given.pop("default_price_data", None)
    product = products.create(tx, given)
    if described is not None:
        price = prices.create(tx, described | {"product": product["id"]})
        products.set_first_price(tx, product, price["id"])
    return render(tx, product, params.expand)


@stripe.get(PATH, id="GetProductsId", tier="P1")
def retrieve_product(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a product."""
    return render(tx, requested(tx, "product", id), params.expand)


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
