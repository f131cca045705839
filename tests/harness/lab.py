"""A Greenroom with the sample provider inside the test's own process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from harness.application import Application
from harness.runtime import Runtime, Settings, open_runtime
from harness.world import World
from tests.harness.sample import build


@dataclass
class Lab:
    """The runtime and a client for it."""

    runtime: Runtime
    client: httpx.AsyncClient
    receivers: list[Receiver] = field(default_factory=list)

    @classmethod
    def open(cls, directory: Path) -> Lab:
        """Open a Greenroom in a directory."""
        parcel = build()
        runtime = open_runtime(Settings(data_dir=directory, port=4400), {"parcel": parcel})
        transport = httpx.ASGITransport(app=Application(runtime), raise_app_exceptions=True)
        return cls(runtime, httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4401"))

    def world(self, **more: Any) -> World:
        """Make a world whose clock stands at a fixed instant, unless told otherwise."""
        clock = {"mode": "frozen", "now": "2026-01-31T09:00:00Z"}
        words: dict[str, Any] = {"seed": 7, "at": clock} | more
        return self.runtime.worlds.create(**words)

    async def call(
        self, world: World, method: str, path: str, *, headers: Any = None, **more: Any
    ) -> httpx.Response:
        """Send a request with a world's key."""
        key = world.accounts["parcel"]["tokens"]["key"]
        return await self.client.request(
            method, path, headers={"Authorization": f"Bearer {key}"} | (headers or {}), **more
        )

    async def create(self, world: World, name: str = "one", **more: Any) -> dict[str, Any]:
        """Create a parcel and return it."""
        response = await self.call(world, "POST", "/parcels", json={"name": name, **more})
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    def receiver(self, **more: Any) -> Receiver:
        """Return a webhook receiver that is stopped with the lab."""
        receiver = Receiver(**more)
        self.receivers.append(receiver)
        return receiver

    async def close(self) -> None:
        """Stop."""
        for receiver in self.receivers:
            receiver.stop()
        await self.client.aclose()
        await self.runtime.close()


@dataclass
class Receiver:
    """An asyncio webhook receiver that keeps what it gets and answers as told (200 unless `statuses` says more)."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    delay: float = 0.0
    server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on loopback; return the URL."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/hook"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                headers = {}
                while (header := (await reader.readline()).decode("latin-1").strip()) != "":
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                assert line.startswith(b"POST")
                self.got.append((headers, body))
                status = self.statuses.pop(0) if self.statuses else 200
                await asyncio.sleep(self.delay)
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    def stop(self) -> None:
        """Stop to listen."""
        if self.server is not None:
            self.server.close()
