"""Pages: the templates, and what each of them knows of the world that is looked at."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import ValidationError
from starlette.responses import Response

from harness import __version__, instants
from harness.dashboard import assets
from harness.errors import GreenroomError, Refusal
from harness.runtime import Runtime
from harness.world import World
from harness.worlds import DEFAULT

ROOT = "/_greenroom/ui"
NOTICE = "greenroom_notice"
SECTIONS = (
    ("", "Overview", "o"),
    ("/worlds", "Worlds", "w"),
    ("/time", "Time", "t"),
    ("/requests", "Requests", "r"),
    ("/health", "Health", "a"),
    ("/webhooks", "Webhooks", "h"),
    ("/inbox", "Inbox", "i"),
    ("/objects", "Objects", "b"),
    ("/faults", "Faults", "f"),
    ("/scenarios", "Scenarios", "s"),
    ("/contracts", "Contracts", "c"),
)
"""Path below a world's pages, title, and the key that leads there after `g`."""
WORLDS_LISTED = 30
Json = dict[str, Any]


def base(world: World) -> str:
    """Return the address of a world's pages, without a slash at the end."""
    return f"{ROOT}/{world.name}"


def page(
    request: Request,
    runtime: Runtime,
    world: World,
    template: str,
    *,
    section: str,
    status: int = 200,
    **more: Any,
) -> HTMLResponse:
    """Render a page of a world; `section` is its path in SECTIONS. What the last action said is shown once."""
    told = _notice(request)
    content = (
        templates()
        .get_template(template)
        .render(
            world=world,
            base=base(world),
            api=f"/_greenroom/worlds/{world.id}",
            clock=world.clock.shown(),
            worlds=_nearby(runtime, world),
            sections=SECTIONS,
            section=section,
            files=assets.addresses(),
            complete=assets.complete(),
            version=__version__,
            notice=told,
            here=request.url.path,
            **more,
        )
    )
    answer = HTMLResponse(content, status)
    if told is not None:
        answer.delete_cookie(NOTICE, path=ROOT)
    return answer


async def act(to: str, doing: Awaitable[str | None]) -> Response:
    """Do what a form asked for and go on to a page, which says what came of it; a refusal is said there too."""
    kind, told = "good", None
    try:
        told = await doing
    except ValidationError as error:
        kind = "bad"
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    except (GreenroomError, Refusal, ValueError) as error:
        kind, told = "bad", str(error)
    return tell(to, told, kind)


def tell(to: str, told: str | None, kind: str = "good") -> Response:
    """Go on to a page, which then says something; `kind` is good or bad."""
    answer = RedirectResponse(to, 303)
    if told:
        notice = quote(orjson.dumps({"kind": kind, "told": told[:1500]}))
        answer.set_cookie(NOTICE, notice, max_age=60, path=ROOT, httponly=True, samesite="strict")
    return answer


def _notice(request: Request) -> Json | None:
    """Return what the last action said, None where there was none."""
    try:
        told = orjson.loads(unquote(request.cookies.get(NOTICE, "")))
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) and {"kind", "told"} <= told.keys() else None


def _nearby(runtime: Runtime, world: World) -> list[str]:
    """Return the names of some worlds to change over to: `default` and the newest."""
    names = [each.name for each in runtime.worlds]
    return list(dict.fromkeys([world.name, DEFAULT, *reversed(names[-WORLDS_LISTED:])]))


@cache
def templates() -> Environment:
    """The templates; every value is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("harness.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "instant": instants.iso,
        "moment": moment,
        "number": number,
        "milliseconds": milliseconds,
        "tone": tone,
        "brief": brief,
        "percent": percent,
    }
    return made


def moment(text: str) -> str:
    """Write an ISO instant for people: `2026-03-01 09:00:00`."""
    return text[:19].replace("T", " ")


def number(value: float) -> str:
    """Write a number with its thousands apart."""
    return f"{value:,.0f}"


def milliseconds(value: float) -> str:
    """Write milliseconds, small ones exactly."""
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def brief(value: float | None) -> str:
    """Write a measured value with four digits that matter."""
    return "–" if value is None else f"{value:.4g}"


def percent(share: float) -> str:
    """Write a share of 0 to 1 as a percentage: `99.5 %`."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


def tone(status: int | None) -> str:
    """Return how an answer's status is coloured: `good`, `warn` for 4xx, `bad` for 5xx and no answer."""
    if status is None or status >= 500:
        return "bad"
    return "warn" if status >= 400 else "good"
