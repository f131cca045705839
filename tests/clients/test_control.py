"""Calls of the control API, and what becomes of those that go wrong."""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable

import pytest

from greenroom import ControlError, Greenroom, GreenroomError, NotRunning, TimedOut, _control
from tests.clients.standin import StandIn, problem


def test_health_and_providers_are_read(server: StandIn, client: Greenroom) -> None:
    provider = {
        "name": "stripe",
        "title": "Stripe",
        "port": 4407,
        "url": "http://127.0.0.1:4407",
        "hosts": ["api.stripe.com"],
        "operations": 42,
        "unheard_of": True,
    }
    server.tell("GET", "/providers", {"providers": [provider]})
    assert client.health().status == "ok"
    (stripe,) = client.providers()
    assert (stripe.name, stripe.port, stripe.hosts, stripe.operations) == (
        "stripe",
        4407,
        ("api.stripe.com",),
        42,
    )


@pytest.mark.parametrize("end", ["", "/", "/_greenroom", "/_greenroom/"])
def test_every_spelling_of_the_address_is_understood(server: StandIn, end: str) -> None:
    client = Greenroom(server.url + end)
    assert client.url == server.url
    assert client.health().version == "0.1.0"


@pytest.mark.parametrize("url", ["", "127.0.0.1:4400", "ftp://127.0.0.1", "http://", "http://127.0.0.1:port"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(GreenroomError, match=r"use one like http://127.0.0.1:4400"):
        Greenroom(url)


def test_the_token_is_sent_as_bearer(server: StandIn) -> None:
    Greenroom(server.url, token="sesame").health()
    assert server.headers[0]["Authorization"] == "Bearer sesame"
    Greenroom(server.url).health()
    assert "Authorization" not in server.headers[1]


def test_proxies_of_the_environment_are_not_used(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert Greenroom(server.url).health().status == "ok"


def test_a_refusal_carries_status_title_detail_and_the_call(server: StandIn, client: Greenroom) -> None:
    server.answers["POST", "/worlds"] = problem(409, "Conflict", "the name 'a' is taken")
    with pytest.raises(ControlError) as caught:
        client.create_world("a")
    error = caught.value
    assert (error.status, error.title, error.detail) == (409, "Conflict", "the name 'a' is taken")
    assert (
        str(error) == f"POST {server.url}/_greenroom/worlds was refused: 409 Conflict: the name 'a' is taken"
    )


def test_a_refusal_survives_pickling(server: StandIn, client: Greenroom) -> None:
    with pytest.raises(ControlError) as caught:
        client.world("nowhere")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.status, copy.detail) == (str(caught.value), 404, caught.value.detail)


@pytest.mark.parametrize("body", [b"<html>no</html>", b"", b"[1]"])
def test_a_refusal_without_a_problem_document_still_says_what_came(
    server: StandIn, client: Greenroom, body: bytes
) -> None:
    server.tell("GET", "/health", body, status=502)
    with pytest.raises(ControlError) as caught:
        client.health()
    assert (caught.value.status, caught.value.title, caught.value.detail) == (
        502,
        "Bad Gateway",
        body.decode(),
    )


def test_a_missing_token_is_named(server: StandIn, client: Greenroom) -> None:
    server.answers["GET", "/health"] = problem(401, "Unauthorized", "no token")
    with pytest.raises(ControlError, match=r"set GREENROOM_TOKEN"):
        client.health()


def test_an_answer_that_is_not_json_names_another_program(server: StandIn, client: Greenroom) -> None:
    server.tell("GET", "/health", b"<html>hello</html>")
    with pytest.raises(GreenroomError, match=r"another program than Greenroom"):
        client.health()


def test_an_answer_of_another_version_names_the_missing_field(server: StandIn, client: Greenroom) -> None:
    server.tell("GET", "/health", {"status": "ok"})
    with pytest.raises(GreenroomError, match=r"a Health without 'version'.*same version"):
        client.health()


def test_nobody_at_the_address_says_how_to_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NotRunning, match=rf"no Greenroom answers at {url}: start it with `greenroom up`"):
            Greenroom(url).health()


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (b"", NotRunning, "the connection ended before the answer"),
        (b"SSH-2.0-OpenSSH\r\n", NotRunning, "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", NotRunning, "ended before the answer"),
    ],
)
def test_a_broken_answer_is_told_from_a_refusal(
    listener: Callable[[bytes], str], reply: bytes, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        Greenroom(listener(reply)).health()


def test_silence_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        control = _control.Control(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(TimedOut, match=r"GET .*/_greenroom/health was not answered within 0.05 seconds"):
            control.call("GET", "/health", seconds=0.05)


def test_nothing_is_retried(server: StandIn, client: Greenroom) -> None:
    server.answers["POST", "/worlds"] = problem(503, "Service Unavailable", "busy")
    with pytest.raises(ControlError):
        client.create_world()
    assert [call[:2] for call in server.calls] == [("POST", "/worlds")]
