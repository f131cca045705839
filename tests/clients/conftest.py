"""What the client is tested against: a stand-in control server, and a stand-in `greenroom` command."""

from __future__ import annotations

import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from greenroom import Greenroom
from tests.clients.standin import StandIn, serving_code


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as standin:
        thread = threading.Thread(target=standin.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield standin
        standin.feed.put(None)
        standin.shutdown()
        thread.join()


@pytest.fixture
def client(server: StandIn) -> Greenroom:
    return Greenroom(server.url)


@pytest.fixture
def listener() -> Iterator[Callable[[bytes], str]]:
    """Listen for one connection, read a request, send the given bytes and hang up; return the address."""
    threads: list[threading.Thread] = []

    def listen(reply: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            with server, server.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(reply)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield listen
    for thread in threads:
        thread.join()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a `greenroom` command on PATH that runs the given Python code; return its file."""

    def put(code: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        file = folder / "greenroom"
        file.write_text(f"#!{sys.executable}\n{code}")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        return file

    return put


@pytest.fixture
def serving(command: Callable[[str], Path], tmp_path: Path) -> Path:
    """A `greenroom` command that serves; the file in which it tells starts and ends."""
    command(serving_code(tmp_path / "trace"))
    return tmp_path / "trace"
