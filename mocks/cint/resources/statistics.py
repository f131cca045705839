"""Statistics: a running count of each target group's sessions, and what is computed of it.

`contribution` says what one session adds. A changed session takes its old contribution away and adds its new one, so
that the count is always that of the table, and costs the same whether ten people came or ten thousand.
"""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.cint import money
from mocks.cint.resources import pricing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.transaction import Transaction

Json = dict[str, Any]
Tally = dict[str, int]

TALLIES = Collection("cint.tally")
LENGTHS = Collection("cint.interview_lengths")
DIGITS = 4
COMPLETES = (10, 11)
"""Client statuses that count as completes: the second after a reconciliation."""


def contribution(session: Json) -> Tally:
    """Return what one session adds to the count of its target group."""
    client = session["client"]
    status = f"exchange.{session['exchange']}" if client is None else f"client.{client}"
    if session["test"]:
        return {"test": 1, f"test.{status}": 1}
    found = {"entrants": 1, f"live.{status}": 1}
    if client is None:
        return found
    outcome = {1: "inside", 10: "completes", 11: "completes", 40: "overquota"}.get(client)
    found |= {"prescreens": 1, outcome or ("quality" if 30 <= client < 40 else "terminates"): 1}
    found[f"supplier.{session['supplier_id']}.prescreens"] = 1
    found |= {f"let_in.{cell}": 1 for cell in session["cells"]}
    if client in COMPLETES:
        found |= {"cost": session["price"]}
        supplier = f"supplier.{session['supplier_id']}"
        found |= {f"{supplier}.completes": 1, f"{supplier}.cost": session["price"]}
        found |= {f"filled.{cell}": 1 for cell in session["cells"]}
    return found


def counted(sessions: Iterable[Json]) -> Tally:
    """Count sessions from the table itself."""
    total: Tally = {}
    for session in sessions:
        _merge(total, contribution(session), 1)
    return total


def add(tx: Transaction, session: Json) -> None:
    """Count a session in."""
    _change(tx, session, 1)


def remove(tx: Transaction, session: Json) -> None:
    """Take out what a session added, because it is about to change."""
    _change(tx, session, -1)


def _change(tx: Transaction, session: Json, sign: int) -> None:
    document = tx.get(TALLIES, session["target_group"])
    if document is None:
        document = tx.insert(
            TALLIES, {"id": session["target_group"], "counts": {}, "first": None, "last": None}
        )
    _merge(document["counts"], contribution(session), sign)
    if sign > 0 and session["client"] in COMPLETES and not session["test"]:
        ended = session["ended"]
        document["first"] = min(document["first"] or ended, ended)
        document["last"] = max(document["last"] or ended, ended)
    tx.save(TALLIES, document)
    _time(tx, session, sign)


def _time(tx: Transaction, session: Json, sign: int) -> None:
    """Count how long an interview took: kept apart, as there are many lengths and the count is read all the time."""
    if session["client"] not in COMPLETES or session["test"]:
        return
    document = tx.get(LENGTHS, session["target_group"])
    if document is None:
        document = tx.insert(LENGTHS, {"id": session["target_group"], "counts": {}})
    _merge(document["counts"], {str(session["seconds"]): 1}, sign)
    tx.save(LENGTHS, document)


def _merge(total: Tally, other: Tally, sign: int) -> None:
    for name, number in other.items():
        total[name] = total.get(name, 0) + sign * number
        if total[name] == 0:
            del total[name]


def tally(tx: Transaction, group: str) -> Tally:
    """Return the count of a target group's sessions; what is zero is left out."""
    document = tx.get(TALLIES, group)
    return {} if document is None else document["counts"]


def completed(tx: Transaction, group: str) -> tuple[int | None, int | None]:
    """Return the instants of a target group's first and last complete."""
    document = tx.get(TALLIES, group)
    return (None, None) if document is None else (document["first"], document["last"])


# --- what is computed of it --------------------------------------------------------------------------------------


def share(part: int, whole: int) -> float:
    """Return a part of a whole as answers show it; 0 of nothing."""
    return round(part / whole, DIGITS) if whole else 0.0


def median_seconds(tx: Transaction, group: str) -> int:
    """Return the median length of a target group's completed interviews."""
    document = tx.get(LENGTHS, group)
    counts = {} if document is None else document["counts"]
    lengths = sorted((int(length), number) for length, number in counts.items())
    spread = [length for length, number in lengths for _ in range(number)]
    return round(median(spread)) if spread else 0


def rates(tx: Transaction, group: str) -> Json:
    """Return conversion, drop-off, incidence and length of the interviews.

    Conversion is of those who were let in; who is in the survey and has not ended counts as dropped off.
    """
    counts = tally(tx, group)
    let_in, completes = counts.get("prescreens", 0), counts.get("completes", 0)
    return {
        "conversion_rate": share(completes, let_in),
        "drop_off_rate": share(counts.get("inside", 0), let_in),
        "incidence_rate": share(completes, completes + counts.get("terminates", 0)),
        "median_length_of_interview_seconds": median_seconds(tx, group),
    }


