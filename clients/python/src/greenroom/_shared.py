"""One server for all workers of a pytest-xdist run.

The controller gives its workers a folder. The first worker that needs a server starts it under a lock and writes
down where it is; the others read that. The controller, which outlives every worker, ends it: so a worker may
crash at any point without taking the server along or leaving it behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from greenroom._client import Greenroom
from greenroom._errors import GreenroomError, StartFailed
from greenroom._server import STOP_SECONDS, start

_NOTE = "server.json"


def join(folder: Path) -> Greenroom:
    """Return the server of this folder, starting it if nobody has; a start that failed fails for all."""
    note = folder / _NOTE
    with _locked(folder / "lock"):
        if not note.exists():
            note.write_text(json.dumps(_started(folder)), encoding="utf-8")
    known = json.loads(note.read_text(encoding="utf-8"))
    if "error" in known:
        raise StartFailed(known["error"])
    greenroom = Greenroom(known["url"])
    greenroom.health()
    return greenroom


def end(folder: Path) -> None:
    """End the server of this folder, if one was started."""
    note = folder / _NOTE
    known = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    if "pid" not in known or not _serves(known["url"]):
        return
    os.kill(known["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _serves(known["url"]):
        if time.monotonic() > deadline:
            os.kill(known["pid"], signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
            return
        time.sleep(0.02)


def _started(folder: Path) -> dict[str, str | int]:
    try:
        server = start(data_dir=folder / "data")
    except StartFailed as error:
        return {"error": str(error)}
    server.leave_running()
    return {"url": server.url, "pid": server.pid}


def _serves(url: str) -> bool:
    """Say whether the server still answers; asking its process id would also find an unrelated or dead process."""
    try:
        Greenroom(url).health()
    except GreenroomError:
        return False
    return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the system lets it go when its holder dies."""
    with path.open("ab") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
