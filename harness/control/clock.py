"""A world's clock: show, set, advance."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter

from harness import clock, instants
from harness.control import shapes
from harness.control.context import Named, Running
from harness.control.models import Advance, SetClock
from harness.errors import InvalidInput

router = APIRouter(prefix="/worlds/{w}/clock", tags=["clock"])


@router.get("")
async def show_clock(world: Named) -> shapes.Clock:
    """Show mode, world time and rate."""
    return cast("shapes.Clock", world.clock.shown())


@router.put("")
async def set_clock(runtime: Running, world: Named, body: SetClock) -> shapes.Clock:
    """Give a world another clock; time that is skipped forward is played, without `now` it goes on as it is."""
    chosen = clock.configured(body.mode, body.now, body.rate)
    if body.now is None:
        chosen.set_to(world.clock.now())
    await runtime.timeline.set_clock(world, chosen)
    return cast("shapes.Clock", world.clock.shown())


@router.post("/advance")
async def advance_clock(runtime: Running, world: Named, body: Advance) -> shapes.Advanced:
    """Move time forward, doing all that becomes due on the way, each at its own instant."""
    if (body.seconds is None) is (body.to is None):
        raise InvalidInput("advance needs seconds or to, and not both")
    if body.to is not None:
        target = instants.parse(body.to)
    else:
        target = world.clock.now() + round((body.seconds or 0) * instants.SECOND)
    done = await runtime.timeline.advance(world, target)
    return {"now": instants.iso(done.now), "timers_run": done.timers_run, "deliveries": done.deliveries}
