"""Webhook endpoints: the same documents that the dispatcher delivers to, in Stripe's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints
from harness.collection import endpoints_of
from harness.errors import InvalidInput
from mocks.stripe import errors, versions
from mocks.stripe.parameters import merged

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ENDPOINTS = endpoints_of("stripe")
MOST = 16
"""How many endpoints an account may have (Stripe docs: webhooks)."""


def shown(endpoint: Json) -> Json:
    """Return an endpoint as the API shows it; its secret is shown only when it is created."""
    return {
        "id": endpoint["id"],
        "object": "webhook_endpoint",
        "api_version": endpoint.get("api_version"),
        "application": None,
        "created": endpoint["created"] // 1_000_000,
        "description": endpoint.get("description"),
        "enabled_events": endpoint["events"],
        "livemode": False,
        "metadata": endpoint.get("metadata", {}),
        "status": endpoint["status"],
        "url": endpoint["url"],
    }


def find(tx: Transaction, id: str) -> Json:
    """Return an endpoint by its id; raise the 404 when there is none."""
    found = tx.get(ENDPOINTS, id)
    if found is None or "payload" in found:
        raise errors.not_found("webhook_endpoint", id)
    return found


def listed(tx: Transaction) -> list[Json]:
    """Return the endpoints, newest first; v2's event destinations are not among them."""
    return [each for each in tx.every(ENDPOINTS, newest_first=True) if "payload" not in each]


def create(tx: Transaction, given: Json) -> Json:
    """Add an endpoint; raise the 400 for an address or event types that cannot be."""
    check(tx, given)
    if tx.count(ENDPOINTS) >= MOST:
        raise errors.invalid(
            f"You have reached the maximum of {MOST} test webhook endpoints.",
            rule="too_many_webhook_endpoints",
        )
    version = given.get("api_version")
    if version is not None:
        versions.check(version, param="api_version")
    return endpoints.add(
        tx,
        given["url"],
        given["enabled_events"],
        api_version=version,
        description=given.get("description"),
        metadata=merged({}, given.get("metadata") or {}),
    )


def change(tx: Transaction, endpoint: Json, given: Json) -> Json:
    """Change an endpoint."""
    check(tx, given)
    for name, value in given.items():
        match name:
            case "enabled_events":
                endpoint["events"] = list(dict.fromkeys(value))
            case "disabled":
                endpoint["status"] = "disabled" if value else "enabled"
            case "metadata":
                endpoint["metadata"] = merged(endpoint.get("metadata", {}), value)
            case _:
                endpoint[name] = value
    return tx.save(ENDPOINTS, endpoint)


def check(tx: Transaction, given: Json) -> None:
    """Raise the 400 for an address that is none, for an empty list of events, or for events that do not exist."""
    if given.get("url") is not None:
        try:
            endpoints.check_url(given["url"])
        except InvalidInput as error:
            raise errors.invalid(
                "Not a valid URL", param="url", code="url_invalid", rule="url_invalid"
            ) from error
    if given.get("enabled_events") == []:
        raise errors.missing_parameter("enabled_events")
    known = tx.provider.webhooks.events if tx.provider.webhooks else ()
    for position, name in enumerate(given.get("enabled_events") or ()):
        if name != endpoints.EVERYTHING and name not in known:
            param = f"enabled_events[{position}]"
            choices = ", ".join((endpoints.EVERYTHING, *known[:-1]))
            message = f"Invalid {param}: must be one of {choices}, or {known[-1]}"
            raise errors.invalid(message, param=param, rule="invalid_enum")
