"""What a provider is to the harness: one object that names its hosts, dialect, operations, events and account."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

import orjson

from harness.dialect import Dialect
from harness.errors import ConfigurationError
from harness.messages import Request
from harness.params import Params
from harness.routes import Routes

Handler = TypeVar("Handler", bound=Callable[..., Any])
Tier = Literal["P0", "P1", "P2"]


def late(place: str) -> Callable[..., Any]:
    """Return a function that calls `module:function` of a room, imported at the first call: a start reads no more of it."""
    module, _, name = place.partition(":")

    def call(*arguments: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*arguments)

    return call


def event_types(provider_file: str) -> tuple[str, ...]:
    """Return the types that `event_types.txt` names, beside a room's `provider.py`, one a line."""
    return tuple(Path(provider_file).with_name("event_types.txt").read_text("utf-8").split())


def compact(event: dict[str, Any], _endpoint: dict[str, Any]) -> bytes:
    """Return an event's body as compact JSON, the same for every endpoint."""
    return orjson.dumps(event["body"])


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret that every world has of its own, and the environment names under which the consumer reads it.

    `form` is a form of `chance.fill`, for example `sk_test_{alnum:24}`. A `lookup` credential identifies the world
    in requests; others (webhook secrets) are only handed out. `spell` writes what the form gave as the provider does,
    where no form can say it (a key that encodes a host name). `narrower` names the provider's key that may do less, `full`
    is a pattern of those that may do everything (none: a key does not show it): `greenroom preflight` tells of them.
    """

    name: str
    form: str
    env: tuple[str, ...] = ()
    lookup: bool = True
    spell: Callable[[str], str] | None = None
    full: str = ""
    narrower: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """Where an SDK has the API version that it sends: a file of its package, and a pattern whose first group is it."""

    package: str
    file: str
    pattern: str
    node: bool = False


@dataclass(frozen=True, slots=True)
class Api:
    """The versions of a provider's API: those served, the one that an account's events are told in, the SDKs' own."""

    versions: Callable[[], tuple[str, ...]]
    pins: tuple[Pin, ...]
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How a provider delivers: the signature comes from the room, schedule and time-out are data.

    `sign(secrets, event_id, stamp, body)` returns the headers of one attempt; `stamp` is real time in unix seconds.
    `body(event, endpoint)` returns the exact bytes, compact JSON unless the room has another form; `retried(event,
    endpoint, attempts)` those of a further attempt where the provider tells of the earlier ones in it. `retry_seconds` are the gaps between attempts in world time.
    `secret` and `endpoint_id` are forms of `chance.fill`; `events` lists the types that endpoints may ask for, if the
    provider has such a list.
    """

    sign: Callable[[list[str], str, int, bytes], list[tuple[str, str]]]
    secret: str
    retry_seconds: tuple[int, ...]
    timeout_seconds: float
    body: Callable[[dict[str, Any], dict[str, Any]], bytes] = compact
    jitter: float = 0.0
    events: tuple[str, ...] = ()
    endpoint_id: str = "ep_{alnum:24}"
    retried: Callable[[dict[str, Any], dict[str, Any], list[dict[str, Any]]], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a provider tells its own tools over a websocket, as it happens.

    The socket is opened at `path`/<ticket> of a labelled address and speaks `subprotocol`. `admit(tx, ticket)` raises
    the provider's refusal of a ticket that is none. `frames(tx, ticket, kind, news, stamp)` returns the texts to send
    of one piece of news: of the kind `event` an event's document, of the kind `request` what the journal shows of an
    exchange with this provider; `stamp` is real time in unix seconds. Both only read. What a client sends is not heeded.
    """

    path: str
    subprotocol: str
    admit: Callable[[Any, str], None]
    frames: Callable[[Any, str, str, dict[str, Any], int], list[str]]


@dataclass(slots=True)
class Operation:
    """One endpoint of a provider, named by the provider's own operationId."""

    id: str
    method: str
    path: str
    tier: Tier
    status: int
    public: bool
    handler: Callable[..., Any]
    params: type[Params] | None
    names: tuple[str, ...]
    summary: str
    decode: Callable[[Request], dict[str, Any]] | None = None
    """Reads a request where the operation is inferred from a document; all others leave that to the dialect."""

    def call(self, tx: Any, params: Params | None, values: dict[str, str]) -> Any:
        """Call the handler: the transaction, the parameters when it takes any, then path parameters by name."""
        arguments = [values[name] for name in self.names]
        return self.handler(tx, *arguments) if params is None else self.handler(tx, params, *arguments)


