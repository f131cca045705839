"""Sessions: one for each respondent who came. Every count that Cint shows is made of this table.

A respondent has an exchange status (1 in the screener, 3 let into the survey, others: sent away) and, once let in, a
client status: 1 in the survey (or gone from it), then what the survey's host reported. The RID is the session's id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.cint import errors
from mocks.cint.resources import events, statistics
from mocks.cint.resources.allocations import SUPPLIERS, TEST_SUPPLIER

if TYPE_CHECKING:
    from fixtures.panel.people import Respondent
    from harness.transaction import Transaction

Json = dict[str, Any]

SESSIONS = Collection("cint.session", "target_group")

SCREENER, ADMITTED = 1, 3
"""Exchange statuses of those who were not sent away."""
INSIDE, COMPLETE, TERMINATE, QUALITY, OVERQUOTA = 1, 10, 20, 30, 40
"""Client statuses."""
ADJUSTED_COMPLETE, ADJUSTED_TERMINATE = 11, 26
"""Client statuses after a reconciliation."""
REPORTED = {5: COMPLETE, 2: TERMINATE, 3: OVERQUOTA, 4: QUALITY}
"""The client status that each code of a server-to-server transition means."""
RETURNED = frozenset({10, 20, 30, 33, 34, 35, 40, 70, 80, 110, 134})
"""The client statuses that a redirect may tell; any other is recorded as 91."""
UNKNOWN_STATUS = 91


def enter(
    tx: Transaction,
    group: Json,
    person: Respondent,
    *,
    exchange: int,
    at: int,
    price: int,
    cells: list[str] | None = None,
    supplier: tuple[int, str] | None = None,
    original: int | None = None,
    rid: str | None = None,
) -> Json:
    """Keep a respondent who came at an instant, with what the exchange made of them; `rid` is new unless it is told."""
    session = _new(tx, group, at, supplier or SUPPLIERS[person.number % len(SUPPLIERS)]) | {
        "number": person.number,
        "panelist_id": _panelist(tx, group, person.number if original is None else original),
        "exposure": person.exposure,
        "demographics": person.demographics(),
        "exchange": SCREENER,
        "price": price,
        "cells": cells or [],
    }
    session["id"] = rid or session["id"]
    tx.insert(SESSIONS, session, at=at, fresh=True)
    statistics.add(tx, session)
    events.session_updated(tx, session, [_status("exchange", SCREENER)])
    changes: Json = {"exchange": exchange}
    if exchange == ADMITTED:
        changes |= {"client": INSIDE, "opened": tx.now}
    return change(tx, session, changes)


def _panelist(tx: Transaction, group: Json, number: int) -> str:
    """Return the id of the person who came first under a number: duplicates have been here."""
    purpose = f"cint.panelist.{group['survey_id']}.{number}"
    return chance.as_uuid(chance.draw(tx.world.seed, purpose, 0, 16))


def enter_test(tx: Transaction, group: Json) -> Json:
    """Keep a person who tries the survey through Cint's test link: counted apart, and never paid."""
    session = _new(tx, group, tx.now, TEST_SUPPLIER) | {
        "test": True,
        "exchange": ADMITTED,
        "client": INSIDE,
        "opened": tx.now,
    }
    tx.insert(SESSIONS, session, fresh=True)
    statistics.add(tx, session)
    return session


def _new(tx: Transaction, group: Json, at: int, supplier: tuple[int, str]) -> Json:
    return {
        "id": tx.uuid("session.rid"),
        "target_group": group["id"],
        "project": group["project"],
        "account": group["account"],
        "survey_id": group["survey_id"],
        "supplier_id": supplier[0],
        "supplier_name": supplier[1],
        "respondent_id": int(tx.token("session.number", 9, "0123456789")),
        "panelist_id": tx.uuid("session.panelist"),
        "parent_sid": tx.uuid("session.parent"),
        "mid": tx.token("session.mid", 12),
        "test": False,
        "number": None,
        "exposure": None,
        "demographics": {},
        "exchange": SCREENER,
        "client": None,
        "price": 0,
        "cells": [],
        "entered": at,
        "opened": None,
        "ended": None,
        "seconds": None,
        "returned": False,
        "answers": None,
        "sequence": 0,
    }


def conclude(tx: Transaction, session: Json, client: int, *, at: int | None = None) -> Json:
    """Record how the survey ended for a respondent who is in it; refuse for any other."""
    if session["client"] != INSIDE:
        raise errors.invalid_state("The respondent is not in the survey.", "status")
    ended = tx.now if at is None else at
    seconds = max(1, round((ended - session["opened"]) / 1_000_000))
    return change(tx, session, {"client": client, "ended": ended, "seconds": seconds})


def change(tx: Transaction, session: Json, changes: Json) -> Json:
    """Change a session: the counts follow, and who asked for it is told."""
    statistics.remove(tx, session)
    told = [_status(name, changes[name]) for name in ("exchange", "client") if name in changes]
    session |= changes
    statistics.add(tx, session)
    events.session_updated(tx, session, told)
    return tx.save(SESSIONS, session)


def _status(name: str, value: int) -> Json:
    return {"object": f"{name}_status_code_change", "new_value": value}


def find(tx: Transaction, rid: str) -> Json | None:
    """Return the session of a RID, however its letters are written."""
    return tx.get(SESSIONS, rid.lower())


def s2s_status(session: Json) -> int:
    """Return the status that the server-to-server API tells of someone who was let into the survey."""
    client = session["client"]
    if client == INSIDE:
        return 1
    codes = {COMPLETE: 5, ADJUSTED_COMPLETE: 5, OVERQUOTA: 3}
    return codes.get(client, 4 if QUALITY <= client < OVERQUOTA else 2)
