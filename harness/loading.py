"""Large scenarios: loaded part by part, each all or nothing, so that requests are served meanwhile.

How far a load has come is a document of the world, written with each part: after a stop the same call goes on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from harness.collection import Collection
from harness.errors import Conflict, GreenroomError
from harness.transaction import Transaction

if TYPE_CHECKING:
    from harness.catalogues import Wishes
    from harness.provider import Provider
    from harness.store import Store
    from harness.world import World

Json = dict[str, Any]
Note = Callable[[], Json]
"""Writes that a part is loaded, within the unit that loads it; returns how far the load has come."""
LOADS = Collection("harness.loading")
"""Loads that have not ended: {id, name, seed, scale, began (µs, the present of the story), done, parts, refs, last}."""
REFS = Collection("harness.refs", "load")
"""All ids that the parts of a load gave: {id, load, refs}, a document for each part."""
WHOLE = 3_000
"""Up to about so many things a story is loaded as a whole: all of it or nothing, within some seconds."""
MOST_REFS = 200
"""How many of the ids of a kind (`clerk.person`) are kept: those of the first things that a large story tells of.

What its timeline or expectations name (`named` of a story) is kept besides."""


def identity(name: str, wishes: Wishes) -> str:
    """Return the name of a load: the same for the same wishes."""
    told = orjson.dumps([name, wishes], option=orjson.OPT_SORT_KEYS)
    return blake2b(told, digest_size=8).hexdigest()


class Loads:
    """The loads that go on in this process."""

    def __init__(self, store: Store, providers: dict[str, Provider]) -> None:
        """The parts are made by `Scenarios`."""
        self.store = store
        self._first = next(iter(providers.values()), None)
        self._going: set[tuple[str, str]] = set()

    def unfinished(self, world: World) -> list[Json]:
        """Return the loads of a world that have not ended."""
        if self._first is None:
            return []
        return [dict(each) for each in Transaction(self.store, world, self._first).every(LOADS)]

    def taken_up(self, world: World, name: str, wishes: Wishes, parts: int) -> Json:
        """Return how far a load has come, from its beginning unless it was stopped; raise Conflict while it goes on."""
        id = identity(name, wishes)
        if (world.id, id) in self._going:
            raise Conflict(f"{name} is being loaded into world {world.name} right now")
        for each in self.unfinished(world):
            if each["id"] == id:
                return each
        begun = {"id": id, "name": name, "seed": wishes["seed"], "scale": wishes["scale"]}
        return {**begun, "began": world.clock.now(), "done": 0, "parts": parts, "refs": {}, "last": {}}

    async def run(
        self, world: World, load: Json, parts: Iterator[Json], part: Callable[[Json, Note], Awaitable[None]]
    ) -> Json:
        """Load the parts that are left, each by `part(story, note)`, and return {name, seed, refs, parts}.

        `note()` is to be called within the unit that loads the part. A part finds the ids of the first things and of those
        that were given last. Raises GreenroomError telling which part could not be loaded; those before it stay.
        """
        key, after = (world.id, load["id"]), load
        self._going.add(key)
        try:
            for story in parts:
                known = after["refs"] | after["last"]
                story["refs"] = dict(known)
                told = _Told(self, world, after, story, set(known))
                try:
                    await part(story, told.note)
                except GreenroomError as error:
                    where = f"part {after['done'] + 1} of {after['parts']}"
                    raise type(error)(
                        f"{error} in {where}; the parts before it are there, and the same call goes on with this one"
                    ) from error
                after = told.after
        finally:
            self._going.discard(key)
        return {name: after[name] for name in ("name", "seed", "refs", "parts")}

    def write(self, world: World, load: Json) -> None:
        """Write how far a load has come, as a part of the store's open unit; a load that has ended is forgotten."""
        assert self._first is not None  # noqa: S101 - whoever loads has rooms
        tx = Transaction(self.store, world, self._first)
        there, ended = tx.get(LOADS, load["id"]) is not None, load["done"] >= load["parts"]
        if there and ended:
            tx.delete(LOADS, load["id"])
        elif there:
            tx.save(LOADS, dict(load))
        elif not ended:
            tx.insert(LOADS, dict(load))
        tx.commit()

    def keep(self, world: World, load: Json, given: dict[str, str]) -> None:
        """Keep the ids that a part gave, as a part of the store's open unit."""
        assert self._first is not None  # noqa: S101 - whoever loads has rooms
        tx = Transaction(self.store, world, self._first)
        id = f"{load['id']}-{load['done']}"
        if tx.get(REFS, id) is not None:
            tx.delete(REFS, id)  # the same was loaded before
        tx.insert(REFS, {"id": id, "load": load["id"], "refs": given})
        tx.commit()

    def refs(self, world: World, load: str) -> dict[str, str]:
        """Return all ids that the parts of a load gave."""
        if self._first is None:
            return {}
        tx = Transaction(self.store, world, self._first)
        return {name: id for each in tx.every(REFS, load=load) for name, id in each["refs"].items()}


@dataclass(slots=True)
class _Told:
    """A part that is being loaded: `after` is how far the load has come with it."""

    loads: Loads
    world: World
    load: Json
    story: Json
    known: set[str]
    after: Json = field(default_factory=dict)

    def note(self) -> Json:
        """Write that this part is loaded, with the ids that it gave; return how far the load has come."""
        given = {name: id for name, id in self.story["refs"].items() if name not in self.known}
        held, named = dict(self.load["refs"]), set(self.story.get("named", ()))
        counts = Counter(name.rpartition(".")[0] for name in held)
        for name, id in given.items():
            kind = name.rpartition(".")[0]
            if counts[kind] < MOST_REFS or name in named or name.split(".", 2)[-1] in named:
                held[name] = id
                counts[kind] += 1
        last = given or self.load["last"]
        self.after = self.load | {"done": self.load["done"] + 1, "refs": held, "last": last}
        self.loads.write(self.world, self.after)
        self.loads.keep(self.world, self.after, given)
        return self.after
