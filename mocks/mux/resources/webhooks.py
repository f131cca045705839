"""Webhooks: the documents that the dispatcher delivers to, as Mux's API shows them. Each takes every event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints, instants
from harness.collection import endpoints_of
from harness.errors import InvalidInput
from mocks.mux import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.parameters import WebhookChanges

Json = dict[str, Any]

ENDPOINTS = endpoints_of("mux")


def create(tx: Transaction, address: str) -> Json:
    """Add a webhook."""
    _check(tx, address)
    return endpoints.add(tx, address)


def update(tx: Transaction, endpoint: Json, changes: WebhookChanges) -> None:
    """Change what was given; at least one field has to be."""
    if changes.address is None and changes.enabled is None:
        raise errors.invalid("At least one of address or enabled must be provided.", field="address")
    if changes.address is not None and changes.address != endpoint["url"]:
        _check(tx, changes.address)
        endpoint["url"] = changes.address
    if changes.enabled is not None:
        endpoint["status"] = "enabled" if changes.enabled else "disabled"
    tx.save(ENDPOINTS, endpoint)


def _check(tx: Transaction, address: str) -> None:
    try:
        endpoints.check_url(address)
    except InvalidInput:
        raise errors.invalid("The address must be a URL.", field="address", rule="invalid_url") from None
    if any(each["url"] == address for each in tx.endpoints()):
        text = "The address must be unique among the environment's webhooks."
        raise errors.invalid(text, field="address", rule="webhook_address_taken")


def shown(endpoint: Json) -> Json:
    """Show a webhook, without its secret."""
    return {
        "id": endpoint["id"],
        "address": endpoint["url"],
        "created_at": instants.iso(endpoint["created"]),
        "enabled": endpoint["status"] == "enabled",
    }
