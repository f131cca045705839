"""Preflight says go only when nothing speaks against it, and says why not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from harness import registry
from harness.cli.app import app
from harness.cli.preflight import _settings
from harness.verify import preflight
from tests.harness.serving import Served
from tests.needs import NODE_FOLDER, ROOT

STRIPE = registry.providers()["stripe"]
TEST_KEY, LIVE_KEY = "sk_test_" + "a" * 20, "sk_" + "live_" + "a" * 20
GOOD = {
    "STRIPE_SECRET_KEY": TEST_KEY,
    "STRIPE_PUBLISHABLE_KEY": "pk_test_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}

HELD = [{"provider": name, "outcome": "passed"} for name in ("stripe", "mux")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, None),
        ({"STRIPE_SECRET_KEY": ""}, "set STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": LIVE_KEY}, "is of live mode"),
        ({"STRIPE_SECRET_KEY": "something"}, "is no test key"),
        ({"NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY": "pk_test_other"}, "say different things"),
    ],
)
def test_keys(change: dict[str, str], told: str | None) -> None:
    found = list(preflight.keys(STRIPE, {**GOOD, **change}))
    bad = [each.told for each in found if each.verdict == "no"]
    assert (bad == []) if told is None else (told in bad[0])
    assert LIVE_KEY not in repr(found)


def test_a_secret_in_a_public_variable_is_found() -> None:
    (found,) = preflight.places({"NEXT_PUBLIC_X": TEST_KEY, "X": TEST_KEY})
    assert (found.verdict, TEST_KEY in found.told) == ("no", False)


@pytest.mark.parametrize(
    ("value", "verdicts"),
    [("http://127.0.0.1:4406", ["no"]), ("http://mail.test", ["no"]), ("https://mail.test", [])],
)
def test_addresses(value: str, verdicts: list[str]) -> None:
    resend = registry.providers()["resend"]
    assert [each.verdict for each in preflight.addresses([resend], {"RESEND_BASE_URL": value})] == verdicts


@pytest.mark.parametrize(
    ("url", "events", "verdicts"),
    [
        ("https://shop.test/hooks", ["*"], []),
        ("https://shop.test/hooks", ["a"], ["no"]),
        ("http://shop.test/hooks", ["*"], ["no"]),
        ("http://127.0.0.1:3000/hooks", ["*"], ["note"]),
        (None, [], ["no"]),
    ],
)
def test_endpoints(url: str | None, events: list[str], verdicts: list[str]) -> None:
    found: list[dict[str, Any]] = [] if url is None else [{"url": url, "events": events}]
    assert [each.verdict for each in preflight.endpoints(STRIPE, found, wanted={"a", "b"})] == verdicts


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (None, "no"),
        ({"exit_code": 1, "commit": "abc"}, "no"),
        ({"exit_code": 0, "commit": "old"}, "no"),
        ({"exit_code": 0, "commit": "abc"}, "no"),
        ({"exit_code": 0, "commit": "abc", "results": HELD}, "ok"),
        ({"exit_code": 0, "commit": "abc", "results": HELD, "changed": True}, "no"),
        ({"exit_code": 0, "commit": "abc", "results": HELD[:1]}, "no"),
        ([], "no"),
        ({"exit_code": 0, "commit": "abc", "results": [7]}, "no"),
    ],
)
def test_contracts_are_verified_at_this_commit(tmp_path: Path, report: object, verdict: str) -> None:
    file = tmp_path / "verified.json"
    if report is not None:
        file.write_text(json.dumps(report), "utf-8")
    wanted = {"stripe", "mux"}
    (found,) = preflight.verified(
        file, tmp_path, wanted, run=lambda *_, **__: SimpleNamespace(stdout="abc\n")
    )
    assert found.verdict == verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(None, "note"), (2.0, "ok"), (-400.0, "no")])
def test_the_clock(seconds: float | None, verdict: str) -> None:
    assert preflight.skew(seconds).verdict == verdict


def test_the_command_says_no_go_with_reasons(server: Served, tmp_path: Path) -> None:
    settings = tmp_path / "flight.env"
    settings.write_text("\n".join(f"{name}={value}" for name, value in GOOD.items()), "utf-8")
    page = tmp_path / "page.html"
    words = [
        "preflight",
        "stripe",
        "--url",
        server.url,
        "--env-file",
        str(settings),
        "--html",
        str(page),
        "--json",
    ]
    done = CliRunner().invoke(app, [*words, "--report", str(tmp_path / "none.json")])
    told = json.loads(done.stdout)
    reasons = {each["name"] for each in told["checks"] if each["verdict"] == "no"}
    assert (done.exit_code, told["go"], reasons >= {"verified", "endpoint"}) == (1, False, True)
    assert "NO-GO" in page.read_text("utf-8")


def test_the_command_tells_scopes_versions_and_what_was_not_looked_at(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    words = ["preflight", "stripe", "--url", server.url, "--json", "--report", str(tmp_path / "none.json")]
    told = json.loads(CliRunner().invoke(app, [*words, "--project", str(NODE_FOLDER)]).stdout)
    found = {each["name"]: each for each in told["checks"]}
    assert "customers (read and write)" in found["secret key: scope"]["told"]
    assert "it speaks 20" in found["SDK stripe (Python): API version"]["told"]
    certificate = found["certificate"]
    assert (certificate["verdict"], "--live" in certificate["told"]) == ("note", True)
    assert found["clock"]["verdict"] == "note"


def test_settings_are_read_as_frameworks_read_them(tmp_path: Path) -> None:
    file = tmp_path / ".env.local"
    file.write_text(
        "# Next.js\nexport A=\"one\" # said twice\nB=two # three\nC=a#b\nD='x y'\nE=\n"
        'F="-----BEGIN\nEND"\r\nG = "a\\nb"\nH=a=b\n',
        "utf-8",
    )
    told = {"A": "one", "B": "two", "C": "a#b", "D": "x y", "E": "", "F": "-----BEGIN\nEND"}
    assert _settings(file) == {**told, "G": "a\nb", "H": "a=b"}


@pytest.mark.parametrize(
    ("words", "said"),
    [(("letter",), "there is no provider 'letter'"), (("--env-file", "nowhere.env"), "cannot be read")],
)
def test_what_cannot_be_looked_at_is_said(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["preflight", *words])
    assert (done.exit_code, said in str(done.exception)) == (1, True)
