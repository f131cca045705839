"""A Greenroom of a command's own: a child process on free ports, ended with the command."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from harness import realtime
from harness.errors import GreenroomError

READY = "greenroom ready "
LOWEST, BLOCK, HIGHEST = 10_000, 50, 32_000
"""Base ports for a server of a command's own: below those that the system hands out to outgoing connections."""


@contextmanager
def own_server(
    data: Path, *options: str, specs: bool = True, before: Callable[[], None] | None = None
) -> Iterator[tuple[str, int]]:
    """Start a server with its state in `data`, out of reach of the terminal's Ctrl-C; give its address and process id.

    Without `specs` the environment's GREENROOM_SPECS is not handed on. `before` is called in the child before the
    program: only where no thread has been started yet. Raises GreenroomError with what the server said when it does not start.
    """
    # What it logs goes into a file: a pipe that nobody reads fills up, and then the server stands still.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        url, process = _started(data, options, _environment(specs=specs), before, log)
        try:
            yield url, process.pid
        finally:
            _end(process)


def _started(
    data: Path,
    options: tuple[str, ...],
    environment: dict[str, str],
    before: Callable[[], None] | None,
    log: IO[str],
) -> tuple[str, subprocess.Popen[str]]:
    told = "there is no free block of ports"
    for port in _blocks():
        command = ["-P", "-m", "harness.cli", "up", "--port", str(port), "--data-dir", str(data), *options]
        process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509 - said above
        )
        line = process.stdout.readline() if process.stdout else ""
        if line.startswith(READY):
            return line.removeprefix(READY).strip(), process
        _end(process)
        log.seek(0)
        told = log.read()[-2000:].strip()
        if "cannot be used" not in told or "port" not in told:
            break
    raise GreenroomError(f"no server of the command's own could be started: {told}")


def _environment(*, specs: bool) -> dict[str, str]:
    handed_on = dict(os.environ)  # noqa: TID251 - a child has its parent's
    if not specs:
        handed_on.pop("GREENROOM_SPECS", None)
    return handed_on


def _blocks() -> Iterator[int]:
    """Yield a few base ports whose blocks are free at this moment, chosen by chance."""
    for _ in range(20):
        drawn = int.from_bytes(realtime.entropy(4), "big")
        base = LOWEST + drawn % ((HIGHEST - LOWEST) // BLOCK) * BLOCK
        if all(_is_free(base + each) for each in (*range(10), 43)):
            yield base


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
