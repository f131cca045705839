"""Fielding: jobs that launch a target group, its run, and the states of both.

A run's states are those of its target group, with a capital letter: Scheduled, Live, Paused, Completed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.cint import errors, ids
from mocks.cint.resources import accounts, recruiting, statistics, target_groups
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

RUNS = Collection("cint.fielding_run", "target_group")
JOBS = Collection("cint.fielding_job", "target_group")
JOB_TAKES = 2 * instants.SECOND
"""World time that a job is Processing."""


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done with a run: from which states, to which, and whether goal and end must lie ahead."""

    origins: frozenset[str]
    target: str
    needs_room: bool = False


ACTIONS = {
    "pause": Action(frozenset({"live"}), "paused"),
    "resume": Action(frozenset({"paused"}), "live", needs_room=True),
    "complete": Action(frozenset({"live", "scheduled", "paused"}), "completed"),
    "relaunch": Action(frozenset({"completed"}), "live", needs_room=True),
    "launch-now": Action(frozenset({"scheduled"}), "live"),
}
"""The document contradicts itself on completing what is paused; here it is allowed."""


# --- jobs --------------------------------------------------------------------------------------------------------


def start_job(
    tx: Transaction, account: Json, path: tuple[str, str], kind: str, *, start: int | None, end: int
) -> Json:
    """Begin a job that launches (`start` None: as soon as it runs) or schedules a draft; `path` names project and group.

    Whether the target group exists and is a draft shows when the job has run: it fails, the request does not.
    """
    if end <= max(tx.now, start or 0):
        raise errors.bad_request(
            "end_fielding_at must lie ahead, and after the start.", "end_fielding_at", rule="end_before_start"
        )
    if start is not None and start < tx.now:
        raise errors.bad_request(
            "start_fielding_at must lie ahead.", "start_fielding_at", rule="start_in_the_past"
        )
    job = {
        "id": ids.ulid(tx, "job.id"),
        "kind": kind,
        "account": account["id"],
        "project": path[0],
        "target_group": path[1],
        "start": start,
        "end": end,
        "status": "Processing",
        "created": tx.now,
        "created_by": accounts.user_id(account),
        "run": None,
        "failure": None,
    }
    tx.insert(JOBS, job, fresh=True)
    tx.schedule("fielding.job", tx.now + JOB_TAKES, {"job": job["id"]})
    return job


def run_job(tx: Transaction, job: Json) -> None:
    """Do what a job is for, or note why it cannot be done."""
    group = tx.get(TARGET_GROUPS, job["target_group"])
    if group is None or group["project"] != job["project"] or group["account"] != job["account"]:
        job["failure"] = {"code": "TargetGroupNotFound", "description": "Target group not found."}
    elif group["status"] != "draft":
        job["failure"] = _invalid("status", f"The target group is {group['status']}.")
    elif group["filling_goal"] < 1:
        job["failure"] = _invalid("filling_goal", "The filling goal must be at least 1.")
    else:
        start = tx.now if job["start"] is None else max(tx.now, job["start"])
        job["run"] = begin(tx, group, start=start, end=job["end"], by=job["created_by"])["id"]
    job["status"] = "Completed" if job["run"] else "Failed"
    tx.save(JOBS, job)


def _invalid(name: str, reason: str) -> Json:
    detail = {"name": name, "reason": reason, "detail": reason}
    return {
        "code": "TargetGroupInvalidState",
        "description": "The target group is in an invalid state.",
        "reasons": [detail],
    }


def shown_job(job: Json) -> Json:
    """Show a job."""
    shown = {
        "job_id": job["id"],
        "created_at": instants.iso(job["created"]),
        "created_by": job["created_by"],
        "status": job["status"],
        "job_trace_id": job["id"],
    }
    if job["run"] is not None:
        shown["created_fielding_run_id"] = job["run"]
    if job["failure"] is not None:
        shown["failure_reason"] = job["failure"]
    return shown


# --- runs --------------------------------------------------------------------------------------------------------


def begin(tx: Transaction, group: Json, *, start: int, end: int, by: str) -> Json:
    """Make the run of a draft: live at once, or scheduled for a start that lies ahead."""
    status = "scheduled" if start > tx.now else "live"
    run = {
        "id": ids.ulid(tx, "run.id"),
        "target_group": group["id"],
        "start": start,
        "end": end,
        "status": status,
        "version": 1,
        "changed": tx.now,
        "changed_by": by,
    }
    tx.insert(RUNS, run, fresh=True)
    _follow(tx, group, run, by=by)
    return run


