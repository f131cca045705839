"""The live stream: everything that happens in a world, to whoever listens."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BACKLOG = 1000
News = tuple[str, Any]


class Hub:
    """Listeners by world; publishing costs nothing where nobody listens, and never waits for a slow listener."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._queues: defaultdict[str, set[asyncio.Queue[News | None]]] = defaultdict(set)

    def listened(self, world: str) -> bool:
        """Tell whether anybody listens to a world."""
        return world in self._queues

    def publish(self, world: str, kind: str, data: Any) -> None:
        """Tell listeners of a request, event, delivery or mail; one whose backlog is full misses it."""
        for queue in self._queues.get(world, ()):
            if not queue.full():
                queue.put_nowait((kind, data))

    def end(self, world: str) -> None:
        """Tell listeners that a world is no more; what is still in their backlog is dropped."""
        for queue in self._queues.get(world, ()):
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)

    @contextmanager
    def listen(self, world: str) -> Iterator[asyncio.Queue[News | None]]:
        """Open a queue of (kind, data) of all that happens in a world from now on; None means that it has ended."""
        queue: asyncio.Queue[News | None] = asyncio.Queue(BACKLOG)
        self._queues[world].add(queue)
        try:
            yield queue
        finally:
            self._queues[world].discard(queue)
            if not self._queues[world]:
                del self._queues[world]
