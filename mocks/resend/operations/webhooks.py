"""Webhook endpoints."""

from __future__ import annotations

from harness import svix
from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import Listing, NewWebhook, WebhookChanges
from mocks.resend.provider import resend
from mocks.resend.resources import webhooks
from mocks.resend.resources.webhooks import ENDPOINTS


@resend.post("/webhooks", id="webhooks/create", tier="P1", status=201)
def create_webhook(tx: Transaction, params: NewWebhook) -> Json:
    """Add a webhook endpoint."""
    endpoint = webhooks.create(tx, params)
    return {"object": "webhook", "id": endpoint["id"], "signing_secret": endpoint["secrets"][0]}


@resend.get("/webhooks", id="webhooks/list", tier="P1")
def list_webhooks(tx: Transaction, params: Listing) -> Json:
    """List webhook endpoints, newest first."""
    return listed(tx, ENDPOINTS, params, webhooks.summary)


@resend.get("/webhooks/{webhook_id}", id="webhooks/get", tier="P1")
def retrieve_webhook(tx: Transaction, webhook_id: str) -> Json:
    """Retrieve a webhook endpoint with its signing secret."""
    return webhooks.full(find(tx, ENDPOINTS, webhook_id, "Webhook"))


@resend.patch("/webhooks/{webhook_id}", id="webhooks/update", tier="P1")
def update_webhook(tx: Transaction, params: WebhookChanges, webhook_id: str) -> Json:
    """Change a webhook endpoint."""
    endpoint = find(tx, ENDPOINTS, webhook_id, "Webhook")
    webhooks.update(tx, endpoint, params)
    return {"object": "webhook", "id": endpoint["id"]}


@resend.delete("/webhooks/{webhook_id}", id="webhooks/remove", tier="P1")
def remove_webhook(tx: Transaction, webhook_id: str) -> Json:
    """Delete a webhook endpoint."""
    endpoint = find(tx, ENDPOINTS, webhook_id, "Webhook")
    tx.delete(ENDPOINTS, endpoint["id"])
    return {"object": "webhook", "id": endpoint["id"], "deleted": True}


@resend.post("/webhooks/{webhook_id}/signing-secret/rotate", id="webhooks/rotate-signing-secret", tier="P1")
def rotate_signing_secret(tx: Transaction, webhook_id: str) -> Json:
    """Give a webhook endpoint a new signing secret; for a day the old one signs beside it."""
    endpoint = find(tx, ENDPOINTS, webhook_id, "Webhook")
    return {"object": "webhook", "id": endpoint["id"], "signing_secret": svix.rotate(tx, endpoint)}
