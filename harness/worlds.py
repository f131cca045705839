"""The register of worlds: create, find, reset, fork, delete, and their snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from harness import chance, clock, instants, realtime
from harness.collection import endpoints_of
from harness.dialect import Grant
from harness.errors import Conflict, InvalidInput, NotFound
from harness.journal import KEPT, Journal
from harness.provider import Credential, Provider
from harness.spaces import Spaces
from harness.store import Store
from harness.store.interface import SHIFT
from harness.transaction import COUNTERS, DELIVERIES, Transaction
from harness.world import Credentials, World

DEFAULT = "default"
DEFAULT_SEED = "greenroom"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
OPENED = instants.parse("2025-01-01T00:00:00Z")
"""When accounts were opened: ids that hold an instant are then the same in every world of a seed, whatever its clock."""
Json = dict[str, Any]


class Worlds:
    """All worlds of a server, kept in the store's registers "world" and "clock"."""

    def __init__(self, store: Store, providers: dict[str, Provider], kept: int = KEPT) -> None:
        """Read the register, make sure that the world `default` exists, and drop rows that no world refers to.

        Each world's journal keeps its last `kept` exchanges.
        """
        self.kept = kept
        self.store = store
        self.providers = providers
        self.credentials = Credentials(store)
        self.by_id: dict[str, World] = {}
        self._spaces = Spaces(store)
        clocks = store.records("clock")
        for id, record in store.records("world").items():
            self._adopt(id, record, clocks[id])
        if DEFAULT not in self.by_id:
            self.create(name=DEFAULT, seed=DEFAULT_SEED)
        used = {world.space for world in self.by_id.values()}
        used |= {record["space"] for record in store.records("snapshot").values()}
        self._spaces.keep_only(used)

    def _adopt(self, id: str, record: Json, clock_record: Json) -> World:
        world = World(
            id=id,
            name=record["name"],
            seed=record["seed"],
            space=record["space"],
            clock=clock.restored(clock_record),
            lenient=set(record["lenient"]),
            live=set(record.get("live", ())),
            origin=record["origin"],
            created=record["created"],
            directory=self.credentials,
            accounts=record["accounts"],
            journal=Journal(self.kept),
            resumed=True,
        )
        self._load(world)
        world.open.set()
        self.by_id[id] = world
        return world

    def _load(self, world: World) -> None:
        row = self.store.get(world.space, COUNTERS.kind, "counters")
        world.counters = orjson.loads(row.body) if row else {}
        world.sequence = self.store.sequence(world.space)
        world.derived.clear()
        world.forget()

    def reread(self, world: World) -> None:
        """Read again what is cached of a world, after writes to it were undone."""
        self._load(world)

    def reload(self) -> None:
        """Read again what is cached, after a batch could not be written."""
        for world in self.by_id.values():
            self._load(world)

    # --- finding ---------------------------------------------------------------------------------------------------

    def find(self, key: str) -> World:
        """Return a world by its id or name; raise NotFound."""
        world = self.by_id.get(key)
        if world is None:
            world = next((each for each in self.by_id.values() if each.name == key), None)
        if world is None:
            names = ", ".join(each.name for each in list(self.by_id.values())[:20])
            raise NotFound(f"there is no world {key!r}; there are: {names}")
        return world

    def __iter__(self) -> Iterator[World]:
        return iter(self.by_id.values())

    # --- making ----------------------------------------------------------------------------------------------------

    def create(
        self,
        *,
        name: str | None = None,
        seed: str | int | None = None,
        at: Json | None = None,
        lenient: Iterable[str] = (),
        live: Iterable[str] = (),
    ) -> World:
        """Make a bare world: an account at each provider. `at` is {mode, now?, rate?}; raise Conflict, InvalidInput."""
        profiles = self._known("lenient", lenient), self._known("live", live)
        origin_clock = clock.configured(**(at or {}))
        origin = {"clock": origin_clock.stored(), "given": bool(at and at.get("now") is not None)}
        seed = str(seed) if seed is not None else str(int.from_bytes(realtime.entropy(4), "big"))
        world = self._make(name, seed, origin_clock, profiles, origin)
        try:
            self._open_space(world)
            for provider in self.providers.values():
                self.account(world, provider)
        except BaseException:
            self._remove(world)
            raise
        self.store.commit()
        return world

    def _make(
        self,
        name: str | None,
        seed: str,
        at: clock.Clock,
        profiles: tuple[set[str], set[str]],
        origin: Json,
    ) -> World:
        fixed = name == DEFAULT and not self.by_id
        id = DEFAULT if fixed else f"wld_{chance.spell(realtime.entropy(16))}"
        name = name or id.replace("_", "-").lower()
        if not NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} is not a world's name: use a-z, 0-9 and -, at most 63 characters")
        if any(name in (world.name, world.id) for world in self.by_id.values()):
            raise Conflict(f"a world named {name!r} exists already")
        world = World(
            id=id,
            name=name,
            seed=seed,
            space=self._spaces.new(),
            clock=at,
            lenient=profiles[0],
            live=profiles[1],
            origin=origin,
            created=realtime.now(),
            directory=self.credentials,
            journal=Journal(self.kept),
        )
        world.open.set()
        self.by_id[id] = world
        return world

    def _known(self, option: str, names: Iterable[str]) -> set[str]:
        chosen = set(names)
        if unknown := chosen - set(self.providers):
            known = ", ".join(sorted(self.providers))
            raise InvalidInput(
                f"{option} names providers that are not installed: {sorted(unknown)}; there are: {known}"
            )
        return chosen

    def _record(self, register: str, key: str, body: Json | None) -> None:
        self.store.begin()
        self.store.record(register, key, body)
        self.store.keep()

    def _open_space(self, world: World) -> None:
        """Begin an empty space: its first document holds the counters of chance."""
        self.store.begin()
        self.store.insert(world.space << SHIFT | 1, COUNTERS.kind, "counters", 0, b"{}", [])
        self.store.keep()
        world.counters, world.sequence = {}, 1
        world.derived.clear()
        world.forget()
        self.save(world)

    def save(self, world: World) -> None:
        """Write a world's record and clock."""
        self._record("world", world.id, world.stored())
        self.save_clock(world)

    def save_clock(self, world: World) -> None:
        """Write a world's clock; while time is played, the instant that was reached."""
        stored = world.clock.stored()
        if world.clock.pinned is not None:
            stored |= {"world": world.clock.pinned, "real": realtime.now()}
        self._record("clock", world.id, stored)

    def account(self, world: World, provider: Provider) -> Json:
        """Return a world's account at a provider ({tokens, env}), opening it when there is none yet."""
        account = world.accounts.get(provider.name)
        if account is None:
            tokens = {}
            self.store.begin()
            for credential in provider.credentials:
                token = _token(world, provider, credential)
                tokens[credential.name] = token
                if credential.lookup:
                    grant = Grant(world.id, credential.name, token, {})
                    self.credentials.add(self.store, provider.name, grant)
            self.store.keep()
            account = world.accounts[provider.name] = {"tokens": tokens, "env": {}}
            self._fill(world, provider)
            self.save(world)
            self.store.commit()
        return account

    def _fill(self, world: World, provider: Provider) -> None:
        if provider.account is not None:
            tx = Transaction(self.store, world, provider, now=min(world.clock.now(), OPENED))
            world.accounts[provider.name]["env"] = provider.account(tx)
            tx.commit()

    # --- whole worlds ----------------------------------------------------------------------------------------------

    async def reset(self, world: World) -> World:
        """Return a world to what it was when it was made; its old rows are removed later, in chunks."""
        async with world.moving:
            old = world.space
            world.space = self._spaces.new()
            world.clock = clock.restored(world.origin["clock"])
            if world.clock.mode is not clock.Mode.FROZEN and not world.origin["given"]:
                world.clock.set_to(realtime.now())
            elif world.clock.mode is not clock.Mode.FROZEN:
                world.clock.set_to(world.origin["clock"]["world"])
            world.journal.ring.clear()
            world.resumed = False
            self._drop_grants(world)
            self._open_space(world)
            for name in list(world.accounts):
                if name in self.providers:
                    self._fill(world, self.providers[name])
            self.save(world)
            self.store.commit()
            self._spaces.erase_later(old)
        return world

    def _drop_grants(self, world: World) -> None:
        kept = {token for account in world.accounts.values() for token in account["tokens"].values()}
        self.store.begin()
        self.credentials.drop(self.store, world.id, kept)
        self.store.keep()

    async def fork(self, world: World, name: str | None = None) -> World:
        """Make a world with the same data, seed and time, and credentials of its own; endpoints are paused in it."""
        present = clock.restored(world.clock.stored())
        present.set_to(world.clock.now())
        twin = self._make(name, world.seed, present, (set(world.lenient), set(world.live)), world.origin)
        try:
            async with world.moving:
                await self._spaces.copy(world, world.space, twin.space, leave=(DELIVERIES.kind,))
            self._load(twin)
            twin.accounts = {}
            for provider in self.providers.values():
                if provider.name in world.accounts:
                    self._hand_over(world, twin, provider)
                self.account(twin, provider)
        except BaseException:
            self._remove(twin)
            raise
        self.save(twin)
        self.store.commit()
        return twin

    def _hand_over(self, world: World, twin: World, provider: Provider) -> None:
        """Give a fork its own tokens while keeping what the account holds; pause its endpoints."""
        tokens = {}
        self.store.begin()
        for credential in provider.credentials:
            tokens[credential.name] = _token(twin, provider, credential)
            if credential.lookup:
                grant = Grant(twin.id, credential.name, tokens[credential.name], {})
                self.credentials.add(self.store, provider.name, grant)
        self.store.keep()
        twin.accounts[provider.name] = {"tokens": tokens, "env": world.accounts[provider.name]["env"]}
        old = world.accounts[provider.name]["tokens"]
        renewed = {token: tokens.get(name, token) for name, token in old.items()}
        tx = Transaction(self.store, twin, provider)
        for endpoint in tx.every(endpoints_of(provider.name)):
            secrets = [renewed.get(secret, secret) for secret in endpoint["secrets"]]
            tx.save(endpoints_of(provider.name), endpoint | {"paused": True, "secrets": secrets})
        tx.commit()

    async def delete(self, world: World) -> None:
        """Remove a world with everything in it; the world `default` stays."""
        if world.id == DEFAULT:
            raise Conflict("the world 'default' always exists; reset it instead")
        async with world.moving:
            for key, record in self.store.records("snapshot").items():
                if record["world"] == world.id:
                    self._record("snapshot", key, None)
                    self._spaces.erase_later(record["space"])
            self._remove(world)
            self.store.commit()

    def _remove(self, world: World) -> None:
        self.by_id.pop(world.id, None)
        self.store.begin()
        self.credentials.drop(self.store, world.id, set())
        self.store.record("world", world.id, None)
        self.store.record("clock", world.id, None)
        self.store.keep()
        self._spaces.erase_later(world.space)

    # --- snapshots -------------------------------------------------------------------------------------------------

    def snapshots(self, world: World) -> list[Json]:
        """Return a world's snapshots, oldest first."""
        found = [record for record in self.store.records("snapshot").values() if record["world"] == world.id]
        return sorted(found, key=lambda record: int(record["created"]))

    async def snapshot(self, world: World, name: str) -> Json:
        """Keep a copy of a world's rows and clock under a name, replacing the one of that name."""
        if not NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is not a snapshot's name: use a-z, 0-9 and -, at most 63 characters"
            )
        old = self.store.records("snapshot").get(f"{world.id}:{name}")
        space = self._spaces.new()
        async with world.moving:
            await self._spaces.copy(world, world.space, space)
            stored = world.clock.stored() | {"world": world.clock.now(), "real": realtime.now()}
        record = {"world": world.id, "name": name, "space": space, "created": realtime.now(), "clock": stored}
        self._record("snapshot", f"{world.id}:{name}", record)
        self.store.commit()
        if old:
            self._spaces.erase_later(old["space"])
        return record

    def _snapshot(self, world: World, name: str) -> Json:
        record = self.store.records("snapshot").get(f"{world.id}:{name}")
        if record is None:
            raise NotFound(f"world {world.name} has no snapshot {name!r}")
        return record

    async def restore(self, world: World, name: str) -> World:
        """Return a world to a snapshot: its rows and its time; credentials stay as they are."""
        record = self._snapshot(world, name)
        space = self._spaces.new()
        async with world.moving:
            await self._spaces.copy(world, record["space"], space)
            old, world.space = world.space, space
            world.clock = clock.restored(record["clock"])
            world.clock.set_to(record["clock"]["world"])
            self._load(world)
            self.save(world)
            self.store.commit()
        self._spaces.erase_later(old)
        return world

    def forget_snapshot(self, world: World, name: str) -> None:
        """Remove a snapshot; raise NotFound."""
        record = self._snapshot(world, name)
        self._record("snapshot", f"{world.id}:{name}", None)
        self.store.commit()
        self._spaces.erase_later(record["space"])

    def tidy(self) -> None:
        """Remove rows that nothing refers to any more, in chunks beside the requests."""
        self._spaces.tidy()

    async def close(self) -> None:
        """Stop the tidying; what is left is removed at the next start."""
        await self._spaces.close()


def _token(world: World, provider: Provider, credential: Credential) -> str:
    """Return a new token: fixed for the world `default`, from the operating system's entropy for others."""

    def fixed(size: int) -> bytes:
        return chance.draw("default world", f"{provider.name}.{credential.name}", 0, size)

    token = chance.fill(credential.form, fixed if world.id == DEFAULT else realtime.entropy)
    return token if credential.spell is None else credential.spell(token)
