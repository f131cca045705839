"""Webhooks: endpoints, deliveries with every attempt, events, and trouble by the press of a button."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from harness import faults
from harness.collection import endpoints_of, events_of
from harness.control import models
from harness.control import webhooks as control
from harness.control.context import Named, Running, provider_of, reading, writing
from harness.dashboard import bodies, showing
from harness.dashboard.links import Links
from harness.dashboard.presets import DELIVERY, preset
from harness.dashboard.security import SameOrigin
from harness.errors import InvalidInput, NotFound
from harness.runtime import Runtime
from harness.transaction import DELIVERIES, Transaction
from harness.world import World

router = APIRouter(prefix="/{w}")
SHOWN = 50
STATES = ("pending", "delivered", "failed")
Word = Annotated[str, Form(max_length=2000)]
Json = dict[str, Any]


@router.get("/webhooks")
async def show(
    request: Request, runtime: Running, world: Named, state: str = "", after: str = ""
) -> HTMLResponse:
    """Show endpoints, deliveries of a state, and the faults that deliveries meet."""
    tx = reading(runtime, world)
    wanted = state if state in STATES else None
    try:
        page = tx.page(DELIVERIES, where={"state": wanted}, limit=SHOWN, after=after or None)
    except KeyError:
        page = tx.page(DELIVERIES, where={"state": wanted}, limit=SHOWN)
    return showing.page(
        request,
        runtime,
        world,
        "webhooks.html",
        section="/webhooks",
        endpoints=_endpoints(runtime, world),
        providers={name: each.title for name, each in runtime.providers.items() if each.webhooks is not None},
        deliveries=[_line(each) for each in page.items],
        beyond=page.items[-1]["id"] if page.has_more else None,
        states=STATES,
        state=wanted or "",
        chaos=DELIVERY,
        standing=[each for each in faults.standing(tx) if each["kind"] == "delivery"],
    )


def _endpoints(runtime: Runtime, world: World) -> list[Json]:
    return [
        {**each, "provider": name, "title": provider.title, "paused": bool(each.get("paused"))}
        for name, provider in runtime.providers.items()
        for each in reading(runtime, world, provider).endpoints()
    ]


def _line(delivery: Json) -> Json:
    last = delivery["attempts"][-1] if delivery["attempts"] else {}
    return {
        **delivery,
        "tries": len(delivery["attempts"]),
        "last": last.get("status") or last.get("error") or "–",
    }


@router.get("/webhooks/deliveries/{id}")
async def show_delivery(request: Request, runtime: Running, world: Named, id: str) -> HTMLResponse:
    """Show a delivery with its attempts, and the bodies that went either way."""
    tx = reading(runtime, world)
    delivery = tx.get(DELIVERIES, id)
    if delivery is None:
        raise NotFound(f"world {world.name} has no delivery {id!r}")
    links = Links(runtime, world, showing.base(world))
    sent = (delivery.get("request_body") or "").encode()
    return showing.page(
        request,
        runtime,
        world,
        "delivery.html",
        section="/webhooks",
        delivery=_line(delivery),
        due=tx.at(DELIVERIES, id) if delivery["state"] == "pending" else None,
        sent=bodies.shown(sent, "", links),
        attempts=[
            {**each, "answered": bodies.shown((each.get("response_body") or "").encode(), "", links)}
            for each in delivery["attempts"]
        ],
    )


@router.post("/webhooks/deliveries/{id}/redeliver")
async def redeliver(runtime: Running, world: Named, id: str, _: SameOrigin) -> Response:
    """Post a delivery once more, at once."""

    async def post() -> str:
        document = await runtime.dispatcher.redeliver(world, id)
        return f"It was posted again and is {document['state']}."

    return await showing.act(f"{showing.base(world)}/webhooks/deliveries/{id}", post())


@router.get("/webhooks/events")
async def list_events(
    request: Request, runtime: Running, world: Named, provider: str = "", type: str = "", after: str = ""
) -> HTMLResponse:
    """List what a provider announced, the newest first."""
    names = [name for name in runtime.providers if _has_events(runtime, world, name)]
    chosen = (
        provider if provider in runtime.providers else (names[0] if names else next(iter(runtime.providers)))
    )
    tx = reading(runtime, world, runtime.providers[chosen])
    where = {"type": type.strip() or None}
    try:
        page = tx.page(events_of(chosen), where=where, limit=SHOWN, after=after or None)
    except KeyError:
        page = tx.page(events_of(chosen), where=where, limit=SHOWN)
    return showing.page(
        request,
        runtime,
        world,
        "events.html",
        section="/webhooks",
        events=page.items,
        beyond=page.items[-1]["id"] if page.has_more else None,
        provider=chosen,
        type=type,
        providers={name: each.title for name, each in runtime.providers.items()},
    )


def _has_events(runtime: Runtime, world: World, name: str) -> bool:
    return bool(reading(runtime, world).page(events_of(name), limit=1).items)


@router.get("/webhooks/events/{provider}/{id}")
async def show_event(
    request: Request, runtime: Running, world: Named, provider: str, id: str
) -> HTMLResponse:
    """Show an event as an endpoint gets it, and its deliveries."""
    room = provider_of(runtime, provider)
    tx = reading(runtime, world, room)
    event = tx.get(events_of(provider), id)
    if event is None:
        raise NotFound(f"world {world.name} has no event {id!r} of {room.title}")
    body = orjson.dumps(control.shown_event(room, event)["body"])
    return showing.page(
        request,
        runtime,
        world,
        "event.html",
        section="/webhooks",
        event=event,
        title=room.title,
        body_shown=bodies.shown(body, "", Links(runtime, world, showing.base(world))),
        deliveries=[_line(each) for each in tx.page(DELIVERIES, where={"event": id}, limit=SHOWN).items],
    )


@router.post("/webhooks/endpoints")
async def add_endpoint(
    runtime: Running, world: Named, _: SameOrigin, provider: Word, url: Word, events: Word = ""
) -> Response:
    """Let a provider post its events to an address."""

    async def add() -> str:
        body = models.NewEndpoint(provider=provider, url=url.strip(), events=events.split() or None)
        made = await control.add_endpoint(runtime, world, body)
        return f"{provider} posts to {made['url']} now; the secret is {made['secret']}"

    return await showing.act(f"{showing.base(world)}/webhooks", add())


@router.post("/webhooks/endpoints/{provider}/{id}")
async def switch(
    runtime: Running, world: Named, provider: str, id: str, _: SameOrigin, doing: Word
) -> Response:
    """Pause an endpoint, or let it go on."""

    async def change() -> str:
        room = provider_of(runtime, provider)
        async with writing(runtime, world, room) as tx:
            _change(tx, room.name, id, doing)
        if doing == "resume":
            runtime.dispatcher.take_up(world)
            runtime.timeline.plan(world)
        return f"The endpoint {'is paused' if doing == 'pause' else 'goes on'}."

    return await showing.act(f"{showing.base(world)}/webhooks", change())


def _change(tx: Transaction, provider: str, id: str, doing: str) -> None:
    collection = endpoints_of(provider)
    endpoint = tx.get(collection, id)
    if endpoint is None:
        raise NotFound(f"world {tx.world.name} has no endpoint {id!r} of {provider}")
    if doing not in ("pause", "resume"):
        raise InvalidInput(f"{doing!r} cannot be done with an endpoint")
    tx.save(collection, {**endpoint, "paused": doing == "pause"})


@router.post("/webhooks/all")
async def switch_all(runtime: Running, world: Named, _: SameOrigin, doing: Word) -> Response:
    """Hold all deliveries back, let them go, or wait for those that are due."""

    async def change() -> str:
        match doing:
            case "pause":
                return f"{(await control.pause(runtime, world))['paused']} endpoints are paused."
            case "resume":
                await control.resume(runtime, world)
                return "All endpoints go on; what was due meanwhile is posted now."
            case "settle":
                told = await control.settle(runtime, world)
                return f"Settled: {told['delivered']} delivered, {told['failed']} failed, {told['scheduled']} for later."
        raise InvalidInput(f"{doing!r} cannot be done with webhooks")

    return await showing.act(f"{showing.base(world)}/webhooks", change())


@router.post("/webhooks/chaos")
async def chaos(
    runtime: Running, world: Named, _: SameOrigin, name: Word, provider: Word = "", times: Word = "1"
) -> Response:
    """Let the next deliveries meet a fault."""
    return await showing.act(
        f"{showing.base(world)}/webhooks", preset(runtime, world, DELIVERY, name, provider, times)
    )
