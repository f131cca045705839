"""Things: pending when they are made, finished an hour later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import HOUR
from mocks.clerk import errors
from mocks.clerk.resources import events

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

THINGS = Collection("clerk.thing")
FINISH = "thing.finish"


def create(tx: Transaction, name: str, metadata: dict[str, str]) -> Json:
    """Make a thing."""
    thing = {
        "id": f"thing_{tx.token('thing.id', 16)}",
        "name": name,
        "status": "pending",
        "metadata": metadata,
        "created": tx.seconds,
    }
    tx.insert(THINGS, thing)
    tx.schedule(FINISH, tx.now + HOUR, {"thing": thing["id"]}, key=f"finish:{thing['id']}")
    events.emit(tx, "thing.created", render(thing))
    return thing


def find(tx: Transaction, id: str) -> Json:
    """Return a thing, or refuse an unknown id."""
    thing = tx.get(THINGS, id)
    if thing is None:
        raise errors.not_found("thing", id)
    return thing


def finish(tx: Transaction, thing: Json) -> Json:
    """Finish a thing; one that is finished already stays as it is."""
    if thing["status"] == "pending":
        thing["status"] = "finished"
        tx.save(THINGS, thing)
        tx.unschedule(f"finish:{thing['id']}")
        events.emit(tx, "thing.finished", render(thing))
    return thing


def delete(tx: Transaction, thing: Json) -> None:
    """Remove a thing."""
    tx.unschedule(f"finish:{thing['id']}")
    tx.delete(THINGS, thing["id"])
    events.emit(tx, "thing.deleted", render(thing))


def render(thing: Json) -> Json:
    """Show a thing as Clerk's API does."""
    return {"object": "thing", **thing}
