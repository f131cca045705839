"""Servers under measure never run beside others on their ports, and never outlive the benchmark."""

import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from benchmarks import calls, load, servers
from benchmarks.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]
ROW = b'"object": "row"'


@contextmanager
def listening() -> Iterator[int]:
    """A port that somebody else uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    """A port that nobody uses at the moment, below those that the system gives to clients."""
    for port in itertools.count(20_000 + os.getpid() % 10_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError


def test_a_port_in_use_is_refused() -> None:
    with (
        listening() as port,
        pytest.raises(BenchmarkError, match=rf"port {port} cannot be used.*--port BASE"),
        servers.reference(port),
    ):
        pytest.fail("the server started beside another one")


def test_the_reference_server_writes_reads_and_lists() -> None:
    with servers.reference(free_port()) as server:
        consumer = calls.caller(server)
        # One connection: only then is the order of the rows known.
        load.run(server, [calls.write_row(consumer, number) for number in range(12)], 1, ROW)
        load.run(server, [calls.read_row(consumer, number) for number in range(12)], 4, ROW)
        page = server.call("GET", "/rows")
        assert [row["email"] for row in page["data"]][:2] == ["dora.11@guests.test", "cleo.10@guests.test"]
        assert len(page["data"]) == 10
        with pytest.raises(BenchmarkError, match="404"):
            load.run(server, [calls.read_row(consumer, 12)], 1, b"")
        process = server.process
    assert process.poll() is not None


def test_the_cpu_time_is_that_of_the_server() -> None:
    with servers.reference(free_port()) as server:
        consumer = calls.caller(server)
        before = server.cpu_seconds()
        load.run(server, [calls.write_row(consumer, number) for number in range(50)], 4, ROW)
        used = server.cpu_seconds() - before
        times = psutil.Process(server.process.pid).cpu_times()
        assert used > 0
        # psutil reads /proc, which moves in steps of 10 ms
        assert server.cpu_seconds() == pytest.approx(times.user + times.system, abs=0.05)


def test_a_server_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with (
        pytest.raises(BenchmarkError, match="reference did not start: it said nothing"),
        servers.reference(free_port()),
    ):
        pytest.fail("it started")


def test_a_server_that_dies_rejects_the_run() -> None:
    running = servers.reference(free_port())
    server = running.__enter__()
    server.process.kill()
    server.process.wait()
    with pytest.raises(BenchmarkError, match="ended during the run"):
        running.__exit__(None, None, None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_benchmark_ends_its_server(number: signal.Signals) -> None:
    source = (
        "import signal, time\n"
        "from benchmarks import __main__, servers\n"
        "signal.signal(signal.SIGTERM, __main__._interrupted)\n"
        f"with servers.reference({free_port()}) as server:\n"
        "    print(server.process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as benchmark:
        assert benchmark.stdout is not None
        child = psutil.Process(int(benchmark.stdout.readline()))
        os.kill(benchmark.pid, number)
        benchmark.wait(timeout=15)
    assert not child.is_running()
