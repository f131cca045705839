"""Bytes across the border of a network: what is accepted on one side goes on to the other, unread.

`python -m harness.intercept.relay 0.0.0.0:3000 platform:3000` is a relay by itself, for a container that stands in two
networks.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import cast

Dial = Callable[["Half"], Awaitable[asyncio.Transport]]
"""Connects a protocol to the other side."""


EARLY = 16
"""Pieces that are kept before reading is paused."""


class Half(asyncio.Protocol):
    """One end of a connection across the border; what it reads, its `other` writes."""

    def __init__(self, other: Half | None = None) -> None:
        """The second half knows the first."""
        self.other = other
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass on."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        """Pass on that no more will come; the other direction may go on."""
        if (
            self.other is not None
            and self.other.transport is not None
            and self.other.transport.can_write_eof()
        ):
            self.other.transport.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """End the other half too."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()

    def pause_writing(self) -> None:
        """Read no more from the other side than this one takes."""
        if (
            self.other is not None
            and self.other.transport is not None
            and not self.other.transport.is_closing()
        ):
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        if (
            self.other is not None
            and self.other.transport is not None
            and not self.other.transport.is_closing()
        ):
            self.other.transport.resume_reading()


class Near(Half):
    """The end that was accepted: what it reads before the far end stands is kept for it."""

    def __init__(self, dial: Dial) -> None:
        """`dial` connects the far end."""
        super().__init__()
        self._dial = dial
        self._early: list[bytes] = []
        self._ended = False
        self._dialling: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connect the far end."""
        super().connection_made(transport)
        self._dialling = asyncio.get_running_loop().create_task(self._connect())

    def data_received(self, data: bytes) -> None:
        """Pass on, or keep."""
        if self.other is not None:
            super().data_received(data)
            return
        self._early.append(data)
        if self.transport is not None and len(self._early) >= EARLY:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """Pass on, or keep."""
        self._ended = True
        return super().eof_received()

    async def _connect(self) -> None:
        far = Half(self)
        try:
            connected = await self._dial(far)
        except OSError:
            if self.transport is not None:
                self.transport.abort()
            return
        self.other = far
        if self.transport is None or self.transport.is_closing():
            connected.close()
            return
        for each in self._early:
            connected.write(each)
        if len(self._early) >= EARLY:
            self.transport.resume_reading()
        self._early.clear()
        if self._ended:
            connected.write_eof()


def to_address(host: str, port: int) -> Dial:
    """Dial an address as this side of the border sees it."""

    async def dial(half: Half) -> asyncio.Transport:
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: half, host, port)
        return transport

    return dial


async def serve(listener: socket.socket, dial: Dial) -> asyncio.Server:
    """Relay what a listening socket accepts."""
    return await asyncio.get_running_loop().create_server(lambda: Near(dial), sock=listener, backlog=2048)


async def alone(here: str, there: str) -> None:
    """Relay from an address to another (HOST:PORT) until the process is ended."""
    server = await serve(socket.create_server(_address(here)), to_address(*_address(there)))
    await server.serve_forever()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    import uvloop

    uvloop.run(alone(*sys.argv[1:3]))
