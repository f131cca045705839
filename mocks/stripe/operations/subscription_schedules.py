"""Subscription schedules: create, retrieve, update, cancel, release, list; and the timers that carry them on."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import (
    Behavior,
    CollectionMethod,
    Discounts,
    NowOrTimestamp,
    Recurring,
    TaxRates,
)
from mocks.stripe.operations.subscription_parameters import BillingMode, NewItem
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Timestamp,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import prices, schedules
from mocks.stripe.resources.schedules import SCHEDULES

PATH = "/v1/subscription_schedules/{schedule}"


class DefaultSettings(Group):
    """What holds in all phases."""

    unsupported = frozenset(
        {
            "application_fee_percent",
            "automatic_tax",
            "billing_thresholds",
            "invoice_settings",
            "on_behalf_of",
            "transfer_data",
        }
    )

    billing_cycle_anchor: Literal["automatic", "phase_start"] | None = None
    collection_method: Literal["charge_automatically"] | None = None
    default_payment_method: str | None = None
    description: Unset[Annotated[str, Field(max_length=500)]] = None


class Phase(Group):
    """What the subscription is to be, and for how long."""

    unsupported = frozenset(
        {
            "add_invoice_items",
            "application_fee_percent",
            "automatic_tax",
            "billing_thresholds",
            "invoice_settings",
            "on_behalf_of",
            "transfer_data",
        }
    )

    billing_cycle_anchor: Literal["automatic", "phase_start"] | None = None
    collection_method: CollectionMethod | None = None
    currency: Currency | None = None
    default_payment_method: str | None = None
    default_tax_rates: TaxRates | None = None
    description: Unset[Annotated[str, Field(max_length=500)]] = None
    discounts: Discounts | None = None
    duration: Recurring | None = None
    end_date: Timestamp | None = None
    items: Annotated[list[NewItem], Field(min_length=1, max_length=20)]
    iterations: Annotated[Integer, Field(ge=1, le=1000)] | None = None
    metadata: Metadata = None
    proration_behavior: Behavior | None = None
    start_date: NowOrTimestamp | None = None
    trial: Boolean = False
    trial_end: Timestamp | None = None


class ChangeSchedule(StripeParams):
    """What can be said of a schedule at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset()

    default_settings: DefaultSettings | None = None
    end_behavior: Literal["cancel", "release"] | None = None
    metadata: Metadata = None
    phases: Annotated[list[Phase], Field(max_length=10)] | None = None


class CreateSchedule(ChangeSchedule):
    """POST /v1/subscription_schedules."""

    unsupported = frozenset({"customer_account"})

    billing_mode: BillingMode | None = None
    customer: str | None = None
    from_subscription: str | None = None
    start_date: NowOrTimestamp | None = None


class UpdateSchedule(ChangeSchedule):
    """POST /v1/subscription_schedules/{schedule}."""

    proration_behavior: Behavior | None = None


class CancelSchedule(StripeParams):
    """POST /v1/subscription_schedules/{schedule}/cancel."""

    invoice_now: Boolean = True
    prorate: Boolean = True


class ReleaseSchedule(StripeParams):
    """POST /v1/subscription_schedules/{schedule}/release."""

    preserve_cancel_date: Boolean = False


class ListSchedules(CreatedListParams):
    """GET /v1/subscription_schedules."""

    unsupported = frozenset({"canceled_at", "completed_at", "customer_account", "released_at"})

    customer: str | None = None
    scheduled: Boolean = False


@stripe.post("/v1/subscription_schedules", id="PostSubscriptionSchedules", tier="P1")
def create_schedule(tx: Transaction, params: CreateSchedule) -> Json:
    """Create a schedule: a subscription that begins later, or changes by itself."""
    given = {name: value for name, value in params.given().items() if value is not None}
    return render(tx, schedules.create(tx, given, params.phases or []), params.expand)


@stripe.get(PATH, id="GetSubscriptionSchedulesSchedule", tier="P1")
def retrieve_schedule(tx: Transaction, params: StripeParams, schedule: str) -> Json:
    """Retrieve a schedule."""
    return render(tx, schedules.find(tx, schedule), params.expand)


@stripe.post(PATH, id="PostSubscriptionSchedulesSchedule", tier="P1")
def update_schedule(tx: Transaction, params: UpdateSchedule, schedule: str) -> Json:
    """Change a schedule: its phases are replaced."""
    found = schedules.find(tx, schedule)
    schedules.change(tx, found, params.given(), params.phases)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/cancel", id="PostSubscriptionSchedulesScheduleCancel", tier="P1")
def cancel_schedule(tx: Transaction, params: CancelSchedule, schedule: str) -> Json:
    """Cancel a schedule and its subscription."""
    found = schedules.find(tx, schedule)
    schedules.cancel(tx, found, invoice_now=params.invoice_now, prorate=params.prorate)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/release", id="PostSubscriptionSchedulesScheduleRelease", tier="P1")
def release_schedule(tx: Transaction, params: ReleaseSchedule, schedule: str) -> Json:
    """Let a schedule go, its subscription stays."""
    found = schedules.find(tx, schedule)
    schedules.release(tx, found)
    return render(tx, found, params.expand)


@stripe.get("/v1/subscription_schedules", id="GetSubscriptionSchedules", tier="P1")
def list_schedules(tx: Transaction, params: ListSchedules) -> Json:
    """List schedules, newest first."""
    where = {"customer": params.customer, "status": "not_started" if params.scheduled else None}
    return listing(tx, SCHEDULES, params, url="/v1/subscription_schedules", where=where)


def follow_with(tx: Transaction, subscription: str, price: str, quantity: int | None) -> None:
    """Let another price, or number of it, begin with a subscription's next period; raises the 400 of one under a schedule."""
    begun = create_schedule(tx, CreateSchedule.model_validate({"from_subscription": subscription}))
    [phase] = begun["phases"]
    items = [{"price": each["price"], "quantity": each["quantity"]} for each in phase["items"]]
    recurring = prices.get(tx, price)["recurring"]
    length = {name: recurring[name] for name in ("interval", "interval_count")}
    given = {
        "end_behavior": "release",
        "phases": [
            {"items": items, "start_date": phase["start_date"], "end_date": phase["end_date"]},
            {
                "items": [
                    {"price": price, "quantity": items[0]["quantity"] if quantity is None else quantity}
                ],
                "duration": length,
                "proration_behavior": "none",
            },
        ],
    }
    update_schedule(tx, UpdateSchedule.model_validate(given), begun["id"])


@stripe.timer("schedule.phase")
def proceed(tx: Transaction, payload: Json) -> None:
    """A schedule starts, a phase follows another, or the last one ends."""
    schedules.proceed(tx, schedules.find(tx, payload["schedule"]))


@stripe.timer("schedule.expiring")
def warn(tx: Transaction, payload: Json) -> None:
    """A schedule ends soon."""
    schedules.warn(tx, schedules.find(tx, payload["schedule"]))
