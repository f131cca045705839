"""A provider's room inside the test's own process: no sockets, one world; what the tests of every room have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from harness import instants
from harness.provider import Provider
from harness.runtime import Runtime
from harness.transaction import COUNTERS, MAILS, VIOLATIONS, Transaction
from harness.world import World

Json = dict[str, Any]


@dataclass
class Inside:
    """A runtime with one provider alone, one world, and a client; each room adds how it is called and checked."""

    provider: ClassVar[Provider]
    unstable: ClassVar[tuple[str, ...]] = ()
    """Kinds of documents that a refused request may add or change, besides violations and counters."""

    runtime: Runtime
    world: World
    client: httpx.AsyncClient

    async def advance(self, seconds: float) -> None:
        """Move the world's clock."""
        target = self.world.clock.now() + int(seconds * instants.SECOND)
        await self.runtime.timeline.advance(self.world, target)

    def tx(self) -> Transaction:
        """Return a transaction at the world's present."""
        return Transaction(self.runtime.store, self.world, self.provider)

    def trigger(self, event: str, **params: Any) -> Any:
        """Do what `greenroom trigger` does; return what the trigger answers."""
        self.provider.load()
        model, handler = self.provider.triggers[event]
        tx = self.tx()
        try:
            result = handler(tx, model.model_validate(params))
        except BaseException:
            tx.rollback()
            raise
        self.runtime.engine.announce(self.world, tx.commit())
        return result

    def told(self, story: Json) -> dict[str, str]:
        """Do what loading a scenario does; return the ids that the room gave."""
        assert self.provider.populate is not None
        tx = self.tx()
        refs = self.provider.populate(tx, story)
        tx.commit()
        return refs

    def mails(self) -> list[Json]:
        """Return what lies in the world's mail store, oldest first."""
        return list(self.tx().every(MAILS))

    def rules(self) -> list[str]:
        """Return the rules that were broken, in the order of their first time."""
        return [violation["rule"] for violation in self.tx().every(VIOLATIONS)]

    def state(self) -> list[tuple[Any, ...]]:
        """Return every row of the world but those that refusals may add to."""
        left_out = (VIOLATIONS.kind, COUNTERS.kind, *self.unstable)
        rows = self.runtime.store.ask(
            "SELECT kind, id, at, body FROM objects WHERE space = ? ORDER BY pk", (self.world.space,)
        ).fetchall()
        return [tuple(row) for row in rows if row[0] not in left_out]

    async def close(self) -> None:
        """Stop."""
        await self.client.aclose()
        await self.runtime.close()
