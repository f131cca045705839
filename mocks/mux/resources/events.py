"""Events: what Mux announces."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from harness import chance, instants
from mocks.mux.provider import RETRY_SECONDS
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


def retried_body(event: Json, endpoint: Json, attempts: list[Json]) -> bytes:
    """Return the bytes of a further attempt: the same event, with the attempts that failed listed in it."""
    told = [
        {
            "webhook_id": _number(endpoint["id"]) % 1_000_000,
            **({} if each["status"] is None else {"response_status_code": each["status"]}),
            "response_headers": each["response_headers"] or {},
            "response_body": each["response_body"],
            "max_attempts": len(RETRY_SECONDS) + 1,
            "id": chance.as_uuid(
                blake2b(f"{event['id']}|{each['number']}".encode(), digest_size=16).digest()
            ),
            "created_at": instant(instants.parse(each["world_time"])),
            "address": endpoint["url"],
        }
        for each in attempts
    ]
    return orjson.dumps(event["body"] | {"attempts": told})


def _number(text: str) -> int:
    """Return a number that stands for a webhook: Mux's events number them, its API does not."""
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")
