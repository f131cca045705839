"""Respondents: the server-to-server calls by which a survey's host checks who came, and reports how it ended."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors
from mocks.cint.parameters import Body
from mocks.cint.provider import cint
from mocks.cint.resources import forms, outcomes, recruiting, sessions, survey

UNUSABLE = "A respondent's id and one of the statuses 2, 3, 4 and 5 are expected."


class Transition(Body):
    """How a survey ended: 5 complete, 2 terminate, 3 over quota, 4 quality."""

    id: str | None = None
    status: int | None = None


def _in_survey(tx: Transaction, rid: str) -> Json:
    """Return the session of a RID that was given to a survey's host; others are not found."""
    session = sessions.find(tx, rid)
    if session is None or session["client"] is None:
        raise errors.not_found()
    return session


@cint.get("/fulfillment/respondents/{rid}", id="get_respondent", tier="P0")
def get_respondent(tx: Transaction, rid: str) -> Json:
    """Tell where a respondent is; only 1, in the survey, may go on."""
    session = _in_survey(tx, rid)
    group = recruiting.group_of(tx, session)
    address = group["test_url"] if session["test"] else group["live_url"]
    link = forms.filled(address, survey.variables(session))
    return {"id": rid, "status": sessions.s2s_status(session), "links": [{"href": link}]}


@cint.post("/fulfillment/respondents/transition", id="transition_respondent", tier="P0")
def transition_respondent(tx: Transaction, params: Transition) -> Json:
    """Report how the survey ended; that can be done once."""
    if params.id is None or params.status not in sessions.REPORTED:
        raise errors.invalid_state(UNUSABLE, "status" if params.id else "id")
    session = _in_survey(tx, params.id)
    outcomes.conclude(tx, session, sessions.REPORTED[params.status])
    return {"id": params.id, "status": params.status}
