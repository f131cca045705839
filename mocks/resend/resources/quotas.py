"""The account's sending quota: used up only when a trigger says so, until the world's day or month is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness import instants
from harness.collection import Collection
from mocks.resend import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Kind = Literal["daily", "monthly"]

QUOTAS = Collection("resend.quota")
_ONE = "quota"


def use_up(tx: Transaction, kind: Kind) -> Json:
    """Let the account have used up its quota."""
    entry = {"id": _ONE, "kind": kind, "since": tx.now}
    return tx.save(QUOTAS, entry) if tx.get(QUOTAS, _ONE) else tx.insert(QUOTAS, entry)


def reached(tx: Transaction) -> Kind | None:
    """Return which quota is used up, None where there is some left."""
    entry = tx.get(QUOTAS, _ONE)
    if entry is None:
        return None
    began, now = instants.moment(entry["since"]), instants.moment(tx.now)
    kind: Kind = entry["kind"]
    same = (
        began.date() == now.date() if kind == "daily" else (began.year, began.month) == (now.year, now.month)
    )
    return kind if same else None


def check(tx: Transaction) -> None:
    """Refuse to send while a quota is used up."""
    kind = reached(tx)
    if kind is not None:
        raise errors.quota_reached(kind)
