"""Prices: create, retrieve, update, list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import (
    Boolean,
    Count,
    CreatedListParams,
    Currency,
    Decimal,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import envelope, listing, render
from mocks.stripe.resources import prices, products
from mocks.stripe.resources.prices import PRICES

PATH = "/v1/prices/{price}"
Interval = Literal["day", "week", "month", "year"]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


def _up_to(value: object) -> object:
    if value == "inf":
        return value
    if not (
        isinstance(value, str) and len(value) <= 15 and value.isascii() and value.isdigit() and int(value)
    ):
        raise PydanticCustomError("invalid_integer", "not an integer")
    return int(value)


UpTo = Annotated[int | str, BeforeValidator(_up_to)]
"""The last quantity of a tier, or `inf`."""

LookupKey = Annotated[str, Field(max_length=200)]


class Recurring(Group):
    """How often a price is charged."""

    unsupported = frozenset({"trial_period_days"})

    interval: Interval
    interval_count: Annotated[Integer, Field(ge=1)] = 1
    meter: str | None = None
    usage_type: Literal["licensed", "metered"] = "licensed"


class Tier(Group):
    """A step of a tiered price."""

    flat_amount: Count | None = None
    flat_amount_decimal: Decimal | None = None
    unit_amount: Count | None = None
    unit_amount_decimal: Decimal | None = None
    up_to: UpTo


class CurrencyOption(Group):
    """The price in another currency."""

    unsupported = frozenset({"custom_unit_amount", "tiers"})

    tax_behavior: TaxBehavior | None = None
    unit_amount: Count | None = None
    unit_amount_decimal: Decimal | None = None


class CustomAmount(Group):
    """An amount that the customer chooses."""

    enabled: Boolean
    maximum: Count | None = None
    minimum: Count | None = None
    preset: Count | None = None


class ProductData(Group):
    """A product described in place."""

    unsupported = frozenset({"tax_code"})

    active: Boolean = True
    id: str | None = None
    metadata: Metadata = None
    name: str
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None
    unit_label: Annotated[str, Field(max_length=12)] | None = None


class Transform(Group):
    """How a quantity is divided before it is priced."""

    divide_by: Annotated[Integer, Field(ge=1)]
    round: Literal["down", "up"]


class CreatePrice(StripeParams):
    """POST /v1/prices."""

    active: Boolean = True
    billing_scheme: Literal["per_unit", "tiered"] = "per_unit"
    currency: Currency
    currency_options: dict[str, CurrencyOption] | None = None
    custom_unit_amount: CustomAmount | None = None
    lookup_key: LookupKey | None = None
    metadata: Metadata = None
    nickname: Annotated[str, Field(max_length=5000)] | None = None
    product: str | None = None
    product_data: ProductData | None = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior | None = None
    tiers: list[Tier] | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transfer_lookup_key: Boolean = False
    transform_quantity: Transform | None = None
    unit_amount: Count | None = None
    unit_amount_decimal: Decimal | None = None


class UpdatePrice(StripeParams):
    """POST /v1/prices/{id}."""

    active: Boolean | None = None
    currency_options: Unset[dict[str, CurrencyOption]] = None
    lookup_key: Unset[LookupKey] = None
    metadata: Metadata = None
    nickname: Unset[Annotated[str, Field(max_length=5000)]] = None
    tax_behavior: TaxBehavior | None = None
    transfer_lookup_key: Boolean = False


class RecurringFilter(Group):
    """Which recurring prices are listed."""

    interval: Interval | None = None
    meter: str | None = None
    usage_type: Literal["licensed", "metered"] | None = None


class ListPrices(CreatedListParams):
    """GET /v1/prices."""

    active: Boolean | None = None
    currency: Currency | None = None
    lookup_keys: Annotated[list[str], Field(max_length=10)] | None = None
    product: str | None = None
    recurring: RecurringFilter | None = None
    type: Literal["one_time", "recurring"] | None = None


@stripe.post("/v1/prices", id="PostPrices", tier="P1")
def create_price(tx: Transaction, params: CreatePrice) -> Json:
    """Create a price, and its product when that is described in place."""
    given = params.given()
    described = given.pop("product_data", None)
    if (params.product is None) == (described is None):
        if described is not None:
            raise errors.exclusive("product", "product_data")
        raise errors.missing_parameter("product")
    if described is None:
        given["product"] = products.get(tx, params.product or "")["id"]
    else:
        given["product"] = products.create(tx, described)["id"]
    return render(tx, prices.create(tx, given), params.expand)


@stripe.get(PATH, id="GetPricesPrice", tier="P1")
def retrieve_price(tx: Transaction, params: StripeParams, price: str) -> Json:
    """Retrieve a price."""
    return render(tx, prices.find(tx, price), params.expand)


@stripe.post(PATH, id="PostPricesPrice", tier="P1")
def update_price(tx: Transaction, params: UpdatePrice, price: str) -> Json:
    """Update what may be changed of a price."""
    found = prices.find(tx, price)
    return render(tx, prices.change(tx, found, params.given()), params.expand)


@stripe.get("/v1/prices", id="GetPrices", tier="P1")
def list_prices(tx: Transaction, params: ListPrices) -> Json:
    """List prices, newest first."""
    if params.lookup_keys is not None:
        found = [tx.first(PRICES, lookup_key=key) for key in dict.fromkeys(params.lookup_keys)]
        return envelope(tx, [each for each in found if each], params.expand, url="/v1/prices")
    where = {
        "product": params.product,
        "active": params.active,
        "type": params.type,
        "currency": params.currency,
        "listed": True,
        **(params.recurring.given() if params.recurring else {}),
    }
    return listing(tx, PRICES, params, url="/v1/prices", where=where)
