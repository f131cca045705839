"""The store: the SQLite driver against a plain model, and databases that cannot be used."""

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from harness.collection import Collection
from harness.errors import StoreError
from harness.store import Query
from harness.store.interface import SHIFT
from harness.store.seen import BITS, Seen
from harness.store.sqlite import SqliteStore

THINGS = Collection("sample.thing", "colour", sizes=lambda thing: thing["sizes"])
COLOURS, SIZES = ["red", "green", None], ["S", "M", "L"]


class StoreAgainstModel(RuleBasedStateMachine):
    """What the store holds is always what a dict of dicts holds, whatever was undone in between."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = SqliteStore(Path(self.folder.name))
        self.model: dict[str, dict[str, Any]] = {}
        self.numbers: dict[str, int] = {}
        self.last = 0
        self.durable = self._copied()

    def _copied(self) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
        return dict(self.model), dict(self.numbers)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def _write(self, id: str, document: dict[str, Any], at: int) -> None:
        body = orjson.dumps(document)
        if id in self.model:
            old = self.model[id]
            place = (old["at"], self.numbers[id])
            entries = THINGS.entries(old["document"]), THINGS.entries(document)
            self.store.update(place, THINGS.kind, id, at, body, entries)
        else:
            self.last += 1
            self.numbers[id] = 3 << SHIFT | self.last
            self.store.insert(self.numbers[id], THINGS.kind, id, at, body, THINGS.entries(document))

    @rule(
        id=st.sampled_from("abcdef"),
        colour=st.sampled_from(COLOURS),
        sizes=st.lists(st.sampled_from(SIZES), max_size=3),
        at=st.integers(0, 5),
        kept=st.booleans(),
        asked=st.booleans(),
        other=st.sampled_from("abcdef"),
    )
    def write(
        self, id: str, other: str, colour: str | None, sizes: list[str], at: int, kept: bool, asked: bool
    ) -> None:
        before, numbers = dict(self.model), dict(self.numbers)
        self.store.begin()
        for each, tint in ((id, colour), (other, colour), (id, "red")):
            document = {"colour": tint, "sizes": sizes}
            self._write(each, document, at)
            self.model[each] = {"document": document, "at": at}
            if asked:  # in the middle of the unit
                assert self.store.count(3, Query(THINGS.kind)) == len(self.model)
                self.documents_are_there()
        if kept:
            self.store.keep()
        else:
            self.store.undo()
            self.model, self.numbers = before, numbers

    @rule(id=st.sampled_from("abcdef"))
    def delete(self, id: str) -> None:
        if id in self.model:
            old = self.model.pop(id)
            self.store.begin()
            place = (old["at"], self.numbers.pop(id))
            self.store.delete(place, THINGS.kind, id, THINGS.entries(old["document"]))
            self.store.keep()

    @rule()
    def commit(self) -> None:
        self.store.commit()
        self.durable = self._copied()

    @rule()
    def settle(self) -> None:
        self.store.settle()

    @rule()
    def commit_in_sqlite(self) -> None:
        self.store._limit = 0
        self.store.commit()
        self.durable = self._copied()

    @rule()
    def kill(self) -> None:
        left = tempfile.TemporaryDirectory()
        for name in ("greenroom.db", "greenroom.db-wal", "redo.log"):
            if (Path(self.folder.name) / name).exists():
                shutil.copy(Path(self.folder.name) / name, left.name)
        self.store.close()
        self.folder.cleanup()
        self.folder = left
        self.store = SqliteStore(Path(left.name))
        self.model, self.numbers = dict(self.durable[0]), dict(self.durable[1])

    @rule(
        colour=st.sampled_from(COLOURS),
        size=st.sampled_from([*SIZES, None]),
        newest_first=st.booleans(),
        since=st.none() | st.integers(0, 5),
        until=st.none() | st.integers(0, 5),
        limit=st.none() | st.integers(1, 4),
        after=st.none() | st.sampled_from("abcdef"),
        offset=st.integers(0, 3),
    )
    def page(self, colour, size, newest_first, since, until, limit, after, offset) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        where = [("colour", colour)] * (colour is not None) + [("sizes", size)] * (size is not None)
        start = (self.model[after]["at"], self.numbers[after]) if after in self.model else None
        offset = 0 if limit is None else offset
        query = Query(THINGS.kind, where, since, until, start, None, newest_first, limit, offset)
        expected = sorted(
            (
                (each["at"], self.numbers[id], id)
                for id, each in self.model.items()
                if _matches(each, colour, size)
            ),
            reverse=newest_first,
        )
        expected = [each for each in expected if since is None or each[0] >= since]
        expected = [each for each in expected if until is None or each[0] <= until]
        assert self.store.count(3, Query(THINGS.kind, where, since, until)) == len(expected)
        if start is not None:
            expected = [each for each in expected if (each[:2] < start if newest_first else each[:2] > start)]
        assert [row.id for row in self.store.page(3, query)] == [each[2] for each in expected[offset:]][
            :limit
        ]

    @rule(
        newest_first=st.booleans(),
        limit=st.none() | st.integers(1, 4),
        offset=st.integers(0, 2),
        size=st.sampled_from([*SIZES, None]),
        colour=st.sampled_from(COLOURS),
    )
    def page_of_several(
        self, newest_first: bool, limit: int | None, offset: int, size: str | None, colour: str | None
    ) -> None:
        where = [("colour", colour)] if colour is not None else []
        offset = 0 if limit is None else offset
        wanted = ["S", "L"] if size is None else [size, size, "none has it"]
        query = Query(
            THINGS.kind,
            where,
            newest_first=newest_first,
            limit=limit,
            offset=offset,
            one_of=("sizes", wanted),
        )
        expected = [
            (each["at"], self.numbers[id], id)
            for id, each in self.model.items()
            if _matches(each, colour, None) and set(wanted) & set(each["document"]["sizes"])
        ]
        found = [each[2] for each in sorted(expected, reverse=newest_first)][offset:][:limit]
        assert [row.id for row in self.store.page(3, query)] == found

    @invariant()
    def documents_are_there(self) -> None:
        if hasattr(self, "store"):
            for id in "abcdef":
                row = self.store.get(3, THINGS.kind, id)
                assert (row is None) == (id not in self.model)
                if row is not None:
                    assert (row.pk, row.at) == (self.numbers[id], self.model[id]["at"])
                    assert row.body == orjson.dumps(self.model[id]["document"])


def _matches(each: dict[str, Any], colour: str | None, size: str | None) -> bool:
    document = each["document"]
    return colour in (None, document["colour"]) and (size is None or size in document["sizes"])


TestStoreAgainstModel = StoreAgainstModel.TestCase
TestStoreAgainstModel.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def _insert(store: SqliteStore, number: int, id: str) -> None:
    store.insert(1 << SHIFT | number, THINGS.kind, id, 0, b"{}", [])


def test_a_unit_that_fails_leaves_the_others_of_its_batch_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.begin()
    _insert(store, 1, "first")
    store.keep()
    store.begin()
    _insert(store, 2, "second")
    with pytest.raises(ValueError, match="already"):
        _insert(store, 3, "first")
    store.undo()
    store.begin()
    _insert(store, 4, "third")
    store.keep()
    store.commit()
    store.close()
    again = SqliteStore(tmp_path)
    found = [again.get(1, THINGS.kind, id) is not None for id in ("first", "second", "third")]
    assert found == [True, False, True]
    again.close()


def test_who_asks_in_vain_in_a_kind_that_was_empty_is_answered_without_the_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    asked: list[str] = []
    store._db.set_trace_callback(asked.append)
    assert store.get(1, "k", "a") is None
    assert len(asked) == 2, "the document, and whether there is any"
    store.begin()
    store.insert(1 << SHIFT | 1, "k", "a", 0, b"{}", [])
    store.keep()
    store.commit()
    store.settle()
    asked.clear()
    assert store.get(1, "k", "b") is None
    assert store.get(2, "k", "a") is None
    assert len(asked) == 2, "of the other space alone"
    assert store.get(1, "k", "a") is not None
    store.begin()
    store.delete((0, 1 << SHIFT | 1), "k", "a", [])
    store.keep()
    assert store.get(1, "k", "a") is None
    store.close()


def test_who_asks_in_vain_in_a_kind_that_was_not_empty_is_answered_from_the_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.begin()
    store.insert(1 << SHIFT | 1, "k", "a", 0, b"{}", [])
    store.keep()
    store.close()
    store = SqliteStore(tmp_path)
    assert store.get(1, "k", "b") is None
    assert store.get(1, "k", "a") is not None
    store.close()


def test_more_ids_than_are_told_apart_are_found_all_the_same() -> None:
    seen = Seen()
    assert "1" not in seen
    for number in range(BITS):
        seen.add(str(number))
    assert all(str(number) in seen for number in range(BITS))
    strangers = sum(str(-number) in seen for number in range(1, 1000))
    assert 0 < strangers < 1000, "some are taken for what may be there, and the file is asked"


def test_a_second_server_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    with pytest.raises(StoreError, match="in use by another"):
        SqliteStore(tmp_path)
    store.close()
    SqliteStore(tmp_path).close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "greenroom.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match="nothing was changed"):
        SqliteStore(tmp_path)
    assert path.read_bytes() == b"this is not a database" * 100


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.begin()
    for number in range(1, 500):
        store.insert(1 << SHIFT | number, "k", str(number), 0, b"x" * 500, [("f", str(number))])
    store.keep()
    store.close()
    path = tmp_path / "greenroom.db"
    damaged = bytearray(path.read_bytes())
    damaged[60_000:80_000] = b"\xff" * 20_000  # the head of a page is within
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match="damaged"):
        SqliteStore(tmp_path)


def test_the_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    with sqlite3.connect(tmp_path / "greenroom.db") as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(StoreError, match="newer Greenroom"):
        SqliteStore(tmp_path)


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "greenroom.db") as database:
        database.execute("CREATE TABLE theirs(x)")
    database.close()
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(tmp_path)


def test_a_directory_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="--data-dir"):
        SqliteStore(tmp_path / "file" / "below")


def test_kinds_are_counted_up_to_a_bound(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.begin()
    for number, kind in enumerate(["b.two"] * 5 + ["a.one"] * 2 + ["c.three"]):
        store.insert(3 << SHIFT | number + 1, kind, str(number), 0, b"{}", [])
    store.insert(4 << SHIFT | 1, "a.other", "x", 0, b"{}", [])
    store.keep()
    assert store.census(3, 3) == [("a.one", 2), ("b.two", 3), ("c.three", 1)]
    assert store.census(3, 100) == store.kinds(3)
    assert store.census(9, 3) == []
    store.close()
