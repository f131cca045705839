"""The program that a run is for: started, told of signals, waited for, and ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from harness.errors import GreenroomError

FORWARDED = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
ENDING = frozenset({signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)})
GRACE_SECONDS = 4.0
"""How long a program may take to end after it was told to, before it is killed."""

LEFT_SECONDS = 2.0
LOOK_SECONDS = 0.02
SUBREAPER, DEATH_SIGNAL = 36, 1  # prctl(2)


class Child(Protocol):
    """A started program."""

    async def wait(self) -> int:
        """Return its exit code; 128 + N where signal N ended it."""

    def tell(self, number: int) -> None:
        """Send it a signal."""

    async def end(self) -> None:
        """Kill what is left of it."""


class Direct:
    """A program in the network that everybody uses."""

    def __init__(self, process: asyncio.subprocess.Process, spared: Iterable[int], *, session: bool) -> None:
        """`spared` are our own other children, `session` tells whether it leads a session."""
        self._process = process
        self._spared = frozenset(spared)
        self._session = session

    async def wait(self) -> int:
        """Return its exit code."""
        return exit_code(await self._process.wait())

    def tell(self, number: int) -> None:
        """Send it a signal; to its whole group where that is not the terminal's."""
        with contextlib.suppress(ProcessLookupError):
            if self._session:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    async def end(self) -> None:
        """Kill what it has left running: its calls would find nobody any more."""
        for number, patience in ((signal.SIGTERM, LEFT_SECONDS), (signal.SIGKILL, 0.5)):
            left = self._left()
            if not left:
                return
            for pid in left:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
            for _ in range(int(patience / LOOK_SECONDS)):
                if not self._left():
                    return
                await asyncio.sleep(LOOK_SECONDS)

    def _left(self) -> set[int]:
        return descendants(os.getpid(), self._spared)


def from_terminal() -> bool:
    """Tell whether we are in the foreground of a terminal: it sends Ctrl-C to the program by itself."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


async def start(command: Sequence[str], env: Mapping[str, str], spared: Iterable[int]) -> Direct:
    """Start a program as a shell would find it; raise NotStarted."""
    adopt_orphans()
    session = not from_terminal()
    try:
        process = await asyncio.create_subprocess_exec(*command, env=env, start_new_session=session)
    except FileNotFoundError as error:
        raise NotStarted(127, f"{command[0]}: command not found") from error
    except OSError as error:
        raise NotStarted(126, f"{command[0]}: {error.strerror}") from error
    return Direct(process, spared, session=session)


class NotStarted(GreenroomError):
    """The program cannot be started; `code` is what a shell would exit with."""

    def __init__(self, code: int, message: str) -> None:
        """Keep the code."""
        super().__init__(message)
        self.code = code


class Signals:
    """Signals to us, passed on to a program; what comes before it is started waits for it."""

    def __init__(self) -> None:
        """Take the signals over; call it on the event loop."""
        self.killed = asyncio.Event()
        self._child: Child | None = None
        self._early: list[signal.Signals] = []
        self._late: asyncio.TimerHandle | None = None
        for number in FORWARDED:
            asyncio.get_running_loop().add_signal_handler(number, self._pass_on, number)

    def lead_to(self, child: Child) -> None:
        """Pass on to a program from now on."""
        self._child = child
        for number in self._early:
            self._pass_on(number)

    def _pass_on(self, number: signal.Signals) -> None:
        if self._child is None:
            self._early.append(number)
            return
        if not (number == signal.SIGINT and from_terminal()):
            self._child.tell(number)
        if number in ENDING and self._late is None:
            self._late = asyncio.get_running_loop().call_later(GRACE_SECONDS, self.killed.set)

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._late is not None:
            self._late.cancel()


async def supervise(starting: Awaitable[Child]) -> int:
    """Start a program, pass signals on to it, and leave nothing of it; return its exit code."""
    signals = Signals()
    child = await starting
    signals.lead_to(child)
    waiting, killing = asyncio.ensure_future(child.wait()), asyncio.ensure_future(signals.killed.wait())
    await asyncio.wait({waiting, killing}, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        child.tell(signal.SIGKILL)
    code = await waiting
    killing.cancel()
    signals.close()
    await child.end()
    return code


def exit_code(status: int) -> int:
    """Return what a shell would tell of a process: 128 + N where signal N ended it."""
    return status if status >= 0 else 128 - status


def adopt_orphans() -> None:
    """Become the parent of processes whose own has ended (Linux), so that none of them is lost sight of."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Ask to be killed when the parent dies (Linux); for a child, before it becomes another program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def descendants(root: int, spared: frozenset[int]) -> set[int]:
    """Return all processes below one, without the `spared` ones and those below them; zombies are left out."""
    children: dict[int, list[int]] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            name, _, rest = each.read_text("utf-8", "replace").rpartition(")")
            state, parent = rest.split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(name.partition(" ")[0]))
    found: set[int] = set()
    todo = [root]
    while todo:
        below = [pid for pid in children.get(todo.pop(), ()) if pid not in spared and pid not in found]
        found.update(below)
        todo += below
    return found
