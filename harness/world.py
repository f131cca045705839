"""Worlds: isolated universes, chosen by credentials; each has its own account at every provider, clock, seed and faults."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from harness.clock import Clock
from harness.dialect import Grant
from harness.journal import Journal
from harness.store.interface import SHIFT, Position, Store

Json = dict[str, Any]


class Credentials:
    """All tokens of all worlds, by provider: how a request finds its world."""

    def __init__(self, store: Store) -> None:
        """Read the register of credentials."""
        self._grants: dict[tuple[str, str], Grant] = {}
        for record in store.records("credential").values():
            grant = Grant(record["world"], record["name"], record["token"], record["data"])
            self._grants[record["provider"], grant.token] = grant

    def find(self, provider: str, token: str) -> Grant | None:
        """Return what a token grants at a provider, or None."""
        return self._grants.get((provider, token))

    def add(self, store: Store, provider: str, grant: Grant) -> None:
        """Keep a credential; part of the store's open unit."""
        record = {"provider": provider, "world": grant.world, "name": grant.name, "token": grant.token}
        store.record("credential", f"{provider}:{grant.token}", {**record, "data": dict(grant.data)})
        self._grants[provider, grant.token] = grant

    def drop(self, store: Store, world: str, kept: set[str]) -> None:
        """Remove the credentials of a world, but for the tokens `kept`; part of the store's open unit."""
        for (provider, token), grant in list(self._grants.items()):
            if grant.world == world and token not in kept:
                store.record("credential", f"{provider}:{token}", None)
                del self._grants[provider, token]


@dataclass(slots=True)
class World:
    """A world in use: what the register says of it, and what is kept in memory while the server runs.

    `space` numbers the rows of its state; `origin` is what `reset` returns to; `accounts` holds, for each provider,
    the tokens handed out (`tokens`) and the environment that the account gave (`env`). `lenient` and `live` name the
    providers whose input is let through and whose output is as recorded, where strict and as specified are the rule.
    `derived` is the rooms' own: what they have worked out of the state (a search index, by provider) and can work out
    again. It is emptied whenever the state may be another than the one that they saw: after an undone unit, a reset,
    a restore. `resumed` worlds are older than the process: their journal knows nothing of what came before it.
    """

    id: str
    name: str
    seed: str
    space: int
    clock: Clock
    lenient: set[str]
    origin: Json
    created: int
    directory: Credentials
    live: set[str] = field(default_factory=set)
    accounts: dict[str, Json] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    sequence: int = 1
    known_endpoints: dict[str, list[Json]] = field(default_factory=dict)
    faults: list[Json] | None = None
    derived: Json = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    resumed: bool = False
    open: asyncio.Event = field(default_factory=asyncio.Event)
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def counters_row(self) -> Position:
        """Where the counters of chance lie in the store: always the first document of a space."""
        return 0, self.space << SHIFT | 1

    def stored(self) -> Json:
        """Return the register's record."""
        return {
            "name": self.name,
            "seed": self.seed,
            "space": self.space,
            "lenient": sorted(self.lenient),
            "live": sorted(self.live),
            "origin": self.origin,
            "created": self.created,
            "accounts": self.accounts,
        }

    def forget(self) -> None:
        """Drop what is cached of the state; it is read again from the store when it is next needed."""
        self.known_endpoints.clear()
        self.faults = None
