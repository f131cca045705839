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
        self._waiting: asyncio.Future[None] | None = None

    async def durable(self) -> None:
        """Return when everything written so far is committed; raise StoreError when it could not be."""
        if not self._store.pending:
            return
        if self._waiting is None:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            loop.call_soon(self._commit)
        await asyncio.shield(self._waiting)

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        try:
            self._store.commit()
        except StoreError as error:
            self._on_failure()
            waiting.set_exception(error)
            waiting.exception()  # whoever waits gets it; without a waiter it must not be reported as lost
        else:
            waiting.set_result(None)
