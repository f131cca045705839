"""A running Greenroom for tests, a world of a test's own in it, and a receiver of webhooks.

`server` lasts for the session (under pytest-xdist each worker has its own), `fresh_world` and `receiver` for one test.
"""

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness import driven
from tests.needs import ROOT

READY = "greenroom ready "
OFFSETS = (*range(9), 43)
# From 32768 on the system hands out ports to outgoing connections.
LOWEST, BEYOND = 10000, 32768 - 43
START = "2026-03-01T09:00:00.000Z"
WAIT_SECONDS = 10.0
Json = Any


@dataclass(slots=True)
class Served:
    """A Greenroom that was started for this test session; `http` speaks to its control port."""

    process: subprocess.Popen[str]
    folder: Path
    url: str
    http: httpx.Client

    @property
    def port(self) -> int:
        """The base port: control API and prefixed providers."""
        return int(self.url.rpartition(":")[2])

    def control(self, method: str, path: str, body: Json = None, **query: Any) -> Json:
        """Call the control API (`path` without /_greenroom); return its JSON, fail the test on a refusal."""
        answer = self.http.request(method, f"/_greenroom{path}", json=body, params=query)
        if answer.is_error:
            pytest.fail(
                f"{method} {path} was refused with {answer.status_code}: {answer.text}", pytrace=False
            )
        return answer.json() if answer.content else None

    def create_world(self, **body: Any) -> dict[str, Any]:
        """Create a world as `POST /worlds` does; return what it answers ({id, name, seed, env, urls, …})."""
        world: dict[str, Any] = self.control("POST", "/worlds", body)
        return world

    def provider_url(self, name: str) -> str:
        """Return a provider's own address, without a slash at the end."""
        urls: dict[str, str] = self.control("GET", "/worlds/default")["urls"]
        return urls[name]

    def log(self) -> str:
        """Return what the server has written to its standard error."""
        return (self.folder / "stderr").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Received:
    """One request that came in; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """What webhooks are sent to: keeps every request, answers the planned statuses in sequence, then 200."""

    url: str
    received: list[Received] = field(default_factory=list)
    planned: deque[int] = field(default_factory=deque)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, *statuses: int) -> None:
        """Answer the next requests with these statuses."""
        self.planned.extend(statuses)

    def take(self, request: Received) -> int:
        """Keep a request and return the status to answer."""
        with self.arrived:
            self.received.append(request)
            self.arrived.notify_all()
            return self.planned.popleft() if self.planned else 200

    def wait_for(self, count: int) -> list[Received]:
        """Return all requests once at least `count` have come; fail the test when they do not."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.received) >= count, WAIT_SECONDS):
                pytest.fail(f"{len(self.received)} of {count} requests came to {self.url}", pytrace=False)
            return list(self.received)


def free_base() -> int:
    """Return a base port whose whole block is free; chosen by chance, so that workers seldom meet."""
    while True:
        base = random.randrange(LOWEST, BEYOND, 10)
        with ExitStack() as bound:
            try:
                for offset in OFFSETS:
                    listener = bound.enter_context(socket.socket())
                    listener.bind(("127.0.0.1", base + offset))
            except OSError:
                continue
            return base


def launch(folder: Path, *options: str, port: int | None = None) -> subprocess.Popen[str]:
    """Start `greenroom up` with its data in `folder/data` and its standard error in `folder/stderr`.

    It serves what is written by hand alone, whatever documents there are for the tests.
    """
    command = [sys.executable, "-m", "harness.cli", "up", "--port", str(port or free_base())]
    with (folder / "stderr").open("w", encoding="utf-8") as stderr:
        return subprocess.Popen(
            [*command, "--data-dir", str(folder / "data"), *options],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "GREENROOM_SPECS"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )


def ready_url(process: subprocess.Popen[str]) -> str | None:
    """Wait for the ready line and return the address in it; None when the process ended without one."""
    assert process.stdout is not None
    line = process.stdout.readline()
    return line.removeprefix(READY).strip() if line.startswith(READY) else None


def end(process: subprocess.Popen[str]) -> int:
    """End a server and return its exit code."""
    process.terminate()
    try:
        code = process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return code


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    """Start a Greenroom on a free block of ports, with further options of `up`, its data in a temporary folder; end it."""
    folder = Path(tempfile.mkdtemp(prefix="greenroom-test-"))
    for _ in range(3):
        process = launch(folder, *options)
        url = ready_url(process)
        if url is not None:
            break
        end(process)
    else:
        pytest.fail(f"greenroom up did not start:\n{(folder / 'stderr').read_text('utf-8')}", pytrace=False)
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
            yield Served(process, folder, url, http)
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """A Greenroom that lasts for the session."""
    with serving() as served:
        yield served


@pytest.fixture
def fresh_world(server: Served, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """A new world with seed 7 and a clock frozen at START, deleted afterwards; as `POST /worlds` answers it."""
    world = server.create_world(seed=7, clock={"mode": "frozen", "now": START})
    yield world
    run = driven.of(request.config)
    room = None if run is None else run.of(request.node.nodeid.partition("::")[0])
    if run is not None and room is not None:
        path = f"/worlds/{world['id']}/requests"
        run.take(server.control("GET", path, provider=room.name, limit=1000)["requests"])
    server.http.delete(f"/_greenroom/worlds/{world['id']}")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks on a thread of its own; its `url` takes any path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiving.take(Received(self.command, self.path, headers, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    receiving = Receiver(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiving
    listener.shutdown()
    thread.join()
    listener.server_close()
