"""Coupons: create, retrieve, update, delete, list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import Percentage
from mocks.stripe.parameters import (
    CreatedListParams,
    Currency,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Timestamp,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import coupons
from mocks.stripe.resources.coupons import COUPONS

PATH = "/v1/coupons/{coupon}"
Positive = Annotated[Integer, Field(ge=1, le=99_999_999)]


class AppliesTo(Group):
    """What a coupon lessens."""

    products: Annotated[list[str], Field(max_length=100)] | None = None


class CurrencyOption(Group):
    """What a coupon takes off in another currency."""

    amount_off: Positive


class CreateCoupon(StripeParams):
    """POST /v1/coupons."""

    amount_off: Positive | None = None
    applies_to: AppliesTo | None = None
    currency: Currency | None = None
    currency_options: dict[str, CurrencyOption] | None = None
    duration: Literal["forever", "once", "repeating"] = "once"
    duration_in_months: Annotated[Integer, Field(ge=1, le=120)] | None = None
    id: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_\-]+$")] | None = None
    max_redemptions: Annotated[Integer, Field(ge=1)] | None = None
    metadata: Metadata = None
    name: Annotated[str, Field(max_length=40)] | None = None
    percent_off: Percentage | None = None
    redeem_by: Timestamp | None = None


class UpdateCoupon(StripeParams):
    """POST /v1/coupons/{coupon}."""

    currency_options: dict[str, CurrencyOption] | None = None
    metadata: Metadata = None
    name: Annotated[str, Field(max_length=40)] | None = None


@stripe.post("/v1/coupons", id="PostCoupons", tier="P1")
def create_coupon(tx: Transaction, params: CreateCoupon) -> Json:
    """Create a coupon."""
    return render(tx, coupons.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetCouponsCoupon", tier="P1")
def retrieve_coupon(tx: Transaction, params: StripeParams, coupon: str) -> Json:
    """Retrieve a coupon."""
    return render(tx, coupons.find(tx, coupon), params.expand)


@stripe.post(PATH, id="PostCouponsCoupon", tier="P1")
def update_coupon(tx: Transaction, params: UpdateCoupon, coupon: str) -> Json:
    """Change a coupon's name, metadata or currencies."""
    found = coupons.find(tx, coupon)
    coupons.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.delete(PATH, id="DeleteCouponsCoupon", tier="P1")
def delete_coupon(tx: Transaction, params: StripeParams, coupon: str) -> Json:
    """Delete a coupon; what it was redeemed for stays."""
    return coupons.delete(tx, coupons.find(tx, coupon))


@stripe.get("/v1/coupons", id="GetCoupons", tier="P1")
def list_coupons(tx: Transaction, params: CreatedListParams) -> Json:
    """List coupons, newest first."""
    return listing(tx, COUPONS, params, url="/v1/coupons")
