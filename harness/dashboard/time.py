"""A world's time: its clock in the hand, what is due, and what has been."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from harness import instants
from harness.collection import events_of
from harness.control import clock as control
from harness.control import models
from harness.control.context import Named, Running, reading
from harness.dashboard import showing
from harness.dashboard.security import SameOrigin
from harness.errors import InvalidInput
from harness.runtime import Runtime
from harness.transaction import DELIVERIES, TIMERS, Transaction
from harness.world import World

router = APIRouter(prefix="/{w}")
DUE, PAST = 40, 40
STEPS = {
    "an hour": instants.HOUR,
    "a day": instants.DAY,
    "a week": 7 * instants.DAY,
    "30 days": 30 * instants.DAY,
}
Word = Annotated[str, Form(max_length=100)]
Json = dict[str, Any]


@router.get("/time")
async def show(request: Request, runtime: Running, world: Named) -> HTMLResponse:
    """Show the clock with its controls, and the timeline."""
    tx = reading(runtime, world)
    return showing.page(
        request,
        runtime,
        world,
        "time.html",
        section="/time",
        steps=list(STEPS),
        due=_due(tx),
        past=_past(runtime, world),
        next=runtime.timeline.next_due(world),
    )


@router.post("/time/mode")
async def set_mode(
    runtime: Running, world: Named, _: SameOrigin, mode: Word, now: Word = "", rate: Word = ""
) -> Response:
    """Give the world another clock; without `now` its time goes on from where it is."""

    async def change() -> str:
        given = {"mode": mode, "now": now.strip() or None, "rate": rate.strip() or None}
        if mode != "fast":
            given.pop("rate")
        told = await control.set_clock(runtime, world, models.SetClock.model_validate(given))
        return f"The clock is {told['mode']} at {showing.moment(told['now'])}."

    return await showing.act(f"{showing.base(world)}/time", change())


@router.post("/time/advance")
async def advance(runtime: Running, world: Named, _: SameOrigin, by: Word = "", to: Word = "") -> Response:
    """Move time forward by a step, to the next thing that is due (`by` next), or to an instant."""

    async def move() -> str:
        target = _target(runtime, world, by, to.strip())
        done = await runtime.timeline.advance(world, target)
        return (
            f"It is {showing.moment(instants.iso(done.now))} now: {done.timers_run} timers ran,"
            f" {done.deliveries} deliveries were attempted."
        )

    return await showing.act(f"{showing.base(world)}/time", move())


def _target(runtime: Runtime, world: World, by: str, to: str) -> int:
    if to:
        return instants.parse(to)
    if by == "next":
        due = runtime.timeline.next_due(world)
        if due is None:
            raise InvalidInput("nothing is due in this world")
        return max(due, world.clock.now())
    if by == "month":
        return _month_on(world.clock.now())
    if by not in STEPS:
        raise InvalidInput(f"{by!r} is not a step of time")
    return world.clock.now() + STEPS[by]


def _month_on(now: int) -> int:
    """Return the same day and time of the next month, its last day where it is shorter."""
    moment = instants.moment(now)
    year, month = (moment.year + 1, 1) if moment.month == 12 else (moment.year, moment.month + 1)
    for day in (moment.day, 30, 29, 28):
        try:
            later = moment.replace(year=year, month=month, day=day)
        except ValueError:
            continue
        break
    else:
        raise InvalidInput(f"there is no month after {moment:%B %Y}")
    return now + round((later - moment).total_seconds()) * instants.SECOND


def _due(tx: Transaction) -> list[Json]:
    """Return the next timers and attempts, the earliest first."""
    lines: list[tuple[int, Json]] = []
    for each in tx.page(TIMERS, limit=DUE, newest_first=False).items:
        line = {
            "kind": "timer",
            "provider": each["provider"],
            "what": each["name"],
            "of": _subject(each["payload"]),
        }
        lines.append((tx.at(TIMERS, each["id"]) or 0, line))
    pending = tx.page(DELIVERIES, where={"state": "pending"}, limit=DUE, newest_first=False)
    for each in pending.items:
        told = "first attempt" if not each["attempts"] else f"attempt {len(each['attempts']) + 1}"
        line = {
            "kind": "delivery",
            "provider": each["provider"],
            "what": each["type"],
            "of": told,
            "id": each["id"],
        }
        lines.append((tx.at(DELIVERIES, each["id"]) or 0, line))
    lines.sort(key=lambda pair: pair[0])
    return [{"at": instants.iso(at), **line} for at, line in lines[:DUE]]


def _past(runtime: Runtime, world: World) -> list[Json]:
    """Return what providers announced lately, the latest first."""
    lines: list[Json] = []
    for name in runtime.providers:
        page = reading(runtime, world).page(events_of(name), limit=PAST)
        lines += [{name: each[name] for name in ("id", "provider", "type", "created")} for each in page.items]
    lines.sort(key=lambda line: -int(line["created"]))
    return lines[:PAST]


def _subject(payload: Any) -> str:
    """Return what a timer is about: the first text of its payload."""
    if isinstance(payload, dict):
        return next((str(each) for each in payload.values() if isinstance(each, str)), "")
    return ""
