"""Events of a webhook endpoint: what it was told of, how each delivery went, and once more by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance, instants
from harness.collection import events_of
from harness.transaction import DELIVERIES
from mocks.resend import errors
from mocks.resend.dialect import timestamp

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.parameters import Listing

Json = dict[str, Any]

EVENTS = events_of("resend")
STATES = {"delivered": "success", "failed": "failed"}
ATTEMPT_ID_LENGTH = 27


def listed(tx: Transaction, endpoint: Json, params: Listing) -> Json:
    """List what an endpoint was told of, what comes last first; cursors are ids of events."""
    after, before = (
        None if id is None else found(tx, endpoint, id, cursor=name)["id"]
        for name, id in (("after", params.after), ("before", params.before))
    )
    where = {"endpoint": endpoint["id"]}
    page = tx.page(DELIVERIES, where=where, limit=params.limit, after=after, before=before)
    return {"object": "list", "has_more": page.has_more, "data": [summary(tx, each) for each in page.items]}


def found(tx: Transaction, endpoint: Json, event_id: str, *, cursor: str | None = None) -> Json:
    """Return the delivery of an event to an endpoint; refuse an event that it was not told of."""
    delivery = tx.first(DELIVERIES, endpoint=endpoint["id"], event=event_id)
    if delivery is not None:
        return delivery
    if cursor is not None:
        raise errors.invalid(f"Invalid `{cursor}` cursor.", field=cursor, rule="unknown_cursor")
    raise errors.not_found("Webhook event")


def replay(tx: Transaction, delivery: Json) -> None:
    """Deliver once more, at once, under the same message id."""
    again = tx.save(DELIVERIES, delivery | {"state": "pending"}, at=tx.world_now)
    tx.outcome.deliveries.append(again)


def summary(tx: Transaction, delivery: Json) -> Json:
    """Show an event in a list."""
    return {
        "id": delivery["event"],
        "type": delivery["type"],
        "created_at": timestamp(_event(tx, delivery)["created"]),
        "status": _status(delivery),
    }


def full(tx: Transaction, delivery: Json) -> Json:
    """Show an event by itself, with what is posted of it."""
    due = tx.at(DELIVERIES, delivery["id"]) if delivery["state"] == "pending" else None
    return {
        "object": "webhook_event",
        **summary(tx, delivery),
        "next_attempt_at": None if due is None else timestamp(due),
        "payload": _event(tx, delivery)["body"],
    }


def attempts(delivery: Json) -> list[Json]:
    """Show the attempts to deliver an event, the newest first; one without an answer has the status 0."""
    return [
        {
            "id": f"atmpt_{_attempt_id(delivery, each['number'])}",
            "http_status_code": each["status"] or 0,
            "response": each["response_body"] or each["error"] or "",
            "sent_at": timestamp(instants.parse(each["world_time"])),
        }
        for each in reversed(delivery["attempts"])
    ]


def _attempt_id(delivery: Json, number: int) -> str:
    return chance.spell(
        chance.draw(f"resend.attempt {delivery['id']}", delivery["event"], number, ATTEMPT_ID_LENGTH),
        chance.ALPHANUMERIC,
    )


def _event(tx: Transaction, delivery: Json) -> Json:
    event = tx.get(EVENTS, delivery["event"])
    assert event is not None  # noqa: S101 - events are kept as long as their deliveries
    return event


def _status(delivery: Json) -> str:
    waiting = "attempting" if delivery["attempts"] else "pending"
    return STATES.get(delivery["state"], waiting)
