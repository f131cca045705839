"""Notification webhooks of an account."""

from __future__ import annotations

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import listing
from mocks.cint.dialect import check_version, etag
from mocks.cint.parameters import Body, Listing
from mocks.cint.provider import EVENTS, cint
from mocks.cint.resources import accounts, webhooks
from mocks.cint.resources.webhooks import ENDPOINTS

PATH = "/v1/accounts/{account_id}/webhooks"
ONE = f"{PATH}/{{webhook_id}}"


class NewWebhook(Body):
    """A webhook under an id of the client's choice."""

    id: str
    url: str = Field(max_length=2000)
    events: list[str]


class WebhookChanges(Body):
    """What can be changed of a webhook."""

    url: str | None = Field(None, max_length=2000)
    events: list[str] | None = None


@cint.get(PATH, id="get_webhooks", tier="P1")
def get_webhooks(tx: Transaction, params: Listing, account_id: str) -> Json:
    """List the webhooks, the newest first."""
    accounts.find(tx, account_id)
    found = listing.page(tx, ENDPOINTS, params)
    return {"webhooks": [webhooks.shown(each) for each in found.items], "has_more": found.has_more}


@cint.post(PATH, id="create_webhook", tier="P1", status=201)
def create_webhook(tx: Transaction, params: NewWebhook, account_id: str) -> Json:
    """Add a webhook; its secret is shown this once."""
    accounts.find(tx, account_id)
    return webhooks.shown(webhooks.create(tx, params.id, params.url, params.events), secret=True)


@cint.get(f"{PATH}/events", id="get_webhook_events", tier="P1")
def get_webhook_events(tx: Transaction, account_id: str) -> Json:
    """List the events that webhooks may ask for."""
    accounts.find(tx, account_id)
    return {"events": list(EVENTS)}


@cint.get(ONE, id="get_webhook", tier="P1")
def get_webhook(tx: Transaction, account_id: str, webhook_id: str) -> Reply:
    """Retrieve a webhook with its ETag."""
    accounts.find(tx, account_id)
    endpoint = webhooks.find(tx, webhook_id)
    return Reply(webhooks.shown(endpoint), headers=[("ETag", etag(webhooks.version(endpoint)))])


@cint.put(ONE, id="update_webhook", tier="P1")
def update_webhook(tx: Transaction, params: WebhookChanges, account_id: str, webhook_id: str) -> Json:
    """Change a webhook."""
    accounts.find(tx, account_id)
    endpoint = webhooks.find(tx, webhook_id)
    webhooks.update(tx, endpoint, params.url, params.events)
    return webhooks.shown(endpoint)


@cint.delete(ONE, id="delete_webhook", tier="P1", status=204)
def delete_webhook(tx: Transaction, account_id: str, webhook_id: str) -> None:
    """Remove a webhook, if it is of the version that `If-Match` names."""
    accounts.find(tx, account_id)
    endpoint = webhooks.find(tx, webhook_id)
    check_version(tx, webhooks.version(endpoint))
    tx.delete(ENDPOINTS, endpoint["id"])


@cint.post(f"{ONE}/regenerate-secret", id="regenerate_webhook_secret", tier="P1")
def regenerate_webhook_secret(tx: Transaction, account_id: str, webhook_id: str) -> Json:
    """Give a webhook a new secret, shown this once."""
    accounts.find(tx, account_id)
    endpoint = webhooks.find(tx, webhook_id)
    webhooks.renew_secret(tx, endpoint)
    return webhooks.shown(endpoint, secret=True)
