"""What happens by itself when its time has come, and what simulated people find on the web."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint.provider import cint
from mocks.cint.resources import fielding, outcomes, recruiting, survey
from mocks.cint.resources.sessions import INSIDE, SESSIONS
from mocks.cint.resources.target_groups import TARGET_GROUPS


@cint.timer("fielding.job")
def run_job(tx: Transaction, payload: Json) -> None:
    """Run a launch or schedule job."""
    job = tx.get(fielding.JOBS, payload["job"])
    if job is not None and job["status"] == "Processing":
        fielding.run_job(tx, job)


@cint.timer("fielding.due")
def fall_due(tx: Transaction, payload: Json) -> None:
    """Begin a scheduled run, or end a live one."""
    run = tx.get(fielding.RUNS, payload["run"])
    if run is not None:
        fielding.fall_due(tx, run)


@cint.timer("panel.slot")
def end_slot(tx: Transaction, payload: Json) -> None:
    """Let those in who came meanwhile."""
    group = tx.get(TARGET_GROUPS, payload["target_group"])
    if group is not None:
        recruiting.end_slot(tx, group, payload["slot"])


@cint.timer("survey.opened")
def opened(tx: Transaction, payload: Json) -> None:
    """A respondent has opened the survey's page, or tried to."""
    session = _back_or_inside(tx, payload)
    if session is not None:
        survey.opened(tx, session, recruiting.group_of(tx, session), payload)


@cint.timer("survey.submitted")
def submitted(tx: Transaction, payload: Json) -> None:
    """A respondent has filled in a page, and sends it."""
    session = tx.get(SESSIONS, payload["session"])
    if session is not None and session["client"] == INSIDE:
        survey.submit(tx, session, payload["page"], payload["pages"])


@cint.timer("survey.answered")
def answered(tx: Transaction, payload: Json) -> None:
    """The survey's host has answered what a respondent sent."""
    session = _back_or_inside(tx, payload)
    if session is not None:
        survey.answered(tx, session, recruiting.group_of(tx, session), payload)


@cint.timer("survey.concluded")
def concluded(tx: Transaction, payload: Json) -> None:
    """The model's outcome of a respondent whose survey nobody may contact."""
    session = tx.get(SESSIONS, payload["session"])
    if session is not None and session["client"] == INSIDE:
        outcomes.conclude(tx, session, payload["client"])
        outcomes.come_back(tx, session, None)


def _back_or_inside(tx: Transaction, payload: Json) -> Json | None:
    """Note a return to Cint; return the session of a respondent who is still in the survey."""
    session = tx.get(SESSIONS, payload["session"])
    if session is None:
        return None
    back, told = survey.returning(payload["url"], session["id"])
    if back:
        outcomes.come_back(tx, session, told)
    return session if session["client"] == INSIDE and not session["returned"] else None
