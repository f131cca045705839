"""The documents of a world as one unit of work sees and changes them: read, written and undone together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

import orjson

from harness.collection import Collection, where_text
from harness.errors import Conflict
from harness.store.interface import SHIFT, Kept, Position, Query, Row, Store

if TYPE_CHECKING:
    from harness.world import World

Json = dict[str, Any]


class Asked(TypedDict, total=False):
    """What can be said of a page; `page` tells what it means."""

    where: dict[str, Any] | None
    one_of: tuple[str, list[str]] | None
    limit: int
    after: str | None
    before: str | None
    beyond: Position | None
    offset: int
    since: int | None
    until: int | None
    newest_first: bool


@dataclass(slots=True)
class Page:
    """Documents of a page in the order asked for, and whether more follow in that direction.

    `end` is where the page's last document lies, None for an empty page: a cursor that outlives the document.
    """

    items: list[Any]
    has_more: bool
    end: Position | None = None


@dataclass(slots=True)
class _Slot:
    """A document in the transaction's hands; `row` is what the store holds of it now, `original` what it held at first."""

    collection: Collection
    document: Json
    pk: int
    at: int
    row: Row | None
    original: bytes | None = None
    changed: bool = False
    deleted: bool = False


class Unit:
    """One unit's view of a world's documents.

    Documents are plain dicts. `get` and `page` return the unit's own copy: change it and call `save`.
    `now` is the instant (microseconds) that new documents are ordered by.
    """

    def __init__(self, store: Store, world: World, now: int) -> None:
        """Nothing is opened in the store until the first write or look-up needs it."""
        self.store = store
        self.world = world
        self.now = now
        self._slots: dict[tuple[str, str], _Slot | None] = {}
        self._dirty: list[_Slot] = []
        self._sequence = world.sequence
        self._open = False

    # --- documents -------------------------------------------------------------------------------------------------

    def get(self, collection: Collection, id: str) -> Json | None:
        """Return a document by its id, or None."""
        slot = self._slots.get((collection.kind, id)) or self._slot(collection, id)
        return None if slot is None or slot.deleted else slot.document

    def before(self, collection: Collection, id: str) -> Json | None:
        """Return the document as it was when the transaction began, None when it did not exist."""
        slot = self._slot(collection, id)
        return None if slot is None or slot.original is None else orjson.loads(slot.original)

    def insert(
        self, collection: Collection, document: Json, *, at: int | None = None, fresh: bool = False
    ) -> Json:
        """Add a document, ordered by `at` (microseconds; default now); raise Conflict when its id is taken.

        `fresh` says that the id was drawn just now, so that nobody needs to look whether it is taken.
        """
        id = document[collection.key]
        held = None if fresh else self._slot(collection, id)
        if held is not None and not held.deleted:
            raise Conflict(f"{collection.kind} {id} exists already in world {self.world.name}")
        if held is not None:
            self._flush()
        self._sequence += 1
        pk = self.world.space << SHIFT | self._sequence
        slot = _Slot(collection, document, pk, self.now if at is None else at, None, changed=True)
        self._slots[collection.kind, id] = slot
        self._dirty.append(slot)
        self._note(collection)
        return document

    def save(self, collection: Collection, document: Json, *, at: int | None = None) -> Json:
        """Keep the changes of a document; `at` moves it in its collection's order."""
        slot = self._slot(collection, document[collection.key])
        if slot is None or slot.deleted:
            raise Conflict(
                f"{collection.kind} {document[collection.key]} does not exist in world {self.world.name}"
            )
        slot.document = document
        if at is not None:
            slot.at = at
        self._change(slot)
        return document

    def delete(self, collection: Collection, id: str) -> None:
        """Remove a document; one that is not there is left alone."""
        slot = self._slot(collection, id)
        if slot is not None and not slot.deleted:
            slot.deleted = True
            self._change(slot)

    def page(self, collection: Collection, **asked: Unpack[Asked]) -> Page:
        """Return up to `limit` documents beyond the one with id `after`, or ending right before the one with id `before`.

        `beyond` goes on where a page had its `end`, whether that document is still there or not. `where` filters by
        declared indexes (None values are ignored), `one_of` by an index and the values of which it must have one,
        `since` and `until` bound the ordering instant (microseconds, both inclusive), `offset` leaves out the first so
        many. Raises KeyError(id) when the cursor document does not exist.
        """
        query, backwards = self._query_of(collection, asked)
        rows, more, end = _cut(self.store.page(self.world.space, query), query, backwards=backwards)
        return Page([self._hold(collection, row).document for row in rows], more, end)

    def page_as_kept(self, collection: Collection, **asked: Unpack[Asked]) -> Page:
        """Return a page as `page` does, its items the JSON (bytes) that is kept, unread."""
        query, backwards = self._query_of(collection, asked)
        kept = self.store.page_as_kept(self.world.space, query)
        rows, more, end = _cut(kept, query, backwards=backwards)
        return Page([row[-1] for row in rows], more, end)

    def _query_of(self, collection: Collection, asked: Asked) -> tuple[Query, bool]:
        """Return what to ask the store for, one document more than wanted, and whether it is asked backwards."""
        backwards = asked.get("before") is not None
        query = Query(
            kind=collection.kind,
            where=where_text(asked.get("where") or {}),
            since=asked.get("since"),
            until=asked.get("until"),
            newest_first=asked.get("newest_first", True) != backwards,
            limit=asked.get("limit", 10) + 1,
            offset=asked.get("offset", 0),
            one_of=asked.get("one_of"),
        )
        cursor, beyond = asked.get("before") if backwards else asked.get("after"), asked.get("beyond")
        if cursor is not None:
            query.after = self._position(collection, cursor)
        elif beyond is not None:
            query.after = beyond[0], self.world.space << SHIFT | beyond[1]
        self._flush()
        return query, backwards

    def every(self, collection: Collection, *, newest_first: bool = False, **where: Any) -> Iterator[Json]:
        """Return all documents that match, oldest first; meant for the few that belong to one thing."""
        query = Query(kind=collection.kind, where=where_text(where), newest_first=newest_first)
        return iter(self._query(collection, query))

    def first(self, collection: Collection, *, newest_first: bool = True, **where: Any) -> Json | None:
        """Return the newest (or oldest) document that matches, or None."""
        query = Query(kind=collection.kind, where=where_text(where), newest_first=newest_first, limit=1)
        return next(iter(self._query(collection, query)), None)

    def count(self, collection: Collection, **where: Any) -> int:
        """Count the documents that match."""
        self._flush()
        return self.store.count(self.world.space, Query(kind=collection.kind, where=where_text(where)))

    def at(self, collection: Collection, id: str) -> int | None:
        """Return the instant (microseconds) that a document is ordered by."""
        slot = self._slot(collection, id)
        return None if slot is None or slot.deleted else slot.at

    # --- the store ---------------------------------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Write what was changed so far; from now on `before` tells how documents are at this moment.

        For work that several instants are simulated in. Documents that were handed out are to be read again.
        """
        self._flush()
        self._slots.clear()

    def rollback(self) -> None:
        """End the unit as if it had never been."""
        if self._open:
            self.store.undo()
            self._open = False
            self.world.derived.clear()
        self.world.forget()

    def _slot(self, collection: Collection, id: str) -> _Slot | None:
        key = collection.kind, id
        if key in self._slots:
            return self._slots[key]
        row = self.store.get(self.world.space, collection.kind, id)
        if row is None:
            self._slots[key] = None
            return None
        return self._hold(collection, row)

    def _hold(self, collection: Collection, row: Row) -> _Slot:
        held = self._slots.get((collection.kind, row.id))
        if held is not None:
            return held
        document = orjson.loads(row.body)
        slot = _Slot(collection, document, row.pk, row.at, row, row.body)
        self._slots[collection.kind, row.id] = slot
        return slot

    def _change(self, slot: _Slot) -> None:
        if not slot.changed:
            slot.changed = True
            self._dirty.append(slot)
        self._note(slot.collection)

    def _note(self, collection: Collection) -> None:
        """Be told that a document of a collection changes."""

    def _query(self, collection: Collection, query: Query) -> list[Json]:
        self._flush()
        rows = self.store.page(self.world.space, query)
        return [self._hold(collection, row).document for row in rows]

    def _position(self, collection: Collection, id: str) -> Position:
        slot = self._slot(collection, id)
        if slot is None or slot.deleted:
            raise KeyError(id)
        return slot.at, slot.pk

    def _flush(self) -> None:
        if not self._dirty:
            return
        self._begin()
        for slot in self._dirty:
            self._write(self.store, slot)
        self._dirty.clear()

    def _begin(self) -> None:
        if not self._open:
            self.store.begin()
            self._open = True

    def _write(self, store: Store, slot: _Slot) -> None:
        slot.changed = False
        collection, row = slot.collection, slot.row
        id = slot.document[collection.key]
        old = [] if row is None else collection.entries(orjson.loads(row.body))
        if slot.deleted:
            if row is not None:
                store.delete((row.at, slot.pk), collection.kind, id, old)
            self._slots.pop((collection.kind, id), None)
            return
        body, entries = orjson.dumps(slot.document), collection.entries(slot.document)
        if row is None:
            store.insert(slot.pk, collection.kind, id, slot.at, body, entries)
        else:
            store.update((row.at, slot.pk), collection.kind, id, slot.at, body, (old, entries))
        slot.row = tuple.__new__(Row, (slot.pk, id, slot.at, body))


_Found = TypeVar("_Found", Row, Kept)


def _cut(rows: list[_Found], query: Query, *, backwards: bool) -> tuple[list[_Found], bool, Position | None]:
    """Return the rows of a page in the order asked for, whether more follow, and where the last one lies.

    By place, not by name: a number comes first, instant and body come last, in a Row and in a plain tuple alike.
    """
    limit = (query.limit or 1) - 1
    more, rows = len(rows) > limit, rows[:limit]
    end = None
    if rows:
        last = rows[0] if backwards else rows[-1]
        end = last[-2], last[0] & ((1 << SHIFT) - 1)
    return rows[::-1] if backwards else rows, more, end
