"""Events: what Resend announces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants, svix

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def emit(tx: Transaction, type: str, data: Json) -> None:
    """Announce an event; its id is the message id that Svix repeats on every attempt, and is not in the body."""
    body = {"type": type, "created_at": instants.iso(tx.now), "data": data}
    tx.emit(type, body, id=f"msg_{tx.token('message.id', svix.MESSAGE_ID_LENGTH)}")
