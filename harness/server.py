"""The server process: its sockets, its signals, and the line that says it is ready."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from asyncio import FIRST_COMPLETED
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, cast

import uvicorn

from harness.application import Application
from harness.errors import ConfigurationError
from harness.intercept.runs import Runs
from harness.protocol import Protocol, bound
from harness.runtime import TLS_PORT, Runtime, Settings, open_runtime
from harness.sockets import Sockets

YOUNG_OBJECTS = 10_000
"""How many objects may be new before the collector looks through them (Python's default: 700)."""
SHUTDOWN_SECONDS = 3
READY = "greenroom ready"
STANDARD = {443: "the providers' hosts", 80: "the providers' hosts"}
"""The ports of HTTPS and HTTP."""

LONGEST_LINE = 2000
"""Characters of a message that are logged: a path that nobody serves may have any length."""

log = logging.getLogger("greenroom")


class Server(uvicorn.Server):
    """uvicorn that says when it is ready, without its signal handlers: ours close the runtime too."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Keep the event that `startup` sets."""
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `_serve`."""
        yield


def sockets(settings: Settings, offsets: dict[int, str]) -> list[socket.socket]:
    """Bind all ports, or none: raise ConfigurationError naming the busy port and the option."""
    if settings.token is None and not _is_loopback(settings.host):
        raise ConfigurationError(
            f"--host {settings.host} opens Greenroom to other machines: give --token SECRET as well,"
            " which the control API then demands"
        )
    return _bound(settings, {settings.port + offset: name for offset, name in offsets.items()})


def _bound(settings: Settings, ports: dict[int, str]) -> list[socket.socket]:
    """Bind ports in their order, or none."""
    bound: list[socket.socket] = []
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    for port, name in sorted(ports.items()):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
            listener.listen(2048)
        except (OSError, OverflowError) as error:
            for each in (*bound, listener):
                each.close()
            way_out = (
                "or choose other ports with --port BASE"
                if port not in STANDARD
                else "or leave --standard-ports out"
            )
            raise ConfigurationError(
                f"port {port} on {settings.host} (for {name}) cannot be used: {error}; stop what uses it, {way_out}"
            ) from error
        bound.append(listener)
    return bound


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _config(
    application: Application, front: Any = None, protocol: type[Protocol] | None = None
) -> uvicorn.Config:
    """Configure a server of `application`, or of a `front` before it, which has a protocol of its own."""
    feeding = any(provider.feed is not None for provider in application.runtime.providers.values())
    return uvicorn.Config(
        front or application,
        http=protocol or bound(application),
        loop="none",
        lifespan="off",
        ws=cast("Any", Sockets(application).protocol) if feeding else "none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        backlog=2048,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def _servers(runtime: Runtime, listeners: list[socket.socket]) -> list[tuple[Server, list[socket.socket]]]:
    """Return the server of the plain ports and, last, that of the TLS port where there is one."""
    application = Application(runtime)
    plain = Server(_config(application))

    def protocols(front: Any, protocol: type[Protocol]) -> Callable[[], asyncio.Protocol]:
        config = _config(application, front, protocol)
        config.load()
        return lambda: protocol(config, plain.server_state, {})

    runtime.runs = Runs(application, protocols, runtime.settings.data_dir / "runs")
    if not runtime.settings.tls:
        return [(plain, listeners)]
    secure = _config(application)
    secure.load()
    secure.ssl = runtime.tls_context(application.answers)
    return [(plain, listeners[:-1]), (Server(secure), listeners[-1:])]


def _spare_loaded(runtime: Runtime) -> None:
    """Keep the garbage collector from looking through what was loaded again and again, rooms loaded later included.

    It also comes less often: a request leaves its documents and its entry in the journal, hardly ever a cycle.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    for provider in runtime.providers.values():
        provider.on_load = gc.freeze


async def _serve(
    runtime: Runtime, listeners: list[socket.socket], standard: list[socket.socket], greeting: str
) -> None:
    servers = _servers(runtime, listeners)
    loop = asyncio.get_running_loop()
    if standard and runtime.runs is not None:
        await runtime.runs.stand(standard[::-1], runtime.settings.ca_file)

    def stop() -> None:
        runtime.stopping.set()
        for server, _ in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    runtime.start()
    serving = asyncio.gather(*(server.serve(sockets=sockets) for server, sockets in servers))
    ready = asyncio.gather(*(server.ready.wait() for server, _ in servers))
    waiting: set[asyncio.Future[Any]] = {serving, ready}
    await asyncio.wait(waiting, return_when=FIRST_COMPLETED)
    ready.cancel()
    _spare_loaded(runtime)
    sys.stdout.write(f"{READY} {runtime.url()}\n{greeting}")
    sys.stdout.flush()
    try:
        await serving
    finally:
        await runtime.close()


def _without_secrets(record: logging.LogRecord) -> bool:
    """Take out of a line what must not be written down: a path that nobody serves may hold anything."""
    from harness.verify.redaction import clean_text

    told = record.getMessage()
    record.msg, record.args = clean_text(told if len(told) <= LONGEST_LINE else f"{told[:LONGEST_LINE]}…"), ()
    return True


def run(settings: Settings, greet: Callable[[Runtime], str] = lambda _: "") -> None:
    """Serve until SIGTERM or SIGINT; raise ConfigurationError or StoreError when it cannot start.

    What `greet` returns is printed after the line that says the server is ready.
    """
    import uvloop

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_secrets)
    runtime = open_runtime(settings)
    try:
        offsets = {0: "the control API"} | {each.port: each.name for each in runtime.providers.values()}
        if settings.tls:
            offsets[TLS_PORT] = "TLS"
        listeners = sockets(settings, offsets)
        standard = _bound(settings, STANDARD) if settings.standard_ports else []
    except ConfigurationError:
        runtime.store.close()
        raise
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(runtime, listeners, standard, greet(runtime)))
