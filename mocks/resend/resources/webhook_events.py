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

Json = dict[str, Any]

EVENTS = events_of("resend")
STATES = {"delivered": "success", "failed": "failed"}
ATTEMPT_ID_LENGTH = 27
PAGE = 100


def listed(tx: Transaction, endpoint: Json, *, limit: int, after: str | None) -> Json:
    """List what an endpoint was told of, the newest first, beyond the event `after`."""
    if after is not None and _to(tx, endpoint, after) is None:
        raise errors.invalid("Invalid `after` cursor.", field="after", rule="unknown_cursor")
    shown: list[Json] = []
    more = True
    while more and len(shown) <= limit:
        page = tx.page(EVENTS, limit=PAGE, after=after)
        told = [_to(tx, endpoint, each["id"]) for each in page.items]
        shown += [summary(tx, each) for each in told if each is not None]
        more, after = page.has_more, page.items[-1]["id"] if page.items else None
    return {"object": "list", "has_more": len(shown) > limit, "data": shown[:limit]}


def found(tx: Transaction, endpoint: Json, event_id: str) -> Json:
    """Return the delivery of an event to an endpoint; refuse an event that it was not told of."""
    delivery = _to(tx, endpoint, event_id)
    if delivery is None:
        raise errors.not_found("Webhook event")
    return delivery


def _to(tx: Transaction, endpoint: Json, event_id: str) -> Json | None:
    deliveries = tx.every(DELIVERIES, event=event_id)
    return next((each for each in deliveries if each["endpoint"] == endpoint["id"]), None)


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
