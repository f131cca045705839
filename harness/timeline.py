"""World time in motion: timers that come due by themselves, and `advance` as a discrete-event simulation."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from harness import instants
from harness.batch import Batch
from harness.clock import Mode
from harness.errors import GreenroomError, InvalidInput
from harness.store import Query, Store
from harness.store.interface import Row
from harness.transaction import TIMERS, Outcome, Transaction
from harness.world import World
from harness.worlds import Worlds

if TYPE_CHECKING:
    from harness.clock import Clock
    from harness.dispatcher import Dispatcher
    from harness.engine import Engine

log = logging.getLogger("greenroom")
LONGEST_SLEEP_SECONDS = 3600.0
COMMIT_EVERY = 64


@dataclass(frozen=True, slots=True)
class Advance:
    """What an advance did: the present world time (µs), timers run, deliveries finished or tried."""

    now: int
    timers_run: int
    deliveries: int


class Timeline:
    """Runs the timers of all worlds."""

    def __init__(
        self, store: Store, worlds: Worlds, batch: Batch, dispatcher: Dispatcher, engine: Engine
    ) -> None:
        """The parts are made by `harness.runtime`."""
        self.store = store
        self.worlds = worlds
        self.batch = batch
        self.dispatcher = dispatcher
        self.engine = engine
        self._alarms: dict[str, tuple[int, asyncio.TimerHandle]] = {}
        """For each world: the instant (µs) at which the next thing is due, and what rings then."""
        self._playing: set[asyncio.Task[None]] = set()
        self._stopping = False

    # --- by itself -------------------------------------------------------------------------------------------------

    def heard(self, world: World, outcome: Outcome) -> None:
        """Set the world's alarm anew when a commit brought a timer that is due before all others."""
        if outcome.due is None:
            return
        alarm = self._alarms.get(world.id)
        if alarm is None:
            self.plan(world)
        elif outcome.due < alarm[0]:
            self._set_alarm(world, outcome.due)

    def plan(self, world: World) -> None:
        """Set the alarm for the next instant at which something is due in a world whose time passes by itself."""
        moves = world.clock.mode is not Mode.FROZEN and world.clock.pinned is None
        moves = moves and not self._stopping and world.id in self.worlds.by_id
        self._set_alarm(world, self.next_due(world) if moves else None)

    def _set_alarm(self, world: World, due: int | None) -> None:
        _, alarm = self._alarms.pop(world.id, (0, None))
        if alarm is not None:
            alarm.cancel()
        wait = None if due is None else world.clock.wall_seconds_until(due)
        if due is not None and wait is not None:
            loop = asyncio.get_running_loop()
            ring = loop.call_later(min(wait, LONGEST_SLEEP_SECONDS), self._ring, world)
            self._alarms[world.id] = due, ring

    def _ring(self, world: World) -> None:
        self._alarms.pop(world.id, None)
        task = asyncio.get_running_loop().create_task(self._play(world))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def _play(self, world: World) -> None:
        """Run what is due now in a world whose time passes by itself."""
        try:
            async with world.moving:
                while (timer := self._next_timer(world)) is not None and timer.at <= world.clock.now():
                    outcome = self._run(world, timer)
                    await self.batch.durable()
                    self.engine.announce(world, outcome)
            self.dispatcher.take_up(world)
        except GreenroomError:
            log.exception("a timer of world %s failed", world.name)
        self.plan(world)

    def next_due(self, world: World) -> int | None:
        """Return the instant (µs) of the next timer or delivery."""
        timer = self._next_timer(world)
        delivery = self.dispatcher.next_due(world)
        return min(
            (each for each in (timer.at if timer else None, delivery) if each is not None), default=None
        )

    # --- by hand ---------------------------------------------------------------------------------------------------

    async def set_clock(self, world: World, clock: Clock) -> None:
        """Give a world another clock; what is due by it runs, each at its own instant when time goes forward."""
        async with world.moving:
            world.clock = clock
            self.worlds.save_clock(world)
            self.store.commit()
        await self.advance(world, clock.now())

    async def advance(self, world: World, target: int) -> Advance:
        """Move world time to `target` (µs), doing all that becomes due on the way, each at its own instant.

        Deliveries due at an instant are finished, and requests that they send back are served, before time moves on.
        Raises InvalidInput when the target lies in the past, GreenroomError when a timer fails.
        """
        if target > instants.LATEST:
            raise InvalidInput("the clock cannot go beyond the year 9998")
        async with world.moving:
            clock = world.clock
            if target < clock.now() - instants.SECOND:
                raise InvalidInput(
                    f"{instants.iso(target)} lies before the world's time {instants.iso(clock.now())}"
                )
            clock.pinned = clock.now()
            timers, before = 0, self._tried(world)
            reached = clock.pinned
            try:
                timers = await self._simulate(world, target)
                reached = max(target, clock.now())
            except BaseException:
                reached = clock.now()
                raise
            finally:
                clock.set_to(reached)
                self.worlds.save_clock(world)
                self.store.commit()
            await self.dispatcher.settle(world)
        self.plan(world)
        return Advance(world.clock.now(), timers, self._tried(world) - before)

    async def _simulate(self, world: World, target: int) -> int:
        run, clock, look = 0, world.clock, True
        while True:
            await self.dispatcher.settle(world, look=look)
            timer, delivery = self._next_timer(world), self.dispatcher.next_due(world)
            due = min(
                (each for each in (timer.at if timer else None, delivery) if each is not None), default=None
            )
            if due is None or due > target:
                return run
            clock.pinned = max(clock.now(), due)
            look = delivery == due
            if timer is not None and timer.at == due:
                outcome = self._run(world, timer)
                run += 1
                if outcome.deliveries or run % COMMIT_EVERY == 0:
                    self.worlds.save_clock(world)
                    await self.batch.durable()
                    await asyncio.sleep(0)
                self.engine.announce(world, outcome)

    def _tried(self, world: World) -> int:
        return self.dispatcher.attempts.get(world.id, 0)

    # --- one timer -------------------------------------------------------------------------------------------------

    def _next_timer(self, world: World) -> Row | None:
        found = self.store.page(world.space, Query(TIMERS.kind, newest_first=False, limit=1))
        return found[0] if found else None

    def _run(self, world: World, row: Row) -> Outcome:
        """Run one timer in a transaction of its own, at its own instant; a failing one is removed and raised."""
        timer: dict[str, Any] = orjson.loads(row.body)
        provider = self.worlds.providers[timer["provider"]]
        provider.load()
        now = row.at
        tx = Transaction(self.store, world, provider, now=now)
        tx.delete(TIMERS, timer["id"])
        try:
            provider.timers[timer["name"]](tx, timer["payload"])
        except Exception as error:
            tx.rollback()
            removal = Transaction(self.store, world, provider)
            removal.delete(TIMERS, timer["id"])
            removal.commit()
            raise GreenroomError(
                f"the timer {timer['name']} of {provider.name} failed in world {world.name} at"
                f" {instants.iso(now)}: {error!r}; it was removed"
            ) from error
        return tx.commit()

    async def close(self) -> None:
        """Stop all alarms."""
        self._stopping = True
        for _, alarm in self._alarms.values():
            alarm.cancel()
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)
