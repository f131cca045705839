"""Scenarios: a story told by a catalogue, projected into a world by each provider's room.

A story is plain data, the same for all rooms; `order` in it says who is filled after whom, and `refs` collects the ids
that were given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypedDict, Unpack

from harness import expectations, happenings, instants, plot, stories
from harness.batch import Batch
from harness.catalogues import Catalogue, Wishes, catalogues, source
from harness.engine import Engine
from harness.errors import Conflict, GreenroomError, InvalidInput, Refusal
from harness.loading import WHOLE, Loads, Note
from harness.provider import Provider
from harness.store import Store
from harness.timeline import Timeline
from harness.transaction import Outcome, Transaction
from harness.world import World
from harness.worlds import Worlds

Json = dict[str, Any]


class Wanted(TypedDict, total=False):
    """How a scenario is to be told in a world; what is left out is the world's seed, 1, the installed one, its defaults."""

    seed: str | None
    scale: float
    text: str | None
    parameters: Json | None


class Scenarios:
    """Fills worlds."""

    def __init__(
        self, store: Store, worlds: Worlds, batch: Batch, engine: Engine, timeline: Timeline
    ) -> None:
        """The parts are made by `harness.runtime`; the catalogues are read at the first use."""
        self.store = store
        self.worlds = worlds
        self.batch = batch
        self.engine = engine
        self.timeline = timeline
        self.loads = Loads(store, worlds.providers)
        self._catalogues: list[Catalogue] | None = None

    @property
    def catalogues(self) -> list[Catalogue]:
        """The installed catalogues."""
        if self._catalogues is None:
            self._catalogues = catalogues()
        return self._catalogues

    def listed(self, *, parameters: bool = False) -> list[Json]:
        """Return the name and title of every scenario, in alphabetical order, with its `parameters` if they are wanted."""
        found = {name: each for each in self.catalogues for name in each.names()}
        lines: list[Json] = [{"name": name, "title": found[name].title(name)} for name in sorted(found)]
        if parameters:
            lines = [line | {"parameters": found[line["name"]].parameters(line["name"])} for line in lines]
        return lines

    def parameters(self, name: str) -> dict[str, Json]:
        """Return the parameters that an installed scenario takes, by name; raise InvalidInput."""
        return source(self.catalogues, name).parameters(name)

    def schema(self) -> Json:
        """Return the JSON schema of scenario files; raise InvalidInput where no catalogue is installed."""
        if not self.catalogues:
            raise InvalidInput("no scenario is installed")
        return self.catalogues[0].schema()

    def words(self) -> list[Json]:
        """Return what scenarios may let happen in plain words, at all providers."""
        return [
            each for provider in self.worlds.providers.values() for each in happenings.vocabulary(provider)
        ]

    def story(self, world: World, name: str, **wanted: Unpack[Wanted]) -> Json:
        """Tell a scenario for a world, by its seed and its present unless told otherwise; raise InvalidInput."""
        wishes, present = _wishes(world, wanted), world.clock.now()
        try:
            catalogue = source(self.catalogues, name, wishes.get("text"))
            story = catalogue.story(name, now=instants.moment(present), **wishes)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        return story | {"told": _again(wishes, present)}

    async def begin_with(self, world: World, name: str, scale: float, parameters: Json | None = None) -> None:
        """Load a scenario that is part of what the world is: `reset` will come back to it."""
        source(self.catalogues, name)
        world.origin |= {"scenario": {"name": name, "scale": scale, "parameters": parameters or {}}}
        self.worlds.save(world)
        await self.fill(world, name, scale=scale, parameters=parameters)

    async def begin_again(self, world: World) -> None:
        """Load the scenario that a world was made with, if it was, after a reset."""
        if (origin := world.origin.get("scenario")) is not None:
            given = origin.get("parameters")
            await self.fill(world, origin["name"], scale=origin["scale"], parameters=given)

    async def fill(self, world: World, name: str, **wanted: Unpack[Wanted]) -> Json:
        """Load a scenario as `load` does where it is small, else part by part; a load that was stopped is gone on with.

        Returns {name, seed, refs}, and of a large one `parts`; its refs are those of the first things that it tells of.
        """
        return (await self._fill(world, name, wanted))[0]

    async def _fill(self, world: World, name: str, wanted: Wanted) -> tuple[Json, Json]:
        """Fill a world; return what was loaded, and the story (of a large scenario its last part)."""
        wishes = _wishes(world, wanted)
        try:
            catalogue = source(self.catalogues, name, wishes.get("text"))
            things, parts = catalogue.extent(name, **wishes)
            if things <= WHOLE:
                story = self.story(world, name, **wanted)
                return await self.load(world, story), story
            load = self.loads.taken_up(world, name, wishes, parts)
            told = catalogue.parts(name, now=instants.moment(load["began"]), begin=load["done"], **wishes)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        again, last = _again(wishes, load["began"]) | {"load": load["id"]}, dict[str, Any]()

        async def part(story: Json, note: Note) -> None:
            def noted(after: Json) -> None:
                so_far = note()
                if so_far["done"] >= so_far["parts"]:
                    self._keep(world, {**story, "refs": so_far["refs"]}, again, after)

            await self._project(world, story, noted)
            last.update(story)

        return await self.loads.run(world, load, told, part), last

    async def load(self, world: World, story: Json) -> Json:
        """Project a story into a world, all of it or nothing; return {name, seed, refs}.

        What it tells of the past has then played itself out up to the present: renewals, deliveries, encodings. What it
        tells of the future is planned: the world's clock plays it.

        Raises GreenroomError naming the provider whose room could not tell its part, InvalidInput with the place of a
        step or an expectation that cannot be.
        """
        await self._project(
            world, story, lambda after: self._keep(world, story, story.get("told") or {}, after)
        )
        return {"name": story["name"], "seed": story["seed"], "refs": story["refs"]}

    async def _project(self, world: World, story: Json, note: Callable[[Json], None]) -> None:
        """Fill all rooms from a story, in one unit with what `note` writes of it and what comes after, and play its past."""
        order = [name for name in story["order"] if name in self.worlds.providers]
        order += [name for name in self.worlds.providers if name not in order]
        outcomes: list[Outcome] = []
        async with world.moving:
            now = world.clock.now()
            self.store.begin()
            try:
                for name in order:
                    outcomes += self._populate(world, self.worlds.providers[name], story)
                planned, after = plot.plan(self.store, world, self.worlds.providers, story, now)
                note(after)
                outcomes += planned
            except BaseException:
                self.store.undo()
                self.worlds.reread(world)
                raise
            self.store.keep()
            await self.batch.durable()
        for outcome in outcomes:
            self.engine.announce(world, outcome)
        await self.timeline.advance(world, world.clock.now())

    def told(self, world: World) -> list[Json]:
        """Return what was told in a world, the last first."""
        return list(stories.told(self.store, world))[::-1]

    def refs(self, world: World, told: Json) -> dict[str, str]:
        """Return all ids that providers gave to what was told, of large scenarios too."""
        return self.loads.refs(world, told["load"]) if told.get("load") else dict(told["refs"])

    def _keep(self, world: World, story: Json, again: Json, after: Json) -> None:
        """Keep how to tell a story again, so that others can show the same with the ids that rooms gave."""
        kept = {name: story[name] for name in ("name", "seed", "refs")}
        stories.keep(
            self.store, world, next(iter(self.worlds.providers.values())), {**kept, **again, **after}
        )

    async def play(self, world: World, name: str, until: int | None = None, **wanted: Unpack[Wanted]) -> Json:
        """Fill a world as `fill` does, move its clock through the timeline (or `until` µs after its beginning), and check.

        Returns what `fill` and `check` do, and `now` with the `steps` that it has come past. Raises InvalidInput with the place of a step that could not
        happen when its time had come.
        """
        loaded, story = await self._fill(world, name, wanted)
        # Not when it was asked for: a clock that goes by itself went on while rooms were filled.
        begun = next(each["begun"] for each in self.told(world) if each["name"] == story["name"])
        target = begun + (story.get("lasts", 0) if until is None else until)
        try:
            done = await self.timeline.advance(world, max(target, world.clock.now()))
        except GreenroomError as error:
            if isinstance(error.__cause__, plot.StepFailed):
                raise InvalidInput(f"{error.__cause__}; it was played up to {_now(world)}") from error
            raise
        steps = [
            {"at": instants.iso(begun + each["at"]), "what": plot.told(each, story)}
            for each in story.get("timeline", ())
            if begun + each["at"] <= done.now
        ]
        return {**loaded, "now": instants.iso(done.now), "steps": steps, **await self.check(world)}

    async def check(self, world: World) -> Json:
        """Check what is expected of a world as it stands; return {passed, expectations}."""
        found = []
        for each in expectations.verdicts(self.store, world, list(self.worlds.providers)):
            found.append(each)
            await asyncio.sleep(0)  # a large world takes a while to look through: let requests in
        return {"passed": all(each["passed"] for each in found), "expectations": found}

    def _populate(self, world: World, provider: Provider, story: Json) -> list[Outcome]:
        if provider.populate is None:
            return []
        provider.load()
        self.worlds.account(world, provider)
        tx = Transaction(self.store, world, provider)
        try:
            story["refs"] |= provider.populate(tx, story)
            return [tx.commit()]
        except Exception as error:
            tx.rollback()
            usual = isinstance(error, Refusal | Conflict | InvalidInput)
            told = (error.message if isinstance(error, Refusal) else str(error)) if usual else repr(error)
            where = f"its part of the scenario {story['name']!r} in world {world.name}"
            message = f"{provider.name} could not tell {where}: {told}; nothing was changed"
            if not usual:
                raise GreenroomError(message) from error
            if any(each["name"] == story["name"] for each in stories.told(self.store, world)):
                again = "it was loaded before: reset the world, or load it into another one"
                raise Conflict(f"{message}; {again}") from error
            raise InvalidInput(message) from error


def _wishes(world: World, wanted: Wanted) -> Wishes:
    """Return what a catalogue is asked for; what was not asked for is left out."""
    wishes: Wishes = {"seed": wanted.get("seed") or world.seed, "scale": wanted.get("scale", 1.0)}
    if (text := wanted.get("text")) is not None:
        wishes["text"] = text
    if parameters := wanted.get("parameters"):
        wishes["parameters"] = parameters
    return wishes


def _again(wishes: Wishes, present: int) -> Json:
    """Return how to tell a story again."""
    return {"text": None, **wishes, "now": instants.iso(present)}


def _now(world: World) -> str:
    return instants.iso(world.clock.now())
