"""A small control server for tests of the client: it keeps worlds and answers what a test tells it to."""

from __future__ import annotations

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Any]
PREFIX = "/_greenroom"
CLOCK = {"mode": "real", "now": "2026-01-31T09:00:00.000Z", "rate": 1.0}


class StandIn(ThreadingHTTPServer):
    """Answers on `url`; `calls` holds what was asked, `answers` overrules the answer to (method, path)."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.calls: list[tuple[str, str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: dict[tuple[str, str], Answer] = {}
        self.worlds: dict[str, dict[str, Any]] = {}
        self.made = 0
        self.feed: Queue[str | None] = Queue()
        self.lock = threading.Lock()

    def tell(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """Answer `method path` with `status` and `body` from now on: JSON, bytes as they are, or a function that gives it."""
        self.answers[method, path] = (status, body)

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """Return status and body for one call."""
        if (method, path) in self.answers:
            status, told = self.answers[method, path]
            return status, told() if callable(told) else told
        if (method, path) == ("GET", "/health"):
            return 200, {"status": "ok", "version": "0.1.0"}
        if (method, path) == ("POST", "/worlds"):
            return 201, self.new_world(body)
        parts = path.split("/")
        if parts[1] == "worlds" and len(parts) > 2:
            return self.answer_world(method, parts[2], "/".join(parts[3:]))
        return problem(404, "Not Found", f"there is nothing at {path}")

    def answer_world(self, method: str, world: str, rest: str) -> Answer:
        if world not in self.worlds:
            return problem(404, "Not Found", f"there is no world {world!r}")
        if (method, rest) == ("DELETE", ""):
            del self.worlds[world]
            return 204, None
        if method == "GET" and rest in {"requests", "violations"}:
            return 200, {rest: []}
        return 200, self.worlds[world]

    def new_world(self, wishes: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.made += 1
            number = self.made
        shown = {
            "id": f"w{number}",
            "name": wishes.get("name"),
            "seed": wishes.get("seed", 1000 + number),
            "env": {"STRIPE_SECRET_KEY": f"sk_test_world{number}", "RESEND_API_KEY": f"re_world{number}"}
            | {f"GREENROOM_{name}_URL": self.url for name in ("STRIPE", "RESEND")},
            "urls": {"stripe": self.url, "resend": self.url},
            "clock": CLOCK | wishes.get("clock", {}),
            "lenient": wishes.get("lenient", []),
        }
        self.worlds[f"w{number}"] = shown
        return shown


class Handler(BaseHTTPRequestHandler):
    server: StandIn

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def handle_any(self) -> None:
        split = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path, body = split.path.removeprefix(PREFIX), json.loads(content) if content else None
        self.server.calls.append((self.command, path, body))
        self.server.queries.append(dict(parse_qsl(split.query)))
        self.server.headers.append(dict(self.headers))
        status, answer = self.server.answer(self.command, path, body)
        if path.endswith("/stream") and status == 200:
            self.follow()
            return
        content = (
            answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
        )
        self.send_response(status)
        kind = "application/problem+json" if status >= 400 else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def follow(self) -> None:
        """Send what the test puts into `feed`, as it is; None ends the stream."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while (piece := self.next_piece()) is not None:
            self.wfile.write(piece.encode())

    def next_piece(self) -> str | None:
        try:
            return self.server.feed.get(timeout=30)
        except Empty:
            return None


def problem(status: int, title: str, detail: str) -> Answer:
    return status, {"type": "about:blank", "status": status, "title": title, "detail": detail}


def serving_code(trace: Path) -> str:
    """Return a program that serves as `greenroom up` does, and tells starts and ends in the file `trace`."""
    return (
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        f"from tests.clients.standin import main\nmain(sys.argv[1:], {str(trace)!r})\n"
    )


def main(arguments: list[str], trace: str) -> None:
    """Serve as `greenroom up --port P --data-dir D` would, and write each start and end into the file `trace`."""
    server = StandIn(int(arguments[arguments.index("--port") + 1]))

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    with Path(trace).open("a") as file:
        file.write("start\n")
    sys.stdout.write(f"a line before\ngreenroom ready {server.url}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.01)
    with Path(trace).open("a") as file:
        file.write("end\n")
