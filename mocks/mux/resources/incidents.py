"""Incidents: hours in which too many views of the last days ended with an error, found in the views themselves."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from harness import chance
from mocks.mux import errors
from mocks.mux.resources import analysis, views
from mocks.mux.resources.columns import Table

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

HOUR = 3_600_000
LOOKED_BACK, THRESHOLD, ALERT, LEAST_VIEWS = 168, 5.0, 10.0, 20
"""Hours; percent of the views with one kind of error from which on it is an incident, and an alert; views of an hour."""


def found(tx: Transaction) -> list[Json]:
    """Return the incidents of the last week, the newest first."""
    table, now = views.table(tx), tx.seconds * 1000 // HOUR
    hours = table.instants("end") // HOUR
    table = table.select((hours > now - LOOKED_BACK) & (hours <= now))
    incidents = [each for kind in analysis.errors(table) for each in _of_kind(table, kind, now)]
    return sorted(incidents, key=lambda each: (each["started_at"], each["id"]), reverse=True)


def _of_kind(table: Table, kind: Json, now: int) -> list[Json]:
    hours = table.instants("end") // HOUR
    first = now - LOOKED_BACK
    every = np.bincount(hours - first, minlength=LOOKED_BACK + 1)
    failed = np.bincount(hours[analysis.with_error(table, kind["id"])] - first, minlength=LOOKED_BACK + 1)
    share = np.divide(100.0 * failed, every, out=np.zeros(len(every)), where=every >= LEAST_VIEWS)
    bad, runs = share >= THRESHOLD, list[tuple[int, int]]()
    for hour in np.flatnonzero(bad).tolist():
        if runs and runs[-1][1] == hour:
            runs[-1] = (runs[-1][0], hour + 1)
        else:
            runs.append((hour, hour + 1))
    return [_shown(kind, run, (every, failed, share), first, now) for run in runs]


def _shown(kind: Json, run: tuple[int, int], counts: Any, first: int, now: int) -> Json:
    every, failed, share = counts
    start, beyond = run
    is_open = first + beyond > now
    affected = int(failed[start:beyond].sum())
    rate = round(affected / (beyond - start))
    measured = float(share[start:beyond].max())
    closing = None if is_open else float(share[beyond]) if beyond < len(share) else 0.0
    key = sha256(f"{kind['id']}|{first + start}".encode()).digest()
    named = kind["message"] or kind["player_error_code"] or "Unknown error"
    return {
        "id": chance.spell(key[:6], chance.LOWER),
        "incident_key": key.hex(),
        "status": "open" if is_open else "closed",
        "severity": "alert" if measured >= ALERT else "warning",
        "started_at": views.moment((first + start) * HOUR),
        "resolved_at": None if is_open else views.moment((first + beyond) * HOUR),
        "measurement": "error_rate",
        "measured_value": measured,
        "measured_value_on_close": closing,
        "threshold": THRESHOLD,
        "sample_size": int(every[start:beyond].sum()),
        "sample_size_unit": "views",
        "description": f"The error rate of {named} is {measured:.1f} %",
        "error_description": named,
        "impact": f"*{affected} views* were affected at a rate of *{rate} per hour*",
        "affected_views": affected,
        "affected_views_per_hour": rate,
        "affected_views_per_hour_on_open": int(failed[start]),
        "breakdowns": [
            {"id": chance.spell(key[6:12], chance.LOWER), "name": "error_type_id", "value": str(kind["id"])}
        ],
        "notifications": [],
        "notification_rules": [],
    }


def find(tx: Transaction, id: str) -> Json:
    """Return one of the incidents; refuse an unknown one."""
    for each in found(tx):
        if each["id"] == id:
            return each
    raise errors.not_found()
