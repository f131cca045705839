"""The store: documents with index entries in numbered spaces, plus a few registers of the whole server.

A world's state lies in one *space* (a number). Snapshots are spaces too, and restoring, forking and resetting
are row copies between spaces, so nothing that a world holds needs code of its own for them.
A document's number (`pk`) is `space << 40 | sequence`: numbers of one space are consecutive and in order of
insertion, and a copy keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from harness.blobs import Blobs

SHIFT = 40


class Row(NamedTuple):
    """A stored document: its number, its id, the instant it is ordered by (microseconds), and its JSON bytes."""

    pk: int
    id: str
    at: int
    body: bytes


class Kept(NamedTuple):
    """A stored document unread: its number, the instant it is ordered by (microseconds), and its JSON bytes."""

    pk: int
    at: int
    body: bytes


Position = tuple[int, int]
"""(at, pk): a place in a collection's order."""


Entries = list[tuple[str, str]]
"""Index entries of a document: (field, value)."""

Place = tuple[Any, ...]
"""Where a copy goes on; the driver's own business."""


@dataclass(slots=True)
class Query:
    """A page of one kind: `where` must all match; `since` ≤ at ≤ `until`; strictly beyond `after` in the direction.

    `one_of` names an index and the values of which it must have one; `count` does not heed it.

    `offset` leaves out that many of the first, and is used with a `limit` only.
    """

    kind: str
    where: list[tuple[str, str]] = field(default_factory=list)
    since: int | None = None
    until: int | None = None
    after: Position | None = None
    before: Position | None = None
    newest_first: bool = True
    limit: int | None = None
    offset: int = 0
    one_of: tuple[str, list[str]] | None = None


class Store(Protocol):
    """What a driver does. All calls are synchronous and short; only `copy` and `erase` take chunks.

    Writes happen inside a *unit* (one request: all or nothing); finished units share a batch that `commit` makes durable.
    """

    blobs: Blobs

    @property
    def pending(self) -> bool:
        """True while finished units wait for `commit`."""

    def begin(self) -> None:
        """Open a unit; one that is opened within another becomes a part of it."""

    def keep(self) -> None:
        """End the unit, keeping its writes in the batch; raise StoreError when a part of it was undone."""

    def undo(self) -> None:
        """End the unit as if it had never been, with all that it is a part of; the batch's other units are not touched."""

    def commit(self) -> None:
        """Make the batch durable; on failure roll it back and raise StoreError."""

    def get(self, space: int, kind: str, id: str) -> Row | None:
        """Return one document."""

    def insert(self, pk: int, kind: str, id: str, at: int, body: bytes, entries: Entries) -> None:
        """Add a document; its space is in `pk`."""

    def update(
        self,
        row: Position,
        kind: str,
        id: str,
        at: int,
        body: bytes,
        entries: tuple[Entries, Entries],
    ) -> None:
        """Replace the document at `row` = (old at, pk); `entries` = (old, new)."""

    def delete(self, row: Position, kind: str, id: str, entries: Entries) -> None:
        """Remove a document with its entries."""

    def page(self, space: int, query: Query) -> list[Row]:
        """Return the documents of a page, in the query's direction."""

    def page_as_kept(self, space: int, query: Query) -> list[Kept]:
        """Return the documents of a page as `page` does, to be handed on unread: plain tuples will do."""

    def count(self, space: int, query: Query) -> int:
        """Count what a query matches, without its limit and position."""

    def kinds(self, space: int) -> list[tuple[str, int]]:
        """Return each kind of a space with its number of documents."""

    def census(self, space: int, most: int) -> list[tuple[str, int]]:
        """Return each kind of a space with its number of documents, counted up to `most` of each."""

    def sequence(self, space: int) -> int:
        """Return the highest sequence number in use in a space, 0 when it is empty."""

    def copy(
        self, source: int, target: int, place: Place | None, chunk: int, leave: tuple[str, ...]
    ) -> Place | None:
        """Copy up to `chunk` rows from one space to another, leaving out kinds.

        Begin with the place None and go on from the place returned until it is None.
        """

    def erase(self, space: int, chunk: int) -> bool:
        """Remove up to `chunk` rows of a space; True when nothing is left."""

    def spaces(self) -> list[int]:
        """Return the spaces that hold any document."""

    def records(self, register: str) -> dict[str, dict[str, Any]]:
        """Return a register of the server ("world", "credential", "snapshot") whole, by key."""

    def record(self, register: str, key: str, body: dict[str, Any] | None) -> None:
        """Write one record of a register; None removes it. Part of the open unit."""

    def close(self) -> None:
        """Commit what is pending and close."""
