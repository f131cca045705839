"""Webhook endpoints: the documents that the dispatcher delivers to, as Resend's API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints
from harness.collection import endpoints_of
from harness.errors import InvalidInput
from mocks.resend import errors
from mocks.resend.dialect import timestamp
from mocks.resend.provider import EVENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.parameters import NewWebhook, WebhookChanges

Json = dict[str, Any]

ENDPOINTS = endpoints_of("resend")


def create(tx: Transaction, wanted: NewWebhook) -> Json:
    """Add an endpoint."""
    _check(wanted.endpoint, wanted.events)
    return endpoints.add(tx, wanted.endpoint, wanted.events)


def update(tx: Transaction, endpoint: Json, changes: WebhookChanges) -> None:
    """Change an endpoint's address, events or status."""
    _check(changes.endpoint, changes.events)
    endpoint["url"] = changes.endpoint or endpoint["url"]
    endpoint["events"] = changes.events or endpoint["events"]
    endpoint["status"] = changes.status or endpoint["status"]
    tx.save(ENDPOINTS, endpoint)


def _check(url: str | None, events: list[str] | None) -> None:
    if url is not None:
        try:
            endpoints.check_url(url)
        except InvalidInput:
            text = "Invalid `endpoint` field. It must be a URL."
            raise errors.invalid(text, field="endpoint", rule="invalid_url") from None
    if events is None:
        return
    unknown = [event for event in events if event not in EVENTS]
    if unknown or not events:
        names = ", ".join(f"`{event}`" for event in unknown) or "an empty list"
        text = f"Invalid `events` field. It takes event types such as `email.delivered`, not {names}."
        raise errors.invalid(text, field="events", rule="unknown_event")


def summary(endpoint: Json) -> Json:
    """Show an endpoint in a list; one that takes everything shows all event types."""
    events = endpoint["events"]
    return {
        "id": endpoint["id"],
        "endpoint": endpoint["url"],
        "events": list(EVENTS) if "*" in events else events,
        "status": endpoint["status"],
        "created_at": timestamp(endpoint["created"]),
    }


def full(endpoint: Json) -> Json:
    """Show an endpoint by itself, with the secret that signs its deliveries."""
    return {"object": "webhook", **summary(endpoint), "signing_secret": endpoint["secrets"][0]}
