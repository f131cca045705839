"""Parameters that several of billing's operations take: discounts, tax rates, percentages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mocks.stripe.parameters import Currency, Decimal, Group, Integer, Timestamp, Unset


def _empty_list(value: object) -> object:
    return [] if value == "" else value


class DiscountEntry(Group):
    """One of a coupon, a promotion code, or a discount that is there already."""

    coupon: str | None = None
    discount: str | None = None
    promotion_code: str | None = None


Discounts = Annotated[list[DiscountEntry], BeforeValidator(_empty_list), Field(max_length=20)]
"""What is to be redeemed; an empty string takes all discounts away."""

TaxRates = Annotated[list[str], BeforeValidator(_empty_list), Field(max_length=10)]
"""Ids of tax rates; an empty string takes all away."""

Percentage = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,4})?$")]
"""A percentage as it was sent."""

Amount = Annotated[Integer, Field(ge=-99_999_999, le=99_999_999)]
"""Minor units, negative for a credit."""

Behavior = Literal["always_invoice", "create_prorations", "none"]
PaymentBehavior = Literal[
    "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
]
CollectionMethod = Literal["charge_automatically", "send_invoice"]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


def _now_or_timestamp(value: object) -> object:
    if isinstance(value, str) and value != "now":
        if not value.isascii() or not value.isdigit():
            raise PydanticCustomError("invalid_integer", "Invalid integer: {value}", {"value": value})
        return int(value[:12])
    return value


NowOrTimestamp = Annotated[int | str, BeforeValidator(_now_or_timestamp)]
"""Unix seconds, or `now`."""

Quantity = Annotated[Integer, Field(ge=0, le=999_999)]


class Period(Group):
    """From when to when something was sold, in unix seconds."""

    end: Timestamp
    start: Timestamp


class OneTimePrice(Group):
    """A one-time price described in place."""

    currency: Currency
    product: str
    tax_behavior: TaxBehavior | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: Decimal | None = None


class Recurring(Group):
    """How often a price described in place is charged."""

    interval: Literal["day", "week", "month", "year"]
    interval_count: Annotated[Integer, Field(ge=1)] = 1


class RecurringPrice(Group):
    """A recurring price described in place."""

    currency: Currency
    product: str
    recurring: Recurring
    tax_behavior: TaxBehavior | None = None
    unit_amount: Annotated[Integer, Field(ge=0)] | None = None
    unit_amount_decimal: Decimal | None = None


class CancellationDetails(Group):
    """Why a customer leaves."""

    comment: Unset[str] = None
    feedback: Unset[
        Literal[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]
    ] = None
