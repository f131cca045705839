"""What was acknowledged outlives a kill, a full disk and a log that was cut off; what was not is gone as a whole."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.store import Query
from harness.store.interface import SHIFT
from harness.store.sqlite import SqliteStore

KIND = "sample.thing"


def _keep(store: SqliteStore, *ids: str) -> None:
    """Write documents in a unit of their own."""
    store.begin()
    for id in ids:
        store.insert(1 << SHIFT | ord(id), KIND, id, ord(id), b'{"size":1}', [("size", "1")])
    store.keep()


def _acknowledged(store: SqliteStore, *ids: str) -> None:
    _keep(store, *ids)
    store.commit()


def _found(store: SqliteStore) -> str:
    """Return the ids that are there, and check that by id, by order and by index the same is found."""
    plain, indexed = (store.page(1, Query(KIND, where)) for where in ([], [("size", "1")]))
    assert plain == indexed
    assert all(store.get(1, KIND, row.id) == row for row in plain)
    return "".join(sorted(row.id for row in plain))


def _after_a_kill(store: SqliteStore, folder: Path) -> SqliteStore:
    """Open what a killed process would have left."""
    folder.mkdir()
    for name in ("greenroom.db", "greenroom.db-wal", "redo.log"):
        if (store.path.parent / name).exists():
            shutil.copy(store.path.parent / name, folder)
    store.close()
    return SqliteStore(folder)


def test_a_kill_takes_what_was_not_acknowledged(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    _acknowledged(store, "a", "b")
    _keep(store, "c")
    again = _after_a_kill(store, tmp_path / "second")
    assert _found(again) == "ab"
    again.close()


def test_writes_in_sqlite_and_in_the_log_come_back_together(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    _acknowledged(store, "a")
    store.begin()
    assert store.copy(1, 2, None, 100, ()) is not None  # copies are committed in SQLite, not in the log
    store.keep()
    store.commit()
    _acknowledged(store, "b")
    again = _after_a_kill(store, tmp_path / "second")
    assert _found(again) == "ab"
    assert [row.id for row in again.page(2, Query(KIND))] == ["a"]
    again.close()


def test_a_log_that_was_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    _acknowledged(store, "a")
    _acknowledged(store, "b")
    path = tmp_path / "first" / "redo.log"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    again = _after_a_kill(store, tmp_path / "second")
    assert _found(again) == "a"
    again.close()


@pytest.mark.parametrize("damage", [b"x", b"\n", b"00000000 1\n"])
def test_what_a_kill_left_at_the_end_is_written_over(tmp_path: Path, damage: bytes) -> None:
    store = SqliteStore(tmp_path / "first")
    _acknowledged(store, "a")
    path = tmp_path / "first" / "redo.log"
    path.write_bytes(path.read_bytes() + damage)
    again = _after_a_kill(store, tmp_path / "second")
    assert _found(again) == "a"
    _acknowledged(again, "c")
    third = _after_a_kill(again, tmp_path / "third")
    assert _found(third) == "ac"
    third.close()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_damage_before_what_was_acknowledged_is_told_and_left_alone(tmp_path: Path, at: int) -> None:
    store = SqliteStore(tmp_path / "first")
    for id in "abc":
        _acknowledged(store, id)
    path = tmp_path / "first" / "redo.log"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[at] = b"0" + lines[at][1:-2] + b"!\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(StoreError, match=f"redo.log is damaged at byte {sum(map(len, lines[:at]))}: "):
        _after_a_kill(store, tmp_path / "second")
    assert (tmp_path / "second" / "redo.log").read_bytes() == b"".join(lines)


def test_a_log_that_is_none_is_told(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    (tmp_path / "first" / "redo.log").write_bytes(b"something else\n")
    with pytest.raises(StoreError, match="damaged"):
        _after_a_kill(store, tmp_path / "second")


def test_a_log_of_another_generation_is_not_read(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    _acknowledged(store, "a")
    stale = (tmp_path / "first" / "redo.log").read_bytes()
    store.close()  # commits in SQLite
    (tmp_path / "first" / "redo.log").write_bytes(stale)
    again = SqliteStore(tmp_path / "first")
    assert again._redo.size == 0
    assert _found(again) == "a"
    again.close()


def test_a_log_that_cannot_be_written_fails_its_batch_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path)
    _acknowledged(store, "a")
    _keep(store, "b")
    store.settle()  # in SQLite's open transaction already
    _keep(store, "c")

    def full(units: list[bytes]) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store._redo, "append", full)
        with pytest.raises(StoreError, match="No space left"):
            store.commit()
    assert _found(store) == "a"
    _acknowledged(store, "d")
    store.close()
    again = SqliteStore(tmp_path)
    assert _found(again) == "ad"
    again.close()


def test_a_full_disk_under_sqlite_loses_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count={pages}")
    for letter in "abcdefghij":
        store.begin()
        body = b'{"text":"%b"}' % (b"x" * 9000)
        store.insert(1 << SHIFT | ord(letter), KIND, letter, 0, body, [("size", "1")])
        store.keep()
        store.commit()
    _keep(store, "k")
    with pytest.raises(StoreError, match="full"):
        store.page(1, Query(KIND))
    assert store.get(1, KIND, "a") is not None
    store.commit()  # the unit that was waiting is not harmed
    store._limit = 0
    _acknowledged(store, "l")  # SQLite cannot commit: the log is kept
    store._db.execute("PRAGMA max_page_count=100000")
    assert _found(store) == "abcdefghijkl"
    store.close()
    again = SqliteStore(tmp_path)
    assert _found(again) == "abcdefghijkl"
    again.close()


def test_a_copy_that_sqlite_gives_up_fails_its_batch(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    _acknowledged(store, "a")
    store.begin()
    store.copy(1, 2, None, 100, ())
    store._db.execute("ROLLBACK")  # what SQLite does by itself when the disk is full
    store.undo()
    _keep(store, "b")
    with pytest.raises(StoreError, match="given up"):
        store.commit()
    assert _found(store) == "a"
    _acknowledged(store, "c")
    assert _found(store) == "ac"
    store.close()


def test_a_file_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    _acknowledged(store, "a")
    store.close()
    (tmp_path / "redo.log").unlink()
    with sqlite3.connect(tmp_path / "greenroom.db") as database:
        database.execute("PRAGMA user_version=1")
        database.execute("DELETE FROM records WHERE register='redo'")
    database.close()
    again = SqliteStore(tmp_path)
    assert _found(again) == "a"
    _acknowledged(again, "b")
    assert _found(_after_a_kill(again, tmp_path / "next")) == "ab"


def test_a_unit_that_was_read_in_the_middle_is_undone_whole(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    _acknowledged(store, "a")
    store.begin()
    store.update((97, 1 << SHIFT | 97), KIND, "a", 5, b'{"size":2}', ([("size", "1")], [("size", "2")]))
    assert [row.at for row in store.page(1, Query(KIND, [("size", "2")]))] == [5]
    store.delete((5, 1 << SHIFT | 97), KIND, "a", [("size", "2")])
    store.undo()
    assert _found(store) == "a"
    assert store.page(1, Query(KIND))[0].at == 97
    store.close()


def test_registers_come_back_too(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    for number in range(3):
        store.begin()
        store.record("sample", "one", {"number": number})
        store.record("sample", "two", None if number else {"gone": True})
        store.keep()
        store.commit()
    again = _after_a_kill(store, tmp_path / "second")
    assert again.records("sample") == {"one": {"number": 2}}
    _acknowledged(again, "a")
    assert _found(again) == "a"
    again.close()


def test_an_id_that_is_taken_by_mistake_goes_to_the_later_write(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path)
    _acknowledged(store, "a")
    assert _found(store) == "a"
    store.begin()
    store.insert(1 << SHIFT | 500, KIND, "a", 7, b'{"size":2}', [("size", "2")])
    store.keep()
    assert [(row.pk & 0xFFF, row.at) for row in store.page(1, Query(KIND))] == [(500, 7)]
    assert "takes the place of another" in caplog.text
    store.close()


def test_a_unit_within_another_is_kept_and_undone_with_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "first")
    store.begin()
    _keep(store, "a")
    assert _found(store) == "a"
    _keep(store, "b")
    store.commit()
    store.undo()
    assert _found(store) == ""
    store.begin()
    _keep(store, "c")
    store.begin()
    store.undo()
    with pytest.raises(StoreError, match="undone as a whole"):
        store.keep()
    store.undo()
    store.begin()
    _keep(store, "d")
    store.keep()
    store.commit()
    again = _after_a_kill(store, tmp_path / "second")
    assert _found(again) == "d"
    again.close()
