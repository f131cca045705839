"""What the platform's own code does, in Node, against a running server: lenient lets it through and keeps the list."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import START, Served

Node = Callable[..., Any]
HERE = Path(__file__).parent


@pytest.fixture
def world(server: Served) -> Iterator[dict[str, Any]]:
    made = server.create_world(seed=7, clock={"mode": "frozen", "now": START}, lenient=["cint"])
    yield made
    server.http.delete(f"/_greenroom/worlds/{made['id']}")


def test_the_platforms_calls_go_through_in_a_lenient_world(
    node: Node, server: Served, world: dict[str, Any]
) -> None:
    own: dict[str, str] = world["env"]
    server.control(
        "POST",
        f"/worlds/{world['id']}/trigger",
        {"provider": "cint", "event": "account.configured", "compat_overview_statistics": True},
    )
    env = own | {
        "WORLD": world["id"],
        "NOW": START,
        "MANAGER": own["CINT_PROJECT_MANAGER_ID"],
        "UNIT": own["CINT_BUSINESS_UNIT_ID"],
    }
    assert node(HERE / "platform.mjs", env) == {
        "token": [200, 86400, "Bearer"],
        "health": [200, 1],
        "project": 202,
        "group": [201, ["id"]],
        "launched": [201, 26],
        "overview": ["live", 1000, 1000],
        "respondent": [1, 200, 422],
    }
    found = server.control("GET", f"/worlds/{world['id']}/violations")
    rules = {each["rule"] for each in found["violations"]}
    assert rules == {"missing_cint_api_version", "missing_field", "invalid_state"}


def test_a_world_names_cints_addresses_and_credentials(world: dict[str, Any]) -> None:
    env = world["env"]
    for name in ("CINT_API_URL", "CINT_AUTH_URL", "CINT_S2S_URL"):
        assert env[name] == env["GREENROOM_CINT_URL"]
    assert len(env["CINT_WEBHOOK_SECRET"]) == 44
    for name in (
        "CINT_CLIENT_ID",
        "CINT_CLIENT_SECRET",
        "CINT_ACCOUNT_ID",
        "CINT_S2S_API_KEY",
        "CINT_API_KEY",
    ):
        assert env[name]
