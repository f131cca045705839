"""History: what was changed of a launched target group, by whom, and how its completes came in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.cint import errors
from mocks.cint.resources import events
from mocks.cint.resources.sessions import SESSIONS
from mocks.cint.resources.statistics import COMPLETES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CHANGES = Collection("cint.change", "target_group")
MOST = 2000
"""Intervals of one answer."""
_duration = re.compile(r"P(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,4})H)?(?:([0-9]{1,6})M)?)?")


def keep(tx: Transaction, group: Json, changes: list[Json], *, by: str | None) -> None:
    """Keep what was changed at once."""
    batch = {
        "id": tx.uuid("change.id"),
        "target_group": group["id"],
        "occurred": tx.now,
        "by": by,
        "changes": changes,
    }
    tx.insert(CHANGES, batch, fresh=True)


def shown(batch: Json) -> Json:
    """Show what was changed at once."""
    return {
        "id": batch["id"],
        "occurred_at": instants.iso(batch["occurred"]),
        "user": events.user(batch["by"]),
        "changes": batch["changes"],
    }


def completes(tx: Transaction, group: Json, interval: str) -> list[Json]:
    """Return how many completes there were at the end of each interval, from the start of fielding until now."""
    step = _length(interval)
    ended = sorted(
        session["ended"]
        for session in tx.every(SESSIONS, target_group=group["id"])
        if session["client"] in COMPLETES and not session["test"]
    )
    until = min(tx.now, group["end_at"])
    if (until - group["start_at"]) // step >= MOST:
        detail = f"aggregation_interval gives more than {MOST} intervals."
        raise errors.bad_request(detail, "aggregation_interval", rule="interval_too_short")
    found: list[Json] = []
    at, count = group["start_at"], 0
    while at < until:
        at = min(at + step, until)
        while count < len(ended) and ended[count] <= at:
            count += 1
        found.append({"timestamp": instants.iso(at), "count": count})
    return found


def _length(interval: str) -> int:
    parts = _duration.fullmatch(interval)
    days, hours, minutes = (int(each or 0) for each in (parts.groups() if parts else (0, 0, 0)))
    length = days * instants.DAY + hours * instants.HOUR + minutes * instants.MINUTE
    if length == 0:
        detail = "aggregation_interval must be an ISO 8601 duration of minutes, hours or days."
        raise errors.bad_request(detail, "aggregation_interval", rule="invalid_interval")
    return length
