"""A passage to a live sandbox: the only door through which a Greenroom ever speaks to the world outside.

It listens on loopback, lets requests through to one host that is on a list, no faster than allowed, refuses keys of live
mode before anything is sent, and hands each exchange to whoever records.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from harness import realtime
from harness.errors import ConfigurationError
from harness.specs.calls import Got, Sent
from harness.verify.sensitive import decoded, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIVE_KEY = re.compile(r"\b(?:sk|rk|pk)_live_")
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
_ASKED = _HOP | {"accept-encoding"}
_SHOWN = _HOP | {"content-encoding"}
"""Answers are passed on as they were before they were compressed; requests as they are."""
Heard = Callable[[Sent, Got], None]


class LiveKey(ConfigurationError):
    """A key of live mode was about to be used; it is never sent, and never shown."""


def refuse_live(values: Mapping[str, str]) -> None:
    """Raise LiveKey when a value is a key of live mode, however it is written; `values` are named for the message."""
    for name, value in values.items():
        if any(LIVE_KEY.search(told) for told in (value, unescaped(value), *decoded(value))):
            raise LiveKey(f"{name} holds a key of live mode: sandboxes are spoken to with test keys only")


class Passage:
    """A context manager that serves at `url` and passes on to `base`."""

    def __init__(
        self, base: str, allowed: Iterable[str], *, rate: float = 5.0, heard: Heard | None = None
    ) -> None:
        """`allowed` are the host names that may be spoken to, `rate` the requests a second at most."""
        host = urlsplit(base).hostname or ""
        known = set(allowed)
        if host not in known:
            raise ConfigurationError(
                f"{host!r} is not on the list of hosts that may be spoken to: {', '.join(sorted(known)) or 'none'}"
            )
        self.base = base.rstrip("/")
        self.heard = heard
        self.mark = ""
        """What is added to idempotency keys, so that a key that a pact tells is a new one each time."""
        self._gap = 1 / rate
        self._next = 0.0
        self._lock = threading.Lock()
        self._server = self._listening()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Open."""
        import httpx

        self._client = httpx.Client(timeout=60, trust_env=True, follow_redirects=False)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()

    def send(self, sent: Sent) -> Got:
        """Pass a request on, when its turn has come; raise LiveKey, and ConfigurationError for what names no path."""
        if not sent.path.startswith("/"):
            raise ConfigurationError(f"{sent.path[:80]!r} is no path of {self.base}")
        refuse_live(
            {
                "a header": " ".join(sent.headers.values()),
                "the body": sent.plain.decode("latin-1"),
                "the path": sent.path,
            }
        )
        self._wait()
        mark = f"-{self.mark}" if self.mark else ""
        headers = {
            name: value + (mark if name.lower() == "idempotency-key" else "")
            for name, value in sent.headers.items()
            if name.lower() not in _ASKED
        }
        answer = self._client.request(sent.method, self.base + sent.path, headers=headers, content=sent.body)
        shown = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in _SHOWN}
        got = Got(answer.status_code, shown, answer.content)
        if self.heard is not None:
            self.heard(sent, got)
        return got

    def _wait(self) -> None:
        with self._lock:
            now = realtime.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            time.sleep(turn - now)

    def _listening(self) -> ThreadingHTTPServer:
        passage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent: requests carry keys."""

            def _pass(self) -> None:
                sent = Sent(self.command, self.path, dict(self.headers.items()), _body(self))
                try:
                    got = passage.send(sent)
                except ConfigurationError as refused:
                    got = Got(403, {"content-type": "text/plain"}, str(refused).encode())
                except Exception as error:  # noqa: BLE001 - whatever it is, the caller must hear of it
                    got = Got(
                        502,
                        {"content-type": "text/plain"},
                        f"{passage.base}: {type(error).__name__}".encode(),
                    )
                self.send_response(got.status)
                for name, value in got.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(got.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(got.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        return server


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
