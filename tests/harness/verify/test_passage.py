"""The passage to a sandbox lets everything through as it is, save keys of live mode, however they are written."""

from __future__ import annotations

import base64
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import httpx
import pytest

from harness.errors import ConfigurationError
from harness.specs.calls import Sent
from harness.verify.passage import LiveKey, Passage, refuse_live

LIVE = "sk_" + "live_" + "Planted1" * 3


class Sandbox:
    """A server that keeps what it is sent, and answers it back."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                packed = gzip.compress(b"{}")
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(packed)))
                self.end_headers()
                self.wfile.write(packed)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    serving = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def passage(sandbox: Sandbox) -> Iterator[Passage]:
    with Passage(sandbox.url, {"127.0.0.1"}, rate=1000) as made:
        yield made


@pytest.mark.parametrize(
    "sent",
    [
        Sent("POST", "/v1/x", {"Authorization": f"Bearer {LIVE}"}, b""),
        Sent(
            "POST", "/v1/x", {"AUTHORIZATION": "Basic " + base64.b64encode(f"{LIVE}:".encode()).decode()}, b""
        ),
        Sent("POST", "/v1/x", {"Cookie": f"key={LIVE}"}, b""),
        Sent("POST", f"/v1/x?key={quote(LIVE).replace('_', '%5F')}", {}, b""),
        Sent("POST", f"/v1/x/{quote(quote(LIVE).replace('_', '%5f'))}", {}, b""),
        Sent("POST", "/v1/x", {}, f"key={LIVE}".encode()),
        Sent("POST", "/v1/x", {}, f"key={LIVE.replace('_', '%5F')}".encode()),
        Sent("POST", "/v1/x", {"content-encoding": "gzip"}, gzip.compress(LIVE.encode())),
    ],
    ids=["bearer", "basic", "cookie", "escaped query", "path escaped twice", "form", "escaped form", "gzip"],
)
def test_a_live_key_is_never_sent(sandbox: Sandbox, passage: Passage, sent: Sent) -> None:
    with pytest.raises(LiveKey) as refused:
        passage.send(sent)
    assert (LIVE in str(refused.value), sandbox.heard) == (False, [])


def test_a_live_key_in_a_setting_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(LiveKey, match="STRIPE_AUTH"):
        refuse_live({"STRIPE_AUTH": base64.b64encode(f"{LIVE}:".encode()).decode()})
    refuse_live({"STRIPE_SECRET_KEY": "sk_test_" + "Planted1" * 3})


def test_bodies_in_chunks_and_compressed_ones_arrive_as_they_were(sandbox: Sandbox, passage: Passage) -> None:
    packed = gzip.compress(b"a=b")
    with httpx.Client(trust_env=False) as client:
        client.post(f"{passage.url}/one", content=iter([b"a=", b"", b"b"]))
        answer = client.post(f"{passage.url}/two", content=packed, headers={"Content-Encoding": "gzip"})
    assert answer.json() == {}
    (one, _, first), (two, headers, second) = sandbox.heard
    assert (one, first, two, second, headers["content-encoding"]) == ("/one", b"a=b", "/two", packed, "gzip")


@pytest.mark.parametrize("path", ["@elsewhere.test/", "http://elsewhere.test/", ".elsewhere.test/", "*"])
def test_no_other_host_is_reached_by_a_path(sandbox: Sandbox, passage: Passage, path: str) -> None:
    with pytest.raises(ConfigurationError, match="is no path"):
        passage.send(Sent("POST", path, {}, b""))
    assert sandbox.heard == []


def test_only_hosts_on_the_list_are_spoken_to() -> None:
    with pytest.raises(ConfigurationError, match=r"'api.stripe.com' is not on the list"):
        Passage("https://api.stripe.com", ["stripe.com", "api.stripe.com.elsewhere.test"])
