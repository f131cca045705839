"""The client matrix: every client finds Greenroom behind the hosts that are written into it, in both modes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.intercept import running
from tests.harness.serving import Served

HERE = Path(__file__).parent
World = dict[str, Any]

NODE = {
    "stripe": "customer",
    "stripe over fetch": "customer",
    "resend": "string",
    "algoliasearch": "Glow",
    "mux": 0,
    "clerk": 0,
    "fetch": "list",
    "https": "list",
    "http on port 80": "missing_api_key",
    "axios": "list",
    "undici": "list",
    "got": "list",
    "node-fetch": "list",
    "insightiq": 1,
    "cint": "Bearer",
}
PYTHON = {
    "stripe": "customer",
    "algoliasearch": 1,
    "algoliasearch, async": 1,
    "resend": True,
    "mux": 0,
    "clerk": 0,
    "requests": "list",
    "httpx": "list",
    "httpx, async": "list",
    "aiohttp": "list",
    "urllib": "list",
    "urllib3": "list",
    "http.client": "list",
}
HOSTS = {"api.stripe.com", "api.resend.com", "api.mux.com", "api.clerk.com"}


@pytest.fixture(scope="module")
def by_node(server: Served, world: World, mode: str, node: Callable[..., object]) -> running.Done:
    return running.node(server, mode, HERE / "clients.mjs", "--world", world["name"])


@pytest.fixture(scope="module")
def by_python(server: Served, world: World, mode: str) -> running.Done:
    return running.python(server, mode, HERE / "clients.py", "--world", world["name"])


@pytest.mark.parametrize("client", NODE)
def test_a_node_client_finds_greenroom(by_node: running.Done, client: str) -> None:
    assert by_node.json()[client] == NODE[client]


@pytest.mark.parametrize("client", PYTHON)
def test_a_python_client_finds_greenroom(by_python: running.Done, client: str) -> None:
    assert by_python.json()[client] == PYTHON[client]


def test_all_of_them_are_counted(by_node: running.Done, by_python: running.Done) -> None:
    for done in (by_node, by_python):
        counted = {each["host"]: each for each in done.report["hosts"]}
        assert set(counted) >= HOSTS
        assert done.report["calls"] == sum(each["calls"] for each in counted.values())
        assert any(host.endswith(("-dsn.algolia.net", ".algolianet.com")) for host in counted)
        assert (done.code, done.report["unknown"], done.report["refused"]) == (0, [], {})
        assert {each["kind"] for each in counted.values()} == {"provider"}