def act(tx: Transaction, group: Json, run: Json, name: str, *, by: str | None) -> None:
    """Pause, resume, complete, relaunch or launch now; `by` is a user, None the marketplace itself."""
    action = ACTIONS[name]
    if run["status"] not in action.origins:
        raise errors.invalid_state(f"Cannot {name} a target group which is {run['status']}.", "status")
    if action.needs_room and not has_room(tx, group, run):
        raise errors.invalid_state("The goal or the end of fielding has been reached.", "status")
    if name == "launch-now":
        run["start"], run["end"] = tx.now, tx.now + run["end"] - run["start"]
    _turn(tx, group, run, action.target, by=by)


def has_room(tx: Transaction, group: Json, run: Json) -> bool:
    """Tell whether a run may still collect: neither its goal nor its end was reached."""
    completes = statistics.tally(tx, group["id"]).get("completes", 0)
    return bool(completes < group["filling_goal"] and tx.now < run["end"])


def reschedule(tx: Transaction, group: Json, run: Json, *, start: int, end: int, by: str) -> None:
    """Change a run's period; the start of what has begun stays."""
    if run["status"] == "completed":
        raise errors.invalid_state("Cannot update a fielding run which is completed.", "status")
    if end <= max(start, tx.now):
        raise errors.bad_request(
            "end_fielding_at must lie ahead, and after the start.", "end_fielding_at", rule="end_before_start"
        )
    run["end"] = end
    if run["status"] == "scheduled":
        run["start"] = max(start, tx.now)
    _turn(tx, group, run, run["status"], by=by)


def check_goal(tx: Transaction, group: Json) -> None:
    """Complete a live target group whose goal is filled."""
    if statistics.tally(tx, group["id"]).get("completes", 0) < group["filling_goal"]:
        return
    run = of_group(tx, group)
    if run is not None and run["status"] == "live":
        _turn(tx, group, run, "completed", by=None)


def fall_due(tx: Transaction, run: Json) -> None:
    """Begin a scheduled run whose start has come, end one whose end has come."""
    group = tx.get(TARGET_GROUPS, run["target_group"])
    if group is None or run["status"] == "completed":
        return
    if tx.now >= run["end"]:
        _turn(tx, group, run, "completed", by=None)
    elif run["status"] == "scheduled" and tx.now >= run["start"]:
        _turn(tx, group, run, "live", by=None)


def _turn(tx: Transaction, group: Json, run: Json, status: str, *, by: str | None) -> None:
    account = tx.get(accounts.ACCOUNTS, group["account"]) or accounts.own(tx)
    run |= {"status": status, "version": run["version"] + 1, "changed": tx.now}
    run["changed_by"] = by or accounts.user_id(account)
    tx.save(RUNS, run)
    _follow(tx, group, run, by=by)


def _follow(tx: Transaction, group: Json, run: Json, *, by: str | None) -> None:
    """Let target group, timers and panel follow a run that has changed."""
    group |= {"start_at": run["start"], "end_at": run["end"]}
    target_groups.change(tx, group, {"status": run["status"]}, by=by)
    if run["status"] == "completed":
        tx.unschedule(_key(run))
    else:
        due = run["start"] if run["status"] == "scheduled" else run["end"]
        tx.schedule("fielding.due", due, {"run": run["id"]}, key=_key(run))
    if run["status"] == "live":
        recruiting.go_on(tx, group, run)
    else:
        recruiting.stop(tx, group)


def _key(run: Json) -> str:
    return f"fielding:{run['id']}"


def of_group(tx: Transaction, group: Json) -> Json | None:
    """Return a target group's run; a draft has none."""
    return tx.first(RUNS, target_group=group["id"])


def find(tx: Transaction, group: Json, id: str) -> Json:
    """Return a run of a target group by the id in a path."""
    run = tx.get(RUNS, id)
    if run is None or run["target_group"] != group["id"]:
        raise errors.not_found()
    return run


def shown(run: Json) -> Json:
    """Show a run."""
    return {
        "id": run["id"],
        "last_changed_at": instants.iso(run["changed"]),
        "last_changed_by": run["changed_by"],
        **period(run),
        "status": run["status"].capitalize(),
        "version": run["version"],
    }


def period(run: Json) -> Json:
    """Show when a run begins and ends."""
    return {"start_fielding_at": instants.iso(run["start"]), "end_fielding_at": instants.iso(run["end"])}
