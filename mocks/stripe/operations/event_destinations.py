"""Event destinations of v2: create, retrieve, update, list, delete, enable, disable, ping."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import v2
from mocks.stripe.parameters import Group
from mocks.stripe.provider import stripe
from mocks.stripe.resources import event_destinations, thin_events
from mocks.stripe.resources.event_destinations import DESTINATIONS, find, shown

PATH = "/v2/core/event_destinations"
ONE = f"{PATH}/{{id}}"
Events = Annotated[list[str], Field(min_length=1)]
Include = list[Literal["webhook_endpoint.url"]]
Text = Annotated[str, Field(min_length=0, max_length=5000)]


class Webhook(Group):
    """Where events are posted."""

    url: str


class CreateDestination(Group):
    """POST /v2/core/event_destinations."""

    unsupported = frozenset({"amazon_eventbridge", "azure_event_grid"})

    description: Text | None = None
    enabled_events: Events
    event_payload: Literal["snapshot", "thin"]
    events_from: list[Literal["@self"]] | None = None
    include: list[Literal["webhook_endpoint.signing_secret", "webhook_endpoint.url"]] = []
    metadata: dict[str, Text] | None = None
    name: str
    snapshot_api_version: str | None = None
    type: Literal["webhook_endpoint"]
    webhook_endpoint: Webhook | None = None


class UpdateDestination(Group):
    """POST /v2/core/event_destinations/{id}."""

    description: Text | None = None
    enabled_events: Events | None = None
    include: Include = []
    metadata: dict[str, Text | None] | None = None
    name: str | None = None
    webhook_endpoint: Webhook | None = None


class RetrieveDestination(Group):
    """GET /v2/core/event_destinations/{id}."""

    include: Include = []


class ListDestinations(v2.PageParams):
    """GET /v2/core/event_destinations."""

    include: Include = []


@stripe.post(PATH, id="PostV2CoreEventDestinations", tier="P1")
def create_destination(tx: Transaction, params: CreateDestination) -> Json:
    """Add a destination; only this answer may include its signing secret."""
    made = event_destinations.create(tx, params.given())
    return shown(tx, made, [*params.include])


@stripe.get(ONE, id="GetV2CoreEventDestinationsId", tier="P1")
def retrieve_destination(tx: Transaction, params: RetrieveDestination, id: str) -> Json:
    """Retrieve a destination."""
    return shown(tx, find(tx, id), [*params.include])


@stripe.post(ONE, id="PostV2CoreEventDestinationsId", tier="P1")
def update_destination(tx: Transaction, params: UpdateDestination, id: str) -> Json:
    """Update a destination."""
    given = {name: value for name, value in params.given().items() if name != "include"}
    return shown(tx, event_destinations.change(tx, find(tx, id), given), [*params.include])


@stripe.get(PATH, id="GetV2CoreEventDestinations", tier="P1")
def list_destinations(tx: Transaction, params: ListDestinations) -> Json:
    """List destinations, newest first."""
    include: list[str] = [*params.include]
    return v2.listing(tx, DESTINATIONS, params, path=PATH, show=lambda each: shown(tx, each, include))


@stripe.delete(ONE, id="DeleteV2CoreEventDestinationsId", tier="P1")
def delete_destination(tx: Transaction, id: str) -> Json:
    """Delete a destination; its retries end."""
    event_destinations.delete(tx, find(tx, id))
    return {"id": id, "object": "v2.core.event_destination"}


@stripe.post(f"{ONE}/enable", id="PostV2CoreEventDestinationsIdEnable", tier="P1")
def enable_destination(tx: Transaction, id: str) -> Json:
    """Let a destination be told of events again."""
    return shown(tx, event_destinations.enable(tx, find(tx, id), enabled=True), [])


@stripe.post(f"{ONE}/disable", id="PostV2CoreEventDestinationsIdDisable", tier="P1")
def disable_destination(tx: Transaction, id: str) -> Json:
    """Let a destination be told of nothing."""
    return shown(tx, event_destinations.enable(tx, find(tx, id), enabled=False), [])


@stripe.post(f"{ONE}/ping", id="PostV2CoreEventDestinationsIdPing", tier="P1")
def ping_destination(tx: Transaction, id: str) -> Json:
    """Send a destination an event that says no more than that it can be reached."""
    return thin_events.shown(event_destinations.ping(tx, find(tx, id)))
