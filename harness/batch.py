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
        self._waiting: list[Callable[[StoreError | None], None]] = []

    def then(self, call: Callable[[StoreError | None], None]) -> None:
        """Call back when everything written so far is committed, with the error when it could not be."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._commit)
        self._waiting.append(call)

    async def durable(self) -> None:
        """Return when everything written so far is committed; raise StoreError when it could not be."""
        if not self._store.pending:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(error: StoreError | None) -> None:
            if waiting.done():  # who waited has gone away
                return
            if error is None:
                waiting.set_result(None)
            else:
                waiting.set_exception(error)

        self.then(done)
        await waiting

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        failure = None
        try:
            self._store.commit()
        except StoreError as error:
            failure = error
            self._on_failure()
        finally:
            for each in waiting:
                each(failure)
