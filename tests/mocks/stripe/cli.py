"""Stripe's own command line (npm: @stripe/cli-linux-x64 and the like), pointed at a world."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import needs


def program() -> Path | None:
    """Return the CLI's executable for this machine, None where npm has none."""
    found = (needs.NODE_FOLDER / "node_modules/@stripe").glob("cli-*/bin/stripe*")
    return next(found, None) if sys.platform != "win32" else None


@dataclass(frozen=True, slots=True)
class Cli:
    """The command line, with a home of its own."""

    executable: Path
    home: Path
    key: str
    url: str

    def command(self, *words: str) -> list[str]:
        """Return a command with the options that point it at the world."""
        return [str(self.executable), *words, "--api-key", self.key, "--api-base", self.url]

    @property
    def environment(self) -> dict[str, str]:
        """What the CLI may see: no configuration, no telemetry, and no other machine (it looks for newer versions)."""
        return {
            "HOME": str(self.home),
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "PATH": "/usr/bin:/bin",
            "STRIPE_CLI_TELEMETRY_OPTOUT": "1",
        }

    def run(self, *words: str) -> str:
        """Run a command that must succeed, and return what it prints."""
        done = subprocess.run(
            self.command(*words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def following(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command that goes on until the block's end; it is ready when the block begins."""
        process = subprocess.Popen(
            self.command(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ready!" in line:
                break
        else:
            raise AssertionError("".join(said))
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)
            process.stdout.close()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """Read what a command prints until a line has these words, and return that line."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"the command ended without {words!r}")
