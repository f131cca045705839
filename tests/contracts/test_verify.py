"""The pacts of the integration layer hold for the mocks: every interaction is played against a running Greenroom."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pact import Verifier

from tests.contracts.pacts import FOLDER
from tests.harness.serving import Served

NOW = "2026-03-01T09:00:00Z"
SEED = "greenroom"
PACTS = sorted(path.stem.partition("-")[2] for path in FOLDER.glob("integrations-*.json"))
Environment = dict[str, str]
CREDENTIALS: dict[str, Callable[[Environment], dict[str, str]]] = {
    "stripe": lambda env: {"Authorization": f"Bearer {env['STRIPE_SECRET_KEY']}"},
    "resend": lambda env: {"Authorization": f"Bearer {env['RESEND_API_KEY']}"},
}


@pytest.fixture(autouse=True)
def _untracked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the verifier from announcing anything to anybody."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")


@pytest.mark.parametrize("provider", PACTS)
def test_the_mock_keeps_the_pact(server: Served, provider: str) -> None:
    world = server.create_world(seed=SEED, clock={"mode": "frozen", "now": NOW})
    verifier = Verifier(provider, host="127.0.0.1")
    verifier.add_transport(url=world["urls"][provider])
    verifier.add_source(str(FOLDER / f"integrations-{provider}.json"))
    verifier.add_custom_headers(CREDENTIALS[provider](world["env"]))
    state = f"{server.url}/_greenroom/worlds/{world['id']}/provider-state"
    verifier.state_handler(state, teardown=True, body=True)
    verifier.set_error_on_empty_pact(enabled=True)
    verifier.set_coloured_output(enabled=False)
    try:
        verifier.verify()
    except RuntimeError:
        pytest.fail(_explained(verifier.results), pytrace=False)
    assert server.control("GET", f"/worlds/{world['id']}/violations")["violations"] == []


def _explained(results: Any) -> str:
    """Say which interactions are not kept, and how."""
    lines = []
    for error in results.get("errors", []):
        lines.append(str(error.get("interaction")))
        lines += [f"    {json.dumps(each)}" for each in error.get("mismatch", {}).get("mismatches", [])]
    return "\n".join(lines) or json.dumps(results)[:4000]
