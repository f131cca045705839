"""Shipping rates: create, retrieve, update, list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import (
    Boolean,
    Count,
    CreatedListParams,
    Currency,
    Group,
    Integer,
    Metadata,
    StripeParams,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import shipping_rates
from mocks.stripe.resources.shipping_rates import SHIPPING_RATES

PATH = "/v1/shipping_rates/{shipping_rate_token}"
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


class Bound(Group):
    """The least or the most time that goods take."""

    unit: Literal["business_day", "day", "hour", "month", "week"]
    value: Annotated[Integer, Field(ge=1)]


class DeliveryEstimate(Group):
    """How long goods take."""

    maximum: Bound | None = None
    minimum: Bound | None = None


class FixedAmount(Group):
    """What sending costs, whatever is sent."""

    unsupported = frozenset({"currency_options"})

    amount: Count
    currency: Currency


class NewRate(Group):
    """A shipping rate, made for itself or in place."""

    unsupported = frozenset({"tax_code"})

    delivery_estimate: DeliveryEstimate | None = None
    display_name: Annotated[str, Field(max_length=100)]
    fixed_amount: FixedAmount | None = None
    metadata: Metadata = None
    tax_behavior: TaxBehavior | None = None
    type: Literal["fixed_amount"] = "fixed_amount"


class CreateShippingRate(NewRate, StripeParams):
    """POST /v1/shipping_rates."""


class UpdateShippingRate(StripeParams):
    """POST /v1/shipping_rates/{shipping_rate_token}."""

    unsupported = frozenset({"fixed_amount"})

    active: Boolean | None = None
    metadata: Metadata = None
    tax_behavior: TaxBehavior | None = None


class ListShippingRates(CreatedListParams):
    """GET /v1/shipping_rates."""

    active: Boolean | None = None
    currency: Currency | None = None


@stripe.post("/v1/shipping_rates", id="PostShippingRates", tier="P2")
def create_shipping_rate(tx: Transaction, params: CreateShippingRate) -> Json:
    """Create a shipping rate."""
    return render(tx, shipping_rates.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetShippingRatesShippingRateToken", tier="P2")
def retrieve_shipping_rate(tx: Transaction, params: StripeParams, shipping_rate_token: str) -> Json:
    """Retrieve a shipping rate."""
    return render(tx, shipping_rates.find(tx, shipping_rate_token), params.expand)


@stripe.post(PATH, id="PostShippingRatesShippingRateToken", tier="P2")
def update_shipping_rate(tx: Transaction, params: UpdateShippingRate, shipping_rate_token: str) -> Json:
    """Archive a shipping rate or use it again, or change its metadata."""
    found = shipping_rates.find(tx, shipping_rate_token)
    return render(tx, shipping_rates.change(tx, found, params.given()), params.expand)


@stripe.get("/v1/shipping_rates", id="GetShippingRates", tier="P2")
def list_shipping_rates(tx: Transaction, params: ListShippingRates) -> Json:
    """List shipping rates, newest first."""
    where = {"active": params.active, "currency": params.currency}
    return listing(tx, SHIPPING_RATES, params, url="/v1/shipping_rates", where=where)
