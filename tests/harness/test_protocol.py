"""HTTP on the wire: the short way of plain requests and the long way of others look the same, in any mixture."""

import re
import socket
from typing import Any

import pytest

from harness.protocol import KEPT_LINES, Lines
from tests.harness.serving import Served

Answers = list[tuple[int, dict[str, str], bytes]]


class Wire:
    """A connection to the Stripe port of a world, raw bytes out and parsed answers back."""

    def __init__(self, server: Served, world: dict[str, Any]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port + 7), timeout=30)
        self.key = world["env"]["STRIPE_SECRET_KEY"]
        self.file = self.socket.makefile("rb")

    def head(self, method: str, path: str, *lines: str, version: str = "1.1") -> bytes:
        given = [
            f"{method} {path} HTTP/{version}",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.key}",
            *lines,
        ]
        return ("\r\n".join(given) + "\r\n\r\n").encode()

    def post(self, body: bytes, *lines: str) -> bytes:
        kind = "Content-Type: application/x-www-form-urlencoded"
        return self.head("POST", "/v1/customers", kind, f"Content-Length: {len(body)}", *lines) + body

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def answer(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Read one answer."""
        status = int(self.file.readline().split()[1])
        headers: dict[str, str] = {}
        while (line := self.file.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(": ")
            assert name.lower() not in headers
            headers[name.lower()] = value
        body = b"" if head else self.file.read(int(headers["content-length"]))
        return status, headers, body

    def closed(self) -> bool:
        return self.file.read(1) == b""


@pytest.fixture
def wire(server: Served, fresh_world: dict[str, Any]) -> Any:
    """Return a connection that is closed with the test."""
    wire = Wire(server, fresh_world)
    yield wire
    wire.file.close()
    wire.socket.close()


def _chunked(wire: Wire, body: bytes) -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = wire.head("POST", "/v1/customers", kind, "Transfer-Encoding: chunked")
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def _names(answers: Answers) -> list[str]:
    found = (re.search(rb'"name": "(\w+)"', body) for _, _, body in answers)
    return [each[1].decode() for each in found if each]


def test_one_connection_serves_one_request_after_another(wire: Wire) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        wire.send(wire.post(b"name=" + name.encode()))
        status, headers, body = wire.answer()
        assert status == 200
        assert f'"name": "{name}"'.encode() in body
        assert headers["content-type"] == "application/json"
        assert headers["request-id"].startswith("req_")
        assert "date" in headers
        assert "connection" not in headers


def test_requests_that_come_at_once_are_answered_in_order(wire: Wire) -> None:
    short = [wire.post(b"name=" + name) for name in (b"A", b"B", b"D")]
    long = [_chunked(wire, b"name=" + name) for name in (b"C", b"E")]
    wire.send(short[0], short[1], long[0], short[2], long[1])
    assert _names([wire.answer() for _ in range(5)]) == ["A", "B", "C", "D", "E"]


def test_a_request_that_comes_in_pieces_is_served(wire: Wire) -> None:
    for each in wire.post(b"name=Ada%20Example"):
        wire.send(bytes([each]))
    assert b'"name": "Ada Example"' in wire.answer()[2]


def test_head_has_no_body_and_the_connection_goes_on(wire: Wire) -> None:
    wire.send(wire.head("HEAD", "/v1/customers"))
    wire.answer(head=True)
    wire.send(wire.post(b"name=Ada"))
    assert wire.answer()[0] == 200


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_connection_is_closed_when_the_client_asks(wire: Wire, version: str) -> None:
    lines = ["Connection: close"] if version == "1.1" else []
    wire.send(wire.head("GET", "/v1/customers", *lines, version=version))
    status, headers, _ = wire.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert wire.closed()


@pytest.mark.parametrize("size", [60_000, 70_000, 300_000])
def test_small_and_large_bodies_are_read_whole(wire: Wire, size: int) -> None:
    wire.send(wire.post(b"name=" + b"x" * size))
    status, _, body = wire.answer()
    assert status == 400  # Stripe takes 256 characters
    assert b"name" in body
    wire.send(wire.post(b"name=Ada"))
    assert wire.answer()[0] == 200


def test_a_client_that_waits_for_leave_to_send_gets_it(wire: Wire) -> None:
    wire.send(wire.post(b"", "Expect: 100-continue").replace(b"Content-Length: 0", b"Content-Length: 8"))
    assert wire.file.readline() == b"HTTP/1.1 100 Continue\r\n"
    wire.file.readline()
    wire.send(b"name=Ada")
    assert wire.answer()[0] == 200


def test_who_goes_before_the_answer_harms_nobody(
    server: Served, fresh_world: dict[str, Any], wire: Wire
) -> None:
    other = Wire(server, fresh_world)
    other.send(other.post(b"name=Gone"))
    other.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    other.file.close()
    other.socket.close()
    wire.send(wire.head("GET", "/v1/customers"))
    assert wire.answer()[0] == 200


@pytest.mark.parametrize("host", ["evil.test", "", "127.0.0.1.evil.test"])
def test_a_foreign_host_is_refused(wire: Wire, host: str) -> None:
    wire.send(wire.head("GET", "/v1/customers").replace(b"Host: 127.0.0.1", b"Host: " + host.encode()))
    assert wire.answer()[0] == 421


@pytest.fixture
def known(wire: Wire) -> Wire:
    """Return a connection whose header lines the server knows by now."""
    for _ in range(2):
        wire.send(wire.post(b"name=Ada"), wire.head("GET", "/v1/customers"))
        wire.answer()
        wire.answer()
        wire.send(wire.head("GET", "/v1/customers"))
        assert wire.answer()[0] == 200
    return wire


def test_known_lines_say_the_same(known: Wire) -> None:
    known.send(known.post(b"name=Ben", "Idempotency-Key: once"))
    first = known.answer()
    known.send(known.post(b"name=Ben", "Idempotency-Key: once"))
    again = known.answer()
    assert (again[0], again[2], again[1]["idempotent-replayed"]) == (200, first[2], "true")
    known.send(known.post(b"name=Eve", "Idempotency-Key: once"))
    assert known.answer()[0] == 400
    known.send(known.head("GET", "/v1/customers?limit=1"))
    assert known.answer()[2].count(b'"object": "customer"') == 1


def test_a_known_head_whose_body_comes_later_is_waited_for(known: Wire) -> None:
    whole = known.post(b"name=Cleo&description=late")
    for _ in range(2):
        known.send(whole[:-9])
        known.send(whole[-9:])
        assert _names([known.answer()]) == ["Cleo"]


@pytest.mark.parametrize(
    "hostile",
    [
        (b"/v1/customers", b"/v1/cust omers"),
        (b"/v1/customers", b"/v1/customers\x7f"),
        (b"/v1/customers", b"/v1/customers\x00"),
        (b"HTTP/1.1", b"HTTP/9.9"),
        (b"HTTP/1.1", b"HTCPCP/1.1"),
        (b"GET ", b"BREW "),
        (b"GET ", b"get "),
        (b"Host: 127.0.0.1", b"Host: 127.0.0.1\r\nContent-Length: 8\r\nContent-Length: 8"),
        (b"Host: 127.0.0.1", b"Host: 127.0.0.1\r\nIdempotency-Key: a\x00b"),
        (b"Host: 127.0.0.1", b"Host 127.0.0.1"),
        (b"Host: 127.0.0.1", b" Host: 127.0.0.1"),
    ],
)
def test_what_http_forbids_is_refused_after_known_lines_too(
    known: Wire, hostile: tuple[bytes, bytes]
) -> None:
    known.send(known.head("GET", "/v1/customers").replace(*hostile))
    status, headers, body = known.answer()
    assert (status, headers["connection"], body) == (400, "close", b"Invalid HTTP request received.")
    assert known.closed()


def test_known_lines_with_another_meaning_go_to_the_parser(known: Wire) -> None:
    known.send(_chunked(known, b"name=Dora"))
    assert _names([known.answer()]) == ["Dora"]
    known.send(known.head("GET", "http://127.0.0.1/v1/customers"))
    assert known.answer()[0] == 200
    known.send(known.head("GET", "/v1/customers", "Host: evil.test"))
    assert known.answer()[0] == 421
    known.send(known.head("GET", "/v1/customers", version="1.0"))
    assert known.answer()[1]["connection"] == "close"
    assert known.closed()


def test_lines_that_change_what_a_request_is_are_never_kept() -> None:
    lines = Lines()
    head = {
        b"Host": b"127.0.0.1",
        b"Connection": b"close",
        b"Transfer-Encoding": b"chunked",
        b"Upgrade": b"websocket",
        b"Idempotency-Key": b"once",
        b"X-Long": b"x" * 5000,
    }
    raw = [name + b": " + value for name, value in head.items()]
    lines.keep(raw, [(name.lower(), value) for name, value in head.items()])
    assert dict(lines) == {b"Host: 127.0.0.1": ("host", "127.0.0.1")}
    assert lines[b"Idempotency-Key: twice"] == ("idempotency-key", "twice")
    for refused in (
        b"Idempotency-Key:x",
        b"idempotency-key: \xff",
        b"idempotency-key:  a",
        b"Accept: */*",
        b"",
    ):
        with pytest.raises(KeyError):
            lines[refused]


def test_lines_of_folded_headers_are_not_kept_and_all_together_are_bounded() -> None:
    lines = Lines()
    lines.keep([b"A: b", b" c"], [(b"a", b"b c")])
    lines.keep([b"A: b", b"B: c"], [(b"b", b"c"), (b"a", b"b")])
    assert not lines
    for number in range(2 * KEPT_LINES):
        lines.keep([b"Accept: %d" % number], [(b"accept", b"%d" % number)])
    assert len(lines) <= KEPT_LINES + 1
