"""The parts of a running Greenroom, put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness import plot, registry
from harness.batch import Batch
from harness.consumer import Consumer
from harness.dispatcher import Dispatcher
from harness.engine import Engine, Infer
from harness.hub import Hub
from harness.journal import KEPT
from harness.provider import Provider
from harness.scenarios import Scenarios
from harness.store.sqlite import SqliteStore
from harness.timeline import Timeline
from harness.world import World
from harness.worlds import Worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from harness.alerts import Alerts
    from harness.intercept.runs import Runs
    from harness.smtp import Sink
    from harness.tls import Authority
    from harness.tracing import Tracing

BASE_PORT = 4400
TLS_PORT = 43  # added to the base port


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is started; `allow_hosts` are further `Host` names, `webhook_hosts` receivers besides loopback.

    `specs` is the folder with the providers' documents, from which the rest of their operations is inferred; `smtp`
    (`host:port`) is the mail server that all mail is passed on to. Of each world the last `keep_requests` are kept in memory.
    `alerts` is a file of rules over the health of the providers; `traces` the address that spans are sent to.
    """

    data_dir: Path = Path(".greenroom")
    host: str = "127.0.0.1"
    port: int = BASE_PORT
    token: str | None = None
    tls: bool = False
    allow_hosts: frozenset[str] = frozenset()
    webhook_hosts: frozenset[str] = frozenset()
    standard_ports: bool = False
    ca_file: Path | None = None
    specs: Path | None = None
    smtp: str | None = None
    keep_requests: int = KEPT
    alerts: Path | None = None
    traces: str | None = None


@dataclass(slots=True)
class Runtime:
    """Everything one server process holds; `open_runtime` builds it, `start` and `close` bracket its life.

    `runs` is there where the process has sockets of its own.
    """

    settings: Settings
    providers: dict[str, Provider]
    store: SqliteStore
    worlds: Worlds
    hub: Hub
    batch: Batch
    engine: Engine
    dispatcher: Dispatcher
    timeline: Timeline
    scenarios: Scenarios
    sink: Sink | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    runs: Runs | None = None
    alerts: Alerts | None = None
    tracing: Tracing | None = None
    _authority: Authority | None = None

    def start(self) -> None:
        """Take up what was due or pending when the server last stopped; call it on the event loop."""
        self.worlds.tidy()
        for world in self.worlds:
            self.dispatcher.take_up(world)
            self.timeline.plan(world)
        if self.alerts is not None:
            self.alerts.start()

    async def close(self) -> None:
        """Stop deliveries and timers, and close the store."""
        self.stopping.set()
        if self.runs is not None:
            self.runs.close()
        if self.alerts is not None:
            await self.alerts.close()
        await self.timeline.close()
        await self.dispatcher.close()
        if self.sink is not None:
            await self.sink.close()
        await self.worlds.close()
        self.store.close()
        if self.tracing is not None:
            await asyncio.to_thread(self.tracing.close)

    def url(self, provider: str | None = None) -> str:
        """Return the address of the control port, or of a provider's own port, without a slash at the end."""
        settings = self.settings
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host  # noqa: S104
        port = settings.port + (self.providers[provider].port if provider else 0)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def authority(self) -> Authority:
        """Return the certificate authority of the data directory; made at the first call. Raises StoreError."""
        from harness.tls import (
            Authority,  # at the first use: cryptography costs a tenth of a second to import
        )

        if self._authority is None:
            hosts = {host for provider in self.providers.values() for host in provider.hosts}
            self._authority = Authority(self.settings.data_dir / "tls", hosts)
        return self._authority

    def tls_context(self, serves: Callable[[str], bool]) -> SSLContext:
        """Return the context of the TLS port, which has a certificate for every host that is served."""
        from harness.tls import front

        return front(self.authority(), serves)

    def secure_url(self, provider: str) -> str:
        """Return a provider's address over TLS, its path prefix at the end; empty where there is no TLS front."""
        if not self.settings.tls:
            return ""
        return f"https://localhost:{self.settings.port + TLS_PORT}/{provider}"

    def environment(self, world: World) -> dict[str, str]:
        """Return the environment that points a consumer at a world: the platform's names, the SDKs', and ours."""
        env = {"GREENROOM_URL": self.url(), "GREENROOM_WORLD": world.name}
        for name, provider in self.providers.items():
            account = self.worlds.account(world, provider)
            for credential in provider.credentials:
                env |= dict.fromkeys(credential.env, account["tokens"][credential.name])
            env |= account["env"]
            env[f"GREENROOM_{name.upper()}_URL"] = self.url(name)
            env |= dict.fromkeys(provider.base_env, self.url(name))
        return env


def open_runtime(settings: Settings, providers: dict[str, Provider] | None = None) -> Runtime:
    """Open the store and build the parts, with the installed providers unless others are given.

    Raises StoreError or ConfigurationError.
    """
    providers = registry.providers() if providers is None else providers
    sink = None if settings.smtp is None else _sink(settings.smtp)
    infer = None
    if settings.specs is not None:
        infer, providers = _inferring(settings.specs, settings.data_dir, providers)
    store = SqliteStore(settings.data_dir)
    worlds = Worlds(store, providers, settings.keep_requests)
    hub = Hub()
    batch = Batch(store, worlds.reload)
    engine = Engine(store, worlds, batch, hub)
    engine.infer = infer
    dispatcher = Dispatcher(store, worlds, batch, hub, settings.webhook_hosts)
    timeline = Timeline(store, worlds, batch, dispatcher, engine)
    dispatcher.visits.announce = engine.announce
    engine.on_outcome += [dispatcher.heard, timeline.heard]
    if sink is not None:
        engine.on_outcome.append(sink.heard)
    dispatcher.on_retry.append(timeline.plan)
    dispatcher.on_attempt.append(engine.health.delivered)
    scenarios = Scenarios(store, worlds, batch, engine, timeline)
    runtime = Runtime(
        settings, providers, store, worlds, hub, batch, engine, dispatcher, timeline, scenarios, sink
    )
    if settings.alerts is not None:
        runtime.alerts = _alerts(settings.alerts, runtime)
    if settings.traces is not None:
        runtime.tracing = engine.tracing = dispatcher.tracing = _tracing(settings.traces)
    plot.install(providers)
    Consumer(runtime)
    return runtime


def _alerts(file: Path, runtime: Runtime) -> Alerts:
    """Return the alerts of a file; raise ConfigurationError for one that cannot be used."""
    from harness.alerts import Alerts, read  # where they are wanted: they take a while to import

    names = list(runtime.providers)
    return Alerts(runtime.engine.health, runtime.dispatcher.client, read(file, names), names)


def _tracing(endpoint: str) -> Tracing:
    """Return what makes spans; raise ConfigurationError where OpenTelemetry is not installed."""
    from harness.tracing import Tracing  # where it is wanted: an extra has what it imports

    return Tracing(endpoint)


def _sink(to: str) -> Sink:
    """Return what passes mail on; raise ConfigurationError for an address that is none."""
    from harness.smtp import Sink  # where it is wanted: the standard library's mail takes a while to import

    return Sink(to)


def _inferring(
    folder: Path, data_dir: Path, providers: dict[str, Provider]
) -> tuple[Infer, dict[str, Provider]]:
    """Return what finds inferred operations, and the providers with those that have a document alone."""
    from harness.specs import roomless
    from harness.specs.serving import Inferred

    inferred = Inferred(folder, data_dir / "specs" / "read")
    further = roomless.providers(folder, inferred.settings, providers)
    return inferred.find, dict(sorted({**providers, **further}.items()))
