"""`greenroom run`: exit codes, signals, what is reported, what is let through, and one run beside another."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.intercept.report import STRICT_CODE
from tests.harness.intercept import running
from tests.harness.serving import Served, free_base

PATIENCE = 120.0
World = dict[str, Any]
CALL = "import requests; print(requests.get('https://{host}/').status_code)"
LISTEN = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"from inside")
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.handle_request()
"""


@pytest.fixture(params=["hook", "netns", "env"], scope="module")
def any_mode(request: pytest.FixtureRequest) -> str:
    """Each mode; skipped where it cannot be had."""
    running.require(request.param)
    wanted: str = request.param
    return wanted


@contextlib.contextmanager
def listening() -> Iterator[int]:
    """Listen on a free port, and greet who comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with contextlib.suppress(OSError):
                while True:
                    made, _ = listener.accept()
                    with made:
                        made.sendall(b"hello\n")

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


# --- how it ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "code"), [("exit 7", 7), ("exit 0", 0), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
def test_the_exit_code_is_the_program_s(server: Served, any_mode: str, script: str, code: int) -> None:
    assert running.run(server, any_mode, ["sh", "-c", script]).code == code


def test_a_program_that_is_not_there(server: Served, any_mode: str, tmp_path: Path) -> None:
    missing = running.run(server, any_mode, ["no-such-program"])
    assert (missing.code, "no-such-program: command not found" in missing.told) == (127, True)
    (tmp_path / "file").write_text("no program")
    plain = running.run(server, any_mode, [str(tmp_path / "file")])
    assert (plain.code, "Permission denied" in plain.told) == (126, True)


def test_input_and_output_pass_through(server: Served, any_mode: str) -> None:
    done = running.run(server, any_mode, ["sh", "-c", "cat; echo told >&2"], "--quiet", stdin="asked\n")
    assert (done.output, done.told) == ("asked\n", "told\n")


def started(server: Served, mode: str, script: str) -> subprocess.Popen[str]:
    """Start a run of a shell script that says `ready`, and wait until it has."""
    command = [*running.command(server, mode, "--quiet"), "--", "sh", "-c", script]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    return run


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 3), (signal.SIGINT, 4), (signal.SIGUSR1, 5)])
def test_signals_reach_the_program(server: Served, any_mode: str, number: int, code: int) -> None:
    trapped = (
        "trap 'exit 3' TERM; trap 'exit 4' INT; trap 'exit 5' USR1; echo ready; while :; do sleep 0.05; done"
    )
    run = started(server, any_mode, trapped)
    os.kill(run.pid, number)
    assert run.wait(PATIENCE) == code
    assert run.stdout is not None
    run.stdout.close()


def test_a_stubborn_tree_is_killed(server: Served, any_mode: str) -> None:
    stubborn = (
        "trap '' TERM; (trap '' TERM; sleep 1000) & (sleep 1001 &) ; echo ready; while :; do sleep 0.1; done"
    )
    run = started(server, any_mode, stubborn)
    tree = psutil.Process(run.pid).children(recursive=True)
    assert len(tree) >= 3
    os.kill(run.pid, signal.SIGTERM)
    assert run.wait(PATIENCE) == 137
    _, alive = psutil.wait_procs(tree, timeout=PATIENCE)
    assert not alive
    assert run.stdout is not None
    run.stdout.close()


def test_a_killed_run_leaves_nothing_in_a_network_of_its_own(server: Served) -> None:
    running.require("netns")
    run = started(server, "netns", "echo ready; sleep 1000")
    tree = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.wait(PATIENCE)
    _, alive = psutil.wait_procs(tree, timeout=PATIENCE)
    assert not alive
    assert run.stdout is not None
    run.stdout.close()


# --- what it tells ---------------------------------------------------------------------------------------------------


def test_unknown_hosts_are_answered_reported_and_fatal_in_strict_runs(server: Served, mode: str) -> None:
    code = CALL.format(host="unheard-of.example")
    lenient = running.python(server, mode, code)
    assert (lenient.json(), lenient.code, lenient.report["unknown"]) == (502, 0, ["unheard-of.example"])
    strict = running.python(server, mode, code, "--strict")
    assert (strict.json(), strict.code, strict.report["failed"]) == (502, STRICT_CODE, True)
    assert "unknown hosts, answered 502: unheard-of.example" in strict.told
    assert running.python(server, mode, CALL.format(host="api.resend.com"), "--strict").code == 0
    assert running.python(server, mode, f"{code}; raise SystemExit(9)", "--strict").code == 9


def test_each_call_is_a_line_of_the_journal(server: Served, mode: str, tmp_path: Path) -> None:
    journal = tmp_path / "calls"
    code = "import requests; requests.post('https://api.resend.com/emails?key=hidden', json={})"
    done = running.python(server, mode, code, "--journal", str(journal))
    [line] = journal.read_text().splitlines()
    assert " POST https://api.resend.com/emails 401 " in line
    assert line.endswith("(provider resend)")
    assert str(journal) in done.told


def test_broken_rules_are_counted(server: Served, mode: str, world: World) -> None:
    code = """
