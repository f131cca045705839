"""A small server on loopback, in a thread: what Pact's verifier, or a program that is recorded, speaks to."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from harness.specs.calls import Got, Sent

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Listening(ABC):
    """A context manager that serves at `url`, on a free port; no slash at its end."""

    def __init__(self) -> None:
        """Listen; nothing is answered before it is entered."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Serve."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @abstractmethod
    def answered(self, sent: Sent) -> Got:
        """Answer a request; the answer's length is told by the server."""


def _handler(listening: Listening) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: requests carry keys."""

        def answer(self) -> None:
            got = listening.answered(Sent(self.command, self.path, dict(self.headers.items()), _body(self)))
            self.send_response(got.status)
            for name, value in got.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(got.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(got.body)

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    """Read the body of a request, in chunks where it comes in chunks."""
    if "chunked" not in (handler.headers.get("Transfer-Encoding") or "").lower():
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    parts: list[bytes] = []
    while size := int(handler.rfile.readline().partition(b";")[0], 16):
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass  # trailers
    return b"".join(parts)
