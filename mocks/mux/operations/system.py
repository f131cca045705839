"""The access token and the environment's webhooks.

Mux added webhooks to its API after the published document; the operations are named as the others are.
"""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import data, find, gone, listed
from mocks.mux.parameters import Listing, NewWebhook, WebhookChanges
from mocks.mux.provider import mux
from mocks.mux.resources import account, webhooks
from mocks.mux.resources.webhooks import ENDPOINTS


@mux.get("/system/v1/whoami", id="get-whoami", tier="P1")
def who_am_i(tx: Transaction) -> Json:
    """Tell whose access token it is."""
    return data(account.described(tx))


@mux.post("/system/v1/webhooks", id="create-webhook", tier="P1", status=201)
def create_webhook(tx: Transaction, params: NewWebhook) -> Json:
    """Add a webhook; its signing secret is told here only."""
    endpoint = webhooks.create(tx, params.address)
    return data(webhooks.shown(endpoint) | {"signing_secret": endpoint["secrets"][0]})


@mux.get("/system/v1/webhooks", id="list-webhooks", tier="P1")
def list_webhooks(tx: Transaction, params: Listing) -> Json:
    """List webhooks, newest first."""
    return listed(tx, ENDPOINTS, params, webhooks.shown)


@mux.get("/system/v1/webhooks/{webhook_id}", id="get-webhook", tier="P1")
def retrieve_webhook(tx: Transaction, webhook_id: str) -> Json:
    """Retrieve a webhook."""
    return data(webhooks.shown(find(tx, ENDPOINTS, webhook_id)))


@mux.patch("/system/v1/webhooks/{webhook_id}", id="update-webhook", tier="P1")
def update_webhook(tx: Transaction, params: WebhookChanges, webhook_id: str) -> Json:
    """Change a webhook's address, or switch it on or off."""
    endpoint = find(tx, ENDPOINTS, webhook_id)
    webhooks.update(tx, endpoint, params)
    return data(webhooks.shown(endpoint))


@mux.delete("/system/v1/webhooks/{webhook_id}", id="delete-webhook", tier="P1", status=204)
def delete_webhook(tx: Transaction, webhook_id: str) -> Reply:
    """Delete a webhook."""
    tx.delete(ENDPOINTS, find(tx, ENDPOINTS, webhook_id)["id"])
    return gone()
