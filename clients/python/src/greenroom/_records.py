"""What the control API answers, as frozen dataclasses. Instants are aware datetimes in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from greenroom._control import Json
from greenroom._errors import GreenroomError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)


def instant(text: str | None) -> datetime | None:
    """Read an ISO 8601 instant of the control API (`2026-01-31T09:00:00.000Z`)."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def iso(moment: datetime | str | None) -> str | None:
    """Write an instant for the control API; a datetime without a zone, and text without an offset, mean UTC."""
    if not isinstance(moment, datetime):
        return moment
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read(kind: type[Record], shown: Mapping[str, Json]) -> Record:
    """Make a record of what the control API shows; fields that this version does not know are left out."""
    values: dict[str, Any] = {}
    for item in fields(kind):
        name = item.metadata.get("name", item.name)
        if name in shown:
            reader = item.metadata.get("read")
            values[item.name] = reader(shown[name]) if reader else shown[name]
        elif item.default is MISSING and item.default_factory is MISSING:
            raise GreenroomError(
                f"the control API shows a {kind.__name__} without {name!r}: greenroom-client and the running "
                "Greenroom are of different versions; install the same version of both"
            )
    return kind(**values)


def _attempts(shown: list[Mapping[str, Json]]) -> tuple[Attempt, ...]:
    return tuple(read(Attempt, attempt) for attempt in shown)


_INSTANT = {"read": instant}
_TUPLE = {"read": tuple}
_ATTEMPTS = {"read": _attempts}


@dataclass(frozen=True, slots=True)
class Health:
    """What the server says about itself: `status` (`ok`) and its `version`."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider that is served: its own port and URL there, its real host names, how many operations."""

    name: str
    title: str
    port: int
    url: str
    hosts: tuple[str, ...] = field(metadata=_TUPLE)
    operations: int


@dataclass(frozen=True, slots=True)
class ClockState:
    """A world's clock: `mode` (`real`, `frozen`, `fast`), world time, and world seconds per wall second."""

    mode: str
    now: datetime = field(metadata=_INSTANT)
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Advance:
    """What an advance of the clock did: the world's new time, timers that ran, deliveries that were attempted."""

    now: datetime = field(metadata=_INSTANT)
    timers_run: int
    deliveries: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How the webhooks stand after settling: delivered, failed for good, and scheduled for a later world time."""

    delivered: int
    failed: int
    scheduled: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider posts a world's events.

    `secret` verifies the signatures; it is told when the endpoint is added, and empty in lists.
    """

    id: str
    provider: str
    url: str
    events: tuple[str, ...] = field(metadata=_TUPLE)
    status: str
    paused: bool
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What a provider announced; `created` is world time, `body` the provider's own payload."""

    id: str
    provider: str
    type: str
    created: datetime = field(metadata=_INSTANT)
    body: Json


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a delivery: `at` in real time and in world time, and what the receiver answered.

    `status` is None where there was no answer; then `error` says why. `fault` is the injected one that it met.
    """

    number: int
    at: datetime = field(metadata=_INSTANT)
    world_time: datetime = field(metadata=_INSTANT)
    status: int | None
    error: str | None
    milliseconds: float
    request_headers: Mapping[str, str]
    response_body: str | None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint: `state` is `pending`, `delivered` or `failed`.

    `type` is the event's type; `next_attempt` is world time, None when no further attempt is planned.
    `request_body` is what was posted last, `note` what held or ended it.
    """

    id: str
    provider: str
    event: str
    type: str
    endpoint: str
    url: str
    state: str
    attempts: tuple[Attempt, ...] = field(metadata=_ATTEMPTS)
    next_attempt: datetime | None = field(metadata=_INSTANT)
    request_body: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An injected failure of one `kind`, and how often it has hit; what the kind does not use is None."""

    id: str
    kind: str
    provider: str | None = None
    operation: str | None = None
    status: int | None = None
    milliseconds: float | None = None
    mode: str | None = None
    per_second: int | None = None
    probability: float | None = None
    times: int | None = None
    hits: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept state of a world."""

    name: str
    created: datetime = field(metadata=_INSTANT)


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a provider and its answer: `at` in real time and in world time.

    `status` is None where a fault left it unanswered; `operation` where the provider has none at this path.
    Secrets are left out of the headers, long bodies are cut.
    """

    id: str
    at: datetime = field(metadata=_INSTANT)
    world_time: datetime = field(metadata=_INSTANT)
    provider: str
    operation: str | None
    method: str
    path: str
    status: int | None
    milliseconds: float
    query: str = ""
    fault: str | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: str = ""
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of a provider that requests broke, how often, and one of these requests as an example.

    `first_at` and `last_at` are world time; `subject` is what broke it (a parameter, a header), `status` the
    provider's answer to it, which `lenient` says was not given.
    """

    provider: str
    operation: str | None
    rule: str
    message: str
    count: int
    first_at: datetime = field(metadata=_INSTANT)
    last_at: datetime = field(metadata=_INSTANT)
    example: Json
    subject: str = ""
    status: int = 0
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Email:
    """A mail that a provider sent, its addresses as in its headers.

    `html`, `text` and what follows them come with a mail that was opened, and are empty in a list; `links` and
    `codes` are those found in its text and HTML.
    """

    id: str
    provider: str
    sender: str = field(metadata={"name": "from"})
    to: tuple[str, ...] = field(metadata=_TUPLE)
    subject: str
    created: datetime = field(metadata=_INSTANT)
    html: str | None = None
    text: str | None = None
    links: tuple[str, ...] = field(default=(), metadata=_TUPLE)
    codes: tuple[str, ...] = field(default=(), metadata=_TUPLE)
    cc: tuple[str, ...] = field(default=(), metadata=_TUPLE)
    bcc: tuple[str, ...] = field(default=(), metadata=_TUPLE)
    reply_to: tuple[str, ...] = field(default=(), metadata=_TUPLE)
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Json, ...] = field(default=(), metadata=_TUPLE)


@dataclass(frozen=True, slots=True)
class StreamItem:
    """Something that just happened: `kind` is `request`, `event`, `delivery` or `mail`; `data` describes it."""

    kind: str
    data: Json


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of a scenario: whether it holds, what was seen, and where it stands in the file."""

    scenario: str
    that: str
    passed: bool
    expected: str
    saw: str
    place: str

    def __str__(self) -> str:
        return f"{'ok' if self.passed else 'FAILED'}: {self.that} (expected {self.expected}; saw {self.saw})"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a scenario let happen, and when in world time."""

    at: datetime = field(metadata=_INSTANT)
    what: str


def _expected(shown: list[Mapping[str, Json]]) -> tuple[Expected, ...]:
    return tuple(read(Expected, one) for one in shown)


def _steps(shown: list[Mapping[str, Json]]) -> tuple[Step, ...]:
    return tuple(read(Step, one) for one in shown)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a world is as its scenarios expect it; true when it is.

    Of a scenario that was played there are also the ids that it gave (`refs`), what happened, and the world's time then.
    """

    passed: bool
    expectations: tuple[Expected, ...] = field(metadata={"read": _expected})
    refs: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = field(default=(), metadata={"read": _steps})
    now: datetime | None = field(default=None, metadata=_INSTANT)

    def __bool__(self) -> bool:
        return self.passed

    @property
    def failed(self) -> tuple[Expected, ...]:
        """What is not as expected."""
        return tuple(one for one in self.expectations if not one.passed)

    def __str__(self) -> str:
        return "\n".join(map(str, self.expectations)) or "nothing is expected"
