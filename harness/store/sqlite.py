"""The SQLite driver: one file, write-ahead log, called directly on the event loop.

`synchronous=NORMAL`: a killed process loses nothing that was committed; only a power cut may lose the last moments.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from harness.blobs import Blobs
from harness.errors import StoreError
from harness.store.interface import SHIFT, Place, Position, Query, Row

SCHEMA_VERSION = 1
APPLICATION_ID = 0x47524E52  # "GRNR"
SCHEMA = """
CREATE TABLE objects(
    pk INTEGER PRIMARY KEY, space INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX objects_id ON objects(space, kind, id);
CREATE INDEX objects_order ON objects(space, kind, at);
CREATE TABLE entries(
    space INTEGER NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    at INTEGER NOT NULL, pk INTEGER NOT NULL,
    PRIMARY KEY(space, kind, field, value, at, pk)) WITHOUT ROWID;
CREATE TABLE records(
    register TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(register, key)) WITHOUT ROWID;
"""
REMEMBERED_ROWS, REMEMBERED_BYTES = 4096, 16_384
"""How many rows that `get` has read are kept in memory, and how large each may be. Nobody else writes to the file: a
row is forgotten when it is written, and all are when something is undone."""

SELECT = "SELECT pk, id, at, body FROM objects WHERE space=? AND kind=? AND id=?"

INSERT = "INSERT INTO objects(pk, space, kind, id, at, body) VALUES(?,?,?,?,?,?)"
INSERT_ENTRY = "INSERT INTO entries(space, kind, field, value, at, pk) VALUES(?,?,?,?,?,?)"
DELETE_ENTRY = "DELETE FROM entries WHERE space=? AND kind=? AND field=? AND value=? AND at=? AND pk=?"

ENTRIES_AFTER = (
    "SELECT kind, field, value, at, pk FROM entries WHERE space=? AND (kind, field, value, at, pk) > (?,?,?,?,?)"
    " ORDER BY kind, field, value, at, pk"
)


class SqliteStore:
    """A store in one SQLite file inside `directory`; the file is locked against a second server."""

    def __init__(self, directory: Path) -> None:
        """Open or create the database; raise StoreError when it is corrupt, newer, locked or not writable."""
        self.path = directory / "greenroom.db"
        self.blobs = Blobs(directory / "blobs")
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(directory)
            self._db = sqlite3.connect(
                self.path, isolation_level=None, cached_statements=512, check_same_thread=False
            )
            self._open()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"cannot use the database {self.path}: {error}. Move it away to start empty, or choose another"
                " --data-dir; nothing was changed"
            ) from error
        self._run = self._db.execute
        self.pending = False
        self._broken = False
        self._rows: dict[tuple[int, str, str], Row] = {}

    def _open(self) -> None:
        run = self._db.execute
        run("PRAGMA locking_mode=EXCLUSIVE")  # nobody else reads: no locking at each transaction
        version = run("PRAGMA user_version").fetchone()[0]
        application = run("PRAGMA application_id").fetchone()[0]
        tables = run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise StoreError(f"{self.path} is a database of another program; choose another --data-dir")
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer Greenroom (schema {version}, this one knows {SCHEMA_VERSION});"
                " upgrade, or choose another --data-dir; nothing was changed"
            )
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "temp_store=MEMORY",  # where savepoints keep the pages that they would have to put back
            "cache_size=-32768",
            "wal_autocheckpoint=4000",
        ):
            run(f"PRAGMA {pragma}")
        if not tables:
            self._db.executescript(
                f"BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION}; {SCHEMA} COMMIT;"
            )
        check = run("PRAGMA quick_check(1)").fetchone()[0] if self.path.stat().st_size < 64 << 20 else "ok"
        if check != "ok":
            raise sqlite3.DatabaseError(f"the file is damaged ({check})")

    # --- units -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open a unit, and the batch when none is open."""
        if not self._db.in_transaction:
            self._run("BEGIN IMMEDIATE")
            self.pending = True
        self._run("SAVEPOINT unit")

    def keep(self) -> None:
        """End the unit, keeping its writes in the batch."""
        self._run("RELEASE unit")

    def undo(self) -> None:
        """End the unit as if it had never been.

        Some failures (a full disk) make SQLite give up the whole batch by itself: then `commit` fails for all of it.
        """
        self._rows.clear()
        if self._db.in_transaction:
            self._run("ROLLBACK TO unit")
            self._run("RELEASE unit")
        else:
            self._broken = True

    def commit(self) -> None:
        """Make the batch durable; on failure roll it back and raise StoreError."""
        if not self.pending:
            return
        self.pending = False
        try:
            if self._broken:
                raise sqlite3.OperationalError("SQLite has given up the batch")
            self._run("COMMIT")
        except sqlite3.Error as error:
            self._broken = False
            self._rows.clear()
            if self._db.in_transaction:
                self._run("ROLLBACK")
            raise StoreError(f"{self.path} could not be written: {error}") from error

    # --- documents -------------------------------------------------------------------------------------------------

    def get(self, space: int, kind: str, id: str) -> Row | None:
        """Return one document."""
        key = space, kind, id
        row = self._rows.get(key)
        if row is None:
            found = self._run(SELECT, key).fetchone()
            if found is None:
                return None
            row = Row(*found)
            if len(row.body) <= REMEMBERED_BYTES:
                if len(self._rows) >= REMEMBERED_ROWS:
                    del self._rows[next(iter(self._rows))]
                self._rows[key] = row
        return row

    def insert(
        self, pk: int, kind: str, id: str, at: int, body: bytes, entries: Iterable[tuple[str, str]]
    ) -> None:
        """Add a document; its space is in `pk`."""
        space = pk >> SHIFT
        self._run(INSERT, (pk, space, kind, id, at, body))
        for name, value in entries:
            self._run(INSERT_ENTRY, (space, kind, name, value, at, pk))

    def update(
        self,
        row: Position,
        kind: str,
        id: str,
        at: int,
        body: bytes,
        entries: tuple[list[tuple[str, str]], list[tuple[str, str]]],
    ) -> None:
        """Replace the document at `row`; only entries that changed are written."""
        was, pk = row
        old, new = entries
        self._rows.pop((pk >> SHIFT, kind, id), None)
        if was == at:
            self._run("UPDATE objects SET body=? WHERE pk=?", (body, pk))
            if old == new:
                return
            gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
        else:
            self._run("UPDATE objects SET body=?, at=? WHERE pk=?", (body, at, pk))
            gone, come = old, new
        space = pk >> SHIFT
        for name, value in gone:
            self._run(DELETE_ENTRY, (space, kind, name, value, was, pk))
        for name, value in come:
            self._run(INSERT_ENTRY, (space, kind, name, value, at, pk))

    def delete(self, row: Position, kind: str, id: str, entries: Iterable[tuple[str, str]]) -> None:
        """Remove a document with its entries."""
        at, pk = row
        self._rows.pop((pk >> SHIFT, kind, id), None)
        for name, value in entries:
            self._run(DELETE_ENTRY, (pk >> SHIFT, kind, name, value, at, pk))
        self._run("DELETE FROM objects WHERE pk=?", (pk,))

    def page(self, space: int, query: Query) -> list[Row]:
        """Return the documents of a page, in the query's direction."""
        source, conditions, values = _matching(space, query)
        lead = "e0" if query.where else "o"
        for position, forward in ((query.after, not query.newest_first), (query.before, query.newest_first)):
            if position is not None:
                conditions += f" AND ({lead}.at, {lead}.pk) {'>' if forward else '<'} (?, ?)"
                values.extend(position)
        order = "DESC" if query.newest_first else "ASC"
        limit = "" if query.limit is None else f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}"
        sql = (
            f"SELECT o.pk, o.id, o.at, o.body FROM {source} WHERE {conditions}"  # noqa: S608 - names of ours only
            f" ORDER BY {lead}.at {order}, {lead}.pk {order}{limit}"
        )
        return [Row(*found) for found in self._run(sql, values)]

    def count(self, space: int, query: Query) -> int:
        """Count what a query matches, without its limit and position."""
        source, conditions, values = _matching(space, query)
        found = self._run(f"SELECT count(*) FROM {source} WHERE {conditions}", values).fetchone()  # noqa: S608
        return int(found[0])

    def kinds(self, space: int) -> list[tuple[str, int]]:
        """Return each kind of a space with its number of documents."""
        return self._run(
            "SELECT kind, count(*) FROM objects WHERE space=? GROUP BY kind ORDER BY kind", (space,)
        ).fetchall()

    # --- spaces ----------------------------------------------------------------------------------------------------

    def sequence(self, space: int) -> int:
        """Return the highest sequence number in use in a space, 0 when it is empty."""
        low, high = space << SHIFT, (space + 1) << SHIFT
        found = self._run("SELECT max(pk) FROM objects WHERE pk > ? AND pk < ?", (low, high)).fetchone()[0]
        return int(found) - low if found else 0

    def copy(
        self, source: int, target: int, place: Place | None, chunk: int, leave: tuple[str, ...]
    ) -> Place | None:
        """Copy up to `chunk` rows from one space to another, leaving out kinds: first documents, then entries."""
        shift, marks = (target - source) << SHIFT, ",".join("?" * len(leave))
        if place is None or len(place) == 1:
            after = place[0] if place else source << SHIFT
            last = self._last_number(source, after, chunk)
            if last is not None:
                self._run(
                    "INSERT INTO objects(pk, space, kind, id, at, body) SELECT pk + ?, ?, kind, id, at, body"  # noqa: S608
                    f" FROM objects WHERE pk > ? AND pk <= ? AND kind NOT IN ({marks})",
                    (shift, target, after, last, *leave),
                )
                return (last,)
            place = ("", "", "", 0, 0)
        bounds = (source, *place)
        batch = self._run(f"{ENTRIES_AFTER} LIMIT ?", (*bounds, chunk)).fetchall()
        if not batch:
            return None
        last_entry = batch[-1]
        self._run(
            "INSERT INTO entries SELECT ?, kind, field, value, at, pk + ? FROM entries WHERE space=?"  # noqa: S608
            " AND (kind, field, value, at, pk) > (?,?,?,?,?) AND (kind, field, value, at, pk) <= (?,?,?,?,?)"
            f" AND kind NOT IN ({marks})",
            (target, shift, *bounds, *last_entry, *leave),
        )
        return tuple(last_entry)

    def erase(self, space: int, chunk: int) -> bool:
        """Remove up to `chunk` rows of a space; True when nothing is left."""
        self._rows.clear()
        gone = self._run(
            "DELETE FROM entries WHERE space=?1 AND (kind, field, value, at, pk) IN"
            " (SELECT kind, field, value, at, pk FROM entries WHERE space=?1 LIMIT ?2)",
            (space, chunk),
        ).rowcount
        if gone:
            return False
        last = self._last_number(space, space << SHIFT, chunk)
        if last is None:
            return True
        self._run("DELETE FROM objects WHERE pk > ? AND pk <= ?", (space << SHIFT, last))
        return False

    def _last_number(self, space: int, after: int, chunk: int) -> int | None:
        found = self._run(
            "SELECT max(pk) FROM (SELECT pk FROM objects WHERE pk > ? AND pk < ? ORDER BY pk LIMIT ?)",
            (after, (space + 1) << SHIFT, chunk),
        ).fetchone()[0]
        return None if found is None else int(found)

    def spaces(self) -> list[int]:
        """Return the spaces that hold any document."""
        found, after = [], 0
        while row := self._run("SELECT min(pk) FROM objects WHERE pk > ?", (after << SHIFT,)).fetchone():
            if row[0] is None:
                break
            found.append(row[0] >> SHIFT)
            after = (row[0] >> SHIFT) + 1
        return found

    # --- registers -------------------------------------------------------------------------------------------------

    def records(self, register: str) -> dict[str, dict[str, Any]]:
        """Return a register of the server whole, by key."""
        rows = self._run("SELECT key, body FROM records WHERE register=? ORDER BY key", (register,))
        return {key: orjson.loads(body) for key, body in rows}

    def record(self, register: str, key: str, body: dict[str, Any] | None) -> None:
        """Write one record of a register; None removes it."""
        if body is None:
            self._run("DELETE FROM records WHERE register=? AND key=?", (register, key))
        else:
            self._run("INSERT OR REPLACE INTO records VALUES(?,?,?)", (register, key, orjson.dumps(body)))

    def close(self) -> None:
        """Commit what is pending and close."""
        self.commit()
        self._db.close()
        os.close(self._lock)


def _lock(directory: Path) -> int:
    handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise StoreError(
            f"{directory} is in use by another Greenroom server; stop it, or choose another --data-dir"
        ) from error
    return handle


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
