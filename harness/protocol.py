"""HTTP as uvicorn speaks it, with a short way for plain requests to a provider: no ASGI, no task for each of them.

A plain request is small, complete and for a provider; all others (the control API, large or compressed bodies, requests that
were pipelined behind another) go the long way, through `harness.application`. Both ways meet in the engine.
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

    def __init__(self, place: Place, method: str, query: str, headers: dict[str, str]) -> None:
        """Begin with what the head of the request says."""
        self.place = place
        self.method = method
        self.query = query
        self.headers = headers
        self.body = bytearray()
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
    _idle_since = 0.0
    _dated: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")

    # --- reading ---------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a request; what ASGI wants to know of it is put together only for the long way."""
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
        server = self.server[1] if self.server else None
        place = self.application.place(headers.get("host", ""), server or 0, url.path.decode("latin-1"))
        if place is None or place.provider.max_body < LARGEST:
            return None
        return Turn(place, method.decode("ascii"), (url.query or b"").decode("latin-1"), headers)

    def on_message_complete(self) -> None:
        """Serve a plain request; the long way has begun already."""
        turn: Any = self.cycle
        if not isinstance(turn, Turn):
            super().on_message_complete()
            return
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
