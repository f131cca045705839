"""Webhook endpoints: create, retrieve, update, delete, list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import Boolean, ListParams, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.resources import embedded, webhook_endpoints
from mocks.stripe.resources.webhook_endpoints import ENDPOINTS, shown

PATH = "/v1/webhook_endpoints/{webhook_endpoint}"
Events = Annotated[list[str], Field(min_length=1)]


class CreateEndpoint(StripeParams):
    """POST /v1/webhook_endpoints."""

    unsupported = frozenset({"connect"})

    api_version: str | None = None
    description: Unset[Annotated[str, Field(max_length=5000)]] = None
    enabled_events: Events
    metadata: Metadata = None
    url: str


class UpdateEndpoint(StripeParams):
    """POST /v1/webhook_endpoints/{id}."""

    description: Unset[Annotated[str, Field(max_length=5000)]] = None
    disabled: Boolean | None = None
    enabled_events: Events | None = None
    metadata: Metadata = None
    url: str | None = None


@stripe.post("/v1/webhook_endpoints", id="PostWebhookEndpoints", tier="P1")
def create_endpoint(tx: Transaction, params: CreateEndpoint) -> Json:
    """Add an endpoint; only this answer shows its secret."""
    errors.check_nothing_expanded(params.expand)
    endpoint = webhook_endpoints.create(tx, params.given())
    return shown(endpoint) | {"secret": endpoint["secrets"][0]}


@stripe.get(PATH, id="GetWebhookEndpointsWebhookEndpoint", tier="P1")
def retrieve_endpoint(tx: Transaction, params: StripeParams, webhook_endpoint: str) -> Json:
    """Retrieve an endpoint."""
    errors.check_nothing_expanded(params.expand)
    return shown(webhook_endpoints.find(tx, webhook_endpoint))


@stripe.post(PATH, id="PostWebhookEndpointsWebhookEndpoint", tier="P1")
def update_endpoint(tx: Transaction, params: UpdateEndpoint, webhook_endpoint: str) -> Json:
    """Update an endpoint; `disabled` stops its deliveries."""
    errors.check_nothing_expanded(params.expand)
    found = webhook_endpoints.find(tx, webhook_endpoint)
    return shown(webhook_endpoints.change(tx, found, params.given()))


@stripe.delete(PATH, id="DeleteWebhookEndpointsWebhookEndpoint", tier="P1")
def delete_endpoint(tx: Transaction, webhook_endpoint: str) -> Json:
    """Delete an endpoint; its retries end."""
    tx.delete(ENDPOINTS, webhook_endpoints.find(tx, webhook_endpoint)["id"])
    return {"id": webhook_endpoint, "object": "webhook_endpoint", "deleted": True}


@stripe.get("/v1/webhook_endpoints", id="GetWebhookEndpoints", tier="P1")
def list_endpoints(tx: Transaction, params: ListParams) -> Json:
    """List endpoints, newest first."""
    found = [shown(each) for each in webhook_endpoints.listed(tx)]
    return embedded.listing(tx, found, params, url="/v1/webhook_endpoints")
