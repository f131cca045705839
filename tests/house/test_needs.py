"""The shared fixtures do what they promise: Node finds the SDKs, PostgreSQL answers, strangers are refused."""

import os
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.needs import require


def test_a_missing_need_skips_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GREENROOM_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no teapot here"):
        require("teapot", available=False, reason="no teapot here")


def test_a_missing_need_fails_where_it_is_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENROOM_REQUIRE", "node, teapot")
    with pytest.raises(pytest.fail.Exception, match="no teapot here"):
        require("teapot", available=False, reason="no teapot here")


def test_node_scripts_find_the_pinned_and_the_newest_sdks(node: Callable[..., object]) -> None:
    source = """
        import Stripe from "stripe";
        import StripeBasil from "stripe-basil";
        import { Resend } from "resend";
        import { Resend as ResendPlatform } from "resend-platform";
        import { Webhook } from "svix";
        console.log("some chatter first");
        console.log(JSON.stringify({
          newest: Stripe.PACKAGE_VERSION > "20", pinned: StripeBasil.PACKAGE_VERSION, word: process.env.WORD,
          classes: [Resend, ResendPlatform, Webhook].map((value) => typeof value),
        }));
    """
    assert node(source, {"WORD": "hello"}) == {
        "newest": True,
        "pinned": "18.1.1",
        "word": "hello",
        "classes": ["function", "function", "function"],
    }


def test_node_scripts_may_be_files(node: Callable[..., object], tmp_path: Path) -> None:
    script = tmp_path / "script.mjs"
    script.write_text('import "svix"; console.log(JSON.stringify([1, 2]));', "utf-8")
    assert node(script) == [1, 2]


@pytest.mark.parametrize(
    "call",
    [
        'await fetch("https://api.provider.test/v1")',
        'await new (await import("stripe")).default("sk_test_1", { maxNetworkRetries: 0 }).balance.retrieve()',
    ],
)
def test_node_scripts_cannot_leave_the_machine(node: Callable[..., object], call: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="tests talk to this machine only"):
        node(f"{call}; console.log(1)")


def test_a_failing_node_script_shows_its_error(node: Callable[..., object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="the kettle is cold"):
        node('throw new Error("the kettle is cold")')


def test_each_postgres_database_is_empty_and_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert tables == (0,)


@pytest.mark.parametrize("host", ["api.provider.test", "192.0.2.7"])
def test_the_network_is_refused_and_the_refusal_kept(host: str, refused_connections: list[str]) -> None:
    with pytest.raises(Exception, match="tests talk to this machine only"):
        urllib.request.urlopen(f"http://{host}/", timeout=1)
    assert refused_connections == [host]
    refused_connections.clear()  # or this test would fail for it, as it should


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()


@pytest.mark.xdist_group("environment")  # in one process, or the second could not see what the first left
@pytest.mark.parametrize("step", ["first sets a variable", "second does not see it"])
def test_one_test_does_not_see_the_environment_of_another(step: str) -> None:
    assert "STRIPE_SECRET_KEY" not in os.environ
    assert "GREENROOM_LEFTOVER" not in os.environ
    os.environ["STRIPE_SECRET_KEY"] = "sk_test_left_by_" + step.partition(" ")[0]
    os.environ["GREENROOM_LEFTOVER"] = "1"
