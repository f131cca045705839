"""Invented providers behind a real loopback port, for the SDKs that bring HTTP clients of their own.

One server for all: the first part of a path names the provider; Algolia's own paths begin with `/1/`.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.integrations.stubs import Call, Stub


class StubServer:
    """Serves the stubs of the running test."""

    def __init__(self) -> None:
        self.stubs: dict[str, Stub] = {}
        self.unexpected: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _find(self, path: str) -> tuple[Stub | None, str]:
        if path.startswith("/1/"):
            return self.stubs.get("algolia"), path
        name, _, rest = path[1:].partition("/")
        return self.stubs.get(name), f"/{rest}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                parts = urlsplit(self.path)
                stub, path = server._find(parts.path)
                call = Call(
                    method=self.command,
                    path=path,
                    form={},
                    headers={name.lower(): value for name, value in self.headers.items()},
                    json=json.loads(body) if body[:1] in {"{", "["} else None,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                )
                try:
                    if stub is None:
                        raise AssertionError(f"no stub for {self.path}")
                    answer = stub.serve_call(call)
                except AssertionError as error:
                    server.unexpected.append(str(error))
                    answer = (501, {}, "{}")
                except OSError:
                    # As a provider that hangs up.
                    self.close_connection = True
                    return
                status, headers, text = answer
                content = text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
