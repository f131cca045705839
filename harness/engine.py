"""The life of a request: world, fault, decode, validate, handler, commit, encode, journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from harness import chance, faults, idempotency, realtime, violations
from harness.batch import Batch
from harness.dialect import Directory
from harness.errors import Refusal, StoreError
from harness.exchange import Exchange
from harness.health import Health
from harness.hub import Hub
from harness.messages import Answer, Reply, Request
from harness.params import Params
from harness.provider import Operation, Provider
from harness.store import Store
from harness.transaction import Outcome, Transaction
from harness.world import World
from harness.worlds import DEFAULT, Worlds

if TYPE_CHECKING:
    from harness.tracing import Tracing

log = logging.getLogger("greenroom")
Infer = Callable[[Provider, Request, Directory], tuple[Operation, dict[str, str]] | None]
HANG_SECONDS = 120.0


class Dropped(Exception):
    """An injected fault asks for the connection to be cut, after `seconds` of silence."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long the client is left waiting."""
        super().__init__(f"connection cut after {seconds} s")
        self.seconds = seconds


Done = Callable[[Answer | Dropped], None]
"""Is told the answer, or that the connection is to be cut."""


class Engine:
    """Serves requests for all providers and worlds of a server."""

    def __init__(self, store: Store, worlds: Worlds, batch: Batch, hub: Hub) -> None:
        """The parts are made by `harness.runtime`."""
        self.store = store
        self.worlds = worlds
        self.batch = batch
        self.hub = hub
        self.health = Health()
        self.tracing: Tracing | None = None
        self.on_outcome: list[Callable[[World, Outcome], None]] = []
        self.infer: Infer | None = None
        """Finds what no one has written by hand, in the providers' own documents (`harness.specs`)."""
        self._strays = 0

    async def serve(self, provider: Provider, request: Request) -> Answer:
        """Answer a request as the provider would; raise Dropped where an injected fault cuts the connection."""
        exchange = Exchange(provider, request)
        if not self._begin(exchange):
            await self._go_on(exchange)
        error = None
        if self.store.pending:
            try:
                await self.batch.durable()
            except StoreError as failure:
                error = failure
        return self._end(exchange, error)

    def take(self, provider: Provider, request: Request, done: Done) -> Coroutine[Any, Any, None] | None:
        """Serve as `serve` does, calling `done` once the answer is durable.

        What is returned is still to be run: the rest of a request that has to wait (a world at rest, a fault).
        """
        exchange = Exchange(provider, request)
        if not self._begin(exchange):
            return self._take_late(exchange, done)
        if self.store.pending:
            self.batch.then(lambda error: done(self._end(exchange, error)))
        else:
            done(self._end(exchange, None))
        return None

    async def _take_late(self, exchange: Exchange, done: Done) -> None:
        try:
            await self._go_on(exchange)
            await self.batch.durable()
        except Dropped as dropped:
            done(dropped)
        except StoreError as error:
            done(self._end(exchange, error))
        else:
            done(self._end(exchange, None))

    def _begin(self, exchange: Exchange) -> bool:
        """Find the world and answer; False leaves it to `_go_on`, where a world or its faults make the request wait."""
        provider, request = exchange.provider, exchange.request
        if request.method == "OPTIONS" and (preflight := provider.dialect.preflight(request)) is not None:
            exchange.answer = self._finish(exchange, preflight)
            return True
        try:
            self._place(exchange)
        except Exception as error:  # noqa: BLE001 - `_failed` logs it
            exchange.answer = self._failed(exchange, error)
            return True
        world = exchange.world
        if world is not None and (world.faults is None or world.faults or not world.open.is_set()):
            return False
        exchange.answer, exchange.outcome = self._answer(exchange)
        return True

    async def _go_on(self, exchange: Exchange) -> None:
        """Answer after waiting as long as the world or a fault says."""
        world = exchange.world
        try:
            if world is not None:
                await world.open.wait()
                await self._fault(exchange)
            exchange.answer, exchange.outcome = self._answer(exchange)
        except Dropped:
            self._journal(exchange)
            await self.batch.durable()
            raise
        except Exception as error:  # noqa: BLE001 - `_failed` logs it
            exchange.answer = self._failed(exchange, error)

    def _failed(self, exchange: Exchange, error: Exception) -> Answer:
        """Answer a request that never came to its handler."""
        provider, request = exchange.provider, exchange.request
        if exchange.world is None:
            self._number_stray(exchange)
        if isinstance(error, Refusal):
            if exchange.world is None:
                log.warning("%s: a request came with credentials of no world", provider.name)
            return self._refused(exchange, error)
        log.error(
            "%s: %s %s could not be served", provider.name, request.method, request.path, exc_info=error
        )
        return self._refused(exchange, provider.dialect.failure(500, _failed(error)))

    def _end(self, exchange: Exchange, error: StoreError | None) -> Answer:
        """Journal and announce what is durable now; an `error` of the store becomes the answer."""
        answer, outcome = exchange.answer, exchange.outcome
        assert answer is not None  # noqa: S101 - `_begin` or `_go_on` gave it
        if error is not None:
            log.error("%s; the request was not carried out", error)
            failure = exchange.provider.dialect.failure(500, str(error))
            answer, outcome = self._finish(exchange, Reply(failure.body, status=500)), None
        if exchange.fault is not None and exchange.fault["kind"] == "malformed":
            answer = Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        exchange.answer = answer
        self._journal(exchange)
        if outcome is not None and exchange.world is not None:
            self.announce(exchange.world, outcome)
        return answer

    # --- before the handler ----------------------------------------------------------------------------------------

    def _place(self, exchange: Exchange) -> None:
        """Find operation and world; raise the provider's refusal for bad credentials and unknown paths."""
        provider, request = exchange.provider, exchange.request
        provider.load()
        method, path = provider.dialect.route(request, self.worlds.credentials)
        found = provider.routes.find(method, path)
        if not isinstance(found, tuple) and self.infer is not None:
            found = self.infer(provider, request, self.worlds.credentials) or found
        if isinstance(found, tuple):
            exchange.operation, exchange.values = found
        if exchange.operation is not None and exchange.operation.public:
            exchange.world = self._labelled(provider, request)
        else:
            exchange.grant = provider.dialect.authenticate(request, self.worlds.credentials)
            exchange.world = self.worlds.by_id[exchange.grant.world]
        world = exchange.world
        if provider.name not in world.accounts:
            self.worlds.account(world, provider)
        self._number(exchange, world)
        if exchange.operation is None and isinstance(found, frozenset):
            dialect = provider.dialect
            refusal = dialect.method_not_allowed(request, found) if found else dialect.unserved(request)
            name = f"{request.method} {request.path}"
            refusal.headers = (
                *refusal.headers,
                ("Greenroom-Unserved", name[:200].encode("ascii", "replace").decode()),
            )
            refusal.rule = "unserved_operation"
            log.warning("%s does not serve %s (world %s)", provider.name, name, world.name)
            raise refusal

    def _labelled(self, provider: Provider, request: Request) -> World:
        if request.label is None:
            return self.worlds.by_id[DEFAULT]
        for world in self.worlds:
            if request.label in (world.name, world.id):
                return world
        raise provider.dialect.failure(404, f"There is no world {request.label!r} in this Greenroom.")

    def _number(self, exchange: Exchange, world: World) -> None:
        """Draw the request's id from the world's seed; the counter is written with the next change of state."""
        purpose = f"{exchange.provider.name}.request"
        counter = world.counters.get(purpose, 0)
        world.counters[purpose] = counter + 1
        form = exchange.provider.dialect.request_id_form
        exchange.request_id = chance.filled(form, world.seed, purpose, counter)
        exchange.now = world.clock.now()

    def _number_stray(self, exchange: Exchange) -> None:
        """Give an id to a request whose credentials belong to no world."""
        self._strays += 1
        form = exchange.provider.dialect.request_id_form
        exchange.request_id = chance.filled(form, "stray", "request", self._strays)
        exchange.now = realtime.now()

    async def _fault(self, exchange: Exchange) -> None:
        world, provider = exchange.world, exchange.provider
        if world is None:
            return
        tx = Transaction(self.store, world, provider)
        hit = faults.strike(
            tx, operation=exchange.operation.id if exchange.operation else None, delivery=False
        )
        tx.commit()
        if hit is None:
            return
        exchange.fault = hit
        match hit["kind"]:
            case "latency":
                await asyncio.sleep(hit["milliseconds"] / 1000)
            case "timeout":
                raise Dropped((hit["milliseconds"] or HANG_SECONDS * 1000) / 1000)
            case "reset":
                raise Dropped(0.0)
            case "status":
                raise provider.dialect.failure(hit["status"])
            case "rate_limit":
                raise provider.dialect.failure(429)

    # --- the handler -----------------------------------------------------------------------------------------------

    def _answer(self, exchange: Exchange) -> tuple[Answer, Outcome]:
        """Run one request as one transaction."""
        provider, operation, world = exchange.provider, exchange.operation, exchange.world
        assert operation is not None  # noqa: S101 - _place has refused otherwise
        assert world is not None  # noqa: S101
        dialect = provider.dialect
        tx = Transaction(self.store, world, provider, now=exchange.now, request=exchange.request)
        tx.request_id = exchange.request_id
        memory = None
        try:
            read = operation.decode
            data = dialect.decode(exchange.request, operation) if read is None else read(exchange.request)
            if exchange.grant is not None:
                dialect.authorize(tx, exchange.grant, operation)
            if operation.method != "GET":
                memory = idempotency.recall(tx, exchange.request, operation, data)
            if memory is not None and memory.known is not None:
                return self._finish(exchange, memory.reply(tx)), tx.commit()
            params = self._validated(tx, operation, data)
            if memory is not None:
                memory.begun = True
            result = operation.call(tx, params, exchange.values)
            answer = self._finish(exchange, result)
            if memory is not None:
                memory.keep(tx, exchange.request_id, answer, exchange.own_headers)
            outcome = tx.commit()
        except Refusal as refusal:
            answer = self._refused(exchange, refusal, record=False)
            if refusal.keep:
                if memory is not None:
                    memory.keep(tx, exchange.request_id, answer, exchange.own_headers)
                outcome = tx.commit()
            else:
                tx.rollback()
                outcome = Outcome()
            self._record(exchange, refusal)
        except Exception as error:
            tx.rollback()
            log.exception("%s %s failed in world %s", provider.name, operation.id, world.name)
            answer = self._refused(exchange, dialect.failure(500, _failed(error)))
            outcome = Outcome()
        for deviation in tx.violations:
            self._record(exchange, deviation)
        return answer, outcome

    def _validated(self, tx: Transaction, operation: Operation, data: dict[str, Any]) -> Params | None:
        model = Params if operation.params is None else operation.params
        try:
            params = model.__pydantic_validator__.validate_python(data)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=True)
            unknown = [each for each in errors if each["type"] == "extra_forbidden"]
            refusal = tx.provider.dialect.invalid(operation, errors, data)
            refusal.rule = refusal.rule or "invalid_parameters"
            if len(unknown) < len(errors):
                raise refusal from None
            tx.deviation(refusal)
            for each in unknown:
                _drop(data, each["loc"])
            params = model.model_validate(data)
        return None if operation.params is None else params

    # --- after the handler -----------------------------------------------------------------------------------------

    def _finish(self, exchange: Exchange, result: Any) -> Answer:
        """Encode what a handler returned."""
        reply = result if isinstance(result, Reply) else Reply(result)
        operation, dialect = exchange.operation, exchange.provider.dialect
        status = reply.status or (operation.status if operation else 200)
        if reply.content_type is not None:
            body = reply.body if isinstance(reply.body, bytes) else str(reply.body).encode()
            content_type = reply.content_type
        else:
            body = b"" if reply.body is None else dialect.encode(reply.body)
            content_type = dialect.content_type
        exchange.own_headers = reply.headers
        headers = [*dialect.headers(exchange), *reply.headers]
        if body or status not in (204, 304):
            headers.append(("Content-Type", content_type))
        return Answer(status, headers, body)

    def _refused(self, exchange: Exchange, refusal: Refusal, *, record: bool = True) -> Answer:
        if record:
            self._record(exchange, refusal)
        body = exchange.provider.dialect.refused(refusal, exchange)
        return self._finish(exchange, Reply(body, refusal.status, list(refusal.headers)))

    def _record(self, exchange: Exchange, refusal: Refusal) -> None:
        """Keep a violation of the provider's rules, in a unit of its own."""
        if refusal.rule is None or exchange.world is None:
            return
        tx = Transaction(self.store, exchange.world, exchange.provider)
        violations.record(tx, exchange, refusal)
        tx.commit()

    def _journal(self, exchange: Exchange) -> None:
        world, milliseconds = exchange.world, (realtime.monotonic() - exchange.started) * 1000
        self.health.heard(exchange, milliseconds)
        if self.tracing is not None:
            self.tracing.served(exchange, milliseconds)
        if world is None:
            return
        operation = exchange.operation
        entry = world.journal.add(
            exchange.at,
            exchange.now,
            exchange.provider.name,
            operation.id if operation else None,
            exchange.request,
            exchange.answer,
            milliseconds,
            exchange.fault["kind"] if exchange.fault else None,
        )
        if self.hub.listened(world.id):
            self.hub.publish(world.id, "request", entry.shown(bodies=False))

    def announce(self, world: World, outcome: Outcome) -> None:
        """Tell dispatcher, timeline and listeners what a committed transaction brought."""
        if outcome.deliveries or outcome.due is not None or outcome.mails:
            for listener in self.on_outcome:
                listener(world, outcome)
        if self.hub.listened(world.id):
            for event in outcome.events:
                self.hub.publish(
                    world.id, "event", {name: event[name] for name in ("id", "type", "provider")}
                )
            for mail in outcome.mails:
                shown = {name: mail[name] for name in ("id", "provider", "to", "subject")}
                self.hub.publish(world.id, "mail", shown)


def _failed(error: Exception) -> str:
    return f"Greenroom failed: {error!r}; see its log"


def _drop(data: Any, location: tuple[int | str, ...]) -> None:
    """Remove the value at a pydantic error's location from decoded parameters."""
    for step in location[:-1]:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int)):
            data = data[step]  # type: ignore[index]
    if isinstance(data, dict):
        data.pop(location[-1], None)
