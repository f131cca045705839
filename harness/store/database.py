"""The SQLite file: opened, locked against a second server, and written in units and batches that outlive a kill.

A batch is durable once it is in the redo log (`harness.store.redo`). The file itself is written behind: what units
changed is kept in memory (`harness.store.behind`) until somebody asks for a page of it or there is enough of it, and
SQLite's transaction goes on until the log is long. A killed process loses nothing that was acknowledged; a power cut may lose
the last moments.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from harness.errors import StoreError
from harness.store.behind import Behind
from harness.store.interface import SHIFT, Entries, Position, Row
from harness.store.redo import RedoLog
from harness.store.seen import Seen

log = logging.getLogger("greenroom")
SCHEMA_VERSION = 2
"""Version 1 had the same tables and no redo log: its files are taken over as they are."""
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
PRAGMAS = (
    "page_size=16384",  # of a new file: what requests change lies on fewer pages, to be found, written and copied
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "temp_store=MEMORY",  # where savepoints keep the pages that they would have to put back
    "cache_size=-65536",
    "wal_autocheckpoint=1000",
)
BEHIND = 1000
"""How many documents wait in memory until they are written: a few milliseconds of work."""
REDO_BYTES = 16 << 20
"""How long the redo log grows until SQLite commits: some thousand requests, done again within a second."""
GENERATION = ("redo", "generation")
"""The record of the database that tells which redo log belongs to it."""
WRITE_RECORD = "INSERT OR REPLACE INTO records(register, key, body) VALUES(?,?,?)"


class Database:
    """One SQLite file inside `directory`, with its units and batches."""

    def __init__(self, directory: Path) -> None:
        """Open or create the file; raise StoreError when it is corrupt, newer, locked or not writable."""
        self.path = directory / "greenroom.db"
        self._behind = Behind()
        self._rows: dict[tuple[int, str, str], Row] = {}
        self._seen: dict[tuple[int, str], Seen | None] = {}
        """What came into a kind of a space that was found empty, as far as it was asked; None for one that was not."""
        self._unit: list[tuple[Any, ...]] = []
        self._batch: list[bytes] = []
        self._depth = 0
        self._undone = self._marked = self._direct = self._lost = False
        self._limit, self._most = REDO_BYTES, BEHIND
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(directory)
            self._db = sqlite3.connect(
                self.path, isolation_level=None, cached_statements=512, check_same_thread=False
            )
            self._open()
            self._redo = RedoLog(directory / "redo.log")
            self._redo_all()
            if self._redo.size:
                self._commit()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"cannot use the database {self.path}: {error}. Move it away to start empty, or choose another"
                " --data-dir; nothing was changed"
            ) from error

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
        for pragma in PRAGMAS:
            run(f"PRAGMA {pragma}")
        if not tables:
            self._db.executescript(f"BEGIN; PRAGMA application_id={APPLICATION_ID}; {SCHEMA} COMMIT;")
        check = run("PRAGMA quick_check(1)").fetchone()[0] if self.path.stat().st_size < 64 << 20 else "ok"
        if check != "ok":
            raise sqlite3.DatabaseError(f"the file is damaged ({check})")
        if version != SCHEMA_VERSION:
            run(f"PRAGMA user_version={SCHEMA_VERSION}")

    # --- documents -------------------------------------------------------------------------------------------------

    def insert(self, pk: int, kind: str, id: str, at: int, body: bytes, entries: Entries) -> None:
        """Add a document; its space is in `pk`."""
        space, row = pk >> SHIFT, tuple.__new__(Row, (pk, id, at, body))
        seen = self._seen.get((space, kind))
        if seen is not None:
            seen.add(id)
        self._behind.insert((space, kind, id), row, entries)
        self._unit.append(("insert", pk, kind, id, at, orjson.Fragment(body), entries))

    def update(
        self,
        row: Position,
        kind: str,
        id: str,
        at: int,
        body: bytes,
        entries: tuple[Entries, Entries],
    ) -> None:
        """Replace the document at `row`."""
        pk = row[1]
        key = pk >> SHIFT, kind, id
        self._rows.pop(key, None)
        self._behind.update(key, row, Row(pk, id, at, body), entries)
        self._unit.append(("update", row, kind, id, at, orjson.Fragment(body), entries))

    def delete(self, row: Position, kind: str, id: str, entries: Entries) -> None:
        """Remove a document with its entries."""
        key = row[1] >> SHIFT, kind, id
        self._rows.pop(key, None)
        self._behind.delete(key, row, entries)
        self._unit.append(("delete", row, kind, id, entries))

    def record(self, register: str, key: str, body: dict[str, Any] | None) -> None:
        """Write one record of a register; None removes it."""
        self._mark()
        if body is None:
            self._db.execute("DELETE FROM records WHERE register=? AND key=?", (register, key))
        else:
            self._db.execute(WRITE_RECORD, (register, key, orjson.dumps(body)))
        self._unit.append(("record", register, key, body))

    # --- units -----------------------------------------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """True while finished units wait for `commit`."""
        return bool(self._batch) or self._direct or self._lost

    def begin(self) -> None:
        """Open a unit; one that is opened within another becomes a part of it."""
        self._depth += 1

    def keep(self) -> None:
        """End the unit, keeping its writes in the batch; raise StoreError when a part of it was undone."""
        if self._depth == 1 and self._undone:
            raise StoreError("a part of the unit was undone: it can only be undone as a whole")
        self._depth -= 1
        if self._depth:
            return
        self._batch.append(orjson.dumps(self._unit))
        self._end()

    def _end(self) -> None:
        self._unit.clear()
        self._behind.keep()
        if self._marked:
            self._marked = False
            self._db.execute("RELEASE unit")

    def undo(self) -> None:
        """End the unit as if it had never been, with all that it is a part of.

        Some failures (a full disk) make SQLite give up its whole transaction by itself: what it held is then done again.
        """
        self._depth -= 1
        self._undone = self._depth > 0
        self._unit.clear()
        self._behind.undo()
        if not self._marked:
            return
        self._marked = False
        self._forget()
        if self._db.in_transaction:
            self._db.execute("ROLLBACK TO unit")
            self._db.execute("RELEASE unit")
        else:
            self._recover()

    def _mark(self) -> None:
        """Let SQLite note where the open unit began, with all before it written: the unit goes on in SQLite."""
        if self._marked:
            return
        unit, self._unit = self._unit, []
        mine = self._behind.undo()
        self.settle()
        self._start()
        self._db.execute("SAVEPOINT unit")
        self._marked = True
        self._behind.make(mine)
        self._unit = unit

    def _begin_direct(self) -> None:
        """Go on in SQLite alone: the batch is not written into the redo log but committed there."""
        self._mark()
        self._direct = True

    def settle(self) -> None:
        """Write into SQLite what is behind, so that it can be asked. Raises StoreError when it cannot be written."""
        if not self._behind.changes:
            return
        if self._unit and not self._marked:
            self._mark()
        try:
            self._start()
            self._behind.write(self._db.executemany)
        except sqlite3.Error as error:
            self._recover()
            raise StoreError(f"{self.path} could not be written: {error}") from error
        self._behind.clear()

    def ask(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Ask SQLite for anything, for example in tests."""
        self.settle()
        return self._db.execute(sql, values)

    def _forget(self) -> None:
        """Forget what was read: it may be otherwise now."""
        self._rows.clear()
        self._seen.clear()

    def _start(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    # --- batches ---------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make the batch durable; on failure nothing of it is done, and StoreError is raised."""
        if not self.pending:
            return
        try:
            if self._lost:
                raise sqlite3.OperationalError("SQLite has given up the batch")
            if self._direct:
                self._commit()
            else:
                self._redo.append(self._batch)
        except (OSError, sqlite3.Error, StoreError) as error:
            self._batch = []
            self._direct = self._lost = False
            self._recover()
            raise StoreError(f"{self.path} could not be written: {error}") from error
        self._batch = []
        if self._depth:
            return  # nothing of an open unit may be committed
        if self._redo.size > self._limit:
            self._ease(self._commit)
        elif len(self._behind.changes) > self._most:
            self._ease(self.settle)

    def _commit(self) -> None:
        """Commit in SQLite. That makes the redo log worthless: a new one begins."""
        self.settle()
        self._start()
        generation = self._generation() + 1
        self._db.execute(WRITE_RECORD, (*GENERATION, orjson.dumps({"number": generation})))
        self._db.execute("COMMIT")
        self._redo.restart(generation)
        self._direct = False
        self._limit = REDO_BYTES

    def _ease(self, work: Callable[[], None]) -> None:
        """Do what only keeps memory and log small; when it fails nothing is lost, for the redo log has it all."""
        try:
            work()
            self._most = BEHIND
        except (sqlite3.Error, StoreError) as error:
            log.error("%s could not be written: %s; changes are kept in redo.log", self.path, error)  # noqa: TRY400
            self._recover()
            self._limit = self._redo.size + REDO_BYTES
            self._most = len(self._behind.changes) + 10 * BEHIND

    def _recover(self) -> None:
        """Go back to what SQLite has committed, with the redo log and the units of the open batch on top of it."""
        self._marked = False
        self._undone = self._depth > 0
        self._forget()
        self._behind.clear()
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._lost, self._direct = self._direct, False
        self._redo_all()
        for unit in self._batch:
            self._redo_unit(orjson.loads(unit))
        self._unit.clear()

    def _redo_all(self) -> None:
        """Do again what the redo log holds."""
        for unit in self._redo.read(self._generation()):
            self._redo_unit(unit)

    def _redo_unit(self, unit: list[Any]) -> None:
        for name, *values in unit:
            match name:
                case "insert":
                    pk, kind, id, at, body, entries = values
                    self.insert(pk, kind, id, at, orjson.dumps(body), _pairs(entries))
                case "update":
                    row, kind, id, at, body, (old, new) = values
                    self.update(row, kind, id, at, orjson.dumps(body), (_pairs(old), _pairs(new)))
                case "delete":
                    row, kind, id, entries = values
                    self.delete(row, kind, id, _pairs(entries))
                case "record":
                    self.record(*values)
        self._end()

    def _generation(self) -> int:
        found = self._db.execute("SELECT body FROM records WHERE register=? AND key=?", GENERATION).fetchone()
        return int(orjson.loads(found[0])["number"]) if found else 0

    def close(self) -> None:
        """Commit what is pending and close."""
        self.commit()
        if self._redo.size:
            self._ease(self._commit)
        self._db.close()
        self._redo.close()
        os.close(self._lock)


def _pairs(entries: list[list[str]]) -> list[tuple[str, str]]:
    return [(field, value) for field, value in entries]


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
