"""All that a world holds, in files: JSON, CSV, Parquet and SQL say the same."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.control import inspect
from harness.errors import ConfigurationError, GreenroomError, InvalidInput
from harness.exporting.spool import Spool
from harness.exporting.world import Format, export
from tests.harness.controlling import Control
from tests.harness.serving import Served

WORLD: dict[str, Any] = {"name": "w", "seed": "7", "clock": {"now": "2026-03-01T00:00:00.000Z"}}
ODD: list[Any] = [
    {"id": "a", "n": 1, "x": 1.5, "on": True, "list": [1, {"k": "é"}], "mixed": 1, "ID": "A", "none": None},
    {"id": "b", "n": 2**40, "x": 2, "on": False, "text": 'it\'s "so",\nand so', "mixed": "two", "ID": "B"},
    {"id": "c", "late": {"deep": None}, "n": None, "huge": 2**70},
]


def lines(_provider: str, _kind: str) -> Iterator[bytes]:
    """Stream odd documents."""
    return (json.dumps(each, ensure_ascii=False).encode() for each in ODD)


def written(folder: Path, format: Format) -> Path:
    """Write the odd documents, and return their file."""
    kinds: list[Any] = [{"provider": "odd", "kind": "/v1/things", "count": 3}]
    (told,) = export(WORLD, kinds, lines, folder, format)
    assert told["count"] == 3
    return folder / str(told["file"])


def test_columns_hold_what_documents_have() -> None:
    with Spool(lines("", "")) as spool:
        types = {column.name: column.type for column in spool.columns}
        rows = [dict(zip(types, row, strict=True)) for row in spool.rows()]
    assert types == {
        "id": "text",
        "n": "whole",
        "x": "number",
        "on": "truth",
        "list": "json",
        "mixed": "json",
        "ID_2": "text",
        "none": "text",
        "text": "text",
        "late": "json",
        "huge": "number",
    }
    assert rows[0]["list"] == '[1,{"k":"é"}]'
    assert [each["mixed"] for each in rows] == ["1", '"two"', None]
    assert [each["x"] for each in rows] == [1.5, 2.0, None]


def test_json_and_csv(tmp_path: Path) -> None:
    file = written(tmp_path / "json", Format.JSON)
    assert file.name == "_v1_things.json"
    assert json.loads(file.read_text("utf-8")) == ODD
    with written(tmp_path / "csv", Format.CSV).open(encoding="utf-8", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert rows[1]["text"] == ODD[1]["text"]
    assert [each["on"] for each in rows] == ["true", "false", ""]
    assert json.loads(rows[0]["list"]) == ODD[0]["list"]


def test_parquet_and_sql(tmp_path: Path) -> None:
    table = pq.read_table(written(tmp_path / "parquet", Format.PARQUET))
    assert [str(table.schema.field(name).type) for name in ("n", "x", "on", "list")] == [
        *("int64", "double", "bool", "string"),
    ]
    assert table.column("n").to_pylist() == [1, 2**40, None]
    database = sqlite3.connect(":memory:")
    database.executescript(written(tmp_path / "sql", Format.SQL).read_text("utf-8"))
    names = 'id, n, x, "on", text'
    assert database.execute(f'SELECT {names} FROM "odd./v1/things"').fetchall() == [
        ("a", 1, 1.5, 1, None),
        ("b", 2**40, 2.0, 0, ODD[1]["text"]),
        ("c", None, None, None, None),
    ]
    database.close()


def test_an_earlier_export_is_replaced_only_when_told(tmp_path: Path) -> None:
    written(tmp_path, Format.JSON)
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(InvalidInput, match="holds an export already"):
        export(WORLD, [], lines, tmp_path, Format.CSV)
    export(WORLD, [], lines, tmp_path, Format.CSV, truncate=True)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["notes.txt", "world.json"]
    assert json.loads((tmp_path / "world.json").read_text("utf-8")) == {
        "world": "w",
        "seed": "7",
        "now": WORLD["clock"]["now"],
        "format": "csv",
        "kinds": [],
    }


def test_kinds_whose_names_are_alike_have_files_of_their_own(tmp_path: Path) -> None:
    kinds = [{"provider": "odd", "kind": kind} for kind in ("a/b", "a_b")]
    files = [each["file"] for each in export(WORLD, kinds, lines, tmp_path, Format.JSON)]
    assert files == ["odd/a_b.json", "odd/a_b-1.json"]


def test_parquet_without_pyarrow_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'greenroom\[export\]'"):
        export(WORLD, [], lines, tmp_path, Format.PARQUET)


@pytest.fixture(scope="module")
def filled(server: Served) -> dict[str, Any]:
    """A world with the scenario `starter`."""
    return server.create_world(
        seed="7", scenario="starter", clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"}
    )


@pytest.mark.parametrize("format", list(Format))
def test_a_whole_world_is_written(
    server: Served, filled: dict[str, Any], tmp_path: Path, format: Format
) -> None:
    words = ["world", "export", filled["name"], "--format", format, "--to", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, words, env={"GREENROOM_URL": server.url})
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    kinds = server.control("GET", f"/worlds/{filled['id']}/objects", limit=1)["kinds"]
    assert [(each["provider"], each["kind"], each["count"]) for each in told] == [
        (each["provider"], each["kind"], each["count"]) for each in kinds
    ]
    assert {"clerk", "stripe", "mux", "insightiq", "cint", "algolia", "resend", "harness"} <= {
        each["provider"] for each in told
    }
    assert json.loads((tmp_path / "world.json").read_text("utf-8"))["kinds"] == told
    assert users(tmp_path, format) == 7


def users(folder: Path, format: Format) -> int:
    """Count Clerk's users in an export."""
    if format is Format.SQL:
        database = sqlite3.connect(":memory:")
        database.executescript((folder / "world.sql").read_text("utf-8"))
        (number,) = database.execute('SELECT count(*) FROM "clerk.user"').fetchone()
        database.close()
        return int(number)
    file = folder / "clerk" / f"user.{format}"
    if format is Format.PARQUET:
        return int(pq.read_metadata(file).num_rows)
    if format is Format.JSON:
        return len(json.loads(file.read_text("utf-8")))
    with file.open(encoding="utf-8", newline="") as sheet:
        return len(list(csv.DictReader(sheet)))


def test_one_provider_alone_is_written(server: Served, filled: dict[str, Any], tmp_path: Path) -> None:
    words = ["world", "export", filled["name"], "--provider", "clerk", "--to", str(tmp_path)]
    done = CliRunner().invoke(app, words, env={"GREENROOM_URL": server.url})
    assert done.exit_code == 0, done.output
    assert {path.parent.name for path in tmp_path.glob("*/*")} == {"clerk"}
    assert "PROVIDER" in done.stdout
    refused = CliRunner().invoke(
        app, ["world", "export", "no such", "--to", "x"], env={"GREENROOM_URL": server.url}
    )
    assert isinstance(refused.exception, GreenroomError)
    assert "no such" in str(refused.exception)


async def test_all_documents_of_a_kind_are_streamed_in_order(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect, "STREAMED", 3)
    made = [(await control.parcel(f"parcel {number}"))["id"] for number in range(7)]
    answer = await control.raw("GET", "~/objects/parcel/parcel")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["id"] for line in answer.text.splitlines()][-7:] == made
    assert (await control.raw("GET", "~/objects/parcel/nothing")).text == ""
    assert "letter" in await control.refused("GET", "~/objects/letter/parcel", status=404)
