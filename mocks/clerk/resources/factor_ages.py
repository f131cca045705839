"""How long ago the user of a session proved each factor: what tokens say in `fva`, and step-up verification renews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk.dialect import milliseconds

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PROOFS = Collection("clerk.session_proofs")
"""When the factors of a session were proved, by its id; a session without an entry has proved its first when it began."""

MINUTE = 60_000


def note(tx: Transaction, session: Json, *, second: bool) -> None:
    """Note that the first or the second factor of a session has been proved just now."""
    kept = tx.get(PROOFS, session["id"])
    if kept is None:
        blank = {"id": session["id"], "first": session["created_at"], "second": None}
        kept = tx.insert(PROOFS, blank)
    kept["second" if second else "first"] = milliseconds(tx.now)
    tx.save(PROOFS, kept)


def of(tx: Transaction, session: Json) -> list[int]:
    """Return the minutes since each factor was proved, -1 for one that never was."""
    kept = tx.get(PROOFS, session["id"]) or {"first": session["created_at"], "second": None}
    now = milliseconds(tx.now)
    return [-1 if at is None else max(now - int(at), 0) // MINUTE for at in (kept["first"], kept["second"])]
