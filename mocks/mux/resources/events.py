"""Events: what Mux announces, and the bytes it posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness import instants
from mocks.mux.resources import account

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def emit(tx: Transaction, type: str, thing: tuple[str, str], data: Json) -> None:
    """Announce an event; `thing` is what it is about, as (type, id): asset, upload or track."""
    id = tx.uuid("event.id")
    body: Json = {
        "type": type,
        "request_id": None,
        "object": {"type": thing[0], "id": thing[1]},
        "id": id,
        "environment": account.environment(tx),
        "data": data,
        "created_at": instant(tx.now),
        "attempts": [],
        "accessor_source": None,
        "accessor": None,
    }
    tx.emit(type, body, id=id)


def instant(at: int) -> str:
    """Write an instant as the envelope has it: six digits of a second, which is always a whole one."""
    return instants.moment(at).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def delivery_body(event: Json) -> bytes:
    """Return the bytes posted to every endpoint: compact JSON."""
    return orjson.dumps(event["body"])
