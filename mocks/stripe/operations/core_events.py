"""Events of v2: retrieve and list what happened in the last 30 days, thin."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors, v2, versions
from mocks.stripe.provider import stripe
from mocks.stripe.resources import thin_events
from mocks.stripe.resources.thin_events import EVENTS, KEPT, notification, stored_type

PATH = "/v2/core/events"


class ListCoreEvents(v2.PageParams):
    """GET /v2/core/events."""

    created: v2.InstantRange | None = None
    object_id: str | None = None
    types: Annotated[list[str], Field(max_length=20)] | None = None


@stripe.get(f"{PATH}/{{id}}", id="GetV2CoreEventsId", tier="P1")
def retrieve_core_event(tx: Transaction, id: str) -> Json:
    """Retrieve an event, with its data where it has any."""
    found = thin_events.find(tx, id)
    if found is None:
        raise errors.not_found("event", id)
    return thin_events.in_version(found, versions.of(tx))


@stripe.get(PATH, id="GetV2CoreEvents", tier="P1")
def list_core_events(tx: Transaction, params: ListCoreEvents) -> Json:
    """List events, newest first."""
    version = versions.of(tx)
    since, until = (None, None) if params.created is None else params.created.bounds()
    oldest = tx.now - KEPT

    def wanted(event: Json) -> bool:
        told = notification(event)
        known = params.types is None or told["type"] in params.types
        return known and params.object_id in (None, told.get("related_object", {}).get("id"))

    return v2.listing(
        tx,
        EVENTS,
        params,
        path=PATH,
        one_of=None if params.types is None else ("type", [stored_type(each) for each in params.types]),
        show=lambda each: thin_events.in_version(each, version),
        wanted=wanted,
        since=oldest if since is None else max(since, oldest),
        until=until,
    )
