"""Events: what Clerk announces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def emit(tx: Transaction, type: str, data: Json) -> None:
    """Announce an event; its id is the message id that Svix repeats on every attempt, and is not in the body."""
    body = {
        "data": data,
        "event_attributes": {"http_request": _origin(tx)},
        "instance_id": instance.id_of(tx),
        "object": "event",
        "timestamp": milliseconds(tx.now),
        "type": type,
    }
    tx.emit(type, body, id=ids.new(tx, "msg"))


def _origin(tx: Transaction) -> Json:
    """Return who sent the request that caused an event; what no request caused has empty texts."""
    if tx.request is None:
        return {"client_ip": "", "user_agent": ""}
    return {"client_ip": "127.0.0.1", "user_agent": tx.request.header("user-agent") or ""}
