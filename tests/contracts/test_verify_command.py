"""`greenroom verify`: exit codes, reports, and the same command against a sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.contracts.pacts import FOLDER
from tests.harness.serving import Served
from tests.needs import ROOT

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    monkeypatch.delenv("GREENROOM_SPECS", raising=False)  # here pacts alone are verified
    monkeypatch.chdir(ROOT)


def verify(*arguments: object) -> tuple[int, Json]:
    done = CliRunner().invoke(app, ["verify", *map(str, arguments), "--json"])
    return done.exit_code, json.loads(done.stdout) if done.stdout.startswith("{") else {"told": done.output}


def changed(folder: Path, provider: str, description: str, change: Any) -> Path:
    """Write one interaction of a pact, changed, into a folder of its own."""
    told = json.loads((FOLDER / f"integrations-{provider}.json").read_text("utf-8"))
    (interaction,) = [each for each in told["interactions"] if each["description"] == description]
    change(interaction)
    told["interactions"] = [interaction]
    (folder / "pact.json").write_text(json.dumps(told), "utf-8")
    return folder


SOME = ("--only", "answer too many requests", "--only", "refuse a wrong key", "--only", "email.sent")
AT_THE_SANDBOX = (
    "read a customer",
    "change a customer",
    "end a subscription now",
    "answer too many requests",
)


def test_all_holds_and_two_runs_report_the_same(server: Served, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.xml", "two.xml", "page.html")]
    code, first = verify("resend", *SOME, "--url", server.url, "--junit", files[0], "--html", files[2])
    again, second = verify("resend", *SOME, "--url", server.url, "--junit", files[1])
    assert (code, again, first) == (0, 0, second)
    assert files[0].read_bytes() == files[1].read_bytes()
    suites = {each.get("name"): each for each in ET.parse(files[0]).getroot()}
    assert set(suites) == {"pacts.resend", "messages.resend", "deliveries.resend"}
    assert [suites[name].get("tests") for name in ("pacts.resend", "messages.resend")] == ["2", "1"]
    assert "answer too many requests" in files[2].read_text("utf-8")


def test_what_does_not_hold_is_named_with_its_place(server: Served, tmp_path: Path) -> None:
    def other(interaction: Json) -> None:
        interaction["response"]["status"] = 418

    name = "refuse a sender whose domain is not verified"
    code, told = verify("resend", "--url", server.url, "--pacts", changed(tmp_path, "resend", name, other))
    (failed,) = [each for each in told["results"] if each["outcome"] == "failed"]
    assert (code, failed["name"]) == (1, name)
    assert "expected 418 but was 403" in failed["told"]


def test_a_state_that_cannot_be_set_is_the_cause_that_is_told(server: Served, tmp_path: Path) -> None:
    def other(interaction: Json) -> None:
        interaction["providerStates"] = [{"name": "the moon is full"}]

    name = "refuse a sender whose domain is not verified"
    code, told = verify("resend", "--url", server.url, "--pacts", changed(tmp_path, "resend", name, other))
    assert (code, "there is no scenario 'the moon is full'" in told["results"][0]["told"]) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("letter",), 3),
        (("--url", "http://127.0.0.1:9", "resend"), 3),
        (("--pacts", "nowhere"), 3),
        (("--colour",), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int) -> None:
    assert verify(*arguments)[0] == code


def sandbox(server: Served, monkeypatch: pytest.MonkeyPatch, provider: str, **more: str) -> Json:
    """Make a world play a provider's live sandbox, and give its credentials to the environment."""
    world = server.create_world(seed="greenroom", clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})
    for name, value in {**world["env"], **more}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(f"GREENROOM_LIVE_{provider.upper()}_URL", world["urls"][provider])
    monkeypatch.delenv("GREENROOM_URL")
    return world


def test_the_same_pacts_are_played_at_a_sandbox_and_it_is_left_clean(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sandbox(server, monkeypatch, "stripe")
    only = [word for name in AT_THE_SANDBOX for word in ("--only", name)]
    code, told = verify("stripe", "--live", *only)
    outcomes = {each["name"]: each for each in told["results"]}
    failed = {each["name"]: each["told"] for each in told["results"] if each["outcome"] == "failed"}
    assert (code, failed) == (0, {})
    assert outcomes["read a customer"]["outcome"] == "passed"
    assert "faults cannot be injected" in outcomes["answer too many requests"]["told"]
    assert told["notes"] == []
    held = server.control("GET", f"/worlds/{world['id']}/objects", provider="stripe", kind="customer")[
        "objects"
    ]
    assert not [
        each for each in held if each["email"] == "northwind@greenroom.test" and not each.get("deleted")
    ]
    deleted = [
        each["type"] for each in server.control("GET", f"/worlds/{world['id']}/events", limit=1000)["events"]
    ]
    assert deleted.count("customer.deleted") == 3


def test_a_live_key_is_refused_and_not_shown(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk_" + "live_" + "x" * 24
    sandbox(server, monkeypatch, "stripe", STRIPE_SECRET_KEY=key)
    code, told = verify("stripe", "--live")
    assert (code, "STRIPE_SECRET_KEY holds a key of live mode" in told["told"], key in told["told"]) == (
        3,
        True,
        False,
    )


def test_without_credentials_it_says_which_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = verify("mux", "--live")
    assert (code, {each["told"] for each in told["results"]}) == (0, {"MUX_TOKEN_ID is not set"})
