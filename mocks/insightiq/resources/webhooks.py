"""Webhooks: the endpoints that the dispatcher delivers to, as InsightIQ's API shows them.

There is no secret of a webhook's own: all are signed with the client secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints
from harness.collection import endpoints_of
from harness.errors import InvalidInput
from mocks.insightiq import errors
from mocks.insightiq.dialect import timestamp
from mocks.insightiq.provider import EVENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ENDPOINTS = endpoints_of("insightiq")


def create(tx: Transaction, name: str, url: str, events: list[str]) -> Json:
    """Register an address for some events."""
    check(url, events)
    endpoint = endpoints.add(tx, url, events, name=name, updated=tx.now)
    endpoint["secrets"] = [endpoints.own_secret(tx)]
    return tx.save(ENDPOINTS, endpoint)


def update(tx: Transaction, endpoint: Json, *, name: str, url: str, events: list[str], active: bool) -> Json:
    """Replace all of a webhook but its id."""
    check(url, events)
    status = "enabled" if active else "disabled"
    endpoint |= {"name": name, "url": url, "events": events, "status": status, "updated": tx.now}
    return tx.save(ENDPOINTS, endpoint)


def check(url: str, events: list[str]) -> None:
    """Refuse addresses and event types that there are not."""
    try:
        endpoints.check_url(url)
    except InvalidInput:
        raise errors.invalid(["url"], "It must be a URL.", rule="invalid_url") from None
    unknown = [event for event in events if event not in EVENTS]
    if unknown or not events:
        told = f"Unknown: {', '.join(unknown)}." if unknown else "It must not be empty."
        raise errors.invalid(["events"], told, rule="unknown_event")


def render(endpoint: Json) -> Json:
    """Show a webhook; one that takes everything shows all event types."""
    events = list(EVENTS) if "*" in endpoint["events"] else endpoint["events"]
    return {
        "id": endpoint["id"],
        "name": endpoint.get("name", "Greenroom"),
        "url": endpoint["url"],
        "events": events,
        "is_active": endpoint["status"] == "enabled",
        "created_at": timestamp(endpoint["created"]),
        "updated_at": timestamp(endpoint.get("updated") or endpoint["created"]),
    }
