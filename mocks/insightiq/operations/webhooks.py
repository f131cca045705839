"""Webhooks."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import find, listed
from mocks.insightiq.parameters import Body, Listing, Text, Texts
from mocks.insightiq.provider import EVENTS, insightiq
from mocks.insightiq.resources import events, webhooks
from mocks.insightiq.resources.webhooks import ENDPOINTS

Json = dict[str, Any]


class NewWebhook(Body):
    """Where to post what."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    url: Text
    events: Texts


class ChangedWebhook(NewWebhook):
    """A webhook as it is to be."""

    is_active: bool = True


class Payload(Body):
    """An event as it is to be posted."""

    event: Text
    name: str | None = None
    id: str | None = None
    data: dict[str, Any]


class Sent(Body):
    """What to post."""

    payload: Payload


@insightiq.post("/v1/webhooks", id="v1WebhookPostWebhooks", tier="P1", status=201)
def create_webhook(tx: Transaction, params: NewWebhook) -> Json:
    """Register a webhook."""
    return webhooks.render(webhooks.create(tx, params.name, params.url, params.events))


@insightiq.get("/v1/webhooks", id="v1WebhookGetWebhooks", tier="P1")
def list_webhooks(tx: Transaction, params: Listing) -> Json:
    """List webhooks, newest first."""
    shown = listed(tx, ENDPOINTS, params, webhooks.render)
    if tx.live and not params.model_fields_set:
        shown["metadata"] = dict.fromkeys(shown["metadata"])
    return shown


@insightiq.get("/v1/webhooks/{id}", id="v1WebhookGetWebhooksById", tier="P1")
def retrieve_webhook(tx: Transaction, id: str) -> Json:
    """Retrieve a webhook."""
    return webhooks.render(find(tx, ENDPOINTS, id, "webhook"))


@insightiq.put("/v1/webhooks/{id}", id="v1WebhookPutWebhooksById", tier="P1")
def update_webhook(tx: Transaction, params: ChangedWebhook, id: str) -> Json:
    """Replace a webhook's name, address, events and state."""
    endpoint = find(tx, ENDPOINTS, id, "webhook")
    changed = webhooks.update(
        tx, endpoint, name=params.name, url=params.url, events=params.events, active=params.is_active
    )
    return webhooks.render(changed)


@insightiq.delete("/v1/webhooks/{id}", id="v1WebhookDeleteWebhooksById", tier="P1", status=204)
def delete_webhook(tx: Transaction, id: str) -> Reply:
    """Delete a webhook."""
    tx.delete(ENDPOINTS, find(tx, ENDPOINTS, id, "webhook")["id"])
    return Reply()


@insightiq.post("/v1/webhooks/send", id="v1WebhookPostWebhooksSend", tier="P1")
def send_webhook(tx: Transaction, params: Sent) -> Json:
    """Post a payload to the webhooks that want its event, and return it."""
    if params.payload.event not in EVENTS:
        raise errors.invalid(["payload.event"], rule="unknown_event")
    payload: Json = params.payload.model_dump(exclude_none=True)
    events.send(tx, payload)
    return payload
