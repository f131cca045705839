"""What happened in a world and what it holds: requests, violations, documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from harness import instants
from harness.control import shapes
from harness.control.context import Limit, Named, OfProvider, Running, providers_of, reading
from harness.errors import Conflict, InvalidInput
from harness.runtime import Runtime
from harness.store import Query as StoreQuery
from harness.transaction import VIOLATIONS
from harness.world import World

router = APIRouter(prefix="/worlds/{w}", tags=["inspection"])
Json = dict[str, Any]
STREAMED = 500
"""Documents that are read at once of those that are streamed."""


@router.get("/requests")
async def list_requests(
    runtime: Running, world: Named, name: OfProvider = None, limit: Limit = 100
) -> shapes.Requests:
    """List the last requests that providers answered, the newest first; they are kept in memory only."""
    providers_of(runtime, name)
    return {"requests": cast("list[shapes.Request]", world.journal.newest(limit, name))}


@router.get("/violations")
async def list_violations(
    runtime: Running, world: Named, name: OfProvider = None, limit: Limit = 1000
) -> shapes.Violations:
    """List the rules of providers that requests broke: what a consumer would have met in the live sandbox."""
    providers_of(runtime, name)
    page = reading(runtime, world).page(VIOLATIONS, where={"provider": name}, limit=limit)
    return {"violations": [_violation(each) for each in page.items]}


def _violation(document: Json) -> shapes.Violation:
    times = {name: instants.iso(document[name]) for name in ("first_at", "last_at")}
    return cast("shapes.Violation", document | times)


@router.get("/objects")
async def list_objects(
    runtime: Running,
    world: Named,
    provider: Annotated[
        str | None, Query(description="Only of this provider; `harness` for our own.")
    ] = None,
    kind: Annotated[str | None, Query(description="`customer`, or `stripe.customer`.")] = None,
    limit: Limit = 100,
    after: Annotated[str | None, Query(description="The id after which to go on; needs one kind.")] = None,
) -> shapes.Objects:
    """List a world's documents as they are stored, and count them by kind."""
    kinds = _kinds(runtime, world, provider, kind)
    position = None
    if after is not None:
        position = _position(runtime, world, kinds, after)
    found: list[Json] = []
    more = False
    for each in kinds:
        full = f"{each['provider']}.{each['kind']}"
        query = StoreQuery(full, after=position, limit=limit - len(found) + 1)
        found += [orjson.loads(row.body) for row in runtime.store.page(world.space, query)]
        if len(found) > limit:
            more = True
            break
    return {"kinds": kinds, "objects": found[:limit], "has_more": more}


@router.get("/objects/{provider}/{kind}", response_class=StreamingResponse)
async def stream_objects(runtime: Running, world: Named, provider: str, kind: str) -> StreamingResponse:
    """Send all documents of one kind, the oldest first: a line of JSON each. Requests go on meanwhile.

    The connection breaks where the world is reset, restored or deleted before the end.
    """
    if provider != "harness":
        providers_of(runtime, provider)
    return StreamingResponse(_lines(runtime, world, f"{provider}.{kind}"), media_type="application/x-ndjson")


async def _lines(runtime: Runtime, world: World, kind: str) -> AsyncIterator[bytes]:
    space, after = world.space, None
    while True:
        if world.space != space:
            raise Conflict(f"world {world.name} became another while its {kind} were sent")
        query = StoreQuery(kind, after=after, newest_first=False, limit=STREAMED)
        rows = list(runtime.store.page(space, query))
        yield b"".join(orjson.dumps(orjson.loads(row.body)) + b"\n" for row in rows)
        if len(rows) < STREAMED:
            return
        after = (rows[-1].at, rows[-1].pk)
        await asyncio.sleep(0)


def _kinds(runtime: Runtime, world: World, provider: str | None, kind: str | None) -> list[shapes.Kind]:
    if provider not in (None, "harness"):
        providers_of(runtime, provider)
    kinds: list[shapes.Kind] = []
    for full, count in runtime.store.kinds(world.space):
        room, _, thing = full.partition(".")
        if provider in (None, room) and kind in (None, thing, full):
            kinds.append({"provider": room, "kind": thing, "count": count})
    return kinds


def _position(runtime: Runtime, world: World, kinds: list[shapes.Kind], after: str) -> tuple[int, int]:
    if len(kinds) != 1:
        raise InvalidInput("after needs one kind: name provider and kind")
    row = runtime.store.get(world.space, f"{kinds[0]['provider']}.{kinds[0]['kind']}", after)
    if row is None:
        raise InvalidInput(f"there is no {kinds[0]['kind']} {after!r} to go on after")
    return row.at, row.pk
