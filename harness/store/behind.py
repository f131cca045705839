"""What the database file does not hold yet: for each document that was written, what is to become of it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from harness.store.interface import SHIFT, Entries, Position, Row

log = logging.getLogger("greenroom")

Key = tuple[int, str, str]
"""(space, kind, id): what a document is found by."""

Statement = Callable[[str, Iterable[tuple[Any, ...]]], Any]
"""Runs one statement with many values."""

UPDATE = "UPDATE objects SET body=? WHERE pk=?"
MOVE = "UPDATE objects SET at=? WHERE pk=?"
DELETE = "DELETE FROM objects WHERE pk=?"
INSERT = "INSERT INTO objects(pk, space, kind, id, at, body) VALUES(?,?,?,?,?,?)"
INSERT_ENTRY = "INSERT INTO entries(space, kind, field, value, at, pk) VALUES(?,?,?,?,?,?)"
DELETE_ENTRY = "DELETE FROM entries WHERE space=? AND kind=? AND field=? AND value=? AND at=? AND pk=?"


class Change(NamedTuple):
    """A document as the file has it and as it is to have it.

    `was` is the instant that the file orders it by, None when the file has it not, `had` its index entries there.
    `row` is what it is to be, None when it is to be gone, and `entries` are its entries to be.
    """

    key: Key
    was: int | None
    had: Entries
    row: Row | None
    entries: Entries

    def after(self, earlier: Change | None) -> Change:
        """Return the same change for when an earlier one of this document is in the file."""
        if earlier is None:
            return self
        if earlier.row is None:
            return self._replace(was=None, had=[])
        return self._replace(was=earlier.row.at, had=earlier.entries)


class Behind:
    """Changes by the number of their document; `rows` is what `get` finds before it looks into the file.

    `kinds` are the (space, kind) that must be written before the file is asked for a page of them.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.changes: dict[int, Change] = {}
        self.rows: dict[Key, Row | None] = {}
        self.kinds: set[tuple[int, str]] = set()
        self._replaced: list[tuple[int, Change | None, Key, Any]] = []

    def insert(self, key: Key, row: Row, entries: Entries) -> None:
        """Add a document; raise ValueError when its id is known to be taken."""
        pk, held = row[0], self.rows.get(key, ...)
        if pk in self.changes or not (held is None or held is ...):
            raise ValueError(f"there is a {key[1]} {key[2]} already")
        # What `_put` does, without its look-ups and without a frame for the tuple: most writes are inserts.
        self._replaced.append((pk, None, key, held))
        self.changes[pk] = tuple.__new__(Change, (key, None, [], row, entries))
        self.rows[key] = row
        self.kinds.add(key[:2])

    def update(self, key: Key, place: Position, row: Row, entries: tuple[Entries, Entries]) -> None:
        """Replace the document that lies at `place`; `entries` = (old, new)."""
        held = self.changes.get(row.pk)
        was, had = (place[0], entries[0]) if held is None else (held.was, held.had)
        self._put(row.pk, Change(key, was, had, row, entries[1]))

    def delete(self, key: Key, place: Position, entries: Entries) -> None:
        """Remove the document that lies at `place`."""
        at, pk = place
        held = self.changes.get(pk)
        was, had = (at, entries) if held is None else (held.was, held.had)
        self._put(pk, Change(key, was, had, None, []))

    def _put(self, pk: int, change: Change) -> None:
        key = change.key
        self._replaced.append((pk, self.changes.get(pk), key, self.rows.get(key, ...)))
        self.changes[pk] = change
        self.rows[key] = change.row
        self.kinds.add(key[:2])

    def keep(self) -> None:
        """End the unit; what it changed cannot be undone any more."""
        self._replaced.clear()

    def undo(self) -> list[tuple[int, Change]]:
        """Take back the changes of the open unit; return them as they are to be made once all else is in the file."""
        made = {pk: self.changes[pk] for pk, *_ in self._replaced}
        for pk, change, key, row in reversed(self._replaced):
            if change is None:
                del self.changes[pk]
            else:
                self.changes[pk] = change
            if row is ...:
                del self.rows[key]
            else:
                self.rows[key] = row
        self._replaced.clear()
        return [(pk, change.after(self.changes.get(pk))) for pk, change in made.items()]

    def make(self, changes: list[tuple[int, Change]]) -> None:
        """Make changes that `undo` returned."""
        for pk, change in changes:
            self._put(pk, change)

    def clear(self) -> None:
        """Forget all."""
        for each in (self.changes, self.rows, self.kinds, self._replaced):
            each.clear()

    def write(self, run: Statement) -> None:
        """Write all into the file: what goes before what comes, so that an id may come again."""
        new: list[Row] = []
        kept: list[Row] = []
        moved: list[Row] = []
        gone: list[tuple[int]] = []
        entries_gone: list[tuple[Any, ...]] = []
        entries_come: list[tuple[Any, ...]] = []
        kinds: list[str] = []
        for pk, (key, was, had, row, entries) in self.changes.items():
            less, more, at = had, entries, 0
            if row is None:
                if was is not None:
                    gone.append((pk,))
            else:
                at = row.at
                if was is None:
                    new.append(row)
                    kinds.append(key[1])
                else:
                    kept.append(row)
                    if was != at:
                        moved.append(row)
                    elif had:
                        less = [each for each in had if each not in entries]
                        more = [each for each in entries if each not in had]
            entries_gone += [(*key[:2], *each, was, pk) for each in less]
            entries_come += [(*key[:2], *each, at, pk) for each in more]
        for statement, values in (
            (DELETE_ENTRY, entries_gone),
            (DELETE, gone),
            (UPDATE, [(row.body, row.pk) for row in kept]),
            (MOVE, [(row.at, row.pk) for row in moved]),
            (
                INSERT,
                [
                    (row.pk, row.pk >> SHIFT, kind, row.id, row.at, row.body)
                    for row, kind in zip(new, kinds, strict=True)
                ],
            ),
            (INSERT_ENTRY, entries_come),
        ):
            if values:
                _run(run, statement, values)


def _run(run: Statement, statement: str, values: list[tuple[Any, ...]]) -> None:
    """Run a statement; an id or a number that is taken by our own mistake is taken over: the write was acknowledged."""
    try:
        run(statement, values)
    except sqlite3.IntegrityError as error:
        log.error("a document takes the place of another: %s", error)  # noqa: TRY400 - the cause is in the message
        run(statement.replace("INSERT INTO", "INSERT OR REPLACE INTO"), values)