@dataclass(slots=True)
class Provider:
    """A provider: `mocks/<name>/provider.py` builds one, the entry point `greenroom.providers` names it.

    `port` is added to the base port. `hosts` are its real host names, `*.algolia.net` stands for all below a domain.
    `account(tx)` fills a new world's account and returns further environment variables; `populate(tx, story)` adds what
    a scenario tells to it and returns the ids it gave, for the rooms that come after it to refer to. Both are
    `open_account` and `populate` of the room's `seed.py`, where there is a `package`. `base_env` are the names under
    which the provider's SDKs read their base address, `sdks` the names of its official Python SDKs on PyPI,
    `api` the versions of its API where it has several.
    `max_body` limits the bytes of a request; bodies to paths that begin with `uploads` go to disk as they come, up to
    `max_upload` bytes (`Request.upload`). `untriggered`
    are names of the provider's own tools for events that the room cannot trigger, with what they need that is not served.
    `lacks` says what part of the room cannot be served here and what to do about it, or None; `greenroom doctor` asks.
    `on_load` is called once the room's operations are loaded.
    """

    name: str
    title: str
    port: int
    hosts: tuple[str, ...]
    dialect: Dialect
    credentials: tuple[Credential, ...]
    webhooks: Webhooks | None = None
    feed: Feed | None = None
    base_env: tuple[str, ...] = ()
    sdks: tuple[str, ...] = ()
    api: Api | None = None
    account: Callable[[Any], dict[str, str]] | None = None
    populate: Callable[[Any, dict[str, Any]], dict[str, str]] | None = None
    lacks: Callable[[], str | None] | None = None
    max_body: int = 1 << 20
    uploads: str = ""
    max_upload: int = 0
    package: str = ""
    routes: Routes[Operation] = field(default_factory=Routes)
    operations: dict[str, Operation] = field(default_factory=dict)
    timers: dict[str, Callable[[Any, dict[str, Any]], None]] = field(default_factory=dict)
    triggers: dict[str, tuple[type[Params], Callable[[Any, Any], Any]]] = field(default_factory=dict)
    happenings: dict[str, tuple[type[Params], Callable[[Any, Any], Any]]] = field(default_factory=dict)
    untriggered: dict[str, str] = field(default_factory=dict)
    loaded: bool = False
    on_load: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        """Take from the room's `seed.py` how an account is opened and a story told, unless that was given."""
        if self.package:
            self.account = self.account or self._seeding("open_account")
            self.populate = self.populate or self._seeding("populate")

    def _seeding(self, name: str) -> Callable[..., dict[str, str]]:
        def seeding(*arguments: Any) -> dict[str, str]:
            seed = importlib.import_module(
                f"{self.package}.seed"
            )  # late: it imports what the room is made of
            told: dict[str, str] = getattr(seed, name, _nothing)(*arguments)
            return told

        return seeding

    def load(self) -> None:
        """Import every module of the room's `operations` package, once: that registers what is served."""
        if self.loaded or not self.package:
            return
        package = importlib.import_module(f"{self.package}.operations")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
        self.loaded = True
        if self.on_load is not None:
            self.on_load()

    def operation(
        self, method: str, path: str, *, id: str, tier: Tier, status: int = 200, public: bool = False
    ) -> Callable[[Handler], Handler]:
        """Register an operation. `path` has `{name}` segments; `public` ones need no credentials (pages)."""

        def register(handler: Handler) -> Handler:
            if id in self.operations:
                raise ConfigurationError(f"{self.name}: operation {id} is registered twice")
            names = list(inspect.signature(handler).parameters)
            params = get_type_hints(handler)["params"] if "params" in names else None
            operation = Operation(
                id=id,
                method=method,
                path=path,
                tier=tier,
                status=status,
                public=public,
                handler=handler,
                params=params,
                names=tuple(name for name in names[1:] if name != "params"),
                summary=(inspect.getdoc(handler) or "").split("\n")[0],
            )
            self.operations[id] = operation
            self.routes.add(method, path, operation)
            return handler

        return register

    def get(self, path: str, *, id: str, tier: Tier, **more: Any) -> Callable[[Handler], Handler]:
        """Register a GET operation."""
        return self.operation("GET", path, id=id, tier=tier, **more)

    def post(self, path: str, *, id: str, tier: Tier, **more: Any) -> Callable[[Handler], Handler]:
        """Register a POST operation."""
        return self.operation("POST", path, id=id, tier=tier, **more)

    def put(self, path: str, *, id: str, tier: Tier, **more: Any) -> Callable[[Handler], Handler]:
        """Register a PUT operation."""
        return self.operation("PUT", path, id=id, tier=tier, **more)

    def patch(self, path: str, *, id: str, tier: Tier, **more: Any) -> Callable[[Handler], Handler]:
        """Register a PATCH operation."""
        return self.operation("PATCH", path, id=id, tier=tier, **more)

    def delete(self, path: str, *, id: str, tier: Tier, **more: Any) -> Callable[[Handler], Handler]:
        """Register a DELETE operation."""
        return self.operation("DELETE", path, id=id, tier=tier, **more)

    def timer(self, name: str) -> Callable[[Handler], Handler]:
        """Register what happens when a timer of this name is due: a function of (transaction, payload)."""

        def register(handler: Handler) -> Handler:
            self.timers[name] = handler
            return handler

        return register

    def trigger(self, event: str) -> Callable[[Handler], Handler]:
        """Register what `greenroom trigger` does for one of the provider's events: a function of (tx, params)."""

        def register(handler: Handler) -> Handler:
            self.triggers[event] = (get_type_hints(handler)["params"], handler)
            return handler

        return register

    def happening(self, words: str) -> Callable[[Handler], Handler]:
        """Register what scenarios let happen in plain words ("payment fails"): a function of (tx, params)."""

        def register(handler: Handler) -> Handler:
            self.happenings[words] = (get_type_hints(handler)["params"], handler)
            return handler

        return register


def _nothing(*_: Any) -> dict[str, str]:
    """Stand for what a room's `seed.py` does not have."""
    return {}
