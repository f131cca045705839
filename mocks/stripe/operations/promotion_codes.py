"""Promotion codes: create, retrieve, update, list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import (
    Boolean,
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
from mocks.stripe.resources import promotion_codes
from mocks.stripe.resources.promotion_codes import PROMOTION_CODES

PATH = "/v1/promotion_codes/{promotion_code}"


class Promotion(Group):
    """What the code redeems."""

    coupon: str
    type: Literal["coupon"]


class Restrictions(Group):
    """Who may redeem the code, and for which orders."""

    unsupported = frozenset({"currency_options"})

    first_time_transaction: Boolean = False
    minimum_amount: Annotated[Integer, Field(ge=1, le=99_999_999)] | None = None
    minimum_amount_currency: Currency | None = None


class CreatePromotionCode(StripeParams):
    """POST /v1/promotion_codes; versions before 2025-09-30.clover name the coupon by itself."""

    unsupported = frozenset({"customer_account"})

    active: Boolean = True
    code: Annotated[str, Field(max_length=500, pattern=r"^[A-Za-z0-9\-]+$")] | None = None
    coupon: str | None = None
    customer: str | None = None
    expires_at: Timestamp | None = None
    max_redemptions: Annotated[Integer, Field(ge=1)] | None = None
    metadata: Metadata = None
    promotion: Promotion | None = None
    restrictions: Restrictions | None = None


class UpdatePromotionCode(StripeParams):
    """POST /v1/promotion_codes/{promotion_code}."""

    unsupported = frozenset({"restrictions"})

    active: Boolean | None = None
    metadata: Metadata = None


class ListPromotionCodes(CreatedListParams):
    """GET /v1/promotion_codes."""

    unsupported = frozenset({"customer_account"})

    active: Boolean | None = None
    code: str | None = None
    coupon: str | None = None
    customer: str | None = None


@stripe.post("/v1/promotion_codes", id="PostPromotionCodes", tier="P1")
def create_promotion_code(tx: Transaction, params: CreatePromotionCode) -> Json:
    """Create a promotion code for a coupon."""
    coupon = params.coupon if params.promotion is None else params.promotion.coupon
    if coupon is None:
        raise errors.missing_parameter("promotion")
    return render(tx, promotion_codes.create(tx, params.given() | {"coupon": coupon}), params.expand)


@stripe.get(PATH, id="GetPromotionCodesPromotionCode", tier="P1")
def retrieve_promotion_code(tx: Transaction, params: StripeParams, promotion_code: str) -> Json:
    """Retrieve a promotion code."""
    return render(tx, promotion_codes.find(tx, promotion_code), params.expand)


@stripe.post(PATH, id="PostPromotionCodesPromotionCode", tier="P1")
def update_promotion_code(tx: Transaction, params: UpdatePromotionCode, promotion_code: str) -> Json:
    """Switch a promotion code on or off, or change its metadata."""
    found = promotion_codes.find(tx, promotion_code)
    promotion_codes.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.get("/v1/promotion_codes", id="GetPromotionCodes", tier="P1")
def list_promotion_codes(tx: Transaction, params: ListPromotionCodes) -> Json:
    """List promotion codes, newest first."""
    where = {
        "active": params.active,
        "code": None if params.code is None else params.code.lower(),
        "coupon": params.coupon,
        "customer": params.customer,
    }
    return listing(tx, PROMOTION_CODES, params, url="/v1/promotion_codes", where=where)
