"""`greenroom record --provider P -- CMD` and `parity`, from a folder that is not Greenroom's; a world plays the sandbox."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app
from tests.harness.serving import Served

Json = dict[str, Any]
MAIL = "pat.secret@studio.test"
SHOP = f"""
import os, httpx
with httpx.Client(base_url=os.environ["GREENROOM_STRIPE_URL"], auth=(os.environ["STRIPE_SECRET_KEY"], ""), trust_env=False, timeout=120) as c:
    made = c.post("/v1/customers", data={{"email": "{MAIL}", "metadata[card]": "4000 0566 5566 5556"}}).json()["id"]
    c.get("/v1/customers/" + made)
    c.get("/v1/customers/search", params={{"query": "email:'{MAIL}'"}}).raise_for_status()
    c.post("/v1/setup_intents", data={{"customer": made}}).raise_for_status()
"""


@pytest.fixture
def sandbox(
    fresh_world: Json, server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """A world in place of Stripe's sandbox, and the options that let calls through to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STRIPE_SECRET_KEY", fresh_world["env"]["STRIPE_SECRET_KEY"])
    monkeypatch.setenv("GREENROOM_LIVE_STRIPE_URL", fresh_world["urls"]["stripe"])
    return ("record", "--provider", "stripe", "--allow", "127.0.0.1")


def told(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


def test_what_was_recorded_elsewhere_is_replayed_without_a_difference(
    server: Served, sandbox: tuple[str, ...], tmp_path: Path
) -> None:
    done = told(*sandbox, "--", sys.executable, "-c", SHOP)
    assert done.exit_code == 0, done.output
    text = (tmp_path / "contracts" / "recordings" / "stripe.json").read_text("utf-8")
    assert len(json.loads(text)) == 4
    for planted in (MAIL, "0566", "sk_test_", "_secret_"):
        assert planted not in text
    replayed = told("parity", "--url", server.url, "--json")
    assert (replayed.exit_code, json.loads(replayed.output)["differences"]) == (0, [])


def test_nothing_leaves_the_machine_unasked(
    sandbox: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GREENROOM_LIVE_STRIPE_URL")
    done = told("record", "--provider", "stripe", "--", sys.executable, "-c", "raise SystemExit(9)")
    assert done.exit_code == 1
    assert "--allow api.stripe.com" in str(done.exception)


def test_what_calls_nothing_leaves_the_recording_as_it_was(sandbox: tuple[str, ...], tmp_path: Path) -> None:
    kept = tmp_path / "contracts" / "recordings" / "stripe.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("[]\n", "utf-8")
    done = told(*sandbox, "--", sys.executable, "-c", "raise SystemExit(9)")
    assert (done.exit_code, "nothing is kept" in done.output, kept.read_text("utf-8")) == (9, True, "[]\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("parity", "--recordings", "nowhere"), "there is no recording in nowhere"),
        (("record", "--provider", "cint", "--", "true"), "set GREENROOM_LIVE_CINT_URL"),
        (("record", "--provider", "letter", "--", "true"), "there is no provider 'letter'"),
        (
            ("record", "-p", "stripe", "--allow", "127.0.0.1", "--", "no-such-command"),
            "no-such-command cannot be run",
        ),
    ],
)
def test_what_cannot_be_done_is_said(sandbox: tuple[str, ...], words: tuple[str, ...], said: str) -> None:
    done = told(*words)
    assert done.exit_code == 1
    assert said in str(done.exception)
