"""Exports of views: one file of comma-separated values for each past day that has any, as Mux Data writes them nightly."""

from __future__ import annotations

import csv
import gzip
import hmac
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from harness import instants
from mocks.mux import errors
from mocks.mux.resources import account, views
from mocks.mux.resources.columns import fields

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DAY = 86_400_000
KEPT_DAYS = 7
MOST = 100_000
"""Views of one file at most."""


def days(tx: Transaction) -> list[Json]:
    """Return the last days with their files, the newest first."""
    today = tx.seconds * 1000 // DAY
    ends = views.table(tx).instants("end") // DAY
    recent = sorted({int(day) for day in np.unique(ends) if today - KEPT_DAYS <= day < today}, reverse=True)
    return [
        {"export_date": _date(day), "files": [{"version": 2, "type": "csv", "path": _address(tx, day)}]}
        for day in recent
    ]


def file(tx: Transaction, name: str, query: str) -> bytes:
    """Return the file that an address leads to; refuse a wrong signature."""
    for day in days(tx):
        path = day["files"][0]["path"].partition("?")
        if path[0].endswith(f"/{name}"):
            if path[2] != query:
                raise errors.not_allowed(
                    "The signature of the address does not match.", rule="export_signature"
                )
            return _written(tx, name)
    raise errors.nothing_there()


def _written(tx: Transaction, name: str) -> bytes:
    known = fields()
    names = ("view_id", "view_start", "view_end", *known.text, *known.flags, *known.numbers)
    table = views.table(tx)
    start = instants.parse(f"{name.removesuffix('.csv.gz')}T00:00:00Z") // 1000
    chosen = table.select(table.instants("end") // DAY == start // DAY)
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(dict.fromkeys(names))
    for number in range(min(chosen.count, MOST)):
        row = chosen.row(number)
        told = row["fields"] | {"view_id": row["id"]}
        told |= {"view_start": views.moment(row["start"]), "view_end": views.moment(row["end"])}
        writer.writerow([told.get(each) for each in dict.fromkeys(names)])
    return gzip.compress(target.getvalue().encode(), mtime=0)


def _date(day: int) -> str:
    return views.moment(int(day) * DAY)[:10]


def _address(tx: Transaction, day: int) -> str:
    request = tx.request
    origin = request.origin if request else "https://api.mux.com"
    key = account.environment(tx)["id"].encode()
    signature = hmac.digest(key, f"{tx.world.seed}|{day}".encode(), "sha256").hex()
    return f"{origin}/~{tx.world.name}/exports/{_date(day)}.csv.gz?signature={signature}"
