"""Event destinations: v2's webhook endpoints, which take snapshots of a version or thin events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints, instants
from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.stripe import errors, versions
from mocks.stripe.parameters import merged
from mocks.stripe.resources import thin_events
from mocks.stripe.resources.webhook_endpoints import ENDPOINTS, MOST

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DESTINATIONS = Collection("stripe.event_destination")
"""What a destination is besides the endpoint of its id, to which the events are delivered."""


def create(tx: Transaction, given: Json) -> Json:
    """Add a destination; raise the 400s of one that cannot be."""
    webhook = given.get("webhook_endpoint")
    if webhook is None:
        raise errors.missing_parameter("webhook_endpoint")
    payload, version = given["event_payload"], given.get("snapshot_api_version")
    _check_url(webhook["url"])
    types = _types(tx, payload, given["enabled_events"])
    if version is not None and payload == "thin":
        raise errors.invalid(
            "snapshot_api_version goes with the event_payload snapshot.",
            param="snapshot_api_version",
            rule="snapshot_api_version",
        )
    if version is not None:
        versions.check(version, param="snapshot_api_version")
    if tx.count(ENDPOINTS) >= MOST:
        raise errors.invalid(
            f"You have reached the maximum of {MOST} event destinations.", rule="too_many_webhook_endpoints"
        )
    if payload == "snapshot":
        version = version or versions.ACCOUNT_DEFAULT
    id = f"ed_test_61{tx.token('event_destination.id', 40)}"
    endpoint = endpoints.add(tx, webhook["url"], id=id, payload=payload, api_version=version)
    tx.save(ENDPOINTS, endpoint | {"events": types})
    return tx.insert(
        DESTINATIONS,
        {
            "id": id,
            "object": "v2.core.event_destination",
            "created": tx.now,
            "description": given.get("description") or "",
            "enabled_events": list(dict.fromkeys(given["enabled_events"])),
            "event_payload": payload,
            "events_from": given.get("events_from") or ["@self"],
            "metadata": merged({}, given.get("metadata") or {}),
            "name": given["name"],
            "updated": tx.now,
        },
    )


def find(tx: Transaction, id: str) -> Json:
    """Return a destination; raise the 404 when there is none."""
    found = tx.get(DESTINATIONS, id)
    if found is None:
        raise errors.not_found("event destination", id)
    return found


def change(tx: Transaction, destination: Json, given: Json) -> Json:
    """Change a destination."""
    endpoint = _endpoint(tx, destination)
    for name, value in given.items():
        match name:
            case "webhook_endpoint":
                _check_url(value["url"])
                endpoint["url"] = value["url"]
            case "enabled_events":
                endpoint["events"] = _types(tx, destination["event_payload"], value)
                destination[name] = list(dict.fromkeys(value))
            case "metadata":
                sent = {key: each or "" for key, each in (value or {}).items()}
                destination[name] = merged(destination[name], sent)
            case "description" | "name":
                destination[name] = value or ""
    tx.save(ENDPOINTS, endpoint)
    return tx.save(DESTINATIONS, destination | {"updated": tx.now})


def enable(tx: Transaction, destination: Json, *, enabled: bool) -> Json:
    """Let a destination be told of events again, or no more."""
    status = "enabled" if enabled else "disabled"
    tx.save(ENDPOINTS, _endpoint(tx, destination) | {"status": status})
    return tx.save(DESTINATIONS, destination | {"updated": tx.now})


def delete(tx: Transaction, destination: Json) -> None:
    """Remove a destination; its retries end."""
    tx.delete(ENDPOINTS, destination["id"])
    tx.delete(DESTINATIONS, destination["id"])


def ping(tx: Transaction, destination: Json) -> Json:
    """Send a destination an event that says no more than that it can be reached; raise the 400 when it is off."""
    endpoint = _endpoint(tx, destination)
    if endpoint["status"] != "enabled":
        raise errors.invalid(
            "A disabled event destination cannot be pinged: enable it first.", rule="destination_disabled"
        )
    return thin_events.announce(tx, "v2.core.event_destination.ping", about=destination, only=endpoint)


def shown(tx: Transaction, destination: Json, include: list[str]) -> Json:
    """Return a destination as v2 shows it; `include` are the parts of its endpoint that were asked for."""
    endpoint = _endpoint(tx, destination)
    told = {
        "signing_secret": endpoint["secrets"][0],
        "url": endpoint["url"],
    }
    status = endpoint["status"]
    found = destination | {
        "created": instants.iso(destination["created"]),
        "livemode": False,
        "status": status,
        "type": "webhook_endpoint",
        "updated": instants.iso(destination["updated"]),
    }
    if destination["event_payload"] == "snapshot":
        found["snapshot_api_version"] = endpoint["api_version"]
    if status == "disabled":
        found["status_details"] = {"disabled": {"reason": "user"}}
    asked = {name.partition(".")[2] for name in include}
    if asked:
        found["webhook_endpoint"] = {name: told[name] for name in sorted(asked)}
    return dict(sorted(found.items()))


def _endpoint(tx: Transaction, destination: Json) -> Json:
    """Return the endpoint of a destination; its status is what the control API and v1 may have made of it."""
    found = tx.get(ENDPOINTS, destination["id"])
    if found is None:
        raise errors.not_found("event destination", destination["id"])
    return found


def _types(tx: Transaction, payload: str, wanted: list[str]) -> list[str]:
    """Return the types under which a destination is told of events; raise the 400 for types that do not exist."""
    if not wanted:
        raise errors.missing_parameter("enabled_events")
    known = dict.fromkeys(
        (endpoints.EVERYTHING, *(tx.provider.webhooks.events if tx.provider.webhooks else ()))
    )
    if payload == "snapshot":
        names = {name: name for name in known}
    else:
        names = {f"v1.{name}": name for name in known} | {name: name for name in thin_events.ONLY_THIN}
        names[endpoints.EVERYTHING] = names.pop(f"v1.{endpoints.EVERYTHING}")
    for position, name in enumerate(wanted):
        if name not in names:
            raise errors.invalid(
                f"{name} is no event that a destination of {payload} events can be told of.",
                param=f"enabled_events[{position}]",
                rule="invalid_enum",
            )
    return list(dict.fromkeys(names[name] for name in wanted))


def _check_url(url: str) -> None:
    try:
        endpoints.check_url(url)
    except InvalidInput as error:
        raise errors.invalid("Not a valid URL", param="webhook_endpoint.url", rule="url_invalid") from error
