"""Delivering events: signed as the provider signs, retried on its schedule in world time, never inside a request.

Attempts to one endpoint start in order: each waits for the one before it, or for a quarter of a second, so that a
slow receiver sees events late but never blocks them. Only loopback and hosts on the allow-list are ever contacted.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from harness import faults, instants, realtime
from harness.batch import Batch
from harness.collection import endpoints_of, events_of
from harness.delivery_client import Client, Result
from harness.errors import Conflict, NotFound
from harness.hub import Hub
from harness.provider import Provider, Webhooks
from harness.store import Query, Store
from harness.store.interface import Position
from harness.transaction import DELIVERIES, Outcome, Transaction
from harness.visits import Visits
from harness.world import World
from harness.worlds import Worlds

if TYPE_CHECKING:
    from harness.tracing import Tracing

log = logging.getLogger("greenroom")
HEAD_OF_LINE_SECONDS = 0.25
IN_FLIGHT = 16
BACKLOG = 1000
PENDING = [("state", "pending")]
DEFAULT_DELAY_MS = 60_000
Json = dict[str, Any]
LaneKey = tuple[str, int, str]


@dataclass(slots=True)
class _Lane:
    """The deliveries due at one endpoint, in order, and those under way."""

    queue: deque[str] = field(default_factory=deque)
    flying: set[asyncio.Task[None]] = field(default_factory=set)
    worker: asyncio.Task[None] | None = None
    newest: asyncio.Task[None] | None = None


class Dispatcher:
    """Posts due deliveries of all worlds."""

    def __init__(self, store: Store, worlds: Worlds, batch: Batch, hub: Hub, hosts: frozenset[str]) -> None:
        """`hosts` are the receivers' host names allowed besides loopback."""
        self.store = store
        self.worlds = worlds
        self.batch = batch
        self.hub = hub
        self.client = Client(hosts)
        self.on_retry: list[Callable[[World], None]] = []
        self.on_attempt: list[Callable[[str, bool], None]] = []
        """Are told of every attempt: the provider, and whether the receiver took it."""
        self.tracing: Tracing | None = None
        self.attempts: dict[str, int] = {}
        self._lanes: dict[LaneKey, _Lane] = {}
        self._behind: set[str] = set()
        self._passed: dict[int, tuple[set[str], Position]] = {}
        self._claimed: defaultdict[int, set[str]] = defaultdict(set)
        self.visits = Visits(self.client, store, worlds, batch)
        self._stopping = False

    # --- what is due -----------------------------------------------------------------------------------------------

    def heard(self, world: World, outcome: Outcome) -> None:
        """Take up the deliveries of a committed transaction; when too many wait already, they are read later."""
        if not outcome.deliveries:
            return
        if world.id in self._behind or len(self._claimed[world.space]) >= BACKLOG:
            self._behind.add(world.id)
            self._passed.pop(
                world.space, None
            )  # a request that had to wait is ordered by the instant it came
            return
        paused = self._paused(world, outcome.deliveries[0]["provider"])  # a transaction is of one provider
        for delivery in outcome.deliveries:
            self._queue(world, delivery["id"], delivery["endpoint"], paused)

    def take_up(self, world: World) -> None:
        """Queue every delivery of a world that is due at its present time, oldest first, up to a backlog.

        A world with more is behind: it is taken up again whenever one of its lanes has emptied. The oldest deliveries
        of paused endpoints are read once and then passed over for as long as the same endpoints are paused: nothing
        becomes due earlier than now.
        """
        now = world.clock.now()
        query = Query(DELIVERIES.kind, where=PENDING, until=now, newest_first=False, limit=BACKLOG)
        paused, claimed = self._paused(world), self._claimed[world.space]
        before, query.after = self._passed.get(world.space, (paused, None))
        if before != paused:
            del self._passed[world.space]
            query.after = None
        passing = bool(paused)
        while len(claimed) < BACKLOG:
            found = self.store.page(world.space, query)
            for row in found:
                endpoint = "" if row.id in claimed else orjson.loads(row.body)["endpoint"]
                passing = passing and endpoint in paused and row.at < now
                if passing:
                    self._passed[world.space] = paused, (row.at, row.pk)
                elif endpoint:
                    self._queue(world, row.id, endpoint, paused)
            if len(found) < BACKLOG:
                self._behind.discard(world.id)
                return
            query.after = (found[-1].at, found[-1].pk)
        self._behind.add(world.id)

    def _paused(self, world: World, *names: str) -> set[str]:
        """Return the ids of a world's paused endpoints: those of the providers named, without a name those of all."""
        known, providers = world.known_endpoints, self.worlds.providers
        paused: set[str] = set()
        for name in names or providers:
            endpoints = known.get(name)
            if endpoints is None:
                endpoints = Transaction(self.store, world, providers[name]).endpoints()
            paused.update([each["id"] for each in endpoints if each.get("paused")])
        return paused

    def _queue(self, world: World, id: str, endpoint: str, paused: set[str]) -> None:
        if endpoint in paused or self._stopping:
            return
        self._claimed[world.space].add(id)
        key = (world.id, world.space, endpoint)
        lane = self._lanes.setdefault(key, _Lane())
        lane.queue.append(id)
        if lane.worker is None:
            lane.worker = asyncio.get_running_loop().create_task(self._work(world, key, lane))

    async def _work(self, world: World, key: LaneKey, lane: _Lane) -> None:
        while lane.queue:
            if lane.newest is not None and not lane.newest.done():
                await asyncio.wait({lane.newest}, timeout=HEAD_OF_LINE_SECONDS)
            while len(lane.flying) >= IN_FLIGHT:
                await asyncio.wait(lane.flying, return_when=asyncio.FIRST_COMPLETED)
            if lane.queue:
                lane.newest = asyncio.create_task(self._attempt(world, key[1], lane.queue.popleft()))
                lane.flying.add(lane.newest)
                lane.newest.add_done_callback(lambda task: self._landed(world, key, lane, task))
        lane.worker = None

    def _landed(self, world: World, key: LaneKey, lane: _Lane, task: asyncio.Task[None]) -> None:
        lane.flying.discard(task)
        if not lane.flying and not lane.queue and lane.worker is None:
            self._lanes.pop(key, None)
            if world.id in self._behind and not self._stopping:
                self.take_up(world)

    def _under_way(self, world: World) -> set[asyncio.Task[None]]:
        lanes = [lane for key, lane in self._lanes.items() if key[0] == world.id]
        workers = {lane.worker for lane in lanes if lane.worker is not None}
        return workers.union(*(lane.flying for lane in lanes))

    async def settle(self, world: World, *, look: bool = True) -> None:
        """Return when nothing of a world is in flight or due at its present time.

        Without a `look`, what was not announced counts only once something that was in flight has ended.
        """
        while True:
            if look:
                self.take_up(world)
            tasks = self._under_way(world)
            if not tasks:
                return
            await asyncio.wait(tasks)
            look = True

    def next_due(self, world: World) -> int | None:
        """Return the instant (µs) of the earliest delivery that is due in the future and not paused.

        What is due already is the dispatcher's own business: whoever waits for time to pass need not know of it.
        """
        query = Query(
            DELIVERIES.kind, where=PENDING, since=world.clock.now() + 1, newest_first=False, limit=1
        )
        paused = self._paused(world)
        while found := self.store.page(world.space, query):
            for row in found:
                if not paused or orjson.loads(row.body)["endpoint"] not in paused:
                    return row.at
            query.after, query.limit = (found[-1].at, found[-1].pk), BACKLOG
        return None

    def counts(self, world: World) -> dict[str, int]:
        """Return how many deliveries of a world are delivered, failed for good, and scheduled for later."""
        tx = Transaction(self.store, world, next(iter(self.worlds.providers.values())))
        states = {"delivered": "delivered", "failed": "failed", "scheduled": "pending"}
        return {name: tx.count(DELIVERIES, state=state) for name, state in states.items()}

    # --- one attempt -----------------------------------------------------------------------------------------------

    async def _attempt(self, world: World, space: int, id: str) -> None:
        try:
            if not await self.visits.make(world, space, id):
                await self._try(world, space, id)
        except Exception as error:
            log.exception("delivery %s of world %s could not be attempted", id, world.name)
            self._give_up(world, space, id, f"Greenroom failed: {error!r}; see its log")
        self._claimed[space].discard(id)

    def _give_up(self, world: World, space: int, id: str, note: str) -> None:
        """End a delivery that our own mistake keeps from being attempted, so that nothing waits for it for ever."""
        if world.space == space:
            tx = Transaction(self.store, world, next(iter(self.worlds.providers.values())))
            delivery = tx.get(DELIVERIES, id)
            if delivery is not None:
                tx.save(DELIVERIES, delivery | {"state": "failed", "note": note})
            tx.commit()

    async def _try(self, world: World, space: int, id: str) -> None:
        prepared = self._prepare(world, space, id)
        if prepared is None:
            await self.batch.durable()
            return
        provider, webhooks, delivery, endpoint, event, fault = prepared
        earlier = delivery["attempts"]
        if earlier and webhooks.retried is not None:
            body = webhooks.retried(event, endpoint, earlier)
        else:
            body = webhooks.body(event, endpoint)
        mode = fault["mode"] if fault else None
        if mode == "reorder":
            await asyncio.sleep(2 * HEAD_OF_LINE_SECONDS)  # the deliveries behind it do not wait that long
        span = None if self.tracing is None else self.tracing.attempt(world, delivery)
        trace = [] if span is None else span.headers
        result = await self._post(webhooks, endpoint, event["id"], body, mode, trace)
        if span is not None:
            span.end(result)
        if mode == "duplicate":
            await self._post(webhooks, endpoint, event["id"], body, None, trace)
        if not world.open.is_set():
            await world.open.wait()
        if world.space != space:
            return
        self._record(world, provider, webhooks, id, body, result, mode)
        await self.batch.durable()

    def _prepare(
        self, world: World, space: int, id: str
    ) -> tuple[Provider, Webhooks, Json, Json, Json, Json | None] | None:
        """Read what an attempt needs, and let delivery faults act; None when there is nothing to post now."""
        if world.space != space:
            return None
        base = Transaction(self.store, world, next(iter(self.worlds.providers.values())))
        delivery = base.get(DELIVERIES, id)
        if delivery is None or delivery["state"] != "pending":
            return None
        provider = self.worlds.providers[delivery["provider"]]
        tx = Transaction(self.store, world, provider)
        endpoint = tx.get(endpoints_of(provider.name), delivery["endpoint"])
        event = tx.get(events_of(provider.name), delivery["event"])
        webhooks = provider.webhooks
        if endpoint is None or endpoint["status"] != "enabled" or event is None or webhooks is None:
            tx.save(
                DELIVERIES, delivery | {"state": "failed", "note": "the endpoint was removed or disabled"}
            )
            tx.commit()
            return None
        if endpoint.get("paused"):
            return None
        fault = None
        if world.faults is None or world.faults:
            fault = faults.strike(tx, operation=delivery["type"], delivery=True)
        if fault is not None and self._held(tx, delivery, fault):
            tx.commit()
            self._told_of_retry(world)
            return None
        tx.commit()
        return provider, webhooks, delivery, endpoint, event, fault

    def _held(self, tx: Transaction, delivery: Json, fault: Json) -> bool:
        """Let a fault keep a delivery from being posted now: dropped for good, or late."""
        match fault["mode"]:
            case "drop":
                tx.save(DELIVERIES, delivery | {"state": "failed", "note": "dropped by an injected fault"})
            case "delay":
                wait = (fault["milliseconds"] or DEFAULT_DELAY_MS) * 1000
                tx.save(DELIVERIES, delivery | {"note": "delayed by an injected fault"}, at=tx.now + wait)
            case _:
                return False
        return True

    async def _post(
        self,
        webhooks: Webhooks,
        endpoint: Json,
        event: str,
        body: bytes,
        mode: str | None,
        trace: list[tuple[str, str]],
    ) -> Result:
        """Post once, with the headers of the trace that it is part of; the signature's stamp is real time, whatever the world's clock says."""
        if mode == "fail":
            return Result(error="failed by an injected fault")
        stamp = realtime.now() // instants.SECOND - (3600 if mode == "stale_timestamp" else 0)
        secrets = list(endpoint["secrets"])
        headers = webhooks.sign(secrets, event, stamp, body)
        if mode == "corrupt_signature":
            forged = dict(webhooks.sign(secrets, event, stamp, body + b" "))
            headers = [(name, forged[name]) for name, _ in headers]
        return await self.client.send(
            "POST", endpoint["url"], [*headers, *trace], body, webhooks.timeout_seconds
        )

    def _record(
        self,
        world: World,
        provider: Provider,
        webhooks: Webhooks,
        id: str,
        body: bytes,
        result: Result,
        mode: str | None,
    ) -> None:
        """Keep an attempt, and set the next one by the provider's schedule."""
        tx = Transaction(self.store, world, provider)
        delivery = tx.get(DELIVERIES, id)
        if delivery is None:
            return
        attempts = delivery["attempts"]
        self.attempts[world.id] = self.attempts.get(world.id, 0) + 1
        attempts.append(result.shown(len(attempts) + 1, tx.now, mode))
        delivery["request_body"] = body.decode("utf-8", "replace")
        due = None
        gaps = webhooks.retry_seconds
        tried = sum(1 for attempt in attempts if not attempt.get("manual"))
        if result.success:
            delivery["state"] = "delivered"
        elif result.final or tried > len(gaps):
            delivery["state"] = "failed"
        else:
            jitter = 1 + webhooks.jitter * (2 * tx.fraction("delivery.jitter") - 1) if webhooks.jitter else 1
            due = tx.now + int(gaps[tried - 1] * jitter * instants.SECOND)
        tx.save(DELIVERIES, delivery, at=due)
        tx.commit()
        for told in self.on_attempt:
            told(provider.name, result.success)
        if due is not None:
            self._told_of_retry(world)
        if self.hub.listened(world.id):
            shown = {name: delivery[name] for name in ("id", "provider", "type", "url", "state")}
            self.hub.publish(world.id, "delivery", shown | {"status": result.status, "error": result.error})

    def _told_of_retry(self, world: World) -> None:
        for listener in self.on_retry:
            listener(world)

    # --- by hand ---------------------------------------------------------------------------------------------------

    async def redeliver(self, world: World, id: str) -> Json:
        """Attempt a delivery again now, whatever its state; return it with the new attempt."""
        stored = self._stored(world, id)
        if "visit" in stored:
            raise Conflict(f"{id} is a visit of a simulated person, not a webhook: it happens once")
        provider = self.worlds.providers[stored["provider"]]
        tx = Transaction(self.store, world, provider)
        tx.save(DELIVERIES, self._stored(world, id) | {"state": "pending"}, at=tx.now)
        tx.commit()
        await self.batch.durable()
        self.take_up(world)
        while id in self._claimed[world.space]:
            await asyncio.wait(self._under_way(world), return_when=asyncio.FIRST_COMPLETED)
        return self._stored(world, id)

    def _stored(self, world: World, id: str) -> Json:
        tx = Transaction(self.store, world, next(iter(self.worlds.providers.values())))
        delivery = tx.get(DELIVERIES, id)
        if delivery is None:
            raise NotFound(f"world {world.name} has no delivery {id!r}")
        return delivery

    async def close(self) -> None:
        """Stop: what is in flight gets a moment to finish; what is not delivered goes on at the next start."""
        self._stopping = True
        for lane in self._lanes.values():
            lane.queue.clear()
        tasks = set().union(*(self._under_way(world) for world in self.worlds))
        if tasks:
            await asyncio.wait(tasks, timeout=2)
        for task in tasks:
            task.cancel()
        await self.client.close()
