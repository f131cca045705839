"""Worlds over the control API of a running server."""

from typing import Any

from tests.harness.serving import START, Served


def test_a_fresh_world_has_its_environment(server: Served, fresh_world: dict[str, Any]) -> None:
    assert fresh_world["seed"] == 7
    assert fresh_world["clock"] == {"mode": "frozen", "now": START, "rate": 1.0}
    assert fresh_world["env"]["GREENROOM_URL"] == server.url
    assert server.control("GET", f"/worlds/{fresh_world['id']}") == fresh_world
