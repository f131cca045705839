"""HTTP as uvicorn speaks it, with a short way for plain requests to a provider: no ASGI, no task for each of them.

A plain request is small, complete and for a provider; all others (the control API, large or compressed bodies, requests that
were pipelined behind another) go the long way, through `harness.application`. Both ways meet in the engine.

A client sends nearly the same header lines with every request. Those of plain requests are therefore kept with what the
parser made of each, and a request that comes in one piece, of known lines alone, is put together without the parser.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from harness.engine import Dropped
from harness.messages import Answer

if TYPE_CHECKING:
    from harness.application import Application, Place

LARGEST = 65_536
"""Bytes of a body that still goes the short way."""
BODILESS = frozenset({b"GET", b"HEAD", b"DELETE"})
LONG_WAY = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade"})
ALLOWED = bytes(each for each in range(256) if each >= 32 and each != 127) + b"\t\r\n"
"""What header lines may consist of."""
RESET = struct.pack("ii", 1, 0)
NEVER_KEPT = LONG_WAY | {b"connection", b"idempotency-key", b"x-stripe-client-telemetry"}
"""Headers whose lines are not kept: the parser is to see them, or no two requests have them alike."""
OWN_TO_REQUEST = frozenset({b"idempotency-key", b"x-stripe-client-telemetry"})
KEPT_LINES = 4096
LONGEST_LINE = 2048
WITHOUT_BODY = frozenset({"GET", "DELETE"})
WITH_BODY = WITHOUT_BODY | {"POST", "PUT", "PATCH"}


class Lines(dict[bytes, tuple[str, str]]):
    """Header lines as they came, with the name (lower case) and the value that the parser read in them."""

    def __missing__(self, line: bytes) -> tuple[str, str]:
        """Read a line that is like no other; raise KeyError for all that the parser is to read."""
        name, _, value = line.partition(b": ")
        name, text = name.lower(), value.decode("latin-1")
        if name not in OWN_TO_REQUEST or not (text.isascii() and text.isprintable()) or text != text.strip():
            raise KeyError(line)
        return name.decode(), text

    def keep(self, lines: list[bytes], headers: list[tuple[bytes, bytes]]) -> None:
        """Keep the lines that a request's headers were read from."""
        if len(lines) != len(headers):
            return
        if len(self) > KEPT_LINES:
            self.clear()
        for line, (name, value) in zip(lines, headers, strict=True):
            kept = name not in NEVER_KEPT or (name == b"connection" and value.lower() == b"keep-alive")
            if kept and len(line) <= LONGEST_LINE and line.lower().startswith(name + b":"):
                self[line] = name.decode("latin-1"), value.decode("latin-1")


class Turn:
    """A plain request while it is served, in the place of uvicorn's own cycle, whose names it has."""

    __slots__ = (
        "body",
        "disconnected",
        "headers",
        "keep_alive",
        "method",
        "place",
        "query",
        "response_complete",
    )

    def __init__(
        self, place: Place, method: str, query: str, headers: dict[str, str], body: bytes = b""
    ) -> None:
        """Begin with what the head of the request says."""
        self.place = place
        self.method = method
        self.query = query
        self.headers = headers
        self.body = bytearray(body)
        self.keep_alive = True
        self.disconnected = self.response_complete = False

    @property
    def message_event(self) -> Turn:
        """Nobody waits for parts of the body."""
        return self

    def set(self) -> None:
        """Be told that there is more of the body."""


