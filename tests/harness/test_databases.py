"""`greenroom scenario export` and the stories that a world keeps."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app
from tests.harness.serving import Served

SCHEMA = """
datasource db {
  provider = "sqlite"
}
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
model Note {
  id     Int  @id @default(autoincrement())
  userId Int
}
"""
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Served) -> Run:
    """Run a command in a folder with a schema."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GREENROOM_URL", server.url)
    Path("schema.prisma").write_text(SCHEMA, "utf-8")

    def run(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, list(words))
        assert (result.exit_code != 0) == bool(code), result.output
        return result

    return run


EXPORT = ("scenario", "export", "starter", "--schema", "schema.prisma", "--now", "2026-03-01")


def told(result: Result) -> str:
    """Return why a command refused."""
    return str(result.exception) if result.output == "" else result.output


def test_a_script_is_printed_or_written_and_the_same_each_time(run: Run) -> None:
    printed = run(*EXPORT, "--to", "sql", "--create").stdout
    assert printed.startswith('BEGIN;\nPRAGMA defer_foreign_keys = ON;\nCREATE TABLE "User"')
    assert printed.endswith("COMMIT;\n")
    database = sqlite3.connect(":memory:")
    database.executescript(printed)
    assert database.execute("SELECT count(*) FROM User").fetchone() == (7,)
    database.close()
    assert run(*EXPORT, "--to", "sql", "--create").stdout == printed
    told = run(*EXPORT, "--to", "sql", "--create", "--out", "rows.sql")
    assert told.stdout.splitlines() == ["TABLE  ROWS", "User   7"]
    assert Path("rows.sql").read_text("utf-8") == printed


def test_sheets_go_to_a_folder_once(run: Run) -> None:
    done = run(*EXPORT, "--to", "csv", "--out", "sheets", "--json")
    assert json.loads(done.stdout) == [{"table": "User", "rows": 7}]
    lines = Path("sheets/001-User.csv").read_text("utf-8").splitlines()
    assert lines[0] == '"id","email"'
    assert len(lines) == 8
    assert "holds an export already" in told(run(*EXPORT, "--to", "csv", "--out", "sheets", code=1))
    run(*EXPORT, "--to", "csv", "--out", "sheets", "--truncate")


def test_a_scenario_of_ones_own_is_exported_without_a_server(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_URL", "http://127.0.0.1:1")
    Path("mine.yaml").write_text(
        "scenario: 1\ntitle: Mine\norganisations:\n  - {key: acme, name: Acme, people: 5}\n", "utf-8"
    )
    done = run(
        "scenario",
        "export",
        "mine.yaml",
        "--schema",
        "schema.prisma",
        "--to",
        "sqlite:///rows.db",
        "--create",
    )
    assert done.stdout.splitlines()[1] == "User   5"


def test_a_world_tells_how_its_scenario_was_told(
    run: Run, server: Served, fresh_world: dict[str, Any]
) -> None:
    name = fresh_world["name"]
    run("scenario", "load", "empty-org", "--seed", "41", "--world", name)
    stories = server.control("GET", f"/worlds/{name}/stories")["stories"]
    assert [(each["name"], each["seed"], each["scale"]) for each in stories] == [("empty-org", "41", 1.0)]
    story = server.control("GET", f"/worlds/{name}/stories/empty-org")
    assert any(each.startswith("clerk.person.") for each in story["refs"])
    assert story["now"] == stories[0]["now"] == fresh_world["clock"]["now"]
    run(
        "scenario",
        "export",
        "empty-org",
        "--from-world",
        name,
        "--schema",
        "schema.prisma",
        "--to",
        "sqlite:///a.db",
        "--create",
    )
    seeded = (
        "--seed",
        "41",
        "--now",
        story["now"],
        "--schema",
        "schema.prisma",
        "--to",
        "sqlite:///b.db",
        "--create",
    )
    run("scenario", "export", "empty-org", *seeded)
    rows = []
    for file in ("a.db", "b.db"):
        database = sqlite3.connect(file)
        rows.append(database.execute("SELECT * FROM User").fetchall())
        database.close()
    assert rows[0] == rows[1] != []
    refused = run("scenario", "export", "starter", "--from-world", name, *seeded[4:], code=1)
    assert "'starter' was not loaded" in told(refused)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--to", "csv"), "--to csv wants a folder"),
        (("--to", "mysql://x/y"), "not to 'mysql://x/y'"),
        (("--to", "sqlite://"), "names no file"),
        (("--to", "sqlite:///no.db"), "there is no database no.db"),
        (("--to", "sqlite:////proc/none/no.db", "--create"), "cannot be written"),
        (("--to", "sql", "--mapping", "none.yaml"), "the mapping none.yaml cannot be read"),
        (("--to", "sql", "--scale", "0"), "a scale lies above 0"),
        (("--to", "sql", "--now", "soon"), "'soon' is no moment"),
    ],
)
def test_what_cannot_be_is_told(run: Run, words: tuple[str, ...], reason: str) -> None:
    assert reason in told(run(*EXPORT, *words, code=1))


def test_parameters_are_given(run: Run) -> None:
    Path("mine.yaml").write_text(
        "scenario: 1\ntitle: Mine\nparameters: {many: {description: How many., type: integer, default: 2}}\n"
        "organisations:\n  - {key: acme, name: Acme, people: '${many}'}\n",
        "utf-8",
    )
    words = (
        "scenario",
        "export",
        "mine.yaml",
        "--schema",
        "schema.prisma",
        "--to",
        "sqlite:///rows.db",
        "--create",
    )
    assert run(*words, "--set", "many=4").stdout.splitlines()[1] == "User   4"
    assert "NAME=VALUE" in told(run(*words, "--set", "many", code=1))


def test_a_missing_scenario_names_those_that_there_are(run: Run) -> None:
    words = ("scenario", "export", "no-such", "--schema", "schema.prisma", "--to", "sql")
    assert "there are: " in told(run(*words, code=1))


def test_a_first_mapping_and_the_schema_of_mappings(run: Run) -> None:
    assert (
        "  User:\n    is: person\n    columns:\n      email: email\n"
        in run("scenario", "map", "schema.prisma").stdout
    )
    schema = json.loads(run("scenario", "map", "schema.prisma", "--json").stdout)
    assert set(schema["properties"]) == {"mapping", "models"}
    Path("wrong.prisma").write_text("model A {\n  id Imt @id\n}\n", "utf-8")
    assert "wrong.prisma:2:3: 'Imt' is no type" in told(run("scenario", "map", "wrong.prisma", code=1))
