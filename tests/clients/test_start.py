"""Starting the `greenroom` command, reusing one that runs, and ending it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from greenroom import Greenroom, NotRunning, StartFailed, _ports, running, start
from tests.clients.standin import StandIn, serving_code

ENDED_BY_SIGNAL = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"


@pytest.fixture
def no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a command on PATH, nor one of this environment, nor the application."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(sys, "path", [path for path in sys.path if not (Path(path) / "harness").is_dir()])
    monkeypatch.setitem(sys.modules, "harness", None)
    monkeypatch.delitem(sys.modules, "harness")


def test_a_started_server_serves_until_it_is_stopped(serving: Path) -> None:
    server = start()
    folder = server.data_dir
    assert server.client.health().status == "ok"
    assert server.output.startswith("a line before\ngreenroom ready http://127.0.0.1:")
    server.stop()
    with pytest.raises(NotRunning):
        server.client.health()
    assert serving.read_text() == "start\nend\n"
    assert not folder.exists()


def test_the_command_gets_the_port_and_folder_it_was_given(serving: Path, tmp_path: Path) -> None:
    port = _ports.free_base()
    server = start(port=port, data_dir=tmp_path / "deep" / "state")
    assert server.url == f"http://127.0.0.1:{port}"
    server.stop()
    assert (tmp_path / "deep" / "state").is_dir()


def test_running_starts_one_and_ends_it_even_after_a_failure(serving: Path) -> None:
    with pytest.raises(ZeroDivisionError), running() as greenroom:
        raise ZeroDivisionError(greenroom.health())
    with pytest.raises(NotRunning):
        greenroom.health()


def test_running_reuses_the_server_that_is_named(
    server: StandIn, no_command: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(server.url) as greenroom:
        assert greenroom.url == server.url
    monkeypatch.setenv("GREENROOM_URL", server.url)
    monkeypatch.setenv("GREENROOM_TOKEN", "sesame")
    with running() as greenroom:
        assert greenroom.url == server.url
    assert server.headers[-1]["Authorization"] == "Bearer sesame"
    assert greenroom.health().status == "ok"


def test_a_named_server_that_does_not_run_is_never_replaced(
    serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_URL", f"http://127.0.0.1:{_ports.free_base()}")
    with pytest.raises(NotRunning), running():
        pass
    assert not serving.exists()


def test_a_command_that_ends_early_is_quoted(command: Callable[[str], Path]) -> None:
    command("import sys; print('one'); sys.exit('port 4400 is busy: choose another by --port')")
    with pytest.raises(StartFailed) as caught:
        start(port=4400)
    message = str(caught.value)
    assert "greenroom up --port 4400 --data-dir" in message
    assert "ended with code 1 before it was ready" in message
    assert "    one\n    port 4400 is busy: choose another by --port" in message


def test_a_command_that_prints_nothing_says_so(command: Callable[[str], Path]) -> None:
    command("raise SystemExit(3)")
    with pytest.raises(StartFailed, match=r"ended with code 3 before it was ready. It printed nothing."):
        start()


def test_a_command_that_never_is_ready_is_ended(command: Callable[[str], Path], tmp_path: Path) -> None:
    file = command(
        f"{ENDED_BY_SIGNAL}print('greenroom ready soon, but not yet', end='', flush=True)\n"
        "try:\n    signal.pause()\nfinally:\n    open(__file__ + '.trace', 'w').write('end')\n"
    )
    with pytest.raises(
        StartFailed, match=r"(?s)was not ready within 0.5 seconds.*greenroom ready soon, but not yet"
    ):
        start(timeout=0.5)
    assert file.with_name("greenroom.trace").read_text() == "end"


def test_a_missing_command_says_what_to_install(no_command: None) -> None:
    with pytest.raises(StartFailed, match=r"there is no `greenroom` command on PATH: .*GREENROOM_URL"):
        start()


def test_the_application_in_this_environment_is_run_as_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site" / "harness" / "cli"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    (folder / "__main__.py").write_text(serving_code(tmp_path / "trace"))
    # A Python that has no `greenroom` command beside it.
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "harness"]:
        monkeypatch.delitem(sys.modules, name)
    with running() as greenroom:
        assert greenroom.health().status == "ok"


def test_another_block_is_taken_when_a_port_was_lost_meanwhile(
    serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bases = [taken.getsockname()[1], free := _ports.free_base()]
        monkeypatch.setattr("greenroom._server.free_base", lambda: bases.pop(0))
        server = start()
    assert server.url == f"http://127.0.0.1:{free}"
    server.stop()


def test_a_free_block_has_all_its_ports_free() -> None:
    base = _ports.free_base()
    assert base + 43 < 32768
    for offset in (0, 8, 43):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", base + offset))
            assert not _ports.is_free(base)
    assert _ports.is_free(base)


def test_a_server_left_running_outlives_who_started_it(serving: Path, tmp_path: Path) -> None:
    starter = "import greenroom, sys; s = greenroom.start(data_dir=sys.argv[1]); s.leave_running(); print(s.url, s.pid)"
    command = [sys.executable, "-W", "error", "-c", starter, str(tmp_path / "state")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    url, pid = done.stdout.split()
    try:
        assert Greenroom(url).health().status == "ok"
    finally:
        os.kill(int(pid), signal.SIGTERM)
    assert done.stderr == ""


def test_a_server_that_nobody_stops_ends_with_the_program(serving: Path) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", "import greenroom; greenroom.start()"], check=True)
    assert serving.read_text() == "start\nend\n"
