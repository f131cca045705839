"""Every command of the trouble-shooting guide runs."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.harness.serving import Served
from tests.needs import ROOT

GUIDE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ greenroom (.+)$", GUIDE, re.MULTILINE)


def test_each_kind_of_trouble_has_its_commands() -> None:
    parts = re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]
    assert [part.partition("\n")[0].partition(":")[0] for part in parts] == [
        "Authentication",
        "Rate limits",
        "Webhooks",
        "Data that are not as expected",
    ]
    assert all("$ greenroom " in part for part in parts)


def test_the_commands_run_in_turn(
    server: Served, fresh_world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_URL", server.url)
    monkeypatch.setenv("GREENROOM_WORLD", fresh_world["id"])
    monkeypatch.chdir(ROOT)
    for command in COMMANDS:
        done = CliRunner().invoke(app, shlex.split(command))
        assert done.exit_code in ((0, 1) if command == "doctor" else (0,)), f"{command}\n{done.output}"


def test_the_commands_in_the_text_are_commands_of_ours() -> None:
    for command in set(re.findall(r"`greenroom ([a-z-]+(?: [a-z]+)?)", GUIDE)):
        words = [word for word in command.split() if word.islower()]
        done = CliRunner().invoke(app, [*words, "--help"])
        if done.exit_code != 0:
            done = CliRunner().invoke(app, [words[0], "--help"])
        assert done.exit_code == 0, command
