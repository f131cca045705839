"""Crons: paths of the production deployment that Vercel calls by a schedule in UTC, here by the world's clock.

A call is a simulated visit: it goes to the project's production host, so that it reaches somebody only where that is
an address of this machine (`localhost:3000` as a domain of the project). Nothing is repeated after a failure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cronsim import CronSim, CronSimError

from harness import instants
from mocks.vercel import errors
from mocks.vercel.dialect import milliseconds
from mocks.vercel.resources import domains, events, projects, variables

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_fields = re.compile(r"[0-9*,/-]+(?: [0-9*,/-]+){4}").fullmatch
AGENT = "vercel-cron/1.0"


def checked(configuration: Json) -> Json:
    """Return what of a `vercel.json` matters here; refuse crons that are none.

    Vercel takes five fields of numbers; day of month and day of week may not both be set (Vercel docs: cron jobs).
    """
    found = configuration.get("crons") or []
    right = isinstance(found, list) and all(
        isinstance(each, dict) and isinstance(each.get("path"), str) and isinstance(each.get("schedule"), str)
        for each in found
    )
    if not right or any(not each["path"].startswith("/") for each in found):
        text = "The `crons` property in vercel.json should be an array of objects with `path` and `schedule`."
        raise errors.bad_request(text, field="crons", rule="invalid_crons", code="invalid_vercel_json")
    for each in found:
        if not valid(each["schedule"]):
            text = f"The cron expression `{each['schedule'][:80]}` of {each['path'][:80]} is invalid."
            raise errors.bad_request(
                text, field="crons", rule="invalid_cron_expression", code="invalid_cron_expression"
            )
    regions = configuration.get("regions")
    command = configuration.get("buildCommand")
    return {
        "crons": [{"path": each["path"], "schedule": each["schedule"]} for each in found],
        "regions": regions
        if isinstance(regions, list) and all(isinstance(each, str) for each in regions)
        else None,
        "buildCommand": command if isinstance(command, str) else None,
    }


def valid(schedule: str) -> bool:
    """Tell whether Vercel takes a cron expression."""
    if not _fields(schedule):
        return False
    fields = schedule.split(" ")
    if fields[2] != "*" and fields[4] != "*":
        return False
    return _next(schedule, 0) is not None


def install(tx: Transaction, project: Json, deployment: Json) -> None:
    """Run the crons of the deployment that production now is, and no others."""
    stop(tx, project)
    definitions = [
        {"host": domains.production(tx, project), "path": each["path"], "schedule": each["schedule"]}
        for each in deployment["crons"]
    ]
    now = milliseconds(tx)
    enabled = (project["crons"] or {}).get("enabledAt", now)
    if project["crons"] is None and not definitions:
        return
    project["crons"] = {
        "enabledAt": enabled,
        "disabledAt": None,
        "updatedAt": now,
        "deploymentId": deployment["id"],
        "definitions": definitions,
    }
    for index in range(len(definitions)):
        _set(tx, project, index)


def stop(tx: Transaction, project: Json) -> None:
    """Run no crons of a project any more."""
    for index in range(len((project["crons"] or {}).get("definitions", ()))):
        tx.unschedule(_key(project, index))


def due(tx: Transaction, project: Json, index: int) -> None:
    """A cron's time has come: call its path, and set the next time."""
    call(tx, project, project["crons"]["definitions"][index])
    _set(tx, project, index)


def call(tx: Transaction, project: Json, definition: Json) -> None:
    """Call the path of a cron as Vercel does: a GET with its agent, and the project's CRON_SECRET if it has one."""
    host = domains.production(tx, project)
    scheme = "http" if domains.is_local(host) else "https"
    headers = [("User-Agent", AGENT), ("x-vercel-cron-schedule", definition["schedule"])]
    secret = variables.values(tx, project["id"], "production", sensitive=True).get("CRON_SECRET")
    if secret:
        headers.append(("Authorization", f"Bearer {secret}"))
    payload = {"project": project["id"], "path": definition["path"], "host": host}
    visit = tx.visit(
        f"{scheme}://{host}{definition['path']}", then="cron.called", payload=payload, headers=headers
    )
    visit["visit"]["redirects"] = False


def called(tx: Transaction, project: Json, came: Json) -> None:
    """Write what a call brought to the log drains."""
    status = came["status"] or 0
    line = {
        "id": tx.token("log.id", 24),
        "message": came["error"] or f"[GET] {came['path']} status={status}",
        "timestamp": milliseconds(tx),
        "type": "stdout",
        "source": "lambda",
        "projectId": project["id"],
        "deploymentId": project["targets"].get("production", ""),
        "host": came["host"],
        "path": came["path"],
        "statusCode": status,
        "proxy": {"method": "GET", "path": came["path"], "host": came["host"], "userAgent": [AGENT]},
    }
    events.log(tx, project["ownerId"], project["id"], "lambda", [line])


def _set(tx: Transaction, project: Json, index: int) -> None:
    at = _next(project["crons"]["definitions"][index]["schedule"], tx.now)
    if at is not None:
        tx.schedule("cron.due", at, {"project": project["id"], "index": index}, key=_key(project, index))


def _next(schedule: str, now: int) -> int | None:
    """Return the first instant (µs) after `now` that a schedule names; None where there is none."""
    try:
        found = next(CronSim(schedule, instants.moment(now)))
    except (CronSimError, StopIteration, OverflowError):
        return None
    return int(found.timestamp()) * instants.SECOND


def _key(project: Json, index: int) -> str:
    return f"cron:{project['id']}:{index}"


def definition(tx: Transaction, project: Json, path: str) -> Json | None:
    """Return the cron of a project that calls a path."""
    held = tx.get(projects.PROJECTS, project["id"]) or project
    return next((each for each in (held["crons"] or {}).get("definitions", ()) if each["path"] == path), None)