import os, requests
key = {"Authorization": "Bearer " + os.environ["STRIPE_SECRET_KEY"]}
requests.post("https://api.stripe.com/v1/customers", headers=key, data={"colour": "red"})
"""
    done = running.python(server, mode, code, "--world", world["name"])
    assert done.report["violations"] == 1
    assert "1 violation of providers' rules" in done.told


def test_the_environment_is_the_world_s(server: Served, any_mode: str, world: World) -> None:
    done = running.python(
        server, any_mode, "import json, os; print(json.dumps(dict(os.environ)))", "--world", world["name"]
    )
    env = done.json()
    assert env["STRIPE_SECRET_KEY"] == world["env"]["STRIPE_SECRET_KEY"]
    assert env["GREENROOM_URL"] == server.url
    assert env["GREENROOM_MODE"] == any_mode
    assert env["NEXT_TELEMETRY_DISABLED"] == "1"
    assert ("RESEND_BASE_URL" in env) is (any_mode == "env")
    with_addresses = running.python(
        server, any_mode, "import os; print(len(os.environ['MUX_BASE_URL']))", "--base-urls"
    )
    assert with_addresses.code == 0


# --- what it lets through --------------------------------------------------------------------------------------------


GREETED = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as made:
    print(made.recv(100).decode(), end="")
"""


def test_an_allowed_port_of_this_machine_is_reached(server: Served, mode: str) -> None:
    with listening() as port:
        program = [sys.executable, "-c", GREETED, "localhost", str(port)]
        done = running.run(server, mode, program, "--allow", str(port))
        assert done.output == "hello\n"
        if mode == "netns":
            assert "ConnectionRefusedError" in running.run(server, mode, program).told


def test_a_port_of_the_program_is_reached_from_outside(server: Served) -> None:
    running.require("netns")
    outside, inside = free_base(), free_base()
    command = running.command(server, "netns", "--quiet", "--expose", f"{outside}:{inside}")
    program = [sys.executable, "-c", LISTEN, str(inside)]
    with subprocess.Popen(
        [*command, "--", *program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "listening\n"
        with socket.create_connection(("127.0.0.1", outside), timeout=PATIENCE) as made:
            made.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: made.recv(65536), b""))
        assert answer.endswith(b"from inside")
        assert run.wait(PATIENCE) == 0


# --- one beside another ----------------------------------------------------------------------------------------------


def test_two_runs_at_once_do_not_meet(server: Served, mode: str) -> None:
    """Both call while the other is there; each counts its own calls, under an authority of its own."""
    code = CALL.format(host="api.resend.com") + "; import os; print(os.environ['GREENROOM_FINGERPRINT']); "
    waits = "import sys; sys.stdout.flush(); sys.stdin.read()"
    command = [*running.command(server, mode), "--", sys.executable, "-c", code + waits]
    runs = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    seen = [(run.stdout.readline(), run.stdout.readline()) for run in runs if run.stdout]
    assert [status for status, _ in seen] == ["401\n", "401\n"]
    assert seen[0][1] != seen[1][1]
    assert len(server.control("GET", "/runs")["runs"]) >= 2
    for run in runs:
        _, told = run.communicate(timeout=PATIENCE)
        assert (run.returncode, "greenroom: 1 call;" in told) == (0, True)


def test_a_run_without_a_server_brings_its_own(mode: str) -> None:
    command = [
        *running.GREENROOM,
        "--mode",
        mode,
        "--",
        sys.executable,
        "-c",
        CALL.format(host="api.resend.com"),
    ]
    env = {name: value for name, value in os.environ.items() if name != "GREENROOM_URL"}
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        for _ in range(2)
    ]
    for run in runs:
        output, told = run.communicate(timeout=running.SECONDS)
        assert (output, run.returncode) == ("401\n", 0), told


# --- what cannot be --------------------------------------------------------------------------------------------------


def refused(*options: str, server: Served | None = None) -> str:
    """Run what cannot be run; return what is said."""
    command = [*running.GREENROOM, *(["--url", server.url] if server else []), *options, "--", "true"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode not in (0, 7)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_named(server: Served) -> None:
    running.require("netns")
    with listening() as port:
        told = refused("--mode", "netns", "--expose", str(port), server=server)
    assert f"port {port} cannot be used for --expose" in told
    assert f"--expose OTHER:{port}" in told


def test_nonsense_is_named(server: Served) -> None:
    assert "neither PORT nor OUTSIDE:INSIDE" in refused("--expose", "web", server=server)
    assert "none of HOST, HOST:PORT and PORT" in refused("--allow", "db:99999", server=server)
    assert "no Greenroom answers at http://127.0.0.1:9" in refused("--url", "http://127.0.0.1:9")
    assert "a server of the run's own" in refused("--data-dir", "elsewhere", server=server)
    assert "3001:3000 needs --mode netns" in refused("--mode", "hook", "--expose", "3001:3000", server=server)


def test_files_that_cannot_be_written_are_named_before_anything_runs(server: Served, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "file"
    for option in ("--report", "--journal"):
        told = refused("--mode", "hook", option, str(missing), server=server)
        assert f"{option} {missing} cannot be written: No such file or directory" in told


def test_no_world_of_that_name(server: Served) -> None:
    assert "nowhere" in refused("--world", "nowhere", "--mode", "hook", server=server)


def test_the_report_is_json(server: Served, mode: str) -> None:
    report = running.run(server, mode, ["true"]).report
    assert json.loads(json.dumps(report)) == report
    assert (report["mode"], report["exit_code"], report["calls"], report["failed"]) == (mode, 0, 0, False)
