"""Thin events: what v2 destinations are told, which is that something happened, and where to read it.

Every event of v1 is one of v2 as well: `v1.` before its type, an id made of the snapshot's own. What only v2 tells (a
destination's ping, meters) is kept among the events with the whole notification in it, and v1 does not show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness import instants
from harness.collection import events_of
from harness.transaction import wants
from mocks.stripe import versions

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

EVENTS = events_of("stripe")
MARK = "evt_test_65"
"""What begins the id of every event of v2."""

KEPT = 30 * instants.DAY
ONLY_THIN = (
    "v1.billing.meter.created",
    "v1.billing.meter.deactivated",
    "v1.billing.meter.error_report_triggered",
    "v1.billing.meter.no_meter_found",
    "v1.billing.meter.reactivated",
    "v1.billing.meter.updated",
    "v2.core.event_destination.ping",
)
"""Types that no snapshot has."""

_UNDER = {"customer_balance_transaction": "balance_transactions", "tax_id": "tax_ids"}
"""Objects that are read below their customer's path."""


def stored_type(type: str) -> str:
    """Return the type under which an event of v2 is kept."""
    return type if type in ONLY_THIN else type.removeprefix("v1.")


def is_thin(event: Json) -> bool:
    """Tell whether an event exists in v2 alone."""
    return "thin" in event["body"]


def announce(
    tx: Transaction,
    type: str,
    *,
    about: Json | None = None,
    data: Json | None = None,
    only: Json | None = None,
) -> Json:
    """Announce an event that only v2 has, about an object, to who wants it or to one destination only."""
    thin: Json = {} if about is None else {"related_object": related(about)}
    if data is not None:
        thin["data"] = data
    body = {"thin": thin, "request": {"id": tx.request_id, "idempotency_key": tx.idempotency_key}}
    if tx.request is None:
        body["request"] = {"id": None, "idempotency_key": None}
    wanting = [each for each in tx.endpoints() if wants(each, type) and each.get("payload") == "thin"]
    wanting = wanting if only is None else [only]
    event: Json = {"id": f"{MARK}{tx.token('thin_event.id', 48)}", "type": type, "provider": "stripe"}
    event |= {"created": tx.now, "endpoints": len(wanting), "body": body}
    tx.insert(EVENTS, event, at=tx.world_now, fresh=True)
    for each in wanting:
        tx.deliver(event, each)
    return event


def related(object: Json) -> Json:
    """Return where an event's object is read; what there is once only, or for a customer once, has no id."""
    name = object["object"]
    if name == "balance":
        return {"type": name, "url": "/v1/balance"}
    if name in ("discount", "cash_balance"):
        return {"type": name, "url": f"/v1/customers/{object['customer']}/{name}"}
    if name == "billing.alert_triggered":
        return related(object["alert"])
    path = f"/v1/{name.replace('.', '/')}s"
    if name.startswith("v2."):
        path = f"/{name.replace('.', '/')}s"
    elif name in _UNDER:
        path = f"/v1/customers/{object['customer']}/{_UNDER[name]}"
    return {"id": object["id"], "type": name, "url": f"{path}/{object['id']}"}


def shown(event: Json) -> Json:
    """Return an event as v2 shows it."""
    return dict(sorted((notification(event) | _extra(event)).items()))


def notification(event: Json) -> Json:
    """Return what a destination is sent of an event."""
    body = event["body"]
    thin = is_thin(event)
    told = body["thin"].get("related_object") if thin else related(body["data"]["object"])
    found: Json = {
        "id": event["id"] if thin else f"{MARK}{event['id'].removeprefix('evt_')}",
        "object": "v2.core.event",
        "type": event["type"] if thin else f"v1.{event['type']}",
        "created": instants.iso(event["created"]),
        "livemode": False,
    }
    if body["request"]["id"] is not None:
        key = body["request"]["idempotency_key"] or ""
        found["reason"] = {"type": "request", "request": body["request"] | {"idempotency_key": key}}
    return found if told is None else found | {"related_object": told}


def _extra(event: Json) -> Json:
    data = event["body"]["thin"].get("data") if is_thin(event) else None
    return {} if data is None else {"data": data}


def in_version(event: Json, version: str) -> Json:
    """Return an event as v2 shows it to a request of a version: later ones tell the snapshot that it belongs to."""
    told = shown(event)
    if version > versions.CANONICAL and not is_thin(event):
        told["snapshot_event"] = event["id"]
    return told


def notice(event: Json) -> bytes:
    """Return the bytes that a destination of thin events is sent."""
    return orjson.dumps(notification(event), option=orjson.OPT_INDENT_2)


def find(tx: Transaction, id: str) -> Json | None:
    """Return the event behind an id of v2, None when there is none of the last 30 days."""
    found = tx.get(EVENTS, id)
    if found is None:
        found = tx.get(EVENTS, f"evt_{id.removeprefix(MARK)}")
    if found is None or not id.startswith(MARK) or tx.now - found["created"] > KEPT:
        return None
    return found
