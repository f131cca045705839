"""Pacts and what became of them go to a broker, by Pact's own client, and the broker says what may be deployed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.contracts.pacts import FOLDER
from tests.contracts.standin_broker import TOKEN, StandinBroker
from tests.harness.serving import Served
from tests.needs import ROOT

Json = dict[str, Any]
RESEND = ("integrations", "abc", "resend")
EVENTS = ("integrations", "abc", "resend-webhooks")


@pytest.fixture(name="broker")
def _broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinBroker]:
    broker = StandinBroker()
    monkeypatch.setenv("PACT_BROKER_BASE_URL", broker.url)
    monkeypatch.setenv("PACT_BROKER_TOKEN", TOKEN)
    monkeypatch.chdir(ROOT)
    yield broker
    broker.close()
    assert broker.unserved == []


@pytest.fixture(name="pacts")
def _pacts(tmp_path: Path) -> Path:
    """Hold Resend's two pacts."""
    folder = tmp_path / "pacts"
    folder.mkdir()
    for name in ("integrations-resend.json", "integrations-resend-webhooks.json"):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    return folder


def call(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["broker", *map(str, words)])
    return done.exit_code, done.output


def report(folder: Path, pacts: Path, *, failed: str = "", commit: str = "abc") -> Path:
    """Write what a verification of these pacts would have been stamped with."""
    results = []
    for file in sorted(pacts.iterdir()):
        for each in json.loads(file.read_text("utf-8"))["interactions"]:
            name = each["description"]
            suite, outcome = (
                "pacts" if "request" in each else "messages",
                "failed" if name == failed else "passed",
            )
            told = "$.id: not there" if name == failed else ""
            results.append(
                {"suite": suite, "provider": "resend", "name": name, "outcome": outcome, "told": told}
            )
    stamp = folder / "verified.json"
    stamp.write_text(json.dumps({"commit": commit, "results": results, "exit_code": 0}), "utf-8")
    return stamp


def published(pacts: Path, stamp: Path) -> tuple[int, str]:
    return call(
        "publish", "--pacts", pacts, "--report", stamp, "--version", "abc", "--branch", "feature/mail"
    )


def asked(pacts: Path, *words: str) -> tuple[int, Json]:
    code, told = call("can-i-deploy", "--pacts", pacts, "--version", "abc", "--json", *words)
    return code, json.loads(told)


def test_what_is_verified_is_published_and_may_be_deployed(
    broker: StandinBroker, pacts: Path, tmp_path: Path
) -> None:
    code, told = published(pacts, report(tmp_path, pacts))
    assert (code, "2 were verified by abc: 2 hold, 0 do not" in told) == (0, True)
    assert set(broker.pacts) == {RESEND, EVENTS}
    assert broker.pacts[RESEND]["interactions"]
    assert broker.branches == {
        (name, "abc"): "feature/mail" for name in ("integrations", "resend", "resend-webhooks")
    }
    result = broker.results[RESEND]["abc"]
    assert (result["success"], result["verifiedBy"]["implementation"]) == (True, "greenroom")
    code, answer = asked(pacts)
    assert (code, answer["deployable"], len(answer["answers"][0]["matrix"])) == (0, True, 2)
    code, words = call("can-i-deploy", "--pacts", pacts, "--version", "abc")
    assert (code, words.rstrip().endswith("yes: deploy")) == (0, True)


def test_what_does_not_hold_is_not_deployed(broker: StandinBroker, pacts: Path, tmp_path: Path) -> None:
    code, told = published(pacts, report(tmp_path, pacts, failed="refuse a wrong key"))
    assert (code, "1 hold, 1 do not" in told) == (0, True)
    bad = [each for each in broker.results[RESEND]["abc"]["testResults"] if not each["success"]]
    assert bad == [
        {
            "interactionDescription": "refuse a wrong key",
            "success": False,
            "mismatches": [{"description": "$.id: not there"}],
        }
    ]
    code, answer = asked(pacts)
    assert (code, answer["deployable"]) == (1, False)


def test_without_a_verification_the_pacts_alone_are_published(
    broker: StandinBroker, pacts: Path, tmp_path: Path
) -> None:
    code, told = published(pacts, tmp_path / "none.json")
    assert (code, broker.results, "2 without a verification" in told) == (0, {}, True)
    assert asked(pacts)[0] == 1


def test_a_report_of_another_commit_is_refused_before_anything_is_sent(
    broker: StandinBroker, pacts: Path, tmp_path: Path
) -> None:
    code, told = published(pacts, report(tmp_path, pacts, commit="old"))
    assert (code, broker.pacts, "is of old, not of abc" in told) == (3, {}, True)


def test_an_interaction_that_was_not_played_is_no_verification(
    broker: StandinBroker, pacts: Path, tmp_path: Path
) -> None:
    stamp = report(tmp_path, pacts)
    told = json.loads(stamp.read_text("utf-8"))
    told["results"] = [each for each in told["results"] if each["name"] != "refuse a wrong key"]
    stamp.write_text(json.dumps(told), "utf-8")
    assert published(pacts, stamp)[0] == 0
    assert set(broker.results) == {EVENTS}


def test_an_environment_is_asked_about_what_it_runs(
    broker: StandinBroker, pacts: Path, tmp_path: Path
) -> None:
    published(pacts, report(tmp_path, pacts))
    broker.deployed = {
        "production": {"resend": "abc", "resend-webhooks": "abc"},
        "test": {"resend": "older", "resend-webhooks": "abc"},
    }
    assert asked(pacts, "--to-environment", "production")[0] == 0
    assert asked(pacts, "--to-environment", "test")[0] == 1


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PACT_BROKER_BASE_URL", "", "set PACT_BROKER_BASE_URL"),
        ("PACT_BROKER_TOKEN", "wrong", "401"),
        ("PACT_BROKER_BASE_URL", "http://127.0.0.1:9", "127.0.0.1:9"),
        ("PACT_BROKER_USERNAME", "someone", "takes one of them"),
    ],
)
@pytest.mark.usefixtures("broker")
def test_a_broker_that_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, pacts: Path, tmp_path: Path, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    stamp = report(tmp_path, pacts)
    for code, said in (published(pacts, stamp), call("can-i-deploy", "--pacts", pacts, "--version", "abc")):
        assert (code, told in said, "Traceback" in said, TOKEN in said) == (3, True, False, False)


@pytest.mark.usefixtures("broker")
def test_a_missing_client_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, pacts: Path) -> None:
    monkeypatch.setattr("harness.verify.broker.shutil.which", lambda *_, **__: None)
    code, told = call("can-i-deploy", "--pacts", pacts, "--version", "abc")
    assert (code, "pip install 'greenroom[verify]'" in told) == (3, True)


def test_a_stamped_verification_of_this_commit_is_published(
    broker: StandinBroker, server: Served, pacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    monkeypatch.delenv("GREENROOM_SPECS", raising=False)
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    commit = head.stdout.strip()
    if not commit:
        pytest.skip("this is no checkout of git")
    for file in pacts.iterdir():
        pact = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps({**pact, "interactions": pact["interactions"][:2]}), "utf-8")
    stamp = tmp_path / "stamped.json"
    words = ["verify", "resend", "--pacts", pacts, "--url", server.url, "--stamp", stamp]
    assert CliRunner().invoke(app, list(map(str, words))).exit_code == 0
    code, told = call("publish", "--pacts", pacts, "--report", stamp, "--branch", "main")
    assert (code, f"2 were verified by {commit}: 2 hold" in told) == (0, True)
    assert call("can-i-deploy", "--pacts", pacts)[0] == 0
