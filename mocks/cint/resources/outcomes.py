"""Outcomes: how the survey ends for a respondent, whoever says so: the survey's host, a redirect, or the model alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.panel.opinions import opinions
from mocks.cint.resources import conduct, events, fielding, recruiting, sessions, statistics
from mocks.cint.resources.sessions import COMPLETE, INSIDE, QUALITY

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def conclude(tx: Transaction, session: Json, client: int, *, at: int | None = None) -> None:
    """Record an outcome, and what follows: quotas, the end of fielding, answers to who asked for them."""
    sessions.conclude(tx, session, client, at=at)
    group = recruiting.group_of(tx, session)
    if session["test"]:
        return
    _tell_answers(tx, group, session)
    if client == COMPLETE:
        recruiting.announce_quotas(tx, group, session["cells"])
        fielding.check_goal(tx, group)


def come_back(tx: Transaction, session: Json, told: int | None) -> None:
    """Note that a respondent returned to Cint; `told` is a client status in the address, heeded if none was reported."""
    session["returned"] = True
    tx.save(sessions.SESSIONS, session)
    if told is not None and session["client"] == INSIDE:
        conclude(tx, session, told if told in sessions.RETURNED else sessions.UNKNOWN_STATUS)


def _tell_answers(tx: Transaction, group: Json, session: Json) -> None:
    if not events.asking_for_answers(tx):
        return
    study = conduct.study(group)
    if study is None:
        return
    body = {
        "id": session["id"],
        "status": sessions.s2s_status(session),
        "custom_vars": {"studyId": study},
        "answers": answers(tx, group, session),
        "demographics": session["demographics"],
    }
    events.answered(tx, body)


def answers(tx: Transaction, group: Json, session: Json) -> list[Json]:
    """Return what a respondent answered: on the survey's page, or by the panel's model where there was none."""
    if session["answers"] is not None:
        found: list[Json] = session["answers"]
        return found
    if session["client"] not in (*statistics.COMPLETES, QUALITY):
        return []
    rates = conduct.rates(group)
    held = opinions(conduct.seed(tx, group), session["number"], session["exposure"], rates)
    return [{"question_identifier": name, "answer_value": "yes" if held[name] else "no"} for name in rates]
