"""Test clocks: customers with a time of their own, which their merchant moves on (Stripe docs: test clocks).

What belongs to a customer of a clock is created, billed and announced at the clock's time. Its timers are kept beside the
world's: they run when the clock is advanced, in order, each at its own instant, and never by the world's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CLOCKS = Collection("stripe.test_clock")
TIMERS = Collection("stripe.test_clock_timer", "clock", "key")

KEPT = 7 * 86400
"""How long after its creation Stripe deletes a clock: told, not done."""

MOST_CUSTOMERS = 3
DAY = 86400
_SHORTEST = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}
INTERVALS = 2
WITHOUT_SUBSCRIPTIONS = 2 * 366 * DAY
"""How far a clock can be advanced at once: two intervals of the shortest subscription, two years without any."""

register(Resource("test_helpers.test_clock", CLOCKS))


class Keeper:
    """Sets the timers of a clock's things."""

    def __init__(self, clock: str) -> None:
        """`clock` is the clock's id."""
        self.clock = clock

    def schedule(self, tx: Transaction, name: str, at: int, payload: Json, key: str | None) -> None:
        """Set a timer by the clock."""
        if key is not None:
            self.unschedule(tx, key)
        timer = {
            "id": tx.uuid("test_clock.timer"),
            "clock": self.clock,
            "name": name,
            "key": key,
            "payload": payload,
        }
        tx.insert(TIMERS, timer, at=max(at, tx.now), fresh=True)

    def unschedule(self, tx: Transaction, key: str) -> None:
        """Remove a timer."""
        for timer in list(tx.every(TIMERS, key=key)):
            tx.delete(TIMERS, timer["id"])


def enter(tx: Transaction, held: Json | None) -> None:
    """Go on at the time of the clock that a customer, a subscription or an invoice belongs to, if to any."""
    id = None if held is None else held.get("test_clock")
    clock = None if id is None else tx.get(CLOCKS, id)
    if clock is not None:
        tx.enter(clock["frozen_time"] * SECOND, Keeper(clock["id"]))


def find(tx: Transaction, id: str) -> Json:
    """Return a clock named in the path; raise the 404."""
    found = tx.get(CLOCKS, id)
    if found is None:
        raise errors.not_found("test_helpers.test_clock", id, param="test_clock")
    return found


def join(tx: Transaction, id: str, customers: int) -> None:
    """Let a new customer have a clock, on which there are so many already; raise the 400s."""
    clock = tx.get(CLOCKS, id)
    if clock is None:
        raise errors.no_such("test_helpers.test_clock", id, param="test_clock")
    if customers >= MOST_CUSTOMERS:
        raise errors.invalid(
            f"A test clock can have at most {MOST_CUSTOMERS} customers.",
            param="test_clock",
            rule="test_clock_full",
        )
    enter(tx, {"test_clock": id})


def create(tx: Transaction, *, frozen_time: int, name: str | None) -> Json:
    """Create a clock that stands at an instant, and announce it."""
    clock = {
        "id": new_id(tx, "clock"),
        "object": "test_helpers.test_clock",
        "created": tx.seconds,
        "deletes_after": tx.seconds + KEPT,
        "frozen_time": frozen_time,
        "livemode": False,
        "name": name,
        "status": "ready",
        "status_details": {},
    }
    tx.insert(CLOCKS, clock)
    emit(tx, "test_helpers.test_clock.created", CLOCKS, clock)
    return clock


def advance(tx: Transaction, clock: Json, target: int, subscriptions: list[str]) -> Json:
    """Move a clock on, doing what becomes due on the way; return it as it was while it moved.

    `subscriptions` are the intervals of the subscriptions on it. Raises the 400 for the past, and for too far a way.
    """
    if target <= clock["frozen_time"]:
        raise errors.invalid(
            "Cannot advance a test clock to a time before, or at, its current frozen time.",
            param="frozen_time",
        )
    shortest = min((_SHORTEST[each] for each in subscriptions), default=None)
    furthest = WITHOUT_SUBSCRIPTIONS if shortest is None else INTERVALS * shortest
    if target - clock["frozen_time"] > furthest:
        raise errors.invalid(
            "A test clock can only be advanced up to two intervals of its shortest subscription at once (two years "
            "without any).",
            param="frozen_time",
            rule="test_clock_too_far",
        )
    clock |= {"status": "advancing", "status_details": {"advancing": {"target_frozen_time": target}}}
    tx.save(CLOCKS, clock)
    moving = snapshot(tx, clock)
    emit(tx, "test_helpers.test_clock.advancing", CLOCKS, clock)
    id = clock["id"]
    while _step(tx, id, target):
        pass
    clock = find(tx, id)
    clock |= {"frozen_time": target, "status": "ready", "status_details": {}}
    tx.save(CLOCKS, clock)
    enter(tx, {"test_clock": id})
    emit(tx, "test_helpers.test_clock.ready", CLOCKS, clock)
    return moving


def _step(tx: Transaction, id: str, target: int) -> bool:
    """Run the next timer of a clock that is due by `target`; return whether there was one."""
    timer = tx.first(TIMERS, newest_first=False, clock=id)
    at = None if timer is None else tx.at(TIMERS, timer["id"])
    if timer is None or at is None or at > target * SECOND:
        return False
    clock = find(tx, id)
    clock["frozen_time"] = max(clock["frozen_time"], at // SECOND)
    tx.save(CLOCKS, clock)
    tx.delete(TIMERS, timer["id"])
    tx.checkpoint()
    enter(tx, {"test_clock": id})
    tx.provider.timers[timer["name"]](tx, timer["payload"])
    tx.checkpoint()
    return True


def delete(tx: Transaction, clock: Json) -> Json:
    """Delete a clock; the caller has deleted its customers."""
    for timer in list(tx.every(TIMERS, clock=clock["id"])):
        tx.delete(TIMERS, timer["id"])
    tx.delete(CLOCKS, clock["id"])
    emit(tx, "test_helpers.test_clock.deleted", CLOCKS, clock)
    return {"id": clock["id"], "object": "test_helpers.test_clock", "deleted": True}
