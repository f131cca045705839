"""What the control API answers: the shapes of its JSON. Instants are ISO 8601 in UTC with milliseconds."""

from __future__ import annotations

from typing import Any

from typing_extensions import NotRequired, TypedDict  # noqa: UP035 - pydantic wants these before Python 3.12

Json = dict[str, Any]


class Health(TypedDict):
    """That the server is ready."""

    status: str
    version: str


class Provider(TypedDict):
    """A provider that is served: its own port and address here, its real host names, how many operations."""

    name: str
    title: str
    port: int
    url: str
    hosts: list[str]
    operations: int


class Providers(TypedDict):
    """All providers."""

    providers: list[Provider]


class Clock(TypedDict):
    """Mode (`real`, `frozen`, `fast`), world time, and world seconds per wall second."""

    mode: str
    now: str
    rate: float


class World(TypedDict):
    """A world; `env` points a consumer at it and is left out of lists, `scenario` is the one that it was made with."""

    id: str
    name: str
    seed: int | str
    scenario: NotRequired[str]
    env: NotRequired[dict[str, str]]
    urls: dict[str, str]
    clock: Clock
    lenient: list[str]
    live: list[str]


class Worlds(TypedDict):
    """All worlds."""

    worlds: list[World]


class Incoherence(TypedDict):
    """What is wrong with a document: a reference that leads nowhere, a sum that is not equal, times in disorder."""

    kind: str
    id: str
    rule: str
    told: str


class Coherence(TypedDict):
    """How much of a world was checked, and what is wrong with it; `more`: beyond the limit."""

    coherent: bool
    documents: int
    references: int
    checks: int
    findings: list[Incoherence]
    more: bool


class Advanced(TypedDict):
    """World time after an advance, timers that ran, and delivery attempts that were made."""

    now: str
    timers_run: int
    deliveries: int


class Snapshot(TypedDict):
    """A snapshot; `created` is real time."""

    name: str
    created: str


class Snapshots(TypedDict):
    """A world's snapshots."""

    snapshots: list[Snapshot]


class Endpoint(TypedDict):
    """Where a provider posts its events; `secret` is shown when the endpoint is added."""

    id: str
    provider: str
    url: str
    events: list[str]
    status: str
    paused: bool
    secret: NotRequired[str]


class Endpoints(TypedDict):
    """A world's endpoints."""

    endpoints: list[Endpoint]


class Event(TypedDict):
    """What a provider announced; `body` is its own payload as an endpoint without wishes of its own gets it."""

    id: str
    provider: str
    type: str
    created: str
    body: Any


class Events(TypedDict):
    """Events, the newest first."""

    events: list[Event]


class Attempt(TypedDict):
    """One attempt: `at` in real time and in world time; without an answer `status` is null and `error` says why."""

    number: int
    at: str
    world_time: str
    status: int | None
    error: str | None
    milliseconds: float
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    response_body: str
    fault: str | None


class Delivery(TypedDict):
    """One event on its way to one endpoint: `pending`, `delivered` or `failed`; `next_attempt` is world time."""

    id: str
    provider: str
    event: str
    type: str
    endpoint: str
    url: str
    state: str
    attempts: list[Attempt]
    next_attempt: str | None
    request_body: str | None
    note: str | None


class Deliveries(TypedDict):
    """Deliveries, the newest first."""

    deliveries: list[Delivery]


class Paused(TypedDict):
    """How many endpoints of the world are paused now."""

    paused: int


class Settled(TypedDict):
    """How a world's deliveries stand: delivered, failed for good, and scheduled for later world time."""

    delivered: int
    failed: int
    scheduled: int


class Fault(TypedDict):
    """An injected failure, and how often it has hit."""

    id: str
    kind: str
    provider: str | None
    operation: str | None
    status: int | None
    milliseconds: float | None
    mode: str | None
    per_second: int | None
    probability: float
    times: int | None
    hits: int


class Faults(TypedDict):
    """A world's faults."""

    faults: list[Fault]


class Request(TypedDict):
    """A request that a provider answered; `status` is null where a fault cut the connection.

    `violations` are the ids of the violations that it was recorded for.
    """

    id: str
    at: str
    world_time: str
    provider: str
    operation: str | None
    method: str
    path: str
    query: str
    status: int | None
    milliseconds: float
    fault: str | None
    violations: list[str]
    request_headers: dict[str, str]
    request_body: str
    response_headers: dict[str, str]
    response_body: str


class Requests(TypedDict):
    """Requests, the newest first."""

    requests: list[Request]


class Violation(TypedDict):
    """A rule of a provider that requests broke: how often, and the first of these requests; times are world time."""

    id: str
    provider: str
    operation: str
    rule: str
    subject: str
    message: str
    status: int
    lenient: bool
    count: int
    first_at: str
    last_at: str
    example: Json


class Violations(TypedDict):
    """Violations, the latest kinds first."""

    violations: list[Violation]


class Kind(TypedDict):
    """How many documents of one kind a provider holds in a world."""

    provider: str
    kind: str
    count: int


class Objects(TypedDict):
    """Documents as they are stored, the newest of each kind first, and the kinds that were looked at."""

    kinds: list[Kind]
    objects: list[Json]
    has_more: bool


EmailLine = TypedDict(
    "EmailLine",
    {
        "id": str,
        "provider": str,
        "from": str,
        "to": list[str],
        "subject": str,
        "created": str,
        "status": str,
    },
)


class Emails(TypedDict):
    """Mail, the newest first."""

    emails: list[EmailLine]


Email = TypedDict(
    "Email",
    {
        "id": str,
        "provider": str,
        "from": str,
        "to": list[str],
        "cc": list[str],
        "bcc": list[str],
        "reply_to": list[str],
        "subject": str,
        "created": str,
        "status": str,
        "headers": dict[str, str],
        "html": str | None,
        "text": str | None,
        "links": list[str],
        "codes": list[str],
        "attachments": list[Json],
    },
)


class Host(TypedDict):
    """How often a host was called; `kind` is provider, standin, noise, unknown or greenroom."""

    host: str
    kind: str
    owner: str
    calls: int
    failed: int


class Run(TypedDict):
    """An open run; `certificate` is the authority to trust, `fingerprint` its leaves' key as Chromium takes it."""

    id: str
    tls_port: int
    http_port: int
    certificate: str
    fingerprint: str
    journal: str
    calls: int
    hosts: list[Host]


class Runs(TypedDict):
    """The open runs, the oldest first."""

    runs: list[Run]


class Calls(TypedDict):
    """Calls of a run, the newest first."""

    calls: list[Json]
