"""The live stream: everything that happens in a world, to whoever listens."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any

BACKLOG = 1000


class Hub:
    """Listeners by world; publishing costs nothing where nobody listens, and never waits for a slow listener."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._queues: defaultdict[str, set[asyncio.Queue[tuple[str, Any]]]] = defaultdict(set)

    def listened(self, world: str) -> bool:
        """Tell whether anybody listens to a world."""
        return world in self._queues

    def publish(self, world: str, kind: str, data: Any) -> None:
        """Tell listeners of a request, event, delivery or mail; one whose backlog is full misses it."""
        for queue in self._queues.get(world, ()):
            if not queue.full():
                queue.put_nowait((kind, data))

    @contextmanager
    def _queue(self, world: str) -> Any:
        queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue(BACKLOG)
        self._queues[world].add(queue)
        try:
            yield queue
        finally:
            self._queues[world].discard(queue)
            if not self._queues[world]:
                del self._queues[world]

    async def listen(self, world: str) -> AsyncIterator[tuple[str, Any]]:
        """Yield (kind, data) of all that happens in a world from now on."""
        with self._queue(world) as queue:
            while True:
                yield await queue.get()
