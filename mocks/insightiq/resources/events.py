"""Events: what InsightIQ announces. They carry ids only: consumers read the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.insightiq.dialect import bare, timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.transaction import Transaction

Json = dict[str, Any]

LARGEST_BATCH = 100
"""Ids in one event; what is more goes into further events."""

_NAMES = {
    "ACCOUNTS.CONNECTED": "account is connected",
    "ACCOUNTS.DISCONNECTED": "account is disconnected",
    "SESSION.EXPIRED": "session is expired",
    "PROFILES": "profile",
    "PROFILES_AUDIENCE": "profile audience",
}


def emit(tx: Transaction, type: str, data: Json) -> None:
    """Announce an event; its id is the same on every attempt."""
    id = tx.uuid("event.id")
    send(tx, {"event": type, "name": name_of(type), "id": id, "data": data})


def send(tx: Transaction, payload: Json) -> None:
    """Post a payload as it is to the endpoints that want its event."""
    tx.emit(payload["event"], payload, id=tx.uuid("event.key"))


def of_account(tx: Transaction, type: str, account: Json, **more: Any) -> None:
    """Announce an event of a connected account."""
    emit(tx, type, {**_stamp(tx, account), **more})


def of_items(tx: Transaction, type: str, account: Json, ids: Sequence[str]) -> None:
    """Announce many things of an account, a hundred ids an event."""
    for first in range(0, len(ids), LARGEST_BATCH):
        batch = [bare(id) for id in ids[first : first + LARGEST_BATCH]]
        emit(tx, type, {**_stamp(tx, account), "items": batch})


def of_job(tx: Transaction, type: str, id: str) -> None:
    """Announce the end of a job."""
    emit(tx, type, {"job_id": bare(id)})


def _stamp(tx: Transaction, account: Json) -> Json:
    return {
        "account_id": bare(account["id"]),
        "user_id": bare(account["user_id"]),
        "last_updated_time": timestamp(tx.now),
    }


def name_of(type: str) -> str:
    """Return the readable name of an event type, such as `contents added`."""
    if type in _NAMES:
        return _NAMES[type]
    group, _, change = type.partition(".")
    words = _NAMES.get(group, group.lower().replace("_", " ").replace("-", " "))
    return f"{words} {change.lower().replace('_', ' ')}"
