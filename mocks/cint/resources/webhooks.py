"""Webhooks: the documents that the dispatcher delivers to, as Cint's API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints, instants
from harness.collection import endpoints_of
from harness.errors import InvalidInput
from mocks.cint import errors, ids
from mocks.cint.provider import EVENTS, cint

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ENDPOINTS = endpoints_of("cint")


def create(tx: Transaction, id: str, url: str, events: list[str]) -> Json:
    """Add a webhook under an id that the client has chosen: a ULID that is not taken."""
    if not ids.is_ulid(id):
        raise errors.bad_request("id must be a ULID.", "id", rule="id_not_ulid")
    if tx.get(ENDPOINTS, id.upper()) is not None:
        raise errors.bad_request("A webhook with this id exists already.", "id", rule="webhook_exists")
    _check(url, events)
    return endpoints.add(tx, url, events, id=id.upper(), updated=tx.now, version=1)


def update(tx: Transaction, endpoint: Json, url: str | None, events: list[str] | None) -> None:
    """Change a webhook's address or events."""
    _check(url, events)
    endpoint["url"] = url or endpoint["url"]
    endpoint["events"] = endpoint["events"] if events is None else list(dict.fromkeys(events))
    _touch(tx, endpoint)


def renew_secret(tx: Transaction, endpoint: Json) -> None:
    """Give a webhook another secret; the old one signs no more."""
    if cint.webhooks is None:
        raise errors.failure(500)
    endpoint["secrets"] = [endpoints.new_secret(tx, cint.webhooks)]
    _touch(tx, endpoint)


def _touch(tx: Transaction, endpoint: Json) -> None:
    endpoint |= {"updated": tx.now, "version": version(endpoint) + 1}
    tx.save(ENDPOINTS, endpoint)


def version(endpoint: Json) -> int:
    """Return the version of a webhook; one that Greenroom's control API has made begins with 1 as well."""
    return int(endpoint.get("version", 1))


def find(tx: Transaction, id: str) -> Json:
    """Return a webhook by the id in a path."""
    endpoint = tx.get(ENDPOINTS, id)
    if endpoint is None:
        raise errors.not_found()
    return endpoint


def _check(url: str | None, events: list[str] | None) -> None:
    if url is not None:
        try:
            endpoints.check_url(url)
        except InvalidInput:
            raise errors.bad_request("url must be a URL.", "url", rule="invalid_url") from None
    if events is not None and (not events or set(events) - set(EVENTS)):
        detail = f"events must be some of {', '.join(EVENTS)}."
        raise errors.bad_request(detail, "events", rule="unknown_event")


def shown(endpoint: Json, *, secret: bool = False) -> Json:
    """Show a webhook; its secret only when it was just made. One for everything shows all events of Cint's."""
    asked = endpoint["events"]
    made = {
        "id": endpoint["id"],
        "url": endpoint["url"],
        "events": [each for each in EVENTS if "*" in asked or each in asked],
    }
    if secret:
        made["secret"] = endpoint["secrets"][0]
    return made | {
        "created_at": instants.iso(endpoint["created"]),
        "updated_at": instants.iso(endpoint.get("updated") or endpoint["created"]),
    }
