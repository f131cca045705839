"""What is rejected: answers that are no success, answers of something else, servers that stop answering."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import load
from benchmarks.errors import BenchmarkError
from benchmarks.servers import Server

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
Answer = Callable[[int], tuple[int, bytes]]


@contextmanager
def answering(answer: Answer) -> Iterator[Server]:
    """A server in this process that answers the n-th request with a status and a body."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = answer(len(counted))
            counted.append(status)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    counted: list[int] = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield Server("sample", listening.server_address[1], Myself(), Path(os.devnull))  # type: ignore[arg-type]
        finally:
            listening.shutdown()
            thread.join()


class Myself:
    """Stands for the process of a server that runs in this process."""

    pid = os.getpid()


def test_every_request_is_sent_and_counted() -> None:
    with answering(lambda number: (200, b'{"id": %d}' % number)) as server:
        sample = load.run(server, [REQUEST] * 25, 4, b'"id"')
    assert sample.requests == 25
    assert sample.cpu > 0
    assert 0 < sample.p50 <= sample.p99


def test_an_answer_that_is_no_success_rejects_the_run() -> None:
    with (
        answering(lambda number: (500 if number == 7 else 200, b'{"id": 1}')) as server,
        pytest.raises(BenchmarkError, match=r"no success: HTTP/1\.1 500"),
    ):
        load.run(server, [REQUEST] * 25, 2, b'"id"')


def test_an_answer_without_the_work_rejects_the_run() -> None:
    with (
        answering(lambda number: (200, b"{}" if number == 3 else b'{"id": 1}')) as server,
        pytest.raises(BenchmarkError, match="an answer lacks b'\"id\"'"),
    ):
        load.run(server, [REQUEST] * 25, 1, b'"id"')


def test_a_run_without_requests_is_rejected() -> None:
    with (
        answering(lambda _: (200, b"{}")) as server,
        pytest.raises(BenchmarkError, match="0 of 0 requests were answered"),
    ):
        load.run(server, [], 1, b"")


def test_a_server_that_did_not_work_itself_is_rejected() -> None:
    waiting = [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)"]
    with (
        answering(lambda _: (200, b"{}")) as server,
        subprocess.Popen(waiting, stdout=subprocess.PIPE) as idle,
    ):
        assert idle.stdout is not None
        idle.stdout.readline()
        server.process = idle
        try:
            with pytest.raises(BenchmarkError, match="used no CPU time"):
                load.run(server, [REQUEST] * 10, 1, b"")
        finally:
            idle.kill()


def test_answers_that_arrive_in_pieces_are_put_together() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
    assert [load.complete(whole[:size]) for size in (3, 40, len(whole) - 1)] == [None, None, None]
    assert load.complete(whole) == b"hello"


def test_an_answer_of_unknown_length_rejects_the_run() -> None:
    with pytest.raises(BenchmarkError, match="without Content-Length"):
        load.complete(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
