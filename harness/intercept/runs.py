"""The runs that a server serves: each has ports, an authority and a journal of its own, and leaves only the journal."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import instants, realtime
from harness.errors import ConfigurationError, NotFound
from harness.intercept.calls import Calls
from harness.intercept.front import NOISE, UNKNOWN, Front, bound, is_name
from harness.intercept.standin import Catalogue, catalogue

if TYPE_CHECKING:
    from harness.application import Application
    from harness.tls import Passing

Protocols = Callable[[Any, Any], Callable[[], asyncio.Protocol]]
"""Makes of an ASGI application, and a class that speaks HTTP for it, what makes a connection's protocol."""

JOURNALS_KEPT = 50


@dataclass(slots=True)
class Run:
    """One run: the process that it is for, where it listens on loopback, what it has called."""

    id: str
    pid: int
    tls_port: int
    http_port: int
    authority: Passing
    calls: Calls
    folder: Path
    listening: tuple[asyncio.Server, ...]


class Runs:
    """Begins and ends runs. The folder of each lies in `directory` and is removed with it; its journal stays."""

    def __init__(self, application: Application, protocols: Protocols, directory: Path) -> None:
        """What earlier servers left behind is removed."""
        self._application = application
        self._protocols = protocols
        self._directory = directory
        self._open: dict[str, Run] = {}
        self._standing: Calls | None = None
        for left in directory.glob("*/"):
            shutil.rmtree(left, ignore_errors=True)

    def __iter__(self) -> Iterator[Run]:
        """Go over the open runs, the oldest first."""
        return iter(list(self._open.values()))

    def find(self, id: str) -> Run:
        """Return an open run; raise NotFound."""
        run = self._open.get(id)
        if run is None:
            raise NotFound(f"there is no open run {id!r}")
        return run

    async def begin(self, pid: int, *, standins: bool) -> Run:
        """Open two ports on loopback, for TLS and for plain HTTP; `pid` is the process that the run is for."""
        from harness.tls import Passing, front

        for each in self:
            if not _lives(each.pid):
                self.end(each.id)
        id = f"{instants.iso(realtime.now())[:19].replace(':', '')}-{realtime.entropy(3).hex()}"
        folder = self._directory / id
        folder.mkdir(parents=True, mode=0o700)
        self._thin_out()
        calls, authority = Calls(self._directory / f"{id}.journal"), Passing(folder)
        known = catalogue()
        application = Front(self._application, known if standins else Catalogue((), known.noise), calls)
        protocol = self._protocols(application, bound(application))
        loop = asyncio.get_running_loop()
        plain, secure = _listener(), _listener()
        ports = secure.getsockname()[1], plain.getsockname()[1]
        listening = (
            await loop.create_server(protocol, sock=secure, ssl=front(authority, is_name), backlog=2048),
            await loop.create_server(protocol, sock=plain, backlog=2048),
        )
        run = self._open[id] = Run(id, pid, *ports, authority, calls, folder, listening)
        return run

    async def stand(self, listeners: Sequence[socket.socket], ca_file: Path | None) -> None:
        """Answer for every host on two sockets (TLS, then plain HTTP) for as long as the server lives.

        They are for containers that reach this one by the providers' names. The authority stays in the data directory
        and may vouch for the hosts of providers and stand-ins alone; `ca_file` gets its certificate.
        """
        from harness.tls import Authority, front

        known = catalogue()
        hosts = {host for provider in self._application.runtime.providers.values() for host in provider.hosts}
        hosts |= {host for standin in known.standins for host in standin.hosts}
        authority = Authority(self._directory.parent / "containers", hosts)
        if ca_file is not None:
            _hand_out(authority.certificate, ca_file)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._standing = Calls(self._directory / "containers.log")
        application = Front(self._application, known, self._standing)
        protocol = self._protocols(application, bound(application))
        loop, (secure, plain) = asyncio.get_running_loop(), listeners
        context = front(authority, lambda host: application.place(host)[0] not in (NOISE, UNKNOWN))
        await loop.create_server(protocol, sock=secure, ssl=context, backlog=2048)
        await loop.create_server(protocol, sock=plain, backlog=2048)

    def end(self, id: str) -> None:
        """Close a run's ports and forget its authority; raise NotFound."""
        run = self.find(id)
        del self._open[id]
        for each in run.listening:
            each.close()
        run.calls.close()
        shutil.rmtree(run.folder, ignore_errors=True)

    def close(self) -> None:
        """End all runs."""
        for each in self:
            self.end(each.id)
        if self._standing is not None:
            self._standing.close()

    def _thin_out(self) -> None:
        """Keep the newest journals only; their names begin with the instant."""
        for old in sorted(self._directory.glob("*.journal"))[: -JOURNALS_KEPT + 1]:
            old.unlink(missing_ok=True)


def _hand_out(certificate: Path, target: Path) -> None:
    try:
        target.write_bytes(certificate.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"--ca-file {target} cannot be written: {error}") from error


def _listener() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
