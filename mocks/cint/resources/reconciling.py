"""Reconciliation: completes that are taken back after the fact, and terminates that are made completes.

A file names respondents and reasons. Until the 25th of the month after it ended, a session can be reversed, and back:
counts, cost and quotas follow.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.cint import errors, ids
from mocks.cint.resources import accounts, sessions
from mocks.cint.resources.sessions import ADJUSTED_COMPLETE, ADJUSTED_TERMINATE
from mocks.cint.resources.statistics import COMPLETES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

REQUESTS = Collection("cint.reconciliation", "account")
TAKES = 2 * instants.SECOND
"""World time that a request is processing."""
MOST_LINES = 20_000
LAST_DAY = 25
"""The day of the following month up to which a session can be reversed."""
REASONS = {
    "101": ("speeding", "The interview took much less time than it needs.", False),
    "102": ("straight_lining", "All answers were the same.", False),
    "103": ("open_ends", "Answers in the respondent's own words were no answers.", False),
    "104": ("duplicate", "The respondent had taken part before.", False),
    "105": ("attention", "A question that checks attention was missed.", False),
    "106": ("fraud", "The answers were not given by a person.", False),
    "201": ("approved_after_review", "The interview was found to be good after all.", True),
}
"""Reason codes: a name, what it means, and whether it makes a complete of a session. Cint's own are not published."""
INVALID, EXPIRED, NEGATIVE, POSITIVE = "invalid", "expired", "negative", "positive"


def submit(tx: Transaction, account: Json, name: str, text: str) -> Json:
    """Take a file of lines `RID,reason code`; it is worked through a little later."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > MOST_LINES:
        detail = f"The file must have 1 to {MOST_LINES} lines."
        raise errors.bad_request(detail, "body", rule="reconciliation_lines")
    request = {
        "id": ids.ulid(tx, "reconciliation.id"),
        "account": account["id"],
        "name": name,
        "by": accounts.user_id(account),
        "submitted": tx.now,
        "status": "processing",
        "lines": lines,
        "results": [],
    }
    tx.insert(REQUESTS, request, fresh=True)
    tx.schedule("reconciliation.run", tx.now + TAKES, {"request": request["id"]})
    return request


def run(tx: Transaction, request: Json) -> None:
    """Work through a file: each line's result is kept as [RID, result, target group]."""
    done: set[str] = set()
    for line in request["lines"]:
        rid, _, code = (part.strip() for part in line.partition(","))
        request["results"].append(_line(tx, rid.lower(), code, done))
        done.add(rid.lower())
    request["status"] = "complete"
    tx.save(REQUESTS, request)


def _line(tx: Transaction, rid: str, code: str, done: set[str]) -> list[str]:
    session, reason = sessions.find(tx, rid), REASONS.get(code)
    group = "" if session is None else session["target_group"]
    if session is None or session["test"] or reason is None or rid in done or session["ended"] is None:
        return [rid, INVALID, group]
    if tx.now >= deadline(session["ended"]):
        return [rid, EXPIRED, group]
    positive = reason[2]
    if (session["client"] in COMPLETES) is positive:
        return [rid, INVALID, group]
    sessions.change(tx, session, {"client": ADJUSTED_COMPLETE if positive else ADJUSTED_TERMINATE})
    return [rid, POSITIVE if positive else NEGATIVE, group]


def deadline(ended: int) -> int:
    """Return the instant from which a session that ended at an instant cannot be reversed any more (UTC)."""
    day = instants.moment(ended).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (day + timedelta(days=32)).replace(day=LAST_DAY) + timedelta(days=1)
    return _microseconds(following)


def _microseconds(moment: datetime) -> int:
    return (moment - instants.EPOCH) // timedelta(microseconds=1)


def find(tx: Transaction, account: Json, id: str) -> Json:
    """Return a request of the account by the id in a path."""
    request = tx.get(REQUESTS, id)
    if request is None or request["account"] != account["id"]:
        raise errors.not_found()
    return request


def counts(request: Json, group: str | None = None) -> Json:
    """Count the results of a request, or of a target group in it."""
    results = [each for each in request["results"] if group in (None, each[2])]
    found = Counter(result for _, result, _ in results)
    return {
        "submitted_count": len(results) if request["results"] else len(request["lines"]),
        "expired_count": found[EXPIRED],
        "invalid_count": found[INVALID],
        "positive_reversed_count": found[POSITIVE],
        "negative_reversed_count": found[NEGATIVE],
    }


def groups(request: Json) -> list[str]:
    """Return the target groups of a request's respondents, in the order of their first."""
    return list(dict.fromkeys(group for _, _, group in request["results"] if group))


def shown(request: Json) -> Json:
    """Show a request."""
    return {
        "request_id": request["id"],
        "name": request["name"],
        "status": request["status"],
        "submitted_at": instants.iso(request["submitted"]),
        "submitter_las_id": request["by"],
        **counts(request),
    }


def listed(request: Json) -> Json:
    """Show a request in a list."""
    found = counts(request)
    positive, negative = found["positive_reversed_count"], found["negative_reversed_count"]
    return {
        "id": request["id"],
        "name": request["name"],
        "submitted_at": instants.iso(request["submitted"]),
        "status": request["status"],
        "submitted_by_user_id": request["by"],
        "result_counts": {
            "submitted": found["submitted_count"],
            "expired": found["expired_count"],
            "invalid": found["invalid_count"],
            "total_reversed": positive + negative,
            "positive_reversed": positive,
            "negative_reversed": negative,
        },
    }
