"""Usage by v2: meter events one by one or as a stream, sessions for the stream, adjustments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness import instants
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import v2
from mocks.stripe.parameters import Group
from mocks.stripe.provider import stripe
from mocks.stripe.resources import meter_sessions, meters

Name = Annotated[str, Field(max_length=100)]
Identifier = Annotated[str, Field(max_length=100)]


class MeterEvent(Group):
    """POST /v2/billing/meter_events, and one event of a stream."""

    event_name: Name
    identifier: Identifier | None = None
    payload: dict[str, Annotated[str, Field(min_length=0, max_length=500)]]
    timestamp: v2.Instant | None = None


class Stream(Group):
    """POST /v2/billing/meter_event_stream."""

    events: Annotated[list[MeterEvent], Field(min_length=1, max_length=100)]


class Canceled(Group):
    """Which event is taken back."""

    identifier: Identifier


class Adjustment(Group):
    """POST /v2/billing/meter_event_adjustments."""

    cancel: Canceled
    event_name: Name
    type: Literal["cancel"]


@stripe.post("/v2/billing/meter_events", id="PostV2BillingMeterEvents", tier="P1")
def create_meter_event(tx: Transaction, params: MeterEvent) -> Json:
    """Tell what a customer used."""
    made = meters.record(tx, _given(params))
    times = {name: instants.iso(made[name] * instants.SECOND) for name in ("created", "timestamp")}
    return made | times | {"object": "v2.billing.meter_event"}


@stripe.post("/v2/billing/meter_event_session", id="PostV2BillingMeterEventSession", tier="P1")
def create_meter_event_session(tx: Transaction) -> Json:
    """Open a session for the stream of meter events."""
    return meter_sessions.open_session(tx)


@stripe.post("/v2/billing/meter_event_stream", id="PostV2BillingMeterEventStream", tier="P1")
def create_meter_event_stream(tx: Transaction, params: Stream) -> Json:
    """Tell what customers used, up to 100 events at once; wrong ones are told of afterwards."""
    meter_sessions.stream(tx, [_given(each) for each in params.events])
    return {}


@stripe.post("/v2/billing/meter_event_adjustments", id="PostV2BillingMeterEventAdjustments", tier="P1")
def create_meter_event_adjustment(tx: Transaction, params: Adjustment) -> Json:
    """Take back what was told by mistake."""
    made = meters.cancel(tx, params.event_name, params.cancel.identifier)
    own = {
        "id": f"mtrea_test_61{tx.token('meter_event_adjustment.id', 40)}",
        "object": "v2.billing.meter_event_adjustment",
        "created": instants.iso(tx.now),
    }
    return made | own


def _given(params: MeterEvent) -> Json:
    given = {name: value for name, value in params.given().items() if value is not None}
    if params.timestamp is not None:
        given["timestamp"] = params.timestamp // instants.SECOND
    return given
