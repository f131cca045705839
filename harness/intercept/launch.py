"""Starting a run's program in one of three modes, and staying with it to its end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import ConfigurationError
from harness.intercept import child, namespace
from harness.intercept.environment import Allowed, Files, Mode

PORT = re.compile(r"[1-9][0-9]{0,4}")
ALLOWED = re.compile(r"(?:(?P<host>[^:\s]+):)?(?P<port>[0-9]+)|(?P<alone>[^:\s]+)")
HIGHEST = 65535


@dataclass(frozen=True, slots=True)
class Plan:
    """All that starting needs: `servers` are Greenroom's own addresses, `spared` processes of ours to leave alone."""

    command: Sequence[str]
    env: Mapping[str, str]
    mode: Mode
    files: Files
    folder: Path
    fronts: tuple[int, int] = (0, 0)
    servers: Sequence[tuple[str, int]] = ()
    allowed: Sequence[Allowed] = ()
    exposed: Sequence[tuple[int, int]] = ()
    spared: Sequence[int] = field(default=())


def choose(wanted: Mode | None) -> tuple[Mode, str]:
    """Return the mode to use and why; without a wish the surest that works here. Raises ConfigurationError."""
    missing = namespace.missing() if wanted in (None, Mode.NETNS) else None
    if wanted is None:
        return (Mode.NETNS, "") if missing is None else (Mode.HOOK, missing)
    if wanted is Mode.NETNS and missing is not None:
        raise ConfigurationError(f"--mode netns does not work here: {missing}; or use --mode hook")
    return wanted, ""


def check(mode: Mode, exposed: Sequence[tuple[int, int]]) -> None:
    """Refuse to expose a port under another number where the program's ports are this machine's own."""
    for outer, inner in exposed:
        if mode is not Mode.NETNS and outer != inner:
            raise ConfigurationError(
                f"--expose {outer}:{inner} needs --mode netns; in mode {mode} the program's ports are this machine's own"
            )


def allowed(text: str) -> Allowed:
    """Read HOST, HOST:PORT or PORT (of this machine); raise ConfigurationError."""
    found = ALLOWED.fullmatch(text)
    if found is None or not _is_port(found["port"] or "1"):
        raise ConfigurationError(f"--allow {text!r} is none of HOST, HOST:PORT and PORT")
    return Allowed(
        (found["host"] or found["alone"] or "localhost").lower(),
        int(found["port"]) if found["port"] else None,
    )


def exposed(text: str) -> tuple[int, int]:
    """Read PORT or OUTSIDE:INSIDE; raise ConfigurationError."""
    outer, colon, inner = text.partition(":")
    if not _is_port(outer) or (colon and not _is_port(inner)):
        raise ConfigurationError(f"--expose {text!r} is neither PORT nor OUTSIDE:INSIDE")
    return int(outer), int(inner or outer)


def writable(option: str, path: Path | None) -> None:
    """Refuse a file that could not be written to once the program has ended; raise ConfigurationError."""
    if path is None:
        return
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        raise ConfigurationError(f"{option} {path} cannot be written: {error.strerror}") from error


def _is_port(text: str) -> bool:
    return PORT.fullmatch(text) is not None and int(text) <= HIGHEST


def run(plan: Plan) -> int:
    """Start the program, pass signals on, and return its exit code; raise GreenroomError where it cannot be."""
    with ExitStack() as stack, asyncio.Runner(loop_factory=_loop()) as runner:
        if plan.mode is Mode.NETNS:
            for outer, _ in plan.exposed:  # before anything is started: a taken port is told at once
                stack.enter_context(namespace.exposing(outer)).close()
        return runner.run(_run(plan))


async def _run(plan: Plan) -> int:
    return await child.supervise(_started(plan))


async def _started(plan: Plan) -> child.Child:
    if plan.mode is Mode.NETNS:
        border = namespace.border(plan.fronts, plan.servers, plan.allowed, plan.exposed)
        return await namespace.start(plan.command, plan.env, border, plan.folder, plan.files.bundle)
    return await child.start(plan.command, plan.env, plan.spared)


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the quickest loop that is to be had."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