def progress(group: Json, tally: Tally) -> Json:
    """Return how far a target group is."""
    return {
        "current_completes": tally.get("completes", 0),
        "current_prescreens": tally.get("prescreens", 0),
        "filling_goal": max(1, group["filling_goal"]),
        "filling_strategy": group["filling_strategy"],
    }


def average_cost(tally: Tally) -> int:
    """Return what a complete has cost on average."""
    completes = tally.get("completes", 0)
    return tally.get("cost", 0) // completes if completes else 0


def of_project(tx: Transaction, groups: list[Json]) -> Json:
    """Return the statistics of a project: sums, medians and averages over its target groups."""
    tallies = [tally(tx, group["id"]) for group in groups]
    found = [
        rates(tx, group["id"]) for group, each in zip(groups, tallies, strict=True) if each.get("prescreens")
    ]

    def over(name: str) -> list[float]:
        return [each[name] for each in found]

    lengths = over("median_length_of_interview_seconds")
    return {
        "filling_goal": sum(group["filling_goal"] for group in groups),
        "current_completes": sum(each.get("completes", 0) for each in tallies),
        "current_prescreens": sum(each.get("prescreens", 0) for each in tallies),
        "incidence_rate_median": round(median(over("incidence_rate")), DIGITS) if found else 0.0,
        "length_of_interview_median_seconds": round(median(lengths)) if found else 0,
        "conversion_rate_average": round(fmean(over("conversion_rate")), DIGITS) if found else 0.0,
        "drop_off_rate_average": round(fmean(over("drop_off_rate")), DIGITS) if found else 0.0,
    }


def of_group(tx: Transaction, group: Json) -> Json:
    """Return the statistics of a target group as lists show them, each with its issues (none are found here)."""
    counts, currency = tally(tx, group["id"]), group["currency"]
    minutes = max(1, group["minutes"])
    earned = pricing.current(group) * counts.get("completes", 0) // max(1, counts.get("entrants", 0))
    values: Json = {
        "progress": progress(group, counts),
        "earnings_per_click": money.shown(earned, currency),
        "earnings_per_click_per_minute": money.shown(earned // minutes, currency),
        "average_cost_per_interview": money.shown(average_cost(counts), currency),
        **rates(tx, group["id"]),
    }
    last = completed(tx, group["id"])[1]
    if last is not None:
        values["last_complete_date"] = instants.iso(last)
    return {name: {"value": value, "issues": []} for name, value in values.items()}


# --- performance -------------------------------------------------------------------------------------------------

LABELS = {
    "exchange.1": ("In Screener", "The respondent is in the screener"),
    "exchange.23": ("Standard Qualification", "The respondent did not meet a standard qualification"),
    "exchange.24": ("Custom Qualification", "The respondent did not meet a custom qualification"),
    "exchange.30": ("Security", "The respondent's address was refused"),
    "exchange.35": ("Duplicate", "The respondent has been here before"),
    "exchange.40": ("Quota Full", "The quota of the respondent was full"),
    "exchange.41": ("Supplier Allocation", "The respondent's supplier may send nobody any more"),
    "client.1": ("In Survey or Drop", "The respondent entered the survey and has not returned"),
    "client.10": ("Returned as Complete", "The respondent completed the survey"),
    "client.11": ("Adjusted to Complete", "The respondent was made a complete by a reconciliation"),
    "client.26": ("Adjusted to Terminate", "The complete was reversed by a reconciliation"),
    "client.20": ("Returned as Terminate", "The respondent was screened out by the survey"),
    "client.30": ("Returned as Quality Terminate", "The respondent was rejected for quality"),
    "client.40": ("Returned as Overquota", "The survey's quota of the respondent was full"),
}


def performance(tx: Transaction, group: Json) -> Json:
    """Return the counts of a target group by outcome, respondents and testers apart."""
    counts = tally(tx, group["id"])
    found = rates(tx, group["id"])
    first, last = completed(tx, group["id"])
    shown = {
        "entrants": counts.get("entrants", 0),
        "prescreens": counts.get("prescreens", 0),
        "completes": counts.get("completes", 0),
        "completes_cost": money.shown(counts.get("cost", 0), group["currency"]),
        **{name: found[name] for name in ("incidence_rate", "drop_off_rate", "conversion_rate")},
        "respondent_analysis": {"live": _analysis(counts, "live."), "test": _analysis(counts, "test.")},
    }
    if first is not None and last is not None:
        shown |= {"first_complete": instants.iso(first), "last_complete": instants.iso(last)}
    return shown


def _analysis(counts: Tally, kind: str) -> list[Json]:
    found = []
    for name in sorted(counts):
        if not name.startswith(kind):
            continue
        status = name.removeprefix(kind)
        code = status.partition(".")[2]
        label, description = LABELS.get(status, (f"Status {code}", f"The respondent has status {code}"))
        found.append({"status": code, "label": label, "description": description, "count": counts[name]})
    return found
