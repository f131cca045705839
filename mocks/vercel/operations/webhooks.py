"""Webhooks and log drains."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.parameters import Body, Query
from mocks.vercel.provider import vercel
from mocks.vercel.resources import webhooks
from mocks.vercel.resources.events import ENDPOINTS

Source = Literal["static", "lambda", "build", "edge", "external", "firewall"]


class NewWebhook(Body):
    """A webhook to add."""

    url: str
    events: list[str]
    projectIds: list[str] | None = Field(None, min_length=1, max_length=50)


class OfProject(Query):
    """Of which project."""

    projectId: str | None = None


class NewDrain(Body):
    """A log drain to add."""

    url: str
    deliveryFormat: Literal["json", "ndjson"]
    sources: list[Source] = Field(min_length=1)
    name: str | None = Field(None, max_length=100)
    secret: str | None = Field(None, max_length=200, min_length=1)
    environments: list[Literal["preview", "production"]] | None = None
    samplingRate: float | None = Field(None, ge=0.01, le=1)
    headers: dict[str, str] | None = None
    projectIds: list[str] | None = Field(None, min_length=1, max_length=50)


@vercel.post("/v1/webhooks", id="createWebhook", tier="P1")
def create_webhook(tx: Transaction, params: NewWebhook) -> Json:
    """Add a webhook; its secret is shown this once."""
    webhook = webhooks.create(tx, params.url, params.events, params.projectIds)
    return webhooks.shown(tx, webhook) | {"secret": webhook["secrets"][0]}


@vercel.get("/v1/webhooks", id="getWebhooks", tier="P1")
def list_webhooks(tx: Transaction, params: OfProject) -> list[Json]:
    """List the account's webhooks."""
    return [webhooks.listed(tx, each) for each in webhooks.of_account(tx, params.projectId)]


@vercel.get("/v1/webhooks/{id}", id="getWebhook", tier="P1")
def retrieve_webhook(tx: Transaction, id: str) -> Json:
    """Return a webhook, without its secret."""
    return webhooks.shown(tx, webhooks.found(tx, id))


@vercel.delete("/v1/webhooks/{id}", id="deleteWebhook", tier="P1", status=204)
def delete_webhook(tx: Transaction, id: str) -> Reply:
    """Delete a webhook."""
    tx.delete(ENDPOINTS, webhooks.found(tx, id)["id"])
    return Reply()


@vercel.post("/v1/log-drains", id="createConfigurableLogDrain", tier="P1")
def create_drain(tx: Transaction, params: NewDrain) -> Json:
    """Add a log drain; its secret is shown this once."""
    drain = webhooks.create_drain(tx, params.model_dump())
    return webhooks.shown_drain(drain) | {"secret": drain["secrets"][0]}


@vercel.get("/v1/log-drains", id="getAllLogDrains", tier="P1")
def list_drains(tx: Transaction, params: OfProject) -> list[Json]:
    """List the account's log drains."""
    held = [
        each
        for each in webhooks.drains(tx)
        if params.projectId is None or params.projectId in each["projectIds"]
    ]
    return [webhooks.shown_drain(each) for each in held]


@vercel.get("/v1/log-drains/{id}", id="getConfigurableLogDrain", tier="P1")
def retrieve_drain(tx: Transaction, id: str) -> Json:
    """Return a log drain."""
    return webhooks.shown_drain(webhooks.found_drain(tx, id))


@vercel.delete("/v1/log-drains/{id}", id="deleteConfigurableLogDrain", tier="P1", status=204)
def delete_drain(tx: Transaction, id: str) -> Reply:
    """Delete a log drain."""
    tx.delete(ENDPOINTS, webhooks.found_drain(tx, id)["id"])
    return Reply()
