"""Webhooks of a world: endpoints, events, deliveries, and holding them back."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal, cast

import orjson
from fastapi import APIRouter, Query

from harness import endpoints, instants, svix
from harness.collection import endpoints_of, events_of
from harness.control import shapes
from harness.control.context import (
    Limit,
    Named,
    OfProvider,
    Running,
    provider_of,
    providers_of,
    reading,
    writing,
)
from harness.control.models import NewEndpoint, OneProvider, Rotation
from harness.errors import Conflict, NotFound
from harness.provider import Provider
from harness.runtime import Runtime
from harness.transaction import DELIVERIES, Transaction
from harness.world import World

router = APIRouter(prefix="/worlds/{w}", tags=["webhooks"])
Json = dict[str, Any]
ANY_ENDPOINT = {
    "id": "",
    "url": "",
    "events": [endpoints.EVERYTHING],
    "secrets": [],
    "status": "enabled",
    "paused": False,
    "created": 0,
}


@router.get("/endpoints")
async def list_endpoints(runtime: Running, world: Named, name: OfProvider = None) -> shapes.Endpoints:
    """List the endpoints, those that were added by a provider's own API too."""
    found = []
    for provider in providers_of(runtime, name):
        tx = reading(runtime, world, provider)
        found += [_endpoint(provider, each) for each in tx.endpoints()]
    return {"endpoints": found}


@router.post("/endpoints", status_code=201)
async def add_endpoint(runtime: Running, world: Named, body: NewEndpoint) -> shapes.Endpoint:
    """Let a provider post its events to an address; the first endpoint has the secret that the environment names."""
    provider = provider_of(runtime, body.provider)
    async with writing(runtime, world, provider) as tx:
        document = endpoints.add(tx, body.url, body.events)
    return {**_endpoint(provider, document), "secret": document["secrets"][0]}


@router.post("/endpoints/{id}/rotate")
async def rotate_secret(runtime: Running, world: Named, id: str, body: Rotation) -> shapes.Endpoint:
    """Give an endpoint a new secret; until the grace is over the old one signs too. Only for those that Svix delivers."""
    for provider in runtime.providers.values():
        if reading(runtime, world, provider).get(endpoints_of(provider.name), id) is None:
            continue
        provider.load()
        if svix.RETIRED not in provider.timers:
            raise Conflict(
                f"{provider.name} does not sign with two secrets: nothing can be rotated with a grace"
            )
        async with writing(runtime, world, provider) as tx:
            document = tx.get(endpoints_of(provider.name), id) or {}
            fresh = svix.rotate(tx, document, body.grace_seconds)
        return {**_endpoint(provider, document), "secret": fresh}
    raise NotFound(f"world {world.name} has no endpoint {id!r}")


def _endpoint(provider: Provider, document: Json) -> shapes.Endpoint:
    return {
        "id": document["id"],
        "provider": provider.name,
        "url": document["url"],
        "events": document["events"],
        "status": document["status"],
        "paused": bool(document.get("paused")),
    }


@router.get("/events")
async def list_events(
    runtime: Running,
    world: Named,
    name: OfProvider = None,
    type: Annotated[str | None, Query(description="Only of this type.")] = None,
    limit: Limit = 100,
) -> shapes.Events:
    """List what providers announced, the newest first."""
    found: list[tuple[int, shapes.Event]] = []
    for provider in providers_of(runtime, name):
        tx = reading(runtime, world, provider)
        page = tx.page(events_of(provider.name), where={"type": type}, limit=limit)
        found += [(each["created"], shown_event(provider, each)) for each in page.items]
    found.sort(key=lambda pair: -pair[0])
    return {"events": [event for _, event in found[:limit]]}


def shown_event(provider: Provider, event: Json) -> shapes.Event:
    """Return an event with the body that an endpoint without wishes of its own receives."""
    body: Any = event["body"]
    if provider.webhooks is not None:
        body = orjson.loads(provider.webhooks.body(event, ANY_ENDPOINT))
    return {
        "id": event["id"],
        "provider": provider.name,
        "type": event["type"],
        "created": instants.iso(event["created"]),
        "body": body,
    }


@router.get("/deliveries")
async def list_deliveries(
    runtime: Running,
    world: Named,
    state: Annotated[Literal["pending", "delivered", "failed"] | None, Query()] = None,
    name: OfProvider = None,
    limit: Limit = 100,
) -> shapes.Deliveries:
    """List deliveries with all their attempts, the newest first (pending ones by the time of their next attempt)."""
    providers_of(runtime, name)
    found: list[shapes.Delivery] = []
    after, more = None, True
    while more and len(found) < limit:
        tx = reading(runtime, world)
        try:
            page = tx.page(DELIVERIES, where={"state": state}, limit=limit, after=after)
        except KeyError:  # the world was reset meanwhile
            break
        found += [_delivery(tx, each) for each in page.items if name in (None, each["provider"])]
        more, after = page.has_more, page.items[-1]["id"] if page.items else None
        await asyncio.sleep(0)  # the rare provider in a long list: let requests through between its pages
    return {"deliveries": found[:limit]}


def _delivery(tx: Transaction, document: Json) -> shapes.Delivery:
    at = tx.at(DELIVERIES, document["id"]) if document["state"] == "pending" else None
    return {
        "id": document["id"],
        "provider": document["provider"],
        "event": document["event"],
        "type": document["type"],
        "endpoint": document["endpoint"],
        "url": document["url"],
        "state": document["state"],
        "attempts": document["attempts"],
        "next_attempt": None if at is None else instants.iso(at),
        "request_body": document.get("request_body"),
        "note": document.get("note"),
    }


@router.post("/deliveries/{id}/redeliver")
async def redeliver(runtime: Running, world: Named, id: str) -> shapes.Delivery:
    """Post a delivery once more, at once, whatever its state."""
    document = await runtime.dispatcher.redeliver(world, id)
    return _delivery(reading(runtime, world), document)


@router.post("/webhooks/pause")
async def pause(runtime: Running, world: Named, body: OneProvider | None = None) -> shapes.Paused:
    """Hold back the deliveries of one provider, or of all."""
    return {"paused": await _switch(runtime, world, body, paused=True)}


@router.post("/webhooks/resume")
async def resume(runtime: Running, world: Named, body: OneProvider | None = None) -> shapes.Paused:
    """Let held deliveries go: what was due meanwhile is attempted at once."""
    left = await _switch(runtime, world, body, paused=False)
    runtime.dispatcher.take_up(world)
    runtime.timeline.plan(world)
    return {"paused": left}


async def _switch(runtime: Runtime, world: World, body: OneProvider | None, *, paused: bool) -> int:
    """Pause or resume endpoints; return how many of the world are paused then."""
    for provider in providers_of(runtime, body.provider if body else None):
        async with writing(runtime, world, provider) as tx:
            collection = endpoints_of(provider.name)
            for endpoint in tx.every(collection):
                if bool(endpoint.get("paused")) is not paused:
                    tx.save(collection, {**endpoint, "paused": paused})
    everybody = (reading(runtime, world, provider) for provider in runtime.providers.values())
    return sum(bool(each.get("paused")) for tx in everybody for each in tx.endpoints())


@router.post("/webhooks/settle")
async def settle(runtime: Running, world: Named) -> shapes.Settled:
    """Wait until nothing is in flight or due at the present world time; retries due later stay scheduled."""
    await runtime.dispatcher.settle(world)
    return cast("shapes.Settled", runtime.dispatcher.counts(world))
