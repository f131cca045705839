"""A network of a run's own (Linux): only loopback, and no way out but through what is handed across.

User, network, mount and process namespaces, made by `unshare` without any privilege; process 1 in them is `inside.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from harness.errors import ConfigurationError, GreenroomError
from harness.intercept import relay
from harness.intercept.child import exit_code, from_terminal
from harness.intercept.environment import Allowed, system_bundle
from harness.intercept.resolver import Resolver

UNSHARE = ("--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
INSIDE = Path(__file__).with_name("inside.py")
SYSTEM = Path("/proc/sys")
LOOPBACK = "127.0.0.1"
ALLOWED_FROM = int(IPv4Address("127.43.0.1"))
MESSAGE, FDS = 65536, 64
SETTINGS = (
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor keeps unprivileged programs from them: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`",
    ),
    (
        "kernel/unprivileged_userns_clone",
        "0",
        "this kernel keeps unprivileged programs from them: `sudo sysctl kernel.unprivileged_userns_clone=1`",
    ),
    (
        "user/max_user_namespaces",
        "0",
        "this system allows none: `sudo sysctl user.max_user_namespaces=10000`",
    ),
)
"""Settings of Linux (below /proc/sys) that forbid user namespaces, the value that does, and what to do."""

Address = tuple[str, int]


@cache
def missing() -> str | None:
    """Say why a network of a run's own cannot be made here and what to do about it, or None if it can."""
    if sys.platform != "linux":
        return f"networks of a program's own are Linux's; this is {sys.platform}"
    unshare = shutil.which("unshare")
    if unshare is None:
        return "the program `unshare` is not installed (package util-linux)"
    command = [unshare, *UNSHARE, "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - above
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`{' '.join(command)}` failed: {error}"
    if done.returncode == 0:
        return None
    return f"user namespaces cannot be made ({done.stderr.strip().removeprefix('unshare: ')}): {_reason()}"


def _reason() -> str:
    for name, forbidding, told in SETTINGS:
        with contextlib.suppress(OSError):
            if (SYSTEM / name).read_text("ascii").strip() == forbidding:
                return told
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return "a container's usual seccomp profile forbids them: give it one that allows `unshare`"
    return "a security profile of this system forbids them"


@dataclass(slots=True)
class Border:
    """What crosses between a run's network and the one outside.

    `relayed` are addresses inside with what they lead to outside, `names` host names with an address of their own
    inside, `exposed` are ports outside with the port inside that each leads to.
    """

    relayed: dict[Address, Address]
    names: dict[str, IPv4Address] = field(default_factory=dict)
    exposed: tuple[tuple[int, int], ...] = ()


def border(
    fronts: tuple[int, int],
    servers: Iterable[Address],
    allowed: Iterable[Allowed],
    exposed: Iterable[tuple[int, int]],
) -> Border:
    """Lay out a border: the run's `fronts` for TLS and HTTP, Greenroom's own addresses, hosts that are allowed."""
    relayed: dict[Address, Address] = {(LOOPBACK, port): (host, port) for host, port in servers}
    names: dict[str, IPv4Address] = {}
    for each in allowed:
        if each.host in (LOOPBACK, "localhost"):
            relayed |= {(LOOPBACK, port): (LOOPBACK, port) for port in each.ports}
            continue
        own = names.setdefault(each.host, IPv4Address(ALLOWED_FROM + len(names)))
        relayed |= {(str(own), port): (each.host, port) for port in each.ports}
    relayed |= {(LOOPBACK, 443): (LOOPBACK, fronts[0]), (LOOPBACK, 80): (LOOPBACK, fronts[1])}
    return Border(relayed, names, tuple(exposed))


class Network:
    """A started program in a network of its own, and the relays across its border."""

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        """`line` is the connection to process 1 inside."""
        self._process = process
        self._line = line
        self._listening: list[socket.socket] = []
        self._made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked: dict[int, asyncio.Future[socket.socket]] = {}
        self._numbers = 0
        self._relays: list[asyncio.Server] = []
        line.setblocking(False)
        asyncio.get_running_loop().add_reader(line.fileno(), self._heard)

    async def wait(self) -> int:
        """Return the program's exit code."""
        return exit_code(await self._process.wait())

    def tell(self, number: int) -> None:
        """Send the program a signal."""
        if number == signal.SIGKILL:
            self._kill()
        else:
            self._say({"signal": number})

    async def end(self) -> None:
        """Close the relays; with process 1, the kernel has ended all that was inside."""
        for each in self._relays:
            each.close()
        asyncio.get_running_loop().remove_reader(self._line.fileno())
        self._line.close()
        self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    # --- the line to process 1 ------------------------------------------------------------------------------------

    def _say(self, message: Mapping[str, int]) -> None:
        with contextlib.suppress(OSError):
            self._line.send(json.dumps(message).encode())

    def _heard(self) -> None:
        try:
            data, fds, _, _ = socket.recv_fds(self._line, MESSAGE, FDS)
        except BlockingIOError:
            return
        except OSError:
            data, fds = b"", []
        received = [socket.socket(fileno=each) for each in fds]
        if not data:
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            self._failed(GreenroomError("the run's network has ended"))
            return
        message = json.loads(data)
        if "listening" in message:
            self._listening += received
        elif "error" in message:
            self._failed(GreenroomError(f"the run's network cannot be made: {message['error']}"))
        elif "made" in message:
            self._made.set_result(None)
        else:
            waiting = self._asked.pop(message["id"])
            if waiting.done():
                return
            if received:
                waiting.set_result(received[0])
            else:
                waiting.set_exception(ConnectionRefusedError("nobody listens there"))

    def _failed(self, error: GreenroomError) -> None:
        if not self._made.done():
            self._made.set_exception(error)
        for each in self._asked.values():
            if not each.done():
                each.set_exception(ConnectionRefusedError(str(error)))

    async def open(self, border: Border) -> None:
        """Wait until process 1 has made the network, serve what it handed out, and let the program start."""
        await self._made
        loop = asyncio.get_running_loop()
        *listening, queries = self._listening
        for listener, (host, port) in zip(listening, border.relayed.values(), strict=True):
            self._relays.append(await relay.serve(listener, relay.to_address(host, port)))
        queries.setblocking(False)
        await loop.create_datagram_endpoint(lambda: Resolver(border.names), sock=queries)
        for outer, inner in border.exposed:
            self._relays.append(await relay.serve(exposing(outer), self._into(inner)))
        self._say({"go": 1})

    def _into(self, port: int) -> relay.Dial:
        async def dial(half: relay.Half) -> asyncio.Transport:
            loop = asyncio.get_running_loop()
            self._numbers += 1
            waiting = self._asked[self._numbers] = loop.create_future()
            self._say({"connect": port, "id": self._numbers})
            connected = await waiting
            transport, _ = await loop.create_connection(lambda: half, sock=connected)
            return transport

        return dial


def exposing(port: int) -> socket.socket:
    """Listen on a port outside; raise ConfigurationError when it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigurationError(
            f"port {port} cannot be used for --expose: {error}; stop what uses it, or choose another outside:"
            f" --expose OTHER:{port}"
        ) from error
    return listener


async def start(
    command: Sequence[str], env: Mapping[str, str], border: Border, folder: Path, bundle: Path
) -> Network:
    """Start a program in a network of its own; raise GreenroomError where that cannot be made."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    plan = {
        "files": [[str(source), target] for source, target in _files(folder, bundle)],
        "tcp": list(border.relayed),
        "udp": [(LOOPBACK, 53)],
        "user": os.getuid(),
        "group": os.getgid(),
        "session": not from_terminal(),
    }
    python = [sys.executable, "-I", "-S", str(INSIDE), str(theirs.fileno()), json.dumps(plan)]
    process = await asyncio.create_subprocess_exec(
        "unshare", *UNSHARE, "--", *python, "--", *command, env=env, pass_fds=(theirs.fileno(),)
    )
    theirs.close()
    network = Network(process, ours)
    try:
        await network.open(border)
    except BaseException:
        await network.end()
        raise
    return network


def _files(folder: Path, bundle: Path) -> Iterable[tuple[Path, str]]:
    """Yield the files that the program sees in place of the system's: how names are resolved, and whom to trust."""
    own: dict[str, Callable[[], str]] = {
        "/etc/resolv.conf": lambda: f"nameserver {LOOPBACK}\n",
        "/etc/hosts": lambda: f"{LOOPBACK} localhost {socket.gethostname()}\n::1 localhost\n",
        "/etc/nsswitch.conf": _switched,
    }
    for target, text in own.items():
        if Path(target).exists():
            source = folder / Path(target).name
            source.write_text(text(), "utf-8")
            yield source, target
    trusted = system_bundle()
    if trusted is not None:
        yield bundle, trusted


def _switched() -> str:
    """Return the system's nsswitch.conf with host names from files and DNS alone: other sources ask processes outside."""
    lines = Path("/etc/nsswitch.conf").read_text("utf-8", "replace").splitlines()
    kept = [line for line in lines if not line.lstrip().startswith("hosts:")]
    return "\n".join([*kept, "hosts: files dns", ""])
