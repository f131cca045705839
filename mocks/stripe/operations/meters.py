"""Billing meters, the events that they count, and summaries of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import Group, ListParams, StripeParams, Timestamp
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import embedded, meters
from mocks.stripe.resources.meters import METERS, WINDOWS

PATH = "/v1/billing/meters/{id}"
EventName = Annotated[str, Field(max_length=100)]


class CustomerMapping(Group):
    """Under which key a payload names the customer."""

    event_payload_key: Annotated[str, Field(max_length=100)]
    type: Literal["by_id"]


class Aggregation(Group):
    """How events are added up."""

    formula: Literal["count", "last", "sum"]


class ValueSettings(Group):
    """Under which key a payload holds the value."""

    event_payload_key: Annotated[str, Field(max_length=100)]


class CreateMeter(StripeParams):
    """POST /v1/billing/meters."""

    customer_mapping: CustomerMapping | None = None
    default_aggregation: Aggregation
    display_name: Annotated[str, Field(max_length=250)]
    event_name: EventName
    event_time_window: Literal["day", "hour"] | None = None
    value_settings: ValueSettings | None = None


class UpdateMeter(StripeParams):
    """POST /v1/billing/meters/{id}."""

    display_name: Annotated[str, Field(max_length=250)] | None = None


class ListMeters(ListParams):
    """GET /v1/billing/meters."""

    status: Literal["active", "inactive"] | None = None


class ListSummaries(ListParams):
    """GET /v1/billing/meters/{id}/event_summaries."""

    customer: str
    end_time: Timestamp
    start_time: Timestamp
    value_grouping_window: Literal["day", "hour"] | None = None


class CreateEvent(StripeParams):
    """POST /v1/billing/meter_events."""

    event_name: EventName
    identifier: Annotated[str, Field(max_length=100)] | None = None
    payload: dict[str, Annotated[str, Field(max_length=100)]]
    timestamp: Timestamp | None = None


class Canceled(Group):
    """The event to take back."""

    identifier: Annotated[str, Field(max_length=100)] | None = None


class CreateAdjustment(StripeParams):
    """POST /v1/billing/meter_event_adjustments."""

    cancel: Canceled | None = None
    event_name: EventName
    type: Literal["cancel"]


@stripe.post("/v1/billing/meters", id="PostBillingMeters", tier="P1")
def create_meter(tx: Transaction, params: CreateMeter) -> Json:
    """Create a meter."""
    return render(tx, meters.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetBillingMetersId", tier="P1")
def retrieve_meter(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a meter."""
    return render(tx, requested(tx, "billing.meter", id), params.expand)


@stripe.post(PATH, id="PostBillingMetersId", tier="P1")
def update_meter(tx: Transaction, params: UpdateMeter, id: str) -> Json:
    """Rename a meter."""
    return render(tx, meters.change(tx, requested(tx, "billing.meter", id), **params.given()), params.expand)


@stripe.post(f"{PATH}/deactivate", id="PostBillingMetersIdDeactivate", tier="P1")
def deactivate_meter(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Let a meter take no more events."""
    meter = meters.activate(tx, requested(tx, "billing.meter", id), active=False)
    return render(tx, meter, params.expand)


@stripe.post(f"{PATH}/reactivate", id="PostBillingMetersIdReactivate", tier="P1")
def reactivate_meter(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Let a meter take events again."""
    return render(tx, meters.activate(tx, requested(tx, "billing.meter", id), active=True), params.expand)


@stripe.get("/v1/billing/meters", id="GetBillingMeters", tier="P1")
def list_meters(tx: Transaction, params: ListMeters) -> Json:
    """List meters, newest first."""
    return listing(tx, METERS, params, url="/v1/billing/meters", where={"status": params.status})


@stripe.get(f"{PATH}/event_summaries", id="GetBillingMetersIdEventSummaries", tier="P1")
def list_event_summaries(tx: Transaction, params: ListSummaries, id: str) -> Json:
    """List what a customer used, by a meter."""
    meter = requested(tx, "billing.meter", id)
    unit = WINDOWS.get(params.value_grouping_window or "", 60)
    for name in ("start_time", "end_time"):
        if getattr(params, name) % unit:
            words = {60: "minute", 3600: "hour", 86_400: "day"}[unit]
            raise errors.invalid(
                f"`{name}` must be aligned with {words} boundaries.", param=name, rule="meter_window"
            )
    if params.end_time <= params.start_time:
        raise errors.invalid("`end_time` must be after `start_time`.", param="end_time", rule="meter_window")
    period = (params.start_time, params.end_time)
    found = meters.summaries(tx, meter, params.customer, period, params.value_grouping_window)
    return embedded.listing(tx, found, params, url=f"/v1/billing/meters/{id}/event_summaries")


@stripe.post("/v1/billing/meter_events", id="PostBillingMeterEvents", tier="P1")
def create_meter_event(tx: Transaction, params: CreateEvent) -> Json:
    """Tell what a customer used."""
    errors.check_nothing_expanded(params.expand)
    return meters.record(tx, params.given())


@stripe.post("/v1/billing/meter_event_adjustments", id="PostBillingMeterEventAdjustments", tier="P1")
def create_meter_event_adjustment(tx: Transaction, params: CreateAdjustment) -> Json:
    """Take back what was told by mistake."""
    errors.check_nothing_expanded(params.expand)
    if params.cancel is None or params.cancel.identifier is None:
        raise errors.missing_parameter("cancel[identifier]")
    return meters.cancel(tx, params.event_name, params.cancel.identifier)
