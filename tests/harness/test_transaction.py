"""Transactions that take themselves back, that simulate several instants, or that go by another clock."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import instants
from harness.collection import Collection, events_of
from harness.runtime import Runtime, Settings, open_runtime
from harness.transaction import TIMERS, Transaction
from mocks.resend.provider import resend

THINGS = Collection("resend.thing")


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    runtime = open_runtime(Settings(data_dir=tmp_path), {"resend": resend})
    yield runtime
    runtime.store.close()


@pytest.fixture
def tx(runtime: Runtime) -> Transaction:
    world = runtime.worlds.create(seed=7, at={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})
    return Transaction(runtime.store, world, resend)


def again(tx: Transaction) -> Transaction:
    """Return a later transaction of the same world."""
    return Transaction(tx.store, tx.world, resend)


def test_what_is_undone_leaves_nothing_not_even_chance(tx: Transaction) -> None:
    tx.insert(THINGS, {"id": "kept"})
    tx.commit()
    preview = again(tx)
    preview.insert(THINGS, {"id": "tried"})
    preview.delete(THINGS, "kept")
    preview.schedule("ping", preview.now + 5, {})
    preview.emit("thing.tried", {}, id="evt_1")
    drawn = preview.token("thing.id", 8)
    assert [each["id"] for each in preview.every(THINGS)] == ["tried"]
    preview.undo()
    assert [each["id"] for each in preview.every(THINGS)] == ["kept"]
    preview.insert(THINGS, {"id": "after"})
    outcome = preview.commit()
    assert (outcome.events, outcome.due) == ([], None)
    later = again(tx)
    assert [each["id"] for each in later.every(THINGS)] == ["kept", "after"]
    assert list(later.every(TIMERS)) == []
    assert later.token("thing.id", 8) == drawn


def test_what_was_earlier_lies_before_what_is(tx: Transaction) -> None:
    tx.insert(THINGS, {"id": "now"})
    tx.emit("thing.made", {}, id="evt_now")
    with tx.earlier(instants.DAY):
        tx.insert(THINGS, {"id": "then"})
        tx.emit("thing.made", {}, id="evt_then")
    tx.commit()
    later = again(tx)
    assert [each["id"] for each in later.every(THINGS)] == ["then", "now"]
    assert [each["id"] for each in later.every(events_of("resend"))] == ["evt_then", "evt_now"]


def test_a_key_names_one_timer_at_a_time(tx: Transaction) -> None:
    for minutes in (5, 3):
        tx.schedule("ping", tx.now + minutes * instants.MINUTE, {"minutes": minutes}, key="one")
    tx.schedule("ping", tx.now, {"minutes": 0})
    tx.commit()
    later = again(tx)
    assert [each["payload"]["minutes"] for each in later.every(TIMERS)] == [0, 3]
    later.unschedule("one")
    later.schedule("ping", later.now + instants.MINUTE, {"minutes": 1}, key="one")
    later.unschedule("one")
    later.unschedule("another")
    later.commit()
    assert [each["payload"]["minutes"] for each in again(tx).every(TIMERS)] == [0]


def test_before_tells_of_the_last_checkpoint(tx: Transaction) -> None:
    tx.insert(THINGS, {"id": "a", "count": 1})
    assert tx.before(THINGS, "a") is None
    tx.checkpoint()
    thing: Any = tx.get(THINGS, "a")
    thing["count"] = 2
    tx.save(THINGS, thing)
    assert tx.before(THINGS, "a") == {"id": "a", "count": 1}
    tx.rollback()
    assert again(tx).get(THINGS, "a") is None


class Diary:
    """A keeper that writes down what it was asked."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seen: list[tuple[Any, ...]] = []

    def schedule(self, tx: Transaction, name: str, at: int, payload: Any, key: str | None) -> None:
        """Write a timer down."""
        self.seen.append((name, at, key))

    def unschedule(self, tx: Transaction, key: str) -> None:
        """Write a removal down."""
        self.seen.append((key,))


def test_another_clock_has_its_own_time_and_timers(tx: Transaction) -> None:
    world, diary = tx.now, Diary()
    tx.enter(instants.parse("2020-01-01T00:00:00Z"), diary)
    assert tx.seconds == 1577836800
    tx.schedule("ping", tx.now + 5, {}, key="k")
    tx.unschedule("k")
    assert diary.seen == [("ping", tx.now + 5, "k"), ("k",)]
    event = tx.emit("thing.made", {}, id="evt_1")
    assert event["created"] == tx.now
    assert tx.at(events_of("resend"), "evt_1") == world
    assert list(tx.every(TIMERS)) == []
