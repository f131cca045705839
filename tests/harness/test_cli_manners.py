"""What all commands have in common: JSON for programs, colours for terminals alone, completion in every shell."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from harness.cli import health
from harness.cli.app import app
from harness.cli.session import Session
from harness.errors import GreenroomError
from tests.needs import ROOT

WITHOUT_DATA = {
    ("up",): "a server: its ready line is for programs",
    ("run",): "the output is the program's own; --report has the rest as JSON",
    ("record", "run"): "the output is the program's own; what was heard is a file",
    ("broker", "publish"): "tells what it did",
    ("ca", "install"): "tells what it did",
    ("generate",): "tells where the files are",
}
SHELLS = {
    "bash": {"COMP_WORDS": "greenroom sc", "COMP_CWORD": "1"},
    "zsh": {"_TYPER_COMPLETE_ARGS": "greenroom sc"},
    "fish": {"_TYPER_COMPLETE_ARGS": "greenroom sc", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Return every command with the words that call it."""
    if hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from commands(each, (*path, name))
    else:
        yield path, command


ALL = dict(commands(typer.main.get_command(app)))


def options(command: Any) -> set[str]:
    """Return the options of a command."""
    return {name for each in command.params for name in each.opts}


def test_every_command_that_prints_data_prints_it_as_json_too() -> None:
    assert len(ALL) > 40
    assert {path for path, command in ALL.items() if "--json" not in options(command)} == WITHOUT_DATA.keys()


def test_every_command_and_option_says_what_it_is_for() -> None:
    for path, command in ALL.items():
        assert command.help, path
        for each in command.params:
            assert each.param_type_name == "argument" or each.help, (path, each.name)


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_is_told_how_to_complete(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: (shell, f"/bin/{shell}"))
    result = CliRunner().invoke(app, ["--show-completion"])
    assert result.exit_code == 0
    assert "_GREENROOM_COMPLETE" in result.stdout
    assert f"complete_{shell}" in result.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_completes_the_commands(shell: str) -> None:
    env = {"_GREENROOM_COMPLETE": f"complete_{shell}", **SHELLS[shell]}
    result = CliRunner().invoke(app, [], env=env, prog_name="greenroom")
    assert "scenario" in result.stdout
    assert "webhooks" not in result.stdout


class Answered(Session):
    """A session that answers by itself."""

    def __init__(self) -> None:
        """There is no server."""
        super().__init__("http://127.0.0.1:1", None, None, as_json=False)

    def get(self, path: str, **_: Any) -> Any:
        """Return one provider that failed, and an alert that fires."""
        if path == "/worlds":
            return {"worlds": []}
        if path == "/health/alerts":
            return {"alerts": [{"state": "firing", "name": "a", "provider": "b", "metric": "c", "value": 1}]}
        provider = {
            "provider": "stripe",
            "requests": 4,
            "failed": 1,
            "error_rate": 0.25,
            "deliveries": 0,
            "failed_deliveries": 0,
            "by_minute": [],
            "milliseconds": {"p50": 1.0, "p95": None},
        }
        return {"uptime_seconds": 5, "providers": [provider]}


@pytest.mark.parametrize(
    ("terminal", "env", "coloured"),
    [
        (True, {"TERM": "xterm-256color"}, True),
        (True, {"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm-256color"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    terminal: bool, env: dict[str, str], coloured: bool
) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=120, _environ=env)
    console.print(health._screen(Answered(), 15, console.width))
    assert "stripe" in out.getvalue()
    assert "25.0%" in out.getvalue()
    assert ("\x1b[31m" in out.getvalue() or "\x1b[1;31m" in out.getvalue()) == coloured


@pytest.mark.parametrize("scale", ["nan", "inf", "0", "-1"])
@pytest.mark.parametrize(
    "command",
    [
        ("scenario", "load", "starter"),
        ("scenario", "play", "starter"),
        ("scenario", "export", "starter", "--schema", "x.prisma", "--to", "sql"),
        ("generate", "starter", "--to", "x"),
        ("world", "create"),
    ],
)
def test_a_scale_that_is_none_is_refused_before_anything_is_asked(
    command: tuple[str, ...], scale: str
) -> None:
    told = CliRunner().invoke(app, [*command, "--scale", scale])
    assert told.exit_code == 2, told.output
    assert "a scale lies above 0" in told.output


PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = re.compile(r"^(?:\$ )?greenroom (?!up\b.*&$)([^|<>…\n]*)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_show_are_there(page: Path) -> None:
    for block in re.findall(r"```\w*\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in SHOWN.findall(block):
            if line.count("'") % 2:
                continue  # it goes over several lines
            words = shlex.split(line, comments=True)
            command: Any = typer.main.get_command(app)
            while words and words[0] in getattr(command, "commands", ()):
                command = command.commands[words.pop(0)]
            command.make_context("greenroom", words)


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    told = CliRunner().invoke(app, ["generate", "empty-org", "--to", str(tmp_path / "taken")])
    assert isinstance(told.exception, GreenroomError)
    assert "File exists" in str(told.exception)
