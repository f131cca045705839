"""A webhook receiver: asyncio, kept-alive connections, an answer at once or after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Receiver:
    """Counts what arrives; `ids` are the events' ids as the bodies name them, so that none counts twice."""

    def __init__(self, pause: float) -> None:
        """`pause` is how many seconds pass before each answer."""
        self.pause = pause
        self.url = ""
        self.received = 0
        self.connections = 0
        self.ids: set[bytes] = set()
        self._expected = 0
        self._complete = asyncio.Event()

    async def expect(self, count: int, seconds: float) -> None:
        """Return when `count` requests have arrived in all; raise TimeoutError."""
        self._expected = count
        if self.received < count:
            self._complete.clear()
            await asyncio.wait_for(self._complete.wait(), seconds)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(size)
                if self.pause:
                    await asyncio.sleep(self.pause)
                writer.write(ANSWER)
                self._take(body)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return  # the last: the loop ends, and nobody awaits this task
        finally:
            writer.close()

    def _take(self, body: bytes) -> None:
        self.received += 1
        self.ids.add(body.partition(b'"id"')[2].partition(b",")[0])
        if self.received >= self._expected:
            self._complete.set()


@asynccontextmanager
async def receiving(pause: float = 0.0) -> AsyncIterator[Receiver]:
    """Run a receiver on a port that the system chooses."""
    receiver = Receiver(pause)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks"
    try:
        yield receiver
    finally:
        server.close()
