"""The SQLite driver: documents, pages, spaces and registers in one file, called directly on the event loop."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from harness.blobs import Blobs
from harness.store.database import Database
from harness.store.interface import SHIFT, Kept, Place, Query, Row
from harness.store.seen import Seen

REMEMBERED_ROWS, REMEMBERED_BYTES = 4096, 16_384
"""How many rows that `get` has read are kept in memory, and how large each may be. Nobody else writes to the file: a
row is forgotten when it is written, and all are when something is undone."""

ANY = "SELECT 1 FROM objects WHERE space=? AND kind=? LIMIT 1"
SELECT = "SELECT pk, id, at, body FROM objects WHERE space=? AND kind=? AND id=?"

ENTRIES_AFTER = (
    "SELECT kind, field, value, at, pk FROM entries WHERE space=? AND (kind, field, value, at, pk) > (?,?,?,?,?)"
    " ORDER BY kind, field, value, at, pk"
)


class SqliteStore(Database):
    """A store in one SQLite file inside `directory`; the file is locked against a second server."""

    def __init__(self, directory: Path) -> None:
        """Open or create the database; raise StoreError when it is corrupt, newer, locked or not writable."""
        super().__init__(directory)
        self.blobs = Blobs(directory / "blobs")

    # --- documents -------------------------------------------------------------------------------------------------

    def get(self, space: int, kind: str, id: str) -> Row | None:
        """Return one document."""
        seen = self._seen.get((space, kind))
        if seen is not None and id not in seen:
            return None
        key = space, kind, id
        if key in self._behind.rows:
            return self._behind.rows[key]
        row = self._rows.get(key)
        if row is None:
            found = self._db.execute(SELECT, key).fetchone()
            if found is None:
                self._note_whether_empty(space, kind)
                return None
            row = Row(*found)
            if len(row.body) <= REMEMBERED_BYTES:
                if len(self._rows) >= REMEMBERED_ROWS:
                    del self._rows[next(iter(self._rows))]
                self._rows[key] = row
        return row

    def _note_whether_empty(self, space: int, kind: str) -> None:
        """See, once, whether a kind in which a document was not found has any: most look-ups in vain are in empty ones."""
        if (space, kind) not in self._seen:
            held = (space, kind) in self._behind.kinds or self._db.execute(ANY, (space, kind)).fetchone()
            self._seen[space, kind] = None if held else Seen()

    def page(self, space: int, query: Query) -> list[Row]:
        """Return the documents of a page, in the query's direction."""
        if query.one_of is not None:
            return self._merged(space, query, *query.one_of)
        new = tuple.__new__  # what `Row._make` calls, without a frame for every row
        return [new(Row, found) for found in self._selected(space, query, "o.pk, o.id, o.at, o.body")]

    def page_as_kept(self, space: int, query: Query) -> list[Kept]:
        """Return the documents of a page as `page` does, as tuples that are no Row."""
        if query.one_of is not None:
            return [Kept(row.pk, row.at, row.body) for row in self.page(space, query)]
        return self._selected(space, query, "o.pk, o.at, o.body").fetchall()

    def _selected(self, space: int, query: Query, columns: str) -> sqlite3.Cursor:
        if (space, query.kind) in self._behind.kinds:
            self.settle()
        source, conditions, values = _matching(space, query)
        lead = "e0" if query.where else "o"
        for position, forward in ((query.after, not query.newest_first), (query.before, query.newest_first)):
            if position is not None:
                conditions += f" AND ({lead}.at, {lead}.pk) {'>' if forward else '<'} (?, ?)"
                values.extend(position)
        order = "DESC" if query.newest_first else "ASC"
        limit = "" if query.limit is None else f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}"
        sql = (
            f"SELECT {columns} FROM {source} WHERE {conditions}"  # noqa: S608 - names of ours only
            f" ORDER BY {lead}.at {order}, {lead}.pk {order}{limit}"
        )
        return self._db.execute(sql, values)

    def _merged(self, space: int, query: Query, field: str, values: list[str]) -> list[Row]:
        """Merge the pages of each value: every one is read by its index."""
        top = None if query.limit is None else query.limit + query.offset
        each = replace(query, one_of=None, offset=0, limit=top)
        rows = {
            row.pk: row
            for value in values
            for row in self.page(space, replace(each, where=[(field, value), *query.where]))
        }
        found = sorted(rows.values(), key=lambda row: (row.at, row.pk), reverse=query.newest_first)
        return found if top is None else found[query.offset : top]

    def count(self, space: int, query: Query) -> int:
        """Count what a query matches, without its limit and position."""
        if (space, query.kind) in self._behind.kinds:
            self.settle()
        source, conditions, values = _matching(space, query)
        found = self._db.execute(f"SELECT count(*) FROM {source} WHERE {conditions}", values).fetchone()  # noqa: S608
        return int(found[0])

    def kinds(self, space: int) -> list[tuple[str, int]]:
        """Return each kind of a space with its number of documents."""
        self.settle()
        return self._db.execute(
            "SELECT kind, count(*) FROM objects WHERE space=? GROUP BY kind ORDER BY kind", (space,)
        ).fetchall()

    def census(self, space: int, most: int) -> list[tuple[str, int]]:
        """Return each kind of a space with its number of documents, counted up to `most`: a full space costs no more."""
        self.settle()
        found, kind = [], ""
        next_kind = "SELECT min(kind) FROM objects WHERE space=? AND kind>?"
        counted = "SELECT count(*) FROM (SELECT 1 FROM objects WHERE space=? AND kind=? LIMIT ?)"
        while (kind := self._db.execute(next_kind, (space, kind)).fetchone()[0]) is not None:
            found.append((kind, int(self._db.execute(counted, (space, kind, most)).fetchone()[0])))
        return found

    # --- spaces ----------------------------------------------------------------------------------------------------

    def sequence(self, space: int) -> int:
        """Return the highest sequence number in use in a space, 0 when it is empty."""
        self.settle()
        low, high = space << SHIFT, (space + 1) << SHIFT
        found = self._db.execute(
            "SELECT max(pk) FROM objects WHERE pk > ? AND pk < ?", (low, high)
        ).fetchone()[0]
        return int(found) - low if found else 0

    def copy(
        self, source: int, target: int, place: Place | None, chunk: int, leave: tuple[str, ...]
    ) -> Place | None:
        """Copy up to `chunk` rows from one space to another, leaving out kinds: first documents, then entries."""
        self._begin_direct()
        self._forget()
        shift, marks = (target - source) << SHIFT, ",".join("?" * len(leave))
        if place is None or len(place) == 1:
            after = place[0] if place else source << SHIFT
            last = self._last_number(source, after, chunk)
            if last is not None:
                self._db.execute(
                    "INSERT INTO objects(pk, space, kind, id, at, body) SELECT pk + ?, ?, kind, id, at, body"  # noqa: S608
                    f" FROM objects WHERE pk > ? AND pk <= ? AND kind NOT IN ({marks})",
                    (shift, target, after, last, *leave),
                )
                return (last,)
            place = ("", "", "", 0, 0)
        bounds = (source, *place)
        batch = self._db.execute(f"{ENTRIES_AFTER} LIMIT ?", (*bounds, chunk)).fetchall()
        if not batch:
            return None
        last_entry = batch[-1]
        self._db.execute(
            "INSERT INTO entries SELECT ?, kind, field, value, at, pk + ? FROM entries WHERE space=?"  # noqa: S608
            " AND (kind, field, value, at, pk) > (?,?,?,?,?) AND (kind, field, value, at, pk) <= (?,?,?,?,?)"
            f" AND kind NOT IN ({marks})",
            (target, shift, *bounds, *last_entry, *leave),
        )
        return tuple(last_entry)

    def erase(self, space: int, chunk: int) -> bool:
        """Remove up to `chunk` rows of a space; True when nothing is left."""
        self._begin_direct()
        self._forget()
        gone = self._db.execute(
            "DELETE FROM entries WHERE space=?1 AND (kind, field, value, at, pk) IN"
            " (SELECT kind, field, value, at, pk FROM entries WHERE space=?1 LIMIT ?2)",
            (space, chunk),
        ).rowcount
        if gone:
            return False
        last = self._last_number(space, space << SHIFT, chunk)
        if last is None:
            return True
        self._db.execute("DELETE FROM objects WHERE pk > ? AND pk <= ?", (space << SHIFT, last))
        return False

    def _last_number(self, space: int, after: int, chunk: int) -> int | None:
        found = self._db.execute(
            "SELECT max(pk) FROM (SELECT pk FROM objects WHERE pk > ? AND pk < ? ORDER BY pk LIMIT ?)",
            (after, (space + 1) << SHIFT, chunk),
        ).fetchone()[0]
        return None if found is None else int(found)

    def spaces(self) -> list[int]:
        """Return the spaces that hold any document."""
        self.settle()
        found, after = [], 0
        while row := self._db.execute(
            "SELECT min(pk) FROM objects WHERE pk > ?", (after << SHIFT,)
        ).fetchone():
            if row[0] is None:
                break
            found.append(row[0] >> SHIFT)
            after = (row[0] >> SHIFT) + 1
        return found

    # --- registers -------------------------------------------------------------------------------------------------

    def records(self, register: str) -> dict[str, dict[str, Any]]:
        """Return a register of the server whole, by key."""
        rows = self._db.execute("SELECT key, body FROM records WHERE register=? ORDER BY key", (register,))
        return {key: orjson.loads(body) for key, body in rows}


def _matching(space: int, query: Query) -> tuple[str, str, list[Any]]:
    """Return FROM, WHERE and values: the first filter leads by its index, further ones are point look-ups."""
    values: list[Any] = []
    if not query.where:
        source, conditions, lead = "objects o", "o.space=? AND o.kind=?", "o"
        values += [space, query.kind]
    else:
        source, lead = "entries e0 CROSS JOIN objects o ON o.pk = e0.pk", "e0"
        conditions = "e0.space=? AND e0.kind=? AND e0.field=? AND e0.value=?"
        values += [space, query.kind, *query.where[0]]
        for name, value in query.where[1:]:
            conditions += (
                " AND EXISTS(SELECT 1 FROM entries x WHERE x.space=? AND x.kind=? AND x.field=? AND x.value=?"
                " AND x.at=e0.at AND x.pk=e0.pk)"
            )
            values += [space, query.kind, name, value]
    for bound, sign in ((query.since, ">="), (query.until, "<=")):
        if bound is not None:
            conditions += f" AND {lead}.at {sign} ?"
            values.append(bound)
    return source, conditions, values