class Protocol(HttpToolsProtocol):
    """One connection."""

    application: Application
    """Set by `bound`."""
    lines = Lines()
    """Header lines that are known, of all connections: what they say does not depend on who asks."""
    _idle_since = 0.0
    _dated: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")
    _parsing = False
    """Whether the parser is within a request."""
    _chunk = b""
    """What the request that is being parsed began with."""

    # --- reading ---------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read what has come: with the parser, unless it is one plain request whose header lines are known."""
        if not self._parsing:
            turn = self._known(data)
            if turn is not None:
                self.cycle = turn  # type: ignore[assignment]
                self._serve(turn)
                return
            self._chunk = data
        super().data_received(data)

    def _known(self, data: bytes) -> Turn | None:
        """Return the one plain request that `data` consists of, None when the parser is to read it."""
        earlier: Any = self.cycle
        if earlier is not None and not earlier.response_complete:
            return None
        first, _, rest = data.partition(b"\r\n")
        head, _, body = rest.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        try:
            headers = dict(map(self.lines.__getitem__, lines))
        except KeyError:
            return None
        words = first.decode("latin-1").split(" ")
        if len(headers) != len(lines) or len(words) != 3:
            return None
        method, url, version = words
        size = headers.get("content-length")
        if version != "HTTP/1.1" or len(body) != int(size or 0):
            return None
        if method not in (WITHOUT_BODY if size is None else WITH_BODY):
            return None
        if url[:1] != "/" or url[:2] == "//" or "#" in url or not (url.isascii() and url.isprintable()):
            return None
        path, _, query = url.partition("?")
        place = self._place(headers, path)
        return None if place is None else Turn(place, method, query, headers, body)

    def on_message_begin(self) -> None:
        """Begin a request; what ASGI wants to know of it is put together only for the long way."""
        self._parsing = True
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Choose the way."""
        turn = self._turn()
        if turn is not None:
            turn.keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
            if turn.keep_alive:
                head = self._chunk.partition(b"\r\n")[2].partition(b"\r\n\r\n")[0]
                self.lines.keep(head.split(b"\r\n"), self.headers)
            self.cycle = turn  # type: ignore[assignment]
            return
        headers, url = self.headers, self.url
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        self.scope["greenroom.transport"] = self.transport  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def _turn(self) -> Turn | None:
        """Return the request as a plain one, None when it is to go the long way."""
        earlier: Any = self.cycle
        if earlier is not None and not earlier.response_complete:
            return None
        method = self.parser.get_method()
        fields = dict(self.headers)
        if not LONG_WAY.isdisjoint(fields):
            return None
        size = fields.get(b"content-length")
        if size is None:
            if method not in BODILESS:
                return None
        elif len(size) > 5 or int(size) > LARGEST:
            return None
        url = httptools.parse_url(self.url)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers}
        place = self._place(headers, url.path.decode("latin-1"))
        if place is None:
            return None
        return Turn(place, method.decode("ascii"), (url.query or b"").decode("latin-1"), headers)

    def _place(self, headers: dict[str, str], path: str) -> Place | None:
        """Return which provider a plain request is for, None when it is for none that takes the short way."""
        server = self.server[1] if self.server else None
        place = self.application.place(headers.get("host", ""), server or 0, path)
        return None if place is None or place.provider.max_body < LARGEST else place

    def on_message_complete(self) -> None:
        """Serve a plain request; the long way has begun already."""
        self._parsing, self._chunk = False, b""
        turn: Any = self.cycle
        if isinstance(turn, Turn):
            self._serve(turn)
        else:
            super().on_message_complete()

    def _serve(self, turn: Turn) -> None:
        """Have the engine serve a plain request."""
        request = self.application.request(
            turn.place, turn.method, turn.query, turn.headers, bytes(turn.body), self.scheme or "http"
        )
        rest = self.application.runtime.engine.take(
            turn.place.provider, request, lambda result: self._answer(turn, result)
        )
        if rest is not None:
            task = self.loop.create_task(rest)
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    # --- answering -------------------------------------------------------------------------------------------------

    def _answer(self, turn: Turn, result: Answer | Dropped) -> None:
        if turn.disconnected or self.transport.is_closing():
            turn.response_complete = True
            return
        if isinstance(result, Dropped):
            self.loop.call_later(result.seconds, self._cut)
            return
        head, keep_alive = self._head(result, keep_alive=turn.keep_alive)
        self.transport.writelines([head] if turn.method == "HEAD" else [head, result.body])
        turn.response_complete = True
        if not keep_alive:
            self.transport.close()
        if self.pipeline:
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._await_end(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        """Leave the timer be: setting one anew for every request costs more than asking, when it rings, what it is for."""

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for long enough, or come again when it will have been."""
        self.timeout_keep_alive_task = None
        busy: Any = self.cycle
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if not busy.response_complete:
            return  # whoever answers sets the timer anew
        if left > 0:
            self._await_end(left)
        elif not self.transport.is_closing():
            self.transport.close()

    def _await_end(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def on_response_complete(self) -> None:
        """Go on after an answer of the long way, or with what was pipelined."""
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def _head(self, answer: Answer, *, keep_alive: bool) -> tuple[bytes, bool]:
        """Return status line and headers, and whether the connection is kept."""
        lines = "".join([f"{name}: {value}\r\n" for name, value in answer.headers])
        text = lines.encode("latin-1", "replace")
        if text.count(b"\n") != len(answer.headers) or text.translate(None, ALLOWED):
            raise RuntimeError(f"a header holds characters that HTTP forbids: {lines!r}")
        keep_alive = keep_alive and "onnection: close" not in lines
        end = b"\r\n" if keep_alive or "onnection: close" in lines else b"Connection: close\r\n\r\n"
        length = b"Content-Length: %d\r\n" % len(answer.body)
        return b"".join((STATUS_LINE[answer.status], self._date(), text, length, end)), keep_alive

    def _date(self) -> bytes:
        """Return the headers of every answer, which uvicorn makes anew each second."""
        headers = self.server_state.default_headers
        if headers is not self._dated[0]:
            self._dated = headers, b"".join([b"%b: %b\r\n" % each for each in headers])
        return self._dated[1]

    def _cut(self) -> None:
        """Cut the connection: a close without lingering is a reset, as a failing host's would be."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None and not self.transport.is_closing():
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()


def bound(application: Application) -> type[Protocol]:
    """Return the protocol of an application."""
    return type("Protocol", (Protocol,), {"application": application})
