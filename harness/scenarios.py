"""Scenarios: a story told by a catalogue, projected into a world by each provider's room.

Catalogues are found by the entry-point group `greenroom.scenarios`; the harness knows none by name. A story is plain
data, the same for all rooms; `order` in it says who is filled after whom, and `refs` collects the ids that were given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from harness import expectations, happenings, instants, plot
from harness.batch import Batch
from harness.collection import Collection
from harness.engine import Engine
from harness.errors import ConfigurationError, GreenroomError, InvalidInput, Refusal
from harness.loading import WHOLE, Loads, Note, Wanted
from harness.provider import Provider
from harness.store import Store
from harness.timeline import Timeline
from harness.transaction import Outcome, Transaction
from harness.world import World
from harness.worlds import Worlds

GROUP = "greenroom.scenarios"
STORIES = Collection("harness.story")
"""What was told in a world: `id` (the scenario's name), how to tell it again, and the `refs` that rooms gave."""
Json = dict[str, Any]


class Catalogue(Protocol):
    """A source of scenarios; what it cannot use it refuses by a ValueError whose message is for the reader."""

    def names(self) -> list[str]:
        """Return the names of its scenarios."""

    def title(self, name: str) -> str:
        """Return what a scenario is about, in one line."""

    def story(
        self,
        name: str,
        *,
        seed: str,
        scale: float,
        now: datetime,
        text: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Json:
        """Tell a scenario, or the one that `text` writes down, with parameters of its own."""

    def parameters(self, name: str) -> dict[str, Json]:
        """Return the parameters that a scenario takes."""

    def schema(self) -> Json:
        """Return the JSON schema of scenario files."""

    def extent(
        self,
        name: str,
        *,
        seed: str,
        scale: float,
        text: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> tuple[int, int]:
        """Return about how many things the story tells of, and in how many parts it can be told."""

    def parts(
        self,
        name: str,
        *,
        seed: str,
        scale: float,
        now: datetime,
        text: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        begin: int = 0,
    ) -> Iterator[Json]:
        """Tell a scenario in parts, from one on: each is a story, all are the whole; the last tells what comes after."""


class Generator(Protocol):
    """A catalogue that also writes scenarios to files."""

    def generate(
        self,
        name: str,
        folder: Path,
        *,
        seed: str,
        scale: float,
        now: datetime,
        text: str | None,
        parameters: Mapping[str, Any] | None,
        format: str,
        processes: int,
        executor: Executor | None,
        progress: Callable[[int, int], None] | None,
    ) -> int:
        """Write a scenario's story into a folder, in partitions; return how many there are."""


def catalogues() -> list[Catalogue]:
    """Return the installed catalogues in the order of their names; raise ConfigurationError for a broken one."""
    found: list[Catalogue] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            found.append(entry.load())
        except Exception as error:
            raise ConfigurationError(
                f"the scenarios {entry.name!r} ({entry.value}) cannot be loaded: {error!r}; mend or uninstall them"
            ) from error
    return found


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

    def listed(self) -> list[Json]:
        """Return the name and title of every scenario, in alphabetical order."""
        found = {name: each.title(name) for each in self.catalogues for name in each.names()}
        return [{"name": name, "title": title} for name, title in sorted(found.items())]

    def parameters(self, name: str) -> dict[str, Json]:
        """Return the parameters that an installed scenario takes, by name; raise InvalidInput."""
        return self._source(name, None).parameters(name)

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

    def _source(self, name: str, text: str | None) -> Catalogue:
        source = next((each for each in self.catalogues if name in each.names()), None)
        if source is None and text is not None and self.catalogues:
            source = self.catalogues[0]
        if source is None:
            known = ", ".join(each["name"] for each in self.listed()) or "none is installed"
            raise InvalidInput(f"there is no scenario {name!r}; there are: {known}")
        return source

    def story(
        self,
        world: World,
        name: str,
        *,
        seed: str | None = None,
        scale: float = 1.0,
        text: str | None = None,
        parameters: Json | None = None,
    ) -> Json:
        """Tell a scenario for a world, by its seed and its present unless told otherwise; raise InvalidInput."""
        source, present = self._source(name, text), world.clock.now()
        wanted: Json = {"scale": scale, "text": text, **({"parameters": parameters} if parameters else {})}
        try:
            story = source.story(name, seed=seed or world.seed, now=instants.moment(present), **wanted)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        return story | {"told": {**wanted, "now": instants.iso(present)}}

    async def begin_with(self, world: World, name: str, scale: float, parameters: Json | None = None) -> None:
        """Load a scenario that is part of what the world is: `reset` will come back to it."""
        self._source(name, None)
        world.origin |= {"scenario": {"name": name, "scale": scale, "parameters": parameters or {}}}
        self.worlds.save(world)
        await self.fill(world, name, scale=scale, parameters=parameters)

    async def begin_again(self, world: World) -> None:
        """Load the scenario that a world was made with, if it was, after a reset."""
        if (origin := world.origin.get("scenario")) is not None:
            given = origin.get("parameters")
            await self.fill(world, origin["name"], scale=origin["scale"], parameters=given)

    async def fill(self, world: World, name: str, **wanted: Any) -> Json:
        """Load a scenario as `load` does where it is small, else part by part; a load that was stopped is gone on with.

        `wanted` may say `seed`, `scale`, `text` and `parameters`, as for `story`. Returns {name, seed, refs}, and of a
        large one `parts`; its refs are those of the first things that it tells of.
        """
        return (await self._fill(world, name, **wanted))[0]

    async def _fill(
        self,
        world: World,
        name: str,
        *,
        seed: str | None = None,
        scale: float = 1.0,
        text: str | None = None,
        parameters: Json | None = None,
    ) -> tuple[Json, Json]:
        """Fill a world; return what was loaded, and the story (of a large scenario its last part)."""
        source, seed = self._source(name, text), seed or world.seed
        given = {"parameters": parameters} if parameters else {}
        try:
            things, parts = source.extent(name, seed=seed, scale=scale, text=text, **given)
            if things <= WHOLE:
                story = self.story(world, name, seed=seed, scale=scale, text=text, parameters=parameters)
                return await self.load(world, story), story
            load = self.loads.taken_up(world, Wanted(name, seed, scale, text, given), parts)
            told: Json = {"scale": scale, "text": text, **given}
            began = instants.moment(load["began"])
            stories = source.parts(name, seed=seed, now=began, begin=load["done"], **told)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        last: Json = {}

        async def part(story: Json, note: Note) -> None:
            await self._project(world, story, note)
            last.update(story)

        loaded = await self.loads.run(world, load, stories, part)
        self._note(world, loaded | {"told": told | {"now": instants.iso(load["began"]), "load": load["id"]}})
        await self.batch.durable()
        return loaded, last

    async def load(self, world: World, story: Json) -> Json:
        """Project a story into a world, all of it or nothing; return {name, seed, refs}.

        What it tells of the past has then played itself out up to the present: renewals, deliveries, encodings. What it
        tells of the future is planned: the world's clock plays it.

        Raises GreenroomError naming the provider whose room could not tell its part, InvalidInput with the place of a
        step or an expectation that cannot be.
        """
        await self._project(world, story, None)
        return {"name": story["name"], "seed": story["seed"], "refs": story["refs"]}

    async def _project(self, world: World, story: Json, note: Note | None) -> None:
        """Fill all rooms from a story, in one unit with what `note` writes, and play its past."""
        order = [name for name in story["order"] if name in self.worlds.providers]
        order += [name for name in self.worlds.providers if name not in order]
        outcomes: list[Outcome] = []
        async with world.moving:
            now = world.clock.now()
            self.store.begin()
            try:
                for name in order:
                    outcomes += self._populate(world, self.worlds.providers[name], story)
                if note is not None:
                    note()
                else:
                    self._note(world, story)
                outcomes += plot.plan(self.store, world, self.worlds.providers, story, now)
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
        """Return what was told in a world, the last first: {id, name, seed, scale, now, text, refs}."""
        return self._own(world).page(STORIES, limit=1000).items

    def refs(self, world: World, told: Json) -> dict[str, str]:
        """Return all ids that providers gave to what was told, of large scenarios too."""
        return self.loads.refs(world, told["load"]) if told.get("load") else dict(told["refs"])

    def _own(self, world: World) -> Transaction:
        return Transaction(self.store, world, next(iter(self.worlds.providers.values())))

    def _note(self, world: World, story: Json) -> None:
        """Keep how to tell a story again, so that others can show the same with the ids that rooms gave."""
        tx = self._own(world)
        name, told = story["name"], story.get("told") or {}
        document = {"id": name, "name": name, "seed": story["seed"], **told, "refs": story["refs"]}
        if tx.get(STORIES, name) is not None:
            tx.delete(STORIES, name)
        tx.insert(STORIES, document)
        tx.commit()

    async def play(self, world: World, name: str, until: int | None = None, **wanted: Any) -> Json:
        """Fill a world as `fill` does, move its clock through the timeline (or `until` µs after its beginning), and check.

        Returns what `fill` and `check` do, and `now`, `steps`. Raises InvalidInput with the place of a step that could not
        happen when its time had come.
        """
        begun = world.clock.now()
        loaded, story = await self._fill(world, name, **wanted)
        target = begun + (story.get("lasts", 0) if until is None else until)
        try:
            done = await self.timeline.advance(world, max(target, world.clock.now()))
        except GreenroomError as error:
            if isinstance(error.__cause__, plot.StepFailed):
                raise InvalidInput(f"{error.__cause__}; it was played up to {_now(world)}") from error
            raise
        steps = [
            {"at": instants.iso(begun + each["at"]), "what": plot.told(each)}
            for each in story.get("timeline", ())
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
            told = error.message if isinstance(error, Refusal) else repr(error)
            raise GreenroomError(
                f"{provider.name} could not tell its part of the scenario {story['name']!r} in world {world.name}:"
                f" {told}; nothing was changed"
            ) from error


def _now(world: World) -> str:
    return instants.iso(world.clock.now())
