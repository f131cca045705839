"""The numbered spaces that documents lie in: new ones, copies in chunks, and the removal of those that nothing refers to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from harness.store import Store
from harness.world import World

CHUNK = 2000


class Spaces:
    """The spaces of a store. Long work goes on in chunks, with requests in between."""

    def __init__(self, store: Store) -> None:
        """Nothing is removed before `tidy`."""
        self.store = store
        self._garbage: list[int] = []
        self._erasing: asyncio.Task[None] | None = None

    def new(self) -> int:
        """Return the number of a new space."""
        last = int(self.store.records("meta").get("spaces", {}).get("last", 0))
        self.store.begin()
        self.store.record("meta", "spaces", {"last": last + 1})
        self.store.keep()
        return last + 1

    async def copy(self, world: World, source: int, target: int, leave: tuple[str, ...] = ()) -> None:
        """Copy a space in chunks; requests of this world wait meanwhile, those of others go on."""
        world.open.clear()
        try:
            place = None
            while True:
                self.store.begin()
                place = self.store.copy(source, target, place, CHUNK, leave)
                self.store.keep()
                self.store.commit()
                if place is None:
                    return
                await asyncio.sleep(0)
        finally:
            world.open.set()

    def keep_only(self, used: Iterable[int]) -> None:
        """Remove, later, all spaces but these."""
        kept = set(used)
        self._garbage += [space for space in self.store.spaces() if space not in kept]

    def erase_later(self, space: int) -> None:
        """Remove a space, in chunks beside the requests."""
        self._garbage.append(space)
        self.tidy()

    def tidy(self) -> None:
        """Go on removing what nothing refers to any more."""
        if self._garbage and (self._erasing is None or self._erasing.done()):
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            self._erasing = loop.create_task(self._erase())

    async def _erase(self) -> None:
        while self._garbage:
            self.store.begin()
            done = self.store.erase(self._garbage[0], CHUNK)
            self.store.keep()
            self.store.commit()
            if done:
                self._garbage.pop(0)
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Stop the tidying; what is left is removed at the next start."""
        if self._erasing is not None:
            self._erasing.cancel()
            await asyncio.gather(self._erasing, return_exceptions=True)
