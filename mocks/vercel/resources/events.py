"""Events: what Vercel announces, to whom, and the bytes it posts to webhooks and log drains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.collection import endpoints_of, events_of
from harness.provider import compact
from harness.transaction import wants
from mocks.vercel.dialect import milliseconds
from mocks.vercel.resources import accounts

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ENDPOINTS = endpoints_of("vercel")
EVENTS = events_of("vercel")
LOGS = "log-drain"
"""The type of what log drains get; no webhook may ask for it."""


def emit(tx: Transaction, type: str, owner: str, project: str | None, payload: Json) -> None:
    """Announce an event of an account to its webhooks, those that are for certain projects only for these."""
    event_id = tx.uuid("event.id")
    body = {
        "id": event_id,
        "type": type,
        "createdAt": milliseconds(tx),
        "region": None,
        "payload": _who(owner) | payload,
    }
    wanting = [
        each
        for each in tx.endpoints()
        if "drain" not in each and wants(each, type) and _concerns(each, owner, project)
    ]
    _keep(tx, event_id, type, body, wanting)


def log(tx: Transaction, owner: str, project: str, source: str, lines: list[Json]) -> None:
    """Send lines of a log to the account's drains that want this source."""
    wanting = [
        each
        for each in tx.endpoints()
        if "drain" in each and source in each["drain"]["sources"] and _concerns(each, owner, project)
    ]
    if wanting:
        _keep(tx, tx.uuid("event.id"), LOGS, {"logs": lines}, wanting)


def _keep(tx: Transaction, id: str, type: str, body: Json, wanting: list[Json]) -> None:
    event = {"id": id, "type": type, "provider": "vercel", "created": tx.now, "endpoints": len(wanting)}
    tx.insert(EVENTS, event | {"body": body}, at=tx.world_now, fresh=True)
    for endpoint in wanting:
        tx.deliver(event, endpoint)
    tx.tell(event)


def _concerns(endpoint: Json, owner: str, project: str | None) -> bool:
    """Tell whether a webhook is for an account and a project; those of the control API are for everything."""
    if endpoint.get("ownerId", owner) != owner:
        return False
    return not endpoint.get("projectIds") or project in endpoint["projectIds"]


def _who(owner: str) -> Json:
    team = None if owner == accounts.USER_ID else {"id": owner}
    return {"team": team, "user": {"id": accounts.USER_ID}}


def delivery_body(event: Json, endpoint: Json) -> bytes:
    """Return the bytes posted: an event's envelope, or the lines of a log in the drain's format."""
    if event["type"] != LOGS:
        return compact(event, endpoint)
    logs = event["body"]["logs"]
    if endpoint.get("drain", {}).get("deliveryFormat") == "ndjson":
        return b"".join(orjson.dumps(each) + b"\n" for each in logs)
    return orjson.dumps(logs)
