"""Idempotency keys: the first answer is kept and given again, byte for byte, to the same request."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from harness import instants
from harness.collection import Collection
from harness.messages import Answer, Reply, Request
from harness.provider import Operation
from harness.transaction import Transaction

KEYS = Collection("harness.idempotency")


@dataclass(slots=True)
class Memory:
    """A key in use: `known` is the record of the first answer; `begun` is set once the handler began."""

    id: str
    key: str
    fingerprint: str
    known: dict[str, Any] | None = None
    begun: bool = False

    def reply(self, tx: Transaction) -> Reply:
        """Return the first answer again, marked as the provider marks it."""
        known = self.known or {}
        dialect = tx.provider.dialect
        headers = [(name, value) for name, value in known["headers"]] + dialect.replay_headers(
            known["request"]
        )
        return Reply(known["body"], known["status"], headers, dialect.content_type)

    def keep(self, tx: Transaction, request_id: str, answer: Answer, own: list[tuple[str, str]]) -> None:
        """Remember the answer with the transaction's own writes, unless validation refused it before the handler.

        `own` are the answer's headers that the dialect does not add to every answer.
        """
        if not self.begun:
            return
        if tx.get(KEYS, self.id) is not None:
            tx.delete(KEYS, self.id)
        record = {
            "id": self.id,
            "fingerprint": self.fingerprint,
            "request": request_id,
            "status": answer.status,
            "headers": own,
            "body": answer.body.decode(),
        }
        tx.insert(KEYS, record, at=tx.world_now)


def recall(tx: Transaction, request: Request, operation: Operation, data: dict[str, Any]) -> Memory | None:
    """Return the memory of the request's idempotency key, None without one.

    Raises the provider's refusal when the key was used with other parameters.
    """
    dialect = tx.provider.dialect
    key = dialect.idempotency_key(request, operation)
    if key is None:
        return None
    tx.idempotency_key = key
    fingerprint = blake2b(dialect.fingerprint(request, data).encode(), digest_size=16).hexdigest()
    memory = Memory(f"{tx.provider.name}:{key}", key, fingerprint)
    known = tx.get(KEYS, memory.id)
    if known is None:
        return memory
    made = tx.at(KEYS, memory.id) or 0
    if tx.world_now - made >= dialect.idempotency_seconds * instants.SECOND:
        return memory
    if known["fingerprint"] != fingerprint:
        raise dialect.key_reused(key)
    memory.known = known
    return memory
