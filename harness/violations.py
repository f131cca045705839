"""Violations: consumers' requests that the provider's rules forbid, grouped by rule, kept and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.errors import Refusal
from harness.journal import BODY_SHOWN
from harness.transaction import VIOLATIONS, Transaction

if TYPE_CHECKING:
    from harness.exchange import Exchange


def record(tx: Transaction, exchange: Exchange, refusal: Refusal) -> None:
    """Count a violation; the first and the last time of each rule, operation and parameter are kept."""
    request, operation = exchange.request, exchange.operation
    name = operation.id if operation else f"{request.method} {request.path}"
    id = ":".join((tx.provider.name, name, str(refusal.rule), refusal.subject))[:300]
    request.broken = [*getattr(request, "broken", ()), id]
    known = tx.get(VIOLATIONS, id)
    if known is not None:
        tx.save(VIOLATIONS, known | {"count": known["count"] + 1, "last_at": tx.now})
        return
    lenient = tx.provider.name in tx.world.lenient
    violation: dict[str, Any] = {
        "id": id,
        "provider": tx.provider.name,
        "operation": name,
        "rule": refusal.rule,
        "subject": refusal.subject,
        "message": refusal.message,
        "status": refusal.status,
        "lenient": lenient,
        "count": 1,
        "first_at": tx.now,
        "last_at": tx.now,
        "example": {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "body": request.body[:BODY_SHOWN].decode("utf-8", "replace"),
        },
    }
    tx.insert(VIOLATIONS, violation)
