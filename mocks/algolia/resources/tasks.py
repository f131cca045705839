"""Tasks: numbers for writes, and what they are asked for.

A task is published as soon as it exists: the write that it stands for was committed with it. So waiting works under a
frozen clock, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.algolia import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

COUNTERS = Collection("algolia.counter")
"""{id, last}: the last number given, of tasks and of indices."""

FIRST_TASK = 100_000_000_000


def following(tx: Transaction, name: str, first: int) -> int:
    """Return the next number of a counter; numbers of an application only grow."""
    counter = tx.get(COUNTERS, name)
    if counter is None:
        tx.insert(COUNTERS, {"id": name, "last": first})
        return first
    counter["last"] += 1
    tx.save(COUNTERS, counter)
    return int(counter["last"])


def new(tx: Transaction) -> int:
    """Return the id of a new task."""
    return following(tx, "task", FIRST_TASK)


def status(tx: Transaction, id: str) -> Json:
    """Return the status of a task; its index may have been renamed or deleted since. Refuse unknown ids."""
    counter = tx.get(COUNTERS, "task")
    known = id.isascii() and id.isdigit() and len(id) < 20 and counter is not None
    if not known or counter is None or not FIRST_TASK <= int(id) <= counter["last"]:
        raise errors.no_task()
    return {"status": "published", "pendingTask": False} if tx.live else {"status": "published"}
