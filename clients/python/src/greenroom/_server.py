"""Starting the `greenroom` command, and ending it."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from greenroom._client import Greenroom
from greenroom._errors import StartFailed
from greenroom._ports import free_base, is_free

READY = "greenroom ready "
"""How the line begins that `greenroom up` prints once it serves; the control address follows."""

START_SECONDS = 60.0
"""How long a start may take before it is given up."""

STOP_SECONDS = 10.0
"""How long an end may take (the server promises five) before it is forced."""

_LOG = "greenroom.log"


class Server:
    """A Greenroom that was started here, at `url`; its state and log are in `data_dir`."""

    def __init__(
        self, process: subprocess.Popen[bytes], url: str, data_dir: Path, *, temporary: bool
    ) -> None:
        self.url = url
        self.data_dir = data_dir
        self._process = process
        self._temporary = temporary
        atexit.register(self.stop)

    def __repr__(self) -> str:
        return f"<Server at {self.url}, process {self.pid}>"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    @property
    def client(self) -> Greenroom:
        """A control client of this server."""
        return Greenroom(self.url)

    @property
    def output(self) -> str:
        """What the server has printed so far."""
        return _printed(self.data_dir)

    def stop(self) -> None:
        """End the server by SIGTERM, and wait for it; a temporary data directory goes with it."""
        atexit.unregister(self.stop)
        _end(self._process)
        if self._temporary:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def leave_running(self) -> None:
        """Let the server outlive this process; somebody else ends it, by its `pid`."""
        atexit.unregister(self.stop)
        # Popen warns about a child that is forgotten while it runs, which is what is wanted here.
        self._process.returncode = 0


def start(
    *, port: int | None = None, data_dir: str | os.PathLike[str] | None = None, timeout: float = START_SECONDS
) -> Server:
    """Start `greenroom up` as a process of its own and return when it is ready; `stop()` ends it.

    Without `port` a free block of ports is chosen; without `data_dir` the state is temporary. Raises StartFailed,
    with what the command printed, when it ends before it is ready or is not ready after `timeout` seconds.
    """
    if port is not None:
        return _launch(port, data_dir, timeout)
    for _ in range(3):
        base = free_base()
        try:
            return _launch(base, data_dir, timeout)
        except StartFailed:
            # Between choosing the ports and binding them another program may have taken one.
            if is_free(base):
                raise
    return _launch(free_base(), data_dir, timeout)


@contextmanager
def running(url: str | None = None, token: str | None = None) -> Iterator[Greenroom]:
    """Give a running Greenroom: the one at `url` or GREENROOM_URL, else one started for as long as this lasts.

    `token` (or GREENROOM_TOKEN) is for one that was started with `--token`.
    """
    known = url or os.environ.get("GREENROOM_URL")
    if known:
        greenroom = Greenroom(known, token or os.environ.get("GREENROOM_TOKEN"))
        greenroom.health()
        yield greenroom
        return
    server = start()
    try:
        yield server.client
    finally:
        server.stop()


def _launch(port: int, data_dir: str | os.PathLike[str] | None, timeout: float) -> Server:
    command, environment = _command()
    folder = Path(data_dir if data_dir is not None else tempfile.mkdtemp(prefix="greenroom-"))
    folder.mkdir(parents=True, exist_ok=True)
    # A file and not a pipe: it never fills up, and the server may outlive whoever started it.
    with (folder / _LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            [*command, "up", "--port", str(port), "--data-dir", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # Ctrl-C is for us; the server ends when we end it.
        )
    try:
        return Server(process, _ready(process, folder, timeout), folder, temporary=data_dir is None)
    except BaseException:
        _end(process)
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _ready(process: subprocess.Popen[bytes], folder: Path, timeout: float) -> str:
    """Wait for the line that says the server is ready, and return the control address in it."""
    deadline = time.monotonic() + timeout
    while True:
        ended = process.poll()
        for line in _printed(folder).splitlines(keepends=True):
            if line.startswith(READY) and line.endswith("\n"):
                return line.split()[2]
        if ended is not None:
            raise StartFailed(
                f"{_called(process)} ended with code {ended} before it was ready.{_quoted(folder)}"
            )
        if time.monotonic() > deadline:
            raise StartFailed(
                f"{_called(process)} was not ready within {timeout:g} seconds.{_quoted(folder)}"
            )
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue


def _command() -> tuple[list[str], dict[str, str]]:
    """Return the command (on PATH, of this environment, or the application's module) and variables it needs."""
    here = str(Path(sys.executable).parent)
    found = shutil.which("greenroom") or shutil.which("greenroom", path=here)
    if found:
        return [found], {}
    # A consumer may have a package `harness` of its own: it is ours if it has the command line.
    spec = find_spec("harness")
    for location in (spec and spec.submodule_search_locations) or ():
        if (Path(location) / "cli").is_dir():
            paths = (str(Path(location).parent), os.environ.get("PYTHONPATH", ""))
            return [sys.executable, "-P", "-m", "harness.cli"], {
                "PYTHONPATH": os.pathsep.join(filter(None, paths))
            }
    raise StartFailed(
        "there is no `greenroom` command on PATH: install the application (in an environment of its own, for "
        "example by pipx), or start it elsewhere and set GREENROOM_URL to its address"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _called(process: subprocess.Popen[bytes]) -> str:
    return f"`{' '.join(map(str, process.args))}`" if isinstance(process.args, list) else "`greenroom up`"


def _printed(folder: Path) -> str:
    return (folder / _LOG).read_text(encoding="utf-8", errors="replace")


def _quoted(folder: Path) -> str:
    lines = _printed(folder).splitlines()[-30:]
    return "\nIt printed:\n" + "\n".join(f"    {line}" for line in lines) if lines else " It printed nothing."
