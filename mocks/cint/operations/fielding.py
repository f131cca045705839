"""Fielding: jobs that launch drafts, and runs that are paused, resumed and completed."""

from __future__ import annotations

from harness import instants
from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors
from mocks.cint.dialect import check_version, etag
from mocks.cint.operations.target_groups import ONE, located
from mocks.cint.parameters import Body, Instant
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, fielding
from mocks.cint.resources.fielding import JOBS

LAUNCH, SCHEDULE = "launch-from-draft", "schedule-from-draft"
JOB = f"{ONE}/fielding-run-jobs"
RUNS = f"{ONE}/fielding-runs"
RUN = f"{RUNS}/{{fielding_run_id}}"


class Launch(Body):
    """Until when a launched draft is live."""

    end_fielding_at: Instant


class Period(Body):
    """From when to when a target group is live."""

    start_fielding_at: Instant
    end_fielding_at: Instant


# --- jobs --------------------------------------------------------------------------------------------------------


@cint.post(f"{JOB}/{LAUNCH}", id="create_launch_fielding_run_from_draft_job", tier="P0", status=201)
def create_launch_job(
    tx: Transaction, params: Launch, account_id: str, project_id: str, target_group_id: str
) -> Reply:
    """Begin to launch a draft; how that went is the job's to tell."""
    end = instants.parse(params.end_fielding_at)
    return _begun(tx, account_id, (project_id, target_group_id), LAUNCH, start=None, end=end)


@cint.post(f"{JOB}/{SCHEDULE}", id="create_schedule_fielding_run_from_draft_job", tier="P1", status=201)
def create_schedule_job(
    tx: Transaction, params: Period, account_id: str, project_id: str, target_group_id: str
) -> Reply:
    """Begin to schedule a draft."""
    start, end = instants.parse(params.start_fielding_at), instants.parse(params.end_fielding_at)
    return _begun(tx, account_id, (project_id, target_group_id), SCHEDULE, start=start, end=end)


def _begun(
    tx: Transaction, account_id: str, path: tuple[str, str], kind: str, *, start: int | None, end: int
) -> Reply:
    account = accounts.find(tx, account_id)
    job = fielding.start_job(tx, account, path, kind, start=start, end=end)
    address = tx.request.path.rstrip("/") if tx.request is not None else ""
    return Reply(None, headers=[("location", f"{address}/{job['id']}")])


@cint.get(f"{JOB}/{LAUNCH}/{{job_id}}", id="get_launch_fielding_run_from_draft_job", tier="P1")
def get_launch_job(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, job_id: str
) -> Json:
    """Tell how a launch goes."""
    return _job(tx, account_id, (project_id, target_group_id), LAUNCH, job_id)


@cint.get(f"{JOB}/{SCHEDULE}/{{job_id}}", id="get_schedule_fielding_run_from_draft_job", tier="P1")
def get_schedule_job(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, job_id: str
) -> Json:
    """Tell how scheduling goes."""
    return _job(tx, account_id, (project_id, target_group_id), SCHEDULE, job_id)


def _job(tx: Transaction, account_id: str, path: tuple[str, str], kind: str, id: str) -> Json:
    account = accounts.find(tx, account_id)
    job = tx.get(JOBS, id)
    place = (account["id"], *path, kind)
    if job is None or (job["account"], job["project"], job["target_group"], job["kind"]) != place:
        raise errors.not_found()
    return fielding.shown_job(job)


# --- runs --------------------------------------------------------------------------------------------------------


@cint.get(RUNS, id="get_fielding_runs_by_target_group_id", tier="P1")
def get_fielding_runs(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Json:
    """List the runs of a target group: there is one at most, and there are no pages."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    runs = [fielding.shown(each) for each in tx.every(fielding.RUNS, target_group=group["id"])]
    return {"data": runs, "has_more": False}


@cint.get(RUN, id="get_fielding_run", tier="P1")
def get_fielding_run(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, fielding_run_id: str
) -> Reply:
    """Retrieve a run with its ETag."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    run = fielding.find(tx, group, fielding_run_id)
    return Reply(fielding.shown(run), headers=_tag(run))


@cint.put(RUN, id="update_fielding_run", tier="P1", status=202)
def update_fielding_run(
    tx: Transaction,
    params: Period,
    account_id: str,
    project_id: str,
    target_group_id: str,
    fielding_run_id: str,
) -> Reply:
    """Change when a run begins and ends."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    run = fielding.find(tx, group, fielding_run_id)
    check_version(tx, run["version"])
    start, end = instants.parse(params.start_fielding_at), instants.parse(params.end_fielding_at)
    fielding.reschedule(tx, group, run, start=start, end=end, by=accounts.user_id(account))
    return Reply({"id": run["id"]}, headers=_tag(run))


@cint.post(f"{RUN}/pause", id="pause_fielding_run", tier="P1", status=204)
def pause_fielding_run(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, fielding_run_id: str
) -> Reply:
    """Let nobody in for now."""
    return _acted(tx, (account_id, project_id, target_group_id), fielding_run_id, "pause")[0]


@cint.post(f"{RUN}/resume", id="resume_fielding_run", tier="P1", status=204)
def resume_fielding_run(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, fielding_run_id: str
) -> Reply:
    """Go on with a paused run."""
    return _acted(tx, (account_id, project_id, target_group_id), fielding_run_id, "resume")[0]


@cint.post(f"{RUN}/complete", id="complete_fielding_run", tier="P1", status=204)
def complete_fielding_run(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, fielding_run_id: str
) -> Reply:
    """End a run, whatever was reached."""
    return _acted(tx, (account_id, project_id, target_group_id), fielding_run_id, "complete")[0]


@cint.post(f"{RUN}/relaunch", id="relaunch_fielding_run", tier="P1", status=204)
def relaunch_fielding_run(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, fielding_run_id: str
) -> Reply:
    """Go on with a completed run that has reached neither goal nor end."""
    return _acted(tx, (account_id, project_id, target_group_id), fielding_run_id, "relaunch")[0]


@cint.post(f"{RUN}/launch-now", id="launch_now_fielding_run", tier="P1")
def launch_now_fielding_run(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, fielding_run_id: str
) -> Reply:
    """Begin a scheduled run now; its end comes earlier by as much."""
    reply, run = _acted(tx, (account_id, project_id, target_group_id), fielding_run_id, "launch-now")
    return Reply(fielding.period(run), headers=reply.headers)


def _acted(tx: Transaction, path: tuple[str, str, str], id: str, action: str) -> tuple[Reply, Json]:
    account, _, group = located(tx, *path)
    run = fielding.find(tx, group, id)
    check_version(tx, run["version"])
    fielding.act(tx, group, run, action, by=accounts.user_id(account))
    return Reply(None, headers=_tag(run)), run


def _tag(run: Json) -> list[tuple[str, str]]:
    return [("etag", etag(run["version"]))]
