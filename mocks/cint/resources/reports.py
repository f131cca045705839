"""Reports: tables of sessions, made a little after they were asked for, as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.cint import errors, money
from mocks.cint.resources import reconciling
from mocks.cint.resources.sessions import ADJUSTED_COMPLETE, ADJUSTED_TERMINATE, SESSIONS
from mocks.cint.resources.statistics import COMPLETES
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.transaction import Transaction

Json = dict[str, Any]

REPORTS = Collection("cint.report", "account", "file")
TAKES = 3 * instants.SECOND
"""World time until a report is made."""
LONGEST, OLDEST = 184 * instants.DAY, 366 * instants.DAY
"""A report covers at most six months, of the last twelve."""
MOST_FILTERS = 50
KINDS = {"Business Unit": "business_unit_id", "Project": "project", "Target Group": "id"}
"""What a report may be about, and by which field of a target group."""
Row = dict[str, Any]


def request(tx: Transaction, account: Json, kind: str, wanted: Json) -> Json:
    """Ask for a report; refuse a period that it cannot cover, and too many ids."""
    start, end = (_instant(wanted.get(name), name) for name in ("start_date", "end_date"))
    if end < start or end - start > LONGEST or start < tx.now - OLDEST:
        detail = "A report covers at most six months of the last twelve."
        raise errors.bad_request(detail, "start_date", rule="report_period")
    report = {
        "id": tx.uuid("report.id"),
        "account": account["id"],
        "kind": kind,
        "wanted": wanted,
        "start": start,
        "end": end,
        "status": "pending",
        "created": tx.now,
        "by": account["service_clients"][0]["name"],
        "key": tx.token("report.key", 32),
    }
    report["file"] = f"{kind}-{report['id']}.csv"
    tx.insert(REPORTS, report, fresh=True)
    tx.schedule("report.make", tx.now + TAKES, {"report": report["id"]})
    return report


def _instant(text: Any, name: str) -> int:
    try:
        return instants.parse(text if isinstance(text, str) else "")
    except InvalidInput:
        raise errors.bad_request(f"{name} must be a date.", name, rule="report_period") from None


def make(tx: Transaction, report: Json) -> None:
    """Make a report: its text is kept as it is then."""
    report |= {"status": "completed", "digest": tx.keep_blob(_text(tx, report).encode())}
    tx.save(REPORTS, report)


def find(tx: Transaction, account: Json, id: str) -> Json:
    """Return a report of the account by the id in a path."""
    report = tx.get(REPORTS, id)
    if report is None or report["account"] != account["id"]:
        raise errors.not_found()
    return report


def content(tx: Transaction, report: Json) -> bytes:
    """Return the CSV of a report; refuse one that is not made yet."""
    if report["status"] != "completed":
        raise errors.not_found()
    return tx.blob(report["digest"])


def url(report: Json) -> str:
    """Return where a report is downloaded."""
    at = f"/v1/demand/accounts/{report['account']}/reports/download"
    return f"{at}?report_type={report['kind']}&file={report['file']}"


# --- the tables --------------------------------------------------------------------------------------------------


def _sessions(tx: Transaction, report: Json) -> Iterator[tuple[Json, Json]]:
    """Go through the sessions of a report with their target groups."""
    field = KINDS.get(report["wanted"].get("filter", ""))
    ids = report["wanted"].get("filter_ids") or []
    for group in tx.every(TARGET_GROUPS):
        if group["account"] != report["account"] or (field and ids and group[field] not in ids):
            continue
        for session in tx.every(SESSIONS, target_group=group["id"]):
            if report["start"] <= session["entered"] < report["end"] + instants.DAY and not session["test"]:
                yield session, group


def _row(session: Json, group: Json) -> Row:
    ended = session["ended"]
    return {
        "rid": session["id"],
        "project_id": group["project"],
        "target_group_id": group["id"],
        "supplier_id": session["supplier_id"],
        "entered_at": instants.iso(session["entered"]),
        "ended_at": "" if ended is None else instants.iso(ended),
        "exchange_status": session["exchange"],
        "client_status": "" if session["client"] is None else session["client"],
        "length_of_interview_seconds": session["seconds"] or "",
        "cpi": money.shown(session["price"], group["currency"])["value"],
        "currency_code": group["currency"],
    }


def _is_complete(session: Json) -> bool:
    return session["client"] in COMPLETES


def _is_reconciled(session: Json) -> bool:
    return session["client"] in (ADJUSTED_COMPLETE, ADJUSTED_TERMINATE)


def _is_terminated(session: Json) -> bool:
    return session["client"] not in (None, 1) and not _is_complete(session)


_WHICH: dict[str, Callable[[Json], bool]] = {
    "completes": _is_complete,
    "reconciliations": _is_reconciled,
    "reconciliations-status": _is_reconciled,
    "sample-bought": _is_complete,
    "respondent-analysis": lambda _session: True,
    "term-details": _is_terminated,
}
TABLES = frozenset({*_WHICH, "reconciliation-eligible-rids"})
"""The kinds of reports that there are."""


def _text(tx: Transaction, report: Json) -> str:
    kind = report["kind"]
    rows = [_row(session, group) for session, group in _sessions(tx, report) if _belongs(tx, kind, session)]
    if kind == "sample-bought":
        rows = _bought(rows)
    elif kind == "respondent-analysis":
        rows = _analysis(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["rid"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _belongs(tx: Transaction, kind: str, session: Json) -> bool:
    if kind == "reconciliation-eligible-rids":
        ended = session["ended"]
        return _is_complete(session) and ended is not None and tx.now < reconciling.deadline(ended)
    return _WHICH[kind](session)


def _bought(rows: list[Row]) -> list[Row]:
    """Sum up by target group and supplier: how many completes, for how much."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for row in rows:
        key = (row["project_id"], row["target_group_id"], row["supplier_id"], row["currency_code"])
        found.setdefault(key, []).append(float(row["cpi"]))
    names = ("project_id", "target_group_id", "supplier_id", "currency_code")
    return [
        dict(zip(names, key, strict=True)) | {"completes": len(costs), "cost": f"{sum(costs):.2f}"}
        for key, costs in found.items()
    ]


def _analysis(rows: list[Row]) -> list[Row]:
    """Count by target group and outcome."""
    found: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = (row["target_group_id"], row["exchange_status"], row["client_status"])
        found[key] = found.get(key, 0) + 1
    names = ("target_group_id", "exchange_status", "client_status")
    return [dict(zip(names, key, strict=True)) | {"count": count} for key, count in found.items()]
