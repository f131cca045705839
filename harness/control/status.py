"""The status page: what is served, and what a world has seen lately; plain HTML that renews itself."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, Template

from harness import __version__
from harness.control.context import Running, reading
from harness.control.mails import list_emails
from harness.control.webhooks import list_deliveries
from harness.runtime import Runtime
from harness.transaction import VIOLATIONS
from harness.world import World
from harness.worlds import DEFAULT

router = APIRouter()
SHOWN = 15
Json = dict[str, Any]


@router.get("", include_in_schema=False)
@router.get("/", include_in_schema=False)
async def show_status(
    runtime: Running, named: Annotated[str, Query(alias="world")] = DEFAULT
) -> HTMLResponse:
    """Show providers, clock, requests, deliveries and mails of a world."""
    world = runtime.worlds.find(named)
    if not world.open.is_set():
        await world.open.wait()
    page = _template().render(
        version=__version__,
        world=world,
        worlds=sorted(each.name for each in runtime.worlds),
        clock=world.clock.shown(),
        providers=_providers(runtime, world),
        requests=[_request(each) for each in world.journal.newest(SHOWN, None)],
        deliveries=[
            _delivery(each) for each in (await list_deliveries(runtime, world, limit=SHOWN))["deliveries"]
        ],
        mails=(await list_emails(runtime, world, limit=SHOWN))["emails"],
        violations=reading(runtime, world).count(VIOLATIONS),
    )
    return HTMLResponse(page)


def _providers(runtime: Runtime, world: World) -> list[Json]:
    """Return a line for each provider: where it is, how much it serves, and how often it was asked in this world."""
    asked: dict[str, int] = {}
    for each in world.journal.ring:
        asked[each.provider] = asked.get(each.provider, 0) + 1
    lines = []
    for name, provider in runtime.providers.items():
        provider.load()
        lines.append(
            {
                "title": provider.title,
                "url": runtime.url(name),
                "operations": len(provider.operations),
                "requests": asked.get(name, 0),
            }
        )
    return lines


def _request(shown: Json) -> Json:
    return {**shown, "good": shown["status"] is not None and shown["status"] < 400}


def _delivery(shown: Any) -> Json:
    last = shown["attempts"][-1] if shown["attempts"] else {}
    return {**shown, "tries": len(shown["attempts"]), "last": last.get("status") or last.get("error") or "–"}


@cache
def _template() -> Template:
    return Environment(loader=PackageLoader("harness.control", "pages"), autoescape=True).get_template(
        "status.html"
    )
