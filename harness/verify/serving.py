"""A Greenroom of the verification's own: a child process on free ports, with its state in a temporary folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import GreenroomError

if TYPE_CHECKING:
    from collections.abc import Iterator

READY = "greenroom ready "
LOWEST, BEYOND = 20000, 32000
"""From 32768 on the system hands out ports to outgoing connections."""


@contextmanager
def greenroom(specs: Path | None = None) -> Iterator[str]:
    """Start a Greenroom, give its address, and end it; raise GreenroomError with what it said when it does not start."""
    with tempfile.TemporaryDirectory(prefix="greenroom-verify-") as folder:
        errors = Path(folder) / "stderr"
        command = [sys.executable, "-m", "harness.cli", "up", "--no-tls", "--data-dir", f"{folder}/data"]
        command += ["--port", str(_free_base()), *(["--specs", str(specs)] if specs else [])]
        environment = {name: value for name, value in os.environ.items() if name != "GREENROOM_SPECS"}  # noqa: TID251 - handed on
        with errors.open("w", encoding="utf-8") as written:
            process = subprocess.Popen(  # noqa: S603 - this program itself
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
            )
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            if not line.startswith(READY):
                raise GreenroomError(f"no Greenroom could be started: {errors.read_text('utf-8')[-2000:]}")
            yield line.removeprefix(READY).strip()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _free_base() -> int:
    """Return a base port whose block is free; the process's own number decides where the search begins."""
    span = (BEYOND - LOWEST) // 10
    for step in range(span):
        base = LOWEST + (os.getpid() * 7 + step) % span * 10
        with ExitStack() as bound:
            try:
                for offset in range(10):
                    listener = bound.enter_context(socket.socket())
                    listener.bind(("127.0.0.1", base + offset))
            except OSError:
                continue
            return base
    raise GreenroomError("there are no ten free ports in a row between 20000 and 32000")
