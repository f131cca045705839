"""The Next.js application of these tests: built once, started as a production server, pointed at a world of a Greenroom."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests import needs
from tests.harness.serving import free_base

HERE = Path(__file__).parent
FOLDERS = {6: HERE / "next", 7: needs.ROOT / "build" / "next7"}
"""Where the application is built, by the major of @clerk/nextjs: the next one's is put together of both its sources."""

OWN_SOURCES = HERE / "next7"
SCRIPTS = needs.ROOT / "build" / "clerk"
"""Where `make apps` puts the archives of Clerk's own scripts."""

WAIT_SECONDS = 240.0


def missing() -> str | None:
    """Say why the application cannot run here, or None if it can."""
    if shutil.which("npm") is None:
        return "npm is not installed: install Node 20 or newer with npm"
    installed = all((folder / "node_modules").is_dir() for folder in FOLDERS.values())
    if not installed or not any(SCRIPTS.glob("clerk-ui-*.tgz")):
        return "the Next.js application or Clerk's scripts are missing: run `make apps`"
    return None


def missing_scripts() -> str | None:
    """Say why pages cannot load Clerk's scripts here, or None if they can."""
    return None if any(SCRIPTS.glob("clerk-ui-*.tgz")) else "Clerk's scripts are missing: run `make apps`"


def build(major: int) -> None:
    """Build the application, unless its build is newer than its sources; one process at a time does it."""
    folder = FOLDERS[major]
    places = [FOLDERS[6]] if major == 6 else [FOLDERS[6], OWN_SOURCES]
    sources = [path for place in places for path in _sources(place)]
    done = folder / ".next" / "BUILD_ID"
    with (folder / ".build-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.stat().st_mtime > max(path.stat().st_mtime for path in sources):
            return
        for place in places[: len(places) if major > 6 else 0]:
            _copy(place, folder)
        with tempfile.TemporaryFile("w+") as output:
            code = _next(folder, "build", output=output).wait(900)
            if code != 0:
                pytest.fail(f"next build ended with {code}\n{_read(output)}", pytrace=False)


def _sources(place: Path) -> list[Path]:
    return [path for path in place.rglob("*.js*") if not {"node_modules", ".next"} & set(path.parts)]


def _copy(place: Path, folder: Path) -> None:
    """Put the sources of a place into a folder, over what is there."""
    for path in _sources(place):
        if not path.name.startswith("package"):
            copied = folder / path.relative_to(place)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)


def _next(
    folder: Path, *arguments: str | int, output: IO[str], env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start Next.js; its output goes to a file, since a pipe that nobody reads would halt it once it is full."""
    return subprocess.Popen(
        ["node", "node_modules/next/dist/bin/next", *map(str, arguments)],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "NEXT_TELEMETRY_DISABLED": "1",
            "NODE_ENV": "production",
            **(env or {}),
        },
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def started(env: dict[str, str], port: int | None = None, *, major: int = 6) -> Iterator[str]:
    """Start the built application with a world's environment; yield its address, and end it."""
    port = free_base() if port is None else port
    url = f"http://localhost:{port}"
    with tempfile.TemporaryFile("w+") as output:
        words = ("start", "--port", port, "--hostname", "localhost")
        process = _next(FOLDERS[major], *words, output=output, env=env)
        try:
            _wait(process, url, output)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _read(output: IO[str]) -> str:
    output.seek(0)
    return output.read()


def _wait(process: subprocess.Popen[str], url: str, output: IO[str]) -> None:
    """Wait until the application answers; fail with what it printed when it ended instead."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=0)) as http:
        for _ in range(int(WAIT_SECONDS / 0.25)):
            if process.poll() is not None:
                pytest.fail(f"next start ended with {process.returncode}\n{_read(output)}", pytrace=False)
            try:
                http.get(f"{url}/favicon.ico", timeout=5)
            except httpx.TransportError:
                try:
                    process.wait(0.25)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
    pytest.fail(f"the application did not answer at {url} in {WAIT_SECONDS:.0f} s", pytrace=False)
