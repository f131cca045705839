"""The inspector: what consumers asked and were answered, found by words and filters, shown whole, sent again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from harness import messages
from harness.control.context import Named, Running, reading
from harness.dashboard import bodies, curl, showing
from harness.dashboard.consumers import consumer
from harness.dashboard.links import Links
from harness.dashboard.security import SameOrigin
from harness.dashboard.traffic import silence
from harness.engine import Dropped
from harness.errors import NotFound
from harness.journal import BODY_SHOWN, Exchange, is_secret
from harness.runtime import Runtime
from harness.transaction import VIOLATIONS
from harness.world import World

router = APIRouter(prefix="/{w}")
SHOWN = 50
SEARCHED = 5000
"""Exchanges that one page looks through; the next page goes on from there."""
STATUSES = {
    "good": "answered well",
    "4xx": "refused (4xx)",
    "5xx": "failed (5xx)",
    "cut": "cut",
    "unserved": "not served",
}
Json = dict[str, Any]


@dataclass(slots=True)
class Filters:
    """What is looked for; empty texts look for everything."""

    provider: str = ""
    status: str = ""
    operation: str = ""
    q: str = ""
    violations: bool = False
    before: int | None = None

    def take(self, exchange: Exchange) -> bool:
        """Tell whether an exchange is looked for."""
        if self.provider and exchange.provider != self.provider:
            return False
        if self.operation and exchange.operation != self.operation:
            return False
        if self.violations and not exchange.violations:
            return False
        return (not self.status or self._status(exchange)) and all(
            _holds(exchange, word) for word in self.q.casefold().split()
        )

    def _status(self, exchange: Exchange) -> bool:
        status = exchange.answer.status if exchange.answer else None
        match self.status:
            case "cut":
                return status is None
            case "good":
                return status is not None and status < 400
            case "unserved":
                return exchange.operation is None
            case "4xx" | "5xx":
                return status is not None and status // 100 == int(self.status[0])
            case _:
                return str(status) == self.status

    def query(self, **more: Any) -> str:
        """Return the filters as a query, some of them replaced."""
        given = {
            "provider": self.provider,
            "status": self.status,
            "operation": self.operation,
            "q": self.q,
            "violations": "1" if self.violations else "",
        } | more
        return urlencode({name: value for name, value in given.items() if value})


def _filters(
    provider: str = "",
    status: str = "",
    operation: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    violations: str = "",
    before: str = "",
) -> Filters:
    at = int(before) if before.isdecimal() else None
    return Filters(provider, status, operation, q, bool(violations), at)


@router.get("/requests")
async def list_requests(
    request: Request, runtime: Running, world: Named, filters: Annotated[Filters, Depends(_filters)]
) -> HTMLResponse:
    """List exchanges, the newest first."""
    found, beyond = _found(world, filters)
    return showing.page(
        request,
        runtime,
        world,
        "requests.html",
        section="/requests",
        silence=silence(runtime, world),
        filters=filters,
        found=[_line(each) for each in found],
        beyond=beyond,
        statuses=STATUSES,
        providers={name: each.title for name, each in runtime.providers.items()},
        kept=len(world.journal.ring),
        searched=SEARCHED,
    )


def _found(world: World, filters: Filters) -> tuple[list[Exchange], int | None]:
    """Return a page of exchanges, and the number before which to go on, None at the end."""
    found: list[Exchange] = []
    looked = 0
    for each in reversed(world.journal.ring):
        if filters.before is not None and each.number >= filters.before:
            continue
        if len(found) == SHOWN or looked == SEARCHED:
            return found, each.number + 1
        looked += 1
        if filters.take(each):
            found.append(each)
    return found, None


def _holds(exchange: Exchange, word: str) -> bool:
    """Tell whether a word (lower case) is in the address, the operation, the user agent or the bodies."""
    request, answer = exchange.request, exchange.answer
    head = f"{request.method} {request.path}?{request.query} {exchange.operation} {exchange.provider}"
    if word in head.casefold() or word in request.headers.get("user-agent", "").casefold():
        return True
    sought = word.encode()
    return sought in request.body.lower() or (answer is not None and sought in answer.body.lower())


def _line(exchange: Exchange) -> Json:
    agent = exchange.request.headers.get("user-agent", "")
    return {**exchange.shown(bodies=False), "consumer": consumer(agent)}


@router.get("/requests/{number}")
async def show_request(request: Request, runtime: Running, world: Named, number: int) -> HTMLResponse:
    """Show one exchange: headers, bodies, the rules that it broke, and how to send it again."""
    exchange = _exchange(world, number)
    held, answer = exchange.request, exchange.answer
    links = Links(runtime, world, showing.base(world))
    tx = reading(runtime, world)
    broken = [tx.get(VIOLATIONS, id) for id in exchange.violations]
    answered = dict(answer.headers) if answer else {}
    kinds = {name.lower(): value for name, value in answered.items()}
    return showing.page(
        request,
        runtime,
        world,
        "request.html",
        section="/requests",
        line=_line(exchange),
        query=parse_qsl(held.query, keep_blank_values=True),
        request_headers={
            name: "(redacted)" if is_secret(name) else value for name, value in held.headers.items()
        },
        request_body=bodies.shown(held.body, held.headers.get("content-type", ""), links),
        response_headers=answered,
        response_body=bodies.shown(answer.body, kinds.get("content-type", ""), links) if answer else None,
        broken=[each for each in broken if each is not None],
        curl=curl.command(exchange, runtime.url(exchange.provider), runtime.environment(world)),
        whole=len(held.body) <= BODY_SHOWN and held.upload is None,
        neighbours=_neighbours(world, number),
    )


def _exchange(world: World, number: int) -> Exchange:
    for each in reversed(world.journal.ring):
        if each.number == number:
            return each
    raise NotFound(
        f"request {number} of world {world.name} is not kept (any more): the inspector holds the last"
        f" {world.journal.ring.maxlen}"
    )


def _neighbours(world: World, number: int) -> tuple[int | None, int | None]:
    """Return the numbers of the exchange before this one and of the one after it."""
    after = None
    walk: Iterator[Exchange] = reversed(world.journal.ring)
    for each in walk:
        if each.number == number:
            return next((other.number for other in itertools.islice(walk, 1)), None), after
        after = each.number
    return None, None


@router.post("/requests/{number}/replay")
async def replay(runtime: Running, world: Named, number: int, _: SameOrigin) -> Response:
    """Send a request again, as it came, and show what it is answered now."""
    exchange = _exchange(world, number)
    own = f"{showing.base(world)}/requests"
    if len(exchange.request.body) > BODY_SHOWN or exchange.request.upload is not None:
        return showing.tell(f"{own}/{number}", "Its body was not kept whole: it cannot be sent again.", "bad")
    again = await _again(runtime, exchange)
    for each in reversed(world.journal.ring):
        if each.request is again:
            told = f"Request {number} was sent again; this is its new answer."
            return showing.tell(f"{own}/{each.number}", told)
    return showing.tell(f"{own}/{number}", "Its credentials belong to no world any more.", "bad")


async def _again(runtime: Runtime, exchange: Exchange) -> messages.Request:
    held = exchange.request
    again = messages.Request(
        held.method,
        held.path,
        held.query,
        dict(held.headers),
        held.body,
        origin=held.origin,
        secure_origin=held.secure_origin,
        label=held.label,
    )
    with suppress(Dropped):  # an injected fault cuts it: the journal says so
        await runtime.engine.serve(runtime.providers[exchange.provider], again)
    return again
