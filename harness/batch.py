"""Group commit: the requests of one turn of the event loop share a COMMIT, and each answer waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from harness.errors import StoreError
from harness.store import Store


class Batch:
    """Commits the store's batch once per turn of the loop, for everybody who waits."""

    def __init__(self, store: Store, on_failure: Callable[[], None]) -> None:
        """`on_failure` is called when a batch could not be written, to drop what memory holds of it."""
        self._store = store
        self._on_failure = on_failure
        self._waiting: list[asyncio.Future[None]] = []

    async def durable(self) -> None:
        """Return when everything written so far is committed; raise StoreError when it could not be."""
        if not self._store.pending:
            return
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._commit)
        waiting = loop.create_future()
        self._waiting.append(waiting)
        await waiting

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        failure = None
        try:
            self._store.commit()
        except StoreError as error:
            self._on_failure()
            failure = error
        for each in waiting:
            if each.done():  # who waited has gone away
                continue
            if failure is None:
                each.set_result(None)
            else:
                each.set_exception(failure)
