"""Jobs that look things up, and how jobs end."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from harness.errors import InvalidInput
from harness.params import Params
from harness.transaction import Transaction
from mocks.insightiq.dialect import dashed
from mocks.insightiq.parameters import Body, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import jobs, lookups, platforms
from mocks.insightiq.resources.jobs import JOBS

Json = dict[str, Any]


class Emails(Body):
    """Mail addresses."""

    emails: Annotated[list[Text], Field(min_length=1, max_length=500)]


class Overlapping(Body):
    """Creators of one platform."""

    work_platform_id: Text
    identifiers: Annotated[list[Text], Field(min_length=1, max_length=50)]


class OfJob(Params):
    """Which job."""

    job_id: str


@insightiq.post("/v1/social/creators/email-lookup", id="emailreverselookup", tier="P0", status=202)
def look_up_emails(tx: Transaction, params: Emails) -> Json:
    """Begin to find out whom mail addresses belong to."""
    return lookups.emails_started(jobs.start(tx, "emails", {"emails": params.emails}, [], None))


@insightiq.get("/v1/social/creators/email-lookup/{id}", id="getreversemeaillookup", tier="P0")
def retrieve_emails(tx: Transaction, id: str) -> Json:
    """Retrieve whom mail addresses belong to."""
    return lookups.emails(tx, jobs.find(tx, "emails", id))


@insightiq.post("/v1/social/creators/audience-overlap", id="audioverlap", tier="P0", status=202)
def compare_audiences(tx: Transaction, params: Overlapping) -> Json:
    """Begin to find out how audiences overlap."""
    platform = platforms.of_creators(params.work_platform_id)
    request = {"identifiers": params.identifiers}
    return lookups.started(jobs.start(tx, "overlap", request, params.identifiers, platform.id))


@insightiq.get("/v1/social/creators/audience-overlap/{id}", id="getaudioverlap", tier="P0")
def retrieve_overlap(tx: Transaction, id: str) -> Json:
    """Retrieve how audiences overlap."""
    return lookups.overlaps(tx, jobs.find(tx, "overlap", id))


@insightiq.timer(jobs.FINISH)
def finish(tx: Transaction, payload: Json) -> None:
    """End a job when its time has come."""
    job = tx.get(JOBS, payload["job"])
    if job is not None and job["status"] == "IN_PROGRESS":
        jobs.finish(tx, job)


def _triggers(kind: str, event: str) -> None:
    """Let a job of a kind be ended by hand, well or badly."""

    @insightiq.trigger(f"{event}.SUCCESS")
    def succeed(tx: Transaction, params: OfJob) -> Json:
        return _shown(jobs.finish(tx, _job(tx, kind, params)))

    @insightiq.trigger(f"{event}.FAILURE")
    def fail(tx: Transaction, params: OfJob) -> Json:
        return _shown(jobs.finish(tx, _job(tx, kind, params), failure="internal_server_error"))


for _kind, _event in jobs.EVENTS.items():
    _triggers(_kind, _event)


def _job(tx: Transaction, kind: str, params: OfJob) -> Json:
    job = tx.get(JOBS, dashed(params.job_id))
    if job is None or job["kind"] != kind:
        raise InvalidInput(f"there is no job {params.job_id!r} of this kind in world {tx.world.name}")
    return job


def _shown(job: Json) -> Json:
    return {"id": job["id"], "status": job["status"]}
