"""What was told in a world: kept with the world, so that others can tell the same again, and check what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from harness.collection import Collection
from harness.provider import Provider
from harness.store import Query, Store
from harness.transaction import Transaction
from harness.world import World

STORIES = Collection("harness.story")
"""`id` (the scenario's name), how to tell it again (`seed`, `scale`, `text`, `parameters`, `now`), the `refs` that rooms
gave (of a large one the first, all by its `load`), and of the time after it: `title`, `begun`, `ends` (µs), `expectations`."""
Json = dict[str, Any]


def keep(store: Store, world: World, provider: Provider, story: Json) -> None:
    """Keep a story that was told, as a part of the store's open unit; the last of a name counts."""
    tx = Transaction(store, world, provider)
    if tx.get(STORIES, story["name"]) is not None:
        tx.delete(STORIES, story["name"])
    tx.insert(STORIES, {"id": story["name"], **story})
    tx.commit()


def told(store: Store, world: World) -> Iterator[Json]:
    """Go through what was told in a world, the first first."""
    for row in store.page(world.space, Query(STORIES.kind, newest_first=False)):
        story: Json = orjson.loads(row.body)
        yield story
