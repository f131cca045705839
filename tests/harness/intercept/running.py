"""Runs `greenroom run` as a person would, against the server of the test session."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.intercept import namespace
from tests import needs
from tests.harness.serving import Served

SECONDS = 240.0
GREENROOM = [sys.executable, "-m", "harness.cli", "run"]


@dataclass(frozen=True, slots=True)
class Done:
    """A run that has ended."""

    code: int
    output: str
    told: str
    report: dict[str, Any]

    def json(self) -> Any:
        """Return what the program printed last; fail the test where that is no JSON."""
        lines = self.output.strip().splitlines()
        if not lines:
            pytest.fail(f"the program printed nothing (exit code {self.code}):\n{self.told}", pytrace=False)
        return json.loads(lines[-1])


def require(mode: str) -> None:
    """Skip, or fail where that is demanded, what needs networks of a program's own."""
    if mode == "netns":
        reason = namespace.missing()
        needs.require("netns", available=reason is None, reason=reason or "")


def command(server: Served | None, mode: str, *options: str) -> list[str]:
    """Return how a run begins."""
    at = ["--url", server.url] if server is not None else []
    return [*GREENROOM, *at, "--mode", mode, *options]


def run(
    server: Served | None,
    mode: str,
    program: Sequence[str],
    *options: str,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    cwd: Path | None = None,
) -> Done:
    """Run a program to its end."""
    with tempfile.TemporaryDirectory(prefix="greenroom-test-run-") as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [*command(server, mode, "--report", str(report), *options), "--", *program],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
        told = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return Done(done.returncode, done.stdout, done.stderr, told)


def node(
    server: Served, mode: str, script: Path | str, *options: str, env: Mapping[str, str] | None = None
) -> Done:
    """Run an ES module, which finds the packages of tests/node."""
    source = script.read_text("utf-8") if isinstance(script, Path) else script
    program = ["node", "--input-type=module", "-"]
    return run(server, mode, program, *options, env=env, stdin=source, cwd=needs.NODE_FOLDER)


def python(
    server: Served, mode: str, script: Path | str, *options: str, env: Mapping[str, str] | None = None
) -> Done:
    """Run a Python program with the SDKs that the tests have."""
    source = script.read_text("utf-8") if isinstance(script, Path) else script
    return run(server, mode, [sys.executable, "-c", source], *options, env=env)
