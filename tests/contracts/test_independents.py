"""Parity with implementations that are none of ours: recorded from their own processes, replayed on the mocks.

They stand in for the sandboxes that only an account reaches. What the mocks do otherwise was looked at one by one, and is
accepted by name, with its reason, in `contracts/parity`.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from harness.cli.app import app
from tests.harness.serving import Served
from tests.needs import NODE_FOLDER, ROOT, missing_node, require

Json = dict[str, Any]
JOURNEYS = ROOT / "tests" / "contracts" / "independents" / "journeys.py"
BASELINES = ROOT / "contracts" / "parity"
LOCALSTRIPE = ROOT / "build" / "localstripe" / "bin" / "localstripe"
EMULATE = NODE_FOLDER / "emulate" / "node_modules" / "emulate" / "dist" / "index.js"
SERVICES = ("stripe", "resend", "clerk", "vercel")
LOWEST, BEYOND = 20000, 32000
PATIENCE = 60.0
pytestmark = pytest.mark.xdist_group("independents")  # localstripe keeps what it holds in one file for all


def free_ports(count: int) -> int:
    """Return the first of some free ports in a row."""
    for base in range(LOWEST + os.getpid() * 13 % 9000, BEYOND, count):
        try:
            for port in range(base, base + count):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return base
    raise AssertionError("no free ports")


@contextmanager
def process(command: Sequence[str | Path], folder: Path, ports: Sequence[int]) -> Iterator[None]:
    """Run a program until the block ends; it is ready when all its ports answer."""
    log = folder / "log"
    with log.open("w", encoding="utf-8") as told:
        running = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT
        )
    try:
        ends = time.monotonic() + PATIENCE
        for port in ports:
            while not answers(port):
                if running.poll() is not None or time.monotonic() > ends:
                    pytest.fail(
                        f"{command[0]} does not serve: {log.read_text('utf-8')[-2000:]}", pytrace=False
                    )
                time.sleep(0.1)
        yield
    finally:
        running.terminate()
        running.wait(30)


def answers(port: int) -> bool:
    """Tell whether a server is there, whatever it says."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=10, trust_env=False)
    except httpx.HTTPError:
        return False
    return True


def record(
    journey: str, provider: str, port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Json]:
    """Let a journey's calls through to an implementation, and return what was recorded."""
    monkeypatch.setenv(f"GREENROOM_LIVE_{provider.upper()}_URL", f"http://127.0.0.1:{port}")
    sandboxes = folder / "sandboxes.yaml"
    sandboxes.write_text(yaml.safe_dump({provider: {"rate": 1000}}), "utf-8")
    options = ["--to", str(folder), "--allow", "127.0.0.1", "--sandboxes", str(sandboxes)]
    done = CliRunner().invoke(
        app, ["record", "run", "-p", provider, *options, "--", sys.executable, str(JOURNEYS), journey]
    )
    assert done.exit_code == 0, done.output
    told: list[Json] = json.loads((folder / f"{provider}.json").read_text("utf-8"))
    return told


def parity(server: Served, folder: Path, *options: object) -> tuple[int, Json]:
    """Replay recordings on the mocks; return the exit code and the differences."""
    words = ["parity", "--recordings", folder, "--url", server.url, "--fail-on", "gap", "--json", *options]
    done = CliRunner().invoke(app, list(map(str, words)))
    return done.exit_code, json.loads(done.stdout)


def hold(server: Served, folder: Path, baseline: Path) -> None:
    """Every difference must have been looked at, and every name in the baseline must be one of them."""
    code, told = parity(server, folder, "--baseline", baseline)
    new = [
        f"{each['grade']} {each['provider']} {each['id']}: {each['told']}"
        for each in told["differences"]
        if each["accepted"] is None and each["grade"] != "cosmetic"
    ]
    assert not new, "\n".join(new)
    assert (code, told["left_over"]) == (0, [])
    without, told = parity(server, folder)
    assert (without, {each["accepted"] for each in told["differences"]}) == (1, {None})


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_mock_and_localstripe(
    server: Served, tmp_path: Path, at_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = f"{LOCALSTRIPE} is missing: run `make independents`"
    require("independents", available=LOCALSTRIPE.exists(), reason=reason)
    port = free_ports(1)
    with process([LOCALSTRIPE, "--from-scratch", "--port", str(port)], tmp_path, [port]):
        exchanges = record("localstripe", "stripe", port, tmp_path, monkeypatch)
    assert len(exchanges) > 20
    hold(server, tmp_path, BASELINES / "localstripe.yaml")


def test_the_mocks_and_emulate(
    server: Served, tmp_path: Path, at_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = missing_node() or (
        f"{EMULATE} is missing: run `make independents`" if not EMULATE.exists() else None
    )
    require("independents", available=reason is None, reason=reason or "")
    base = free_ports(len(SERVICES))
    ports = range(base, base + len(SERVICES))
    command: list[str | Path] = [
        shutil.which("node") or "node",
        EMULATE,
        "start",
        "-p",
        str(base),
        "-s",
        ",".join(SERVICES),
    ]
    with process(command, tmp_path, ports):
        for provider, port in zip(SERVICES, ports, strict=True):
            assert record(provider, provider, port, tmp_path, monkeypatch)
    hold(server, tmp_path, BASELINES / "emulate.yaml")


def test_what_was_recorded_holds_no_person(
    tmp_path: Path, at_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = f"{LOCALSTRIPE} is missing: run `make independents`"
    require("independents", available=LOCALSTRIPE.exists(), reason=reason)
    port = free_ports(1)
    with process([LOCALSTRIPE, "--from-scratch", "--port", str(port)], tmp_path, [port]):
        told = json.dumps(record("localstripe", "stripe", port, tmp_path, monkeypatch))
    for secret in ("ada@northwind.test", "ada%40northwind.test", "sk_test_recording"):
        assert secret not in told
    assert "email=" in told
