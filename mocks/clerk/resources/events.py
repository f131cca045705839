"""Events: what Clerk announces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def emit(tx: Transaction, type: str, data: Json) -> None:
    """Announce an event; endpoints that want its type receive the body as it is here."""
    id = f"evt_{tx.token('event.id', 16)}"
    tx.emit(type, {"id": id, "type": type, "created": tx.seconds, "data": data}, id=id)
