"""Events of a webhook endpoint."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, sliced
from mocks.resend.parameters import Listing
from mocks.resend.provider import resend
from mocks.resend.resources import webhook_events
from mocks.resend.resources.webhooks import ENDPOINTS

PATH = "/webhooks/{webhook_id}/events"


@resend.get(PATH, id="webhooks/list-events", tier="P1")
def list_events(tx: Transaction, params: Listing, webhook_id: str) -> Json:
    """List what an endpoint was told of, newest first."""
    endpoint = _endpoint(tx, webhook_id)
    return webhook_events.listed(tx, endpoint, limit=params.limit, after=params.after)


@resend.get(f"{PATH}/{{event_id}}", id="webhooks/get-event", tier="P1")
def retrieve_event(tx: Transaction, webhook_id: str, event_id: str) -> Json:
    """Retrieve an event with its payload."""
    return webhook_events.full(tx, _delivery(tx, webhook_id, event_id))


@resend.get(f"{PATH}/{{event_id}}/attempts", id="webhooks/list-event-attempts", tier="P1")
def list_attempts(tx: Transaction, params: Listing, webhook_id: str, event_id: str) -> Json:
    """List the attempts to deliver an event, newest first."""
    return sliced(webhook_events.attempts(_delivery(tx, webhook_id, event_id)), params)


@resend.post(f"{PATH}/{{event_id}}/replay", id="webhooks/replay-event", tier="P1")
def replay_event(tx: Transaction, webhook_id: str, event_id: str) -> Json:
    """Deliver an event once more."""
    delivery = _delivery(tx, webhook_id, event_id)
    webhook_events.replay(tx, delivery)
    return {"object": "webhook_event", "id": delivery["event"]}


def _endpoint(tx: Transaction, webhook_id: str) -> Json:
    endpoint: Json = find(tx, ENDPOINTS, webhook_id, "Webhook")
    return endpoint


def _delivery(tx: Transaction, webhook_id: str, event_id: str) -> Json:
    return webhook_events.found(tx, _endpoint(tx, webhook_id), event_id)
