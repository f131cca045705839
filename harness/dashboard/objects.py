"""The object browser: what a world holds, by provider and kind, with the ids in it as links to what they name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from harness import instants
from harness.control.context import Named, Running
from harness.dashboard import bodies, links, showing
from harness.errors import NotFound
from harness.runtime import Runtime
from harness.store import Query
from harness.store.interface import SHIFT, Row
from harness.world import World

router = APIRouter(prefix="/{w}")
SHOWN = 50
COUNTED = 1000
"""How far documents of a kind are counted: a page costs the same whatever a world holds."""
TELLING = ("name", "title", "email", "subject", "description", "status", "state", "type", "url")
"""Fields that say in a word what a document is."""
Json = dict[str, Any]


@router.get("/objects")
async def list_kinds(request: Request, runtime: Running, world: Named, id: str = "") -> Response:
    """List the kinds that a world holds, and find an id among all of them."""
    id = id.strip()
    rooms = _rooms(runtime, world)
    if id:
        for kind in (kind for kinds in rooms.values() for kind, _ in kinds):
            if runtime.store.get(world.space, kind, id) is not None:
                return RedirectResponse(
                    f"{showing.base(world)}/objects/{quote(kind)}/{quote(id, safe='')}", 303
                )
    return _shown(request, runtime, world, rooms=rooms, kind="", rows=[], beyond=None, sought=id)


@router.get("/objects/{kind}")
async def list_objects(
    request: Request, runtime: Running, world: Named, kind: str, after: str = ""
) -> HTMLResponse:
    """List documents of a kind, the newest first."""
    rows = runtime.store.page(world.space, Query(kind, after=_position(world, after), limit=SHOWN + 1))
    beyond = None
    if len(rows) > SHOWN:
        rows = rows[:SHOWN]
        beyond = f"{rows[-1].at}.{rows[-1].pk - (world.space << SHIFT)}"
    lines = [_line(row) for row in rows]
    return _shown(
        request, runtime, world, rooms=_rooms(runtime, world), kind=kind, rows=lines, beyond=beyond, sought=""
    )


def _shown(request: Request, runtime: Runtime, world: World, **more: Any) -> HTMLResponse:
    titles = {name: each.title for name, each in runtime.providers.items()} | {"harness": "Greenroom itself"}
    return showing.page(
        request, runtime, world, "objects.html", section="/objects", counted=COUNTED, titles=titles, **more
    )


@router.get("/objects/{kind}/{id:path}")
async def show_object(request: Request, runtime: Running, world: Named, kind: str, id: str) -> HTMLResponse:
    """Show a document as it is stored."""
    row = runtime.store.get(world.space, kind, id)
    if row is None:
        raise NotFound(f"world {world.name} has no {kind} {id!r}")
    finder = links.Links(runtime, world, showing.base(world))
    own = f"{showing.base(world)}/objects/{quote(kind)}/{quote(id, safe='')}"
    shown = bodies.pretty(orjson.loads(row.body), lambda text: None if text == id else finder(text))
    return showing.page(
        request,
        runtime,
        world,
        "object.html",
        section="/objects",
        kind=kind,
        id=id,
        at=instants.iso(row.at),
        size=len(row.body),
        shown=shown,
        linked=sorted({to for to in finder.found() if to != own}),
    )


def _rooms(runtime: Runtime, world: World) -> dict[str, list[tuple[str, int]]]:
    """Return the kinds with their bounded counts, by the room that they belong to, our own last."""
    rooms: dict[str, list[tuple[str, int]]] = {}
    for kind, count in links.kinds(runtime, world, COUNTED + 1).items():
        rooms.setdefault(kind.partition(".")[0], []).append((kind, count))
    return dict(sorted(rooms.items(), key=lambda pair: (pair[0] == "harness", pair[0])))


def _position(world: World, after: str) -> tuple[int, int] | None:
    """Read a cursor: the instant and the number of the last document of the page before."""
    at, _, number = after.partition(".")
    if not (at.removeprefix("-").isdecimal() and number.isdecimal()):
        return None
    return int(at), world.space << SHIFT | int(number)


def _line(row: Row) -> Json:
    document = orjson.loads(row.body)
    told = [
        f"{name}: {document[name]}"
        for name in TELLING
        if isinstance(document, dict)
        and isinstance(document.get(name), str | int)
        and document[name] != row.id
    ]
    return {
        "id": row.id,
        "at": instants.iso(row.at),
        "told": " · ".join(told[:4])[:160],
        "size": len(row.body),
    }
