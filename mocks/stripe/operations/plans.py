"""Plans: create, retrieve, update, delete, list: recurring prices under their older name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations.prices import Interval, ProductData, Tier, Transform
from mocks.stripe.parameters import (
    Boolean,
    Count,
    CreatedListParams,
    Currency,
    Decimal,
    Integer,
    Metadata,
    StripeParams,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import prices, products
from mocks.stripe.resources.prices import PRICES

PATH = "/v1/plans/{plan}"


class CreatePlan(StripeParams):
    """POST /v1/plans."""

    unsupported = frozenset({"trial_period_days"})

    active: Boolean = True
    amount: Count | None = None
    amount_decimal: Decimal | None = None
    billing_scheme: Literal["per_unit", "tiered"] = "per_unit"
    currency: Currency
    id: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_\-]+$")] | None = None
    interval: Interval
    interval_count: Annotated[Integer, Field(ge=1)] = 1
    metadata: Metadata = None
    meter: str | None = None
    nickname: Annotated[str, Field(max_length=5000)] | None = None
    product: ProductData | str
    tiers: list[Tier] | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transform_usage: Transform | None = None
    usage_type: Literal["licensed", "metered"] = "licensed"


class UpdatePlan(StripeParams):
    """POST /v1/plans/{plan}."""

    unsupported = frozenset({"product", "trial_period_days"})

    active: Boolean | None = None
    metadata: Metadata = None
    nickname: Unset[Annotated[str, Field(max_length=5000)]] = None


class ListPlans(CreatedListParams):
    """GET /v1/plans."""

    active: Boolean | None = None
    product: str | None = None


@stripe.post("/v1/plans", id="PostPlans", tier="P1")
def create_plan(tx: Transaction, params: CreatePlan) -> Json:
    """Create a plan, and so a price."""
    given = params.given()
    if isinstance(params.product, str):
        products.get(tx, params.product, param="product")
    else:
        given["product"] = products.create(tx, given["product"])["id"]
    return _shown(tx, prices.create_plan(tx, given), params)


@stripe.get(PATH, id="GetPlansPlan", tier="P1")
def retrieve_plan(tx: Transaction, params: StripeParams, plan: str) -> Json:
    """Retrieve a plan."""
    return _shown(tx, _find(tx, plan), params)


@stripe.post(PATH, id="PostPlansPlan", tier="P1")
def update_plan(tx: Transaction, params: UpdatePlan, plan: str) -> Json:
    """Change a plan's texts, or whether it can be subscribed to."""
    return _shown(tx, prices.change(tx, _find(tx, plan), params.given()), params)


@stripe.delete(PATH, id="DeletePlansPlan", tier="P1")
def delete_plan(tx: Transaction, plan: str) -> Json:
    """Delete a plan: nobody can subscribe to it any more."""
    return prices.delete_plan(tx, _find(tx, plan))


@stripe.get("/v1/plans", id="GetPlans", tier="P1")
def list_plans(tx: Transaction, params: ListPlans) -> Json:
    """List plans, newest first."""
    where = {"active": params.active, "product": params.product, "type": "recurring", "listed": True}
    found: Json = listing(tx, PRICES, params, url="/v1/plans", where=where)
    return found | {"data": [prices.plan(each) for each in found["data"]]}


def _find(tx: Transaction, id: str) -> Json:
    price = prices.existing(tx, id)
    if price is None or price["type"] != "recurring":
        raise errors.not_found("plan", id, param="plan")
    return price


def _shown(tx: Transaction, price: Json, params: StripeParams) -> Json:
    return prices.plan(render(tx, price, params.expand))
