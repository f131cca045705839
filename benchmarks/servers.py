"""The servers under measure: started on free ports, watched by their process id, always ended."""

from __future__ import annotations

import http.client
import json
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[1]
GREENROOM_PORTS = 50
"""How many ports above its base a Greenroom server may use."""
START_SECONDS = 15.0
POLL_SECONDS = 0.002
PATIENCE_SECONDS = 1800.0
"""How long one call beside the load may take: to let a world's time pass may be to deliver ten thousand events."""


@dataclass(slots=True)
class Server:
    """A running server process; `ready_seconds` is the time from its start to its first 200 on `health`."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    ready_seconds: float = 0.0
    _control: http.client.HTTPConnection | None = field(default=None, repr=False)

    def cpu_seconds(self) -> float:
        """Return the user and system time that the process has used, all its threads included.

        Linux tells it to the nanosecond through the process's own clock (clock_getcpuclockid(3)); the counters of
        /proc and of psutil move in steps of 10 ms.
        """
        if platform.system() == "Linux":
            return time.clock_gettime((~self.process.pid << 3) | 2)
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def resident_mib(self) -> float:
        """Return the resident memory in MiB."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / (1 << 20)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Make one call beside the load, JSON in and out, over one kept-alive connection."""
        sent = None if body is None else json.dumps(body)
        sending = {"Content-Type": "application/json", **(headers or {})}
        try:
            answer = self._ask(method, path, sent, sending)
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # The server closes connections that were idle during a long load.
            self.hang_up()
            answer = self._ask(method, path, sent, sending)
        text = answer.read()
        if not 200 <= answer.status < 300:
            raise BenchmarkError(f"{self.name}: {method} {path} was answered {answer.status}: {text[:500]!r}")
        return json.loads(text) if text else None

    def _ask(
        self, method: str, path: str, sent: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        if self._control is None:
            self._control = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        self._control.request(method, path, sent, headers)
        return self._control.getresponse()

    def hang_up(self) -> None:
        """Close the connection of `call`."""
        if self._control is not None:
            self._control.close()
            self._control = None


@contextmanager
def greenroom(port: int, name: str = "greenroom") -> Iterator[Server]:
    """Run a Greenroom server with an empty data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as directory:
        command = ["-m", "harness.cli", "up", "--port", str(port), "--data-dir", directory]
        with _running(name, command, port, GREENROOM_PORTS, "/_greenroom/health") as server:
            yield server


@contextmanager
def reference(port: int) -> Iterator[Server]:
    """Run the reference server."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as directory:
        command = ["-m", "benchmarks.reference", "--port", str(port), "--data-dir", directory]
        with _running("reference", command, port, 1, "/health") as server:
            yield server


@contextmanager
def relay(to: int, port: int) -> Iterator[Server]:
    """Run a relay to a port that speaks plain HTTP, as a network of a run's own has relays."""
    command = ["-m", "harness.intercept.relay", f"127.0.0.1:{port}", f"127.0.0.1:{to}"]
    with _running("relay", command, port, 1, "/_greenroom/health") as server:
        yield server


@contextmanager
def _running(name: str, command: list[str], port: int, ports: int, health: str) -> Iterator[Server]:
    refuse_used(range(port, port + ports))
    with tempfile.NamedTemporaryFile(prefix=f"greenroom-bench-{name}-", suffix=".log") as log:
        started = time.perf_counter()
        # A session of its own: Ctrl-C reaches this program alone, which then ends the server below.
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        server = Server(name, port, process, Path(log.name))
        try:
            _await_health(server, health, started)
            yield server
            if process.poll() is not None:
                raise BenchmarkError(f"{name} ended during the run: {_last_words(server)}")
        finally:
            server.hang_up()
            end(process)


def _await_health(server: Server, path: str, started: float) -> None:
    while time.perf_counter() - started < START_SECONDS:
        if server.process.poll() is not None:
            raise BenchmarkError(f"{server.name} did not start: {_last_words(server)}")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                server.ready_seconds = time.perf_counter() - started
                return
        except OSError:
            time.sleep(POLL_SECONDS)
        finally:
            connection.close()
    raise BenchmarkError(
        f"{server.name} did not answer {path} within {START_SECONDS:g} s: {_last_words(server)}"
    )


def _last_words(server: Server) -> str:
    return server.log.read_text("utf-8", "replace").strip()[-2000:] or "it said nothing"


def refuse_used(ports: range) -> None:
    """Raise BenchmarkError when something listens on one of the ports: it would be measured instead."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise BenchmarkError(
                    f"port {port} cannot be used ({error.strerror}): a server there would be measured instead."
                    " End it, or choose other ports with --port BASE"
                ) from error


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server: politely, and after five seconds for good."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
