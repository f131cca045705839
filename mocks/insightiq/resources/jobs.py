"""Jobs: what InsightIQ does behind an answer of 202. In progress at first, then ended by a timer, and announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.insightiq import errors
from mocks.insightiq.dialect import find as found
from mocks.insightiq.resources import events
from mocks.insightiq.resources.creators import look_up
from mocks.insightiq.resources.platforms import find as platform_of

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

JOBS = Collection("insightiq.job", "kind")
FINISH = "job.finish"
TAKES = 800_000
"""µs of world time; the real ones take seconds to minutes. Consumers that poll every two seconds see it done at once."""

EVENTS = {
    "analytics": "PROFILE_ANALYTICS",
    "export": "CREATOR_SEARCH_EXPORT",
    "emails": "EMAIL_LOOKUP",
    "overlap": "AUDIENCE_OVERLAP",
    "screening": "SAFETY_FETCH",
    "contents": "CONTENTS_FETCH",
}
"""The first part of the event that announces the end of each kind of job."""


def start(tx: Transaction, kind: str, request: Json, names: list[str], platform: str | None) -> Json:
    """Begin a job about some profiles (handles or addresses) of a work platform; it fails where none of them exists."""
    job = {
        "id": tx.uuid("job.id"),
        "kind": kind,
        "status": "IN_PROGRESS",
        "request": request,
        "names": names,
        "work_platform_id": platform,
        "created": tx.now,
        "ended": None,
        "error": None,
    }
    tx.insert(JOBS, job)
    tx.schedule(FINISH, tx.now + TAKES, {"job": job["id"]}, key=f"job:{job['id']}")
    return job


def find(tx: Transaction, kind: str, id: str) -> Json:
    """Return a job of a kind, or refuse an unknown id."""
    job = found(tx, JOBS, id, "job")
    if job["kind"] != kind:
        raise errors.unknown("job")
    return job


def finish(tx: Transaction, job: Json, failure: str | None = None) -> Json:
    """End a job that is in progress, and announce it; `failure` makes it fail whatever it is about."""
    if job["status"] != "IN_PROGRESS":
        raise InvalidInput(f"job {job['id']} has ended already: {job['status']}")
    tx.unschedule(f"job:{job['id']}")
    error = failure or _failure(tx, job)
    job |= {"status": "FAILURE" if error else "SUCCESS", "ended": tx.now, "error": error}
    tx.save(JOBS, job)
    events.of_job(tx, f"{EVENTS[job['kind']]}.{job['status']}", job["id"])
    return job


def _failure(tx: Transaction, job: Json) -> str | None:
    if not job["names"] or job["work_platform_id"] is None:
        return None
    platform = platform_of(job["work_platform_id"])
    if any(look_up(tx, name, platform) is not None for name in job["names"]):
        return None
    return "profile_not_found"


def is_done(job: Json) -> bool:
    """Tell whether a job has ended well, so that it has results."""
    done: bool = job["status"] == "SUCCESS"
    return done
