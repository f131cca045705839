"""Events: what Stripe announces, with the object as it was at that moment and what an update changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson

from harness.collection import Collection, events_of
from harness.transaction import DELIVERIES
from mocks.stripe import versions
from mocks.stripe.ids import PAYMENTS, new_id
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import thin_events

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

EVENTS = events_of("stripe")

KEPT_SECONDS = 30 * 86400
"""How long the API shows an event (Stripe docs: events are kept for 30 days)."""

_TELLS_CHANGES = frozenset({"charge.captured", "charge.refunded"})
"""Events that tell `previous_attributes` although their names do not end in `.updated`."""


Follower = Callable[["Transaction", Json], None]
"""What follows an event at once: a function of the document that it is about."""

_FOLLOWED: dict[str, Follower] = {}


def follow(type: str, function: Follower) -> None:
    """Let a function follow every event of a type at once, in its transaction."""
    _FOLLOWED[type] = function


def emit(
    tx: Transaction, type: str, collection: Collection, document: Json, *, previous: Json | None = None
) -> None:
    """Announce an event about a document of `collection`, which has been inserted or saved.

    An `….updated` event tells in `previous_attributes` what changed since the transaction began, for documents that
    existed then; `previous` (changed attributes with their old values) overrides it, for a transaction that changes a
    thing several times.
    """
    shown = orjson.loads(orjson.dumps(snapshot(tx, document)))
    data: Json = {"object": shown}
    if previous is None and (type.endswith(".updated") or type in _TELLS_CHANGES):
        earlier = tx.before(collection, document[collection.key])
        previous = None if earlier is None else difference(snapshot(tx, earlier), shown)
    if previous:
        data["previous_attributes"] = previous
    body = _body(tx, data)
    held = _HELD.get(tx) if _HELD else None
    if held is None:
        _send(tx, type, body)
    else:
        held.append((type, body))
    follower = _FOLLOWED.get(type)
    if follower is not None:
        follower(tx, document)


def announce(tx: Transaction, type: str, thing: Json) -> None:
    """Announce an event about a thing that no operation of this room made."""
    if isinstance(thing.get("object"), str) and isinstance(thing.get("id"), str):
        _send(tx, type, _body(tx, {"object": thing}))


def _body(tx: Transaction, data: Json) -> Json:
    if tx.request is None:
        request: Json = {"id": None, "idempotency_key": None}
    else:
        request = {"id": tx.request_id, "idempotency_key": tx.idempotency_key}
    return {"api_version": versions.ACCOUNT_DEFAULT, "data": data, "request": request}


def _send(tx: Transaction, type: str, body: Json) -> None:
    payment = body["data"]["object"].get("id", "").partition("_")[0] in PAYMENTS
    tx.emit(type, body, id=new_id(tx, "evt", payment=payment))


@dataclass(slots=True)
class Gathering:
    """Events held back; `order` names the types that come first, the rest follows as it happened."""

    order: tuple[str, ...] = ()


_HELD: WeakKeyDictionary[Transaction, list[tuple[str, Json]]] = WeakKeyDictionary()


@contextmanager
def gathered(tx: Transaction) -> Iterator[Gathering]:
    """Announce the events of a block together at its end, in the order in which Stripe announces them.

    Each tells its object as it was when it happened. Inside another such block the outer one decides.
    """
    gathering = Gathering()
    if tx in _HELD:
        yield gathering
        return
    _HELD[tx] = []
    try:
        yield gathering
    finally:
        held, ranks = _HELD.pop(tx), {type: rank for rank, type in enumerate(gathering.order)}
        for type, body in sorted(held, key=lambda each: ranks.get(each[0], len(ranks))):
            _send(tx, type, body)


def updated(tx: Transaction, type: str, collection: Collection, document: Json) -> bool:
    """Save a document and announce the update; one that is as it was before is neither saved nor announced."""
    if tx.before(collection, document[collection.key]) == document:
        return False
    tx.save(collection, document)
    emit(tx, type, collection, document)
    return True


def difference(old: Json, new: Json) -> Json:
    """Return the old values of what changed: nested objects by their changed keys, arrays whole, new keys as null."""
    changed: Json = {}
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            if isinstance(before, dict) and isinstance(after, dict):
                changed[name] = difference(before, after)
            else:
                changed[name] = before
    return changed


def shown(event: Json, version: str, pending: int) -> Json:
    """Return an event in the shape of an API version; `pending` endpoints have not acknowledged it yet."""
    body = event["body"]
    data = body["data"]
    if versions.differs(data["object"]["object"], version):
        data = _data_at(data, version)
    return {
        "id": event["id"],
        "object": "event",
        "api_version": version,
        "created": event["created"] // 1_000_000,
        "data": data,
        "livemode": False,
        "pending_webhooks": pending,
        "request": body["request"],
        "type": event["type"],
    }


def retrieved(tx: Transaction, event: Json) -> Json:
    """Return an event as the API shows it: in the version it was made with, whatever the request's own version."""
    return shown(event, event["body"]["api_version"], pending(tx, event))


def pending(tx: Transaction, event: Json) -> int:
    """Count the endpoints that have not acknowledged an event, those that were given up included."""
    if not event["endpoints"]:
        return 0
    acknowledged: dict[str, bool] = {}
    for delivery in tx.every(DELIVERIES, event=event["id"]):
        endpoint = delivery["endpoint"]
        acknowledged[endpoint] = acknowledged.get(endpoint, False) or delivery["state"] == "delivered"
    return len(acknowledged) - sum(acknowledged.values())


def delivery_body(event: Json, endpoint: Json) -> bytes:
    """Return the bytes posted to an endpoint, indented by two spaces: the event in its API version, or a thin one."""
    if endpoint.get("payload") == "thin" or thin_events.is_thin(event):
        return thin_events.notice(event)
    version = endpoint.get("api_version") or event["body"]["api_version"]
    return orjson.dumps(shown(event, version, event["endpoints"]), option=orjson.OPT_INDENT_2)


def _data_at(data: Json, version: str) -> Json:
    """Show the object, and its earlier state, at a version; what changed is compared in that version's shape."""
    now: Json = versions.show(orjson.loads(orjson.dumps(data["object"])), version)
    if "previous_attributes" not in data:
        return {"object": now}
    earlier = orjson.loads(orjson.dumps(_overlaid(data["object"], data["previous_attributes"])))
    return {"object": now, "previous_attributes": difference(versions.show(earlier, version), now)}


def _overlaid(new: Json, old: Json) -> Json:
    result = dict(new)
    for name, value in old.items():
        nested = isinstance(value, dict) and isinstance(new.get(name), dict)
        result[name] = _overlaid(new[name], value) if nested else value
    return result
