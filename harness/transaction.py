"""The unit of work that a handler sees: documents, chance, events, timers and mail that commit together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from harness import chance, instants, realtime
from harness.collection import Collection, endpoints_of, events_of
from harness.dialect import Grant
from harness.errors import Refusal
from harness.store.interface import Store
from harness.unit import Unit

if TYPE_CHECKING:
    from harness.messages import Request
    from harness.provider import Provider
    from harness.world import World

Json = dict[str, Any]

COUNTERS = Collection("harness.counters")
TIMERS = Collection("harness.timer")
DELIVERIES = Collection("harness.delivery", "state", "event")
MAILS = Collection(
    "harness.mail", "provider", to=lambda mail: [address.lower() for address in mail["addresses"]]
)
VIOLATIONS = Collection("harness.violation", "provider")


@dataclass(slots=True)
class Outcome:
    """What became known by a commit: for the dispatcher, the scheduler and the live stream.

    `due` is the instant (µs) of the earliest timer that was set.
    """

    events: list[Json] = field(default_factory=list)
    deliveries: list[Json] = field(default_factory=list)
    due: int | None = None
    mails: list[Json] = field(default_factory=list)


class Timekeeper(Protocol):
    """Keeps the timers of things that have a clock of their own within a world (a provider's test clocks)."""

    def schedule(self, tx: Transaction, name: str, at: int, payload: Json, key: str | None) -> None:
        """Set a timer by that clock, as `Transaction.schedule` does by the world's."""

    def unschedule(self, tx: Transaction, key: str) -> None:
        """Remove the timer that was set under a key."""


class Transaction(Unit):
    """One request's (or timer's) view of a world: its documents, and what follows from changing them.

    `now` is the world's time in microseconds, the same for the whole transaction.
    """

    def __init__(
        self,
        store: Store,
        world: World,
        provider: Provider,
        *,
        now: int | None = None,
        request: Request | None = None,
    ) -> None:
        """Nothing is opened in the store until the first write or look-up needs it."""
        super().__init__(store, world, world.clock.now() if now is None else now)
        self.provider = provider
        self.request = request
        self.request_id: str | None = None
        self.idempotency_key: str | None = None
        self.world_now = self.now
        self._keeper: Timekeeper | None = None
        self.outcome = Outcome()
        self.violations: list[Refusal] = []
        self._grants: list[Grant] = []
        self._counters: dict[str, int] = {}
        self._endpoints_changed = False

    # --- time ------------------------------------------------------------------------------------------------------

    @property
    def seconds(self) -> int:
        """The present world time in whole unix seconds."""
        return self.now // instants.SECOND

    @contextmanager
    def earlier(self, microseconds: int) -> Iterator[None]:
        """Do what follows as if it were so much earlier, its events included: for what was before the world's present."""
        present = self.now, self.world_now
        self.now, self.world_now = self.now - microseconds, self.world_now - microseconds
        try:
            yield
        finally:
            self.now, self.world_now = present

    @property
    def real_seconds(self) -> int:
        """The host's real time in whole unix seconds: only for stamps that SDKs compare with their own clock (JWTs)."""
        return realtime.now() // instants.SECOND

    @property
    def live(self) -> bool:
        """Tell whether answers are to be as the real provider gives them where its published schema says otherwise."""
        return self.provider.name in self.world.live

    def enter(self, now: int, keeper: Timekeeper) -> None:
        """Go on by another clock than the world's: `now` is its time, `keeper` sets its timers.

        Events then tell that time; deliveries and idempotency go by the world's (`world_now`) all the same.
        """
        self.now, self._keeper = now, keeper

    # --- chance ----------------------------------------------------------------------------------------------------

    def draw(self, purpose: str, size: int) -> bytes:
        """Return the next `size` bytes of the world's seed for a purpose (named `<provider>.<what>`)."""
        purpose = f"{self.provider.name}.{purpose}"
        counter = self._counters.get(purpose)
        if counter is None:
            counter = self.world.counters.get(purpose, 0)
        self._counters[purpose] = counter + 1
        return chance.draw(self.world.seed, purpose, counter, size)

    def token(self, purpose: str, length: int, alphabet: str = chance.ALPHANUMERIC) -> str:
        """Return `length` characters of chance."""
        return chance.spell(self.draw(purpose, length), alphabet)

    def uuid(self, purpose: str) -> str:
        """Return a version 4 UUID."""
        return chance.as_uuid(self.draw(purpose, 16))

    def fraction(self, purpose: str) -> float:
        """Return a number of [0, 1)."""
        return chance.as_fraction(self.draw(purpose, 8))

    # --- consequences ----------------------------------------------------------------------------------------------

    def emit(self, type: str, body: Json, *, id: str, at: int | None = None) -> Json:
        """Announce an event: kept as a document of `<provider>.event`, one delivery for each endpoint that wants it.

        `body` is the room's own; `Webhooks.body` renders it for an endpoint when it is delivered.
        """
        name = self.provider.name
        wanting = [each for each in self.endpoints() if wants(each, type)]
        event = {"id": id, "type": type, "provider": name, "created": self.now, "endpoints": len(wanting)}
        event["body"] = body
        self.insert(events_of(name), event, at=self.world_now if at is None else at, fresh=True)
        for endpoint in wanting:
            self.deliver(event, endpoint)
        self.outcome.events.append(event)
        return event

    def tell(self, event: Json) -> None:
        """Tell those who follow the world of an event once more; endpoints do not get it again."""
        self.outcome.events.append(event)

    def deliver(self, event: Json, endpoint: Json, *, at: int | None = None) -> Json:
        """Queue one delivery of an event to an endpoint, its first attempt due at `at` (default: now)."""
        delivery = {
            "id": f"dlv_{self._sequence + 1}",
            "provider": self.provider.name,
            "event": event["id"],
            "type": event["type"],
            "endpoint": endpoint["id"],
            "url": endpoint["url"],
            "state": "pending",
            "attempts": [],
        }
        self.outcome.deliveries.append(delivery)
        return self.insert(DELIVERIES, delivery, at=self.world_now if at is None else at, fresh=True)

    def visit(
        self,
        url: str,
        *,
        then: str,
        payload: Json,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        body: str = "",
    ) -> Json:
        """Let a simulated person open a URL after the commit, at this world time; redirects are followed.

        Then the room's timer `then` runs with `payload` and what came of it: `status` (None without an answer), `url`
        (the last one, or the one that a redirect led to and that may not be contacted), `body` (64 KiB at most),
        `content_type`, `error`.
        """
        delivery = {
            "id": f"dlv_{self._sequence + 1}",
            "provider": self.provider.name,
            "event": "",
            "type": "visit",
            "endpoint": "visits",
            "url": url,
            "state": "pending",
            "attempts": [],
            "visit": {
                "method": method,
                "headers": [list(each) for each in headers],
                "body": body,
                "then": then,
                "payload": payload,
            },
        }
        self.outcome.deliveries.append(delivery)
        return self.insert(DELIVERIES, delivery, fresh=True)

    def endpoints(self) -> list[Json]:
        """Return this provider's webhook endpoints in the world, oldest first."""
        name = self.provider.name
        if self._endpoints_changed:
            return list(self.every(endpoints_of(name)))
        known = self.world.known_endpoints.get(name)
        if known is None:
            known = self.world.known_endpoints[name] = deepcopy(list(self.every(endpoints_of(name))))
        return known

    def schedule(self, name: str, at: int, payload: Json, *, key: str | None = None) -> None:
        """Set a timer: `provider.timers[name]` runs at the instant `at` (microseconds of world time).

        A timer with a `key` replaces the one set before under that key.
        """
        if self._keeper is not None:
            self._keeper.schedule(self, name, at, payload, key)
            return
        if key is not None:
            self.unschedule(key)
        id = f"tmr_{self._sequence + 1}" if key is None else f"{self.provider.name}:{key}"
        timer = {"id": id, "provider": self.provider.name, "name": name, "payload": payload}
        at = max(at, self.now)
        self.insert(TIMERS, timer, at=at, fresh=key is None)
        outcome = self.outcome
        outcome.due = at if outcome.due is None else min(at, outcome.due)

    def unschedule(self, key: str) -> None:
        """Remove the timer that was set under a key, if it is still due."""
        if self._keeper is not None:
            self._keeper.unschedule(self, key)
            return
        self.delete(TIMERS, f"{self.provider.name}:{key}")

    def send_mail(self, mail: Json) -> Json:
        """Put a message into the world's mail store.

        `mail` holds: id, from, to, cc, bcc, reply_to (lists), subject, html, text, headers (dict), attachments.
        """
        addresses = [bare_address(each) for each in (*mail["to"], *mail.get("cc", ()), *mail.get("bcc", ()))]
        mail = {**mail, "provider": self.provider.name, "created": self.now, "addresses": addresses}
        self.outcome.mails.append(mail)
        return self.insert(MAILS, mail)

    def keep_blob(self, content: bytes) -> str:
        """Keep a large content (an uploaded file) and return the digest under which `blob` finds it."""
        return self.store.blobs.keep(content)

    def blob(self, digest: str) -> bytes:
        """Return a content that was kept."""
        return self.store.blobs.read(digest)

    def deviation(self, refusal: Refusal) -> None:
        """Refuse (strict), or record the violation and go on (lenient): for rules that real consumers break."""
        if self.provider.name not in self.world.lenient:
            raise refusal
        self.violations.append(refusal)

    def grant(self, token: str, name: str, data: Json) -> None:
        """Make a token that the provider hands out (an API key) a credential of this world."""
        self._grants.append(Grant(self.world.id, name, token, data))
        self._begin()

    # --- end -------------------------------------------------------------------------------------------------------

    def commit(self) -> Outcome:
        """End the unit: all writes go into the store's batch together; return what became known."""
        if not (self._dirty or self._open or self._counters):
            return self.outcome  # it has only read
        world = self.world
        counters = world.counters | self._counters
        try:
            self._flush()
            if self._open:
                self._end(counters)
        except BaseException:
            self.rollback()
            raise
        world.counters = counters
        world.sequence = self._sequence
        if self._endpoints_changed:
            world.known_endpoints.pop(self.provider.name, None)
        return self.outcome

    def _end(self, counters: dict[str, int]) -> None:
        world = self.world
        if self._counters:
            body = orjson.dumps(counters)
            self.store.update(world.counters_row, COUNTERS.kind, "counters", 0, body, ([], []))
        for grant in self._grants:
            world.directory.add(self.store, self.provider.name, grant)
        self.store.keep()
        self._open = False

    def undo(self) -> None:
        """Take back all that was done so far and go on, as if the unit had just begun: for previews of what would be.

        Documents that were handed out are not to be saved afterwards.
        """
        self.rollback()
        self._slots.clear()
        self._dirty.clear()
        self._counters.clear()
        self._grants.clear()
        self._sequence = self.world.sequence
        self._endpoints_changed = False
        self.now, self._keeper = self.world_now, None
        self.outcome = Outcome()

    def _note(self, collection: Collection) -> None:
        if collection is endpoints_of(self.provider.name):
            self._endpoints_changed = True


def wants(endpoint: Json, type: str) -> bool:
    """Tell whether an endpoint has asked for events of a type."""
    return endpoint["status"] == "enabled" and ("*" in endpoint["events"] or type in endpoint["events"])


def bare_address(address: str) -> str:
    """Return `a@b.test` of `Name <a@b.test>`."""
    return address.rsplit("<", 1)[-1].rstrip("> ").strip() if "<" in address else address.strip()
