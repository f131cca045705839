"""Notifications: what Cint announces as CloudEvents, and the answers that go to the platform's own route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import events_of
from harness.transaction import wants
from mocks.cint.provider import ANSWERS
from mocks.cint.signing import ANSWERED

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SOURCE = "https://api.cint.com"
TYPES = {
    "target-group-updated": "com.cint.target-group.updated",
    "quota-fill-registered": "com.cint.quota.fill.registered",
    "session-updated": "com.cint.session.updated",
}
"""The CloudEvents type of each event that a webhook asks for."""


def target_group_updated(tx: Transaction, group: Json, changes: list[Json], *, by: str | None) -> None:
    """Announce changes of a target group, made by a user or (None) by the marketplace itself."""
    told = [{name: change[name] for name in ("object", "new_value")} for change in changes]
    data = {
        "id": tx.uuid("event.change"),
        **_place(group),
        "occurred_at": instants.iso(tx.now),
        "user": user(by),
        "changes": told,
    }
    _emit(tx, "target-group-updated", data)


def user(by: str | None) -> Json:
    """Show who made a change: a user, or (None) the marketplace itself."""
    return {"type": "system_marketplace_user"} if by is None else {"type": "las_user", "las_user_id": by}


def quota_filled(tx: Transaction, group: Json, screens: int, completes: int, quota: str) -> None:
    """Announce how full a quota is: people let in, and completes."""
    if not _wanted(tx, "quota-fill-registered"):
        return
    data = {
        "account_id": int(group["account"]),
        "target_group_id": group["id"],
        "screens": screens,
        "completes": completes,
        "profile_quota_id": quota,
    }
    _emit(tx, "quota-fill-registered", data)


def session_updated(tx: Transaction, session: Json, changes: list[Json]) -> None:
    """Announce a step of a respondent. There are thousands of them: what nobody asked for is not kept."""
    session["sequence"] += 1
    if not _wanted(tx, "session-updated"):
        return
    data = {
        "account_id": int(session["account"]),
        "response_session_id": session["id"],
        "sequence_number": session["sequence"],
        "project_id": session["project"],
        "target_group_id": session["target_group"],
        "survey_id": session["survey_id"],
        "supplier_id": session["supplier_id"],
        "supplier_name": session["supplier_name"],
        "respondent_id": session["respondent_id"],
        "respondent_entry_date": instants.iso(session["entered"]),
        "panelist_id": session["panelist_id"],
        "parent_sid": session["parent_sid"],
        "entry_type": 1,
        "mid": session["mid"],
        "changes": [*changes, {"object": "respondent_last_date_change", "new_value": instants.iso(tx.now)}],
    }
    _emit(tx, "session-updated", data)


def _place(group: Json) -> Json:
    return {
        "account_id": int(group["account"]),
        "project_id": group["project"],
        "target_group_id": group["id"],
    }


def _wanted(tx: Transaction, type: str) -> bool:
    return any(wants(each, type) for each in tx.endpoints())


def _emit(tx: Transaction, type: str, data: Json) -> None:
    id = tx.uuid("event.id")
    body = {
        "id": id,
        "specversion": "1.0",
        "source": SOURCE,
        "type": TYPES[type],
        "time": instants.iso(tx.now),
        "datacontenttype": "application/json",
        "dataschema": f"{SOURCE}/schemas/{type}",
        "data": data,
    }
    tx.emit(type, body, id=id)


def asking_for_answers(tx: Transaction) -> list[Json]:
    """Return the endpoints that asked for `respondent.completed` by name."""
    return [each for each in tx.endpoints() if ANSWERS in each["events"] and each["status"] == "enabled"]


def answered(tx: Transaction, body: Json) -> None:
    """Send a finished respondent to the endpoints that asked for `respondent.completed` by name.

    An endpoint for everything does not get it: it is not Cint's, and its form and header are others.
    """
    asking = asking_for_answers(tx)
    event = {"id": f"{ANSWERED}{body['id']}", "type": ANSWERS, "provider": "cint", "created": tx.now}
    event |= {"endpoints": len(asking), "body": body}
    tx.insert(events_of("cint"), event)
    for endpoint in asking:
        tx.deliver(event, endpoint)
    tx.outcome.events.append(event)
