"""The page about scenarios: its examples are played as they stand there, and the command line does what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fixtures.catalogue import catalogue
from harness.cli.app import app
from harness.inprocess import InProcess
from tests.harness.serving import Served
from tests.needs import ROOT

NOW = "2026-03-01T09:00:00.000Z"
PAGE = (ROOT / "docs/scenarios.md").read_text("utf-8")
FILE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
PROGRAM = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
Json = dict[str, Any]


def run(server: Served, *words: str, code: int = 0) -> str:
    """Run a command against the server."""
    result = CliRunner().invoke(app, [*words, "--url", server.url])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("given", [{}, {"plan": "PROFESSIONAL_MONTHLY", "mails": 5}])
def test_the_file_is_played_as_it_expects(given: Json) -> None:
    with InProcess() as greenroom:
        world = greenroom.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
        played = greenroom.play(world["id"], {"name": "page", "text": FILE, "parameters": given})
    assert played["passed"], [each for each in played["expectations"] if not each["passed"]]


def test_the_program_runs() -> None:
    exec(compile(PROGRAM, "scenarios.md", "exec"), {})


def test_the_command_plays_a_file_in_a_world_of_its_own(server: Served, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(FILE, "utf-8")
    before = len(server.control("GET", "/worlds")["worlds"])
    told = run(server, "scenario", "play", str(path), "--set", "mails=2", "--seed", "7", "--now", NOW)
    assert "shop (seed 7) in a world of its own, played to 2026-03-21T09:00:00.000Z" in told
    assert re.search(r"2026-03-02T09:00:00\.000Z +stripe: payment fails \(organisation shop\)", told)
    assert re.search(r"ok +The shop is a subscriber again +1 of 1", told)
    assert len(server.control("GET", "/worlds")["worlds"]) == before


def test_a_failed_expectation_ends_with_exit_code_1(server: Served, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(FILE, "utf-8")
    told = run(server, "scenario", "play", str(path), "--until", "2d", "--now", NOW, code=1)
    assert re.search(r"FAILED +It was told as often as it should +0 of 2", told)
    assert re.search(r"shop, line \d+, column 5: It was told as often as it should", told)


def test_a_world_is_loaded_played_by_its_clock_and_checked(server: Served, fresh_world: Json) -> None:
    world = ("--world", fresh_world["id"])
    run(server, "scenario", "load", "migration-day", "--set", "videos=2", *world)
    assert "FAILED" in run(server, "scenario", "check", *world, code=1)
    server.control("POST", f"/worlds/{fresh_world['id']}/clock/advance", {"seconds": 86400})
    shown = json.loads(run(server, "scenario", "check", "--json", *world))
    assert shown["passed"]
    assert {each["scenario"] for each in shown["expectations"]} == {"migration-day"}


def test_parameters_words_and_schema_are_shown(server: Served) -> None:
    assert re.search(r"provider +stripe +Who is down", run(server, "scenario", "show", "provider-outage"))
    words = run(server, "scenario", "words", "-p", "stripe")
    assert re.search(r"payment fails +organisation \(key, stripe\.subscription\)", words)
    assert json.loads(run(server, "scenario", "schema")) == catalogue.schema()
    assert "no scenario 'nothing'" in str(_refusal(server, "scenario", "show", "nothing"))


def _refusal(server: Served, *words: str) -> BaseException | None:
    result = CliRunner().invoke(app, [*words, "--url", server.url])
    assert result.exit_code == 1
    return result.exception


@pytest.mark.parametrize("wrong", [("--set", "novalue"), ("--until", "soon")])
def test_what_cannot_be_given_is_said(server: Served, wrong: tuple[str, str]) -> None:
    assert wrong[1] in run(server, "scenario", "play", "starter", *wrong, code=2)


def test_a_world_is_made_with_parameters(server: Served) -> None:
    made = run(server, "world", "create", "--scenario", "brand-lift-launch", "--set", "completes=4", "--json")
    world = json.loads(made)["id"]
    groups = server.control("GET", f"/worlds/{world}/objects", provider="cint", kind="target_group")[
        "objects"
    ]
    assert [each["filling_goal"] for each in groups] == [5]
    server.control("DELETE", f"/worlds/{world}")


def test_every_shipped_scenario_has_a_room_in_the_list(server: Served) -> None:
    told = run(server, "scenario", "list")
    assert all(re.search(rf"^{name} ", told, re.MULTILINE) for name in catalogue.names())
