"""Websockets on which providers' own tools follow a world; nothing here costs anything before the first is opened."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from harness import realtime
from harness.application import host_name
from harness.collection import events_of
from harness.errors import Refusal
from harness.transaction import Transaction

if TYPE_CHECKING:
    from aiohttp import web

    from harness.application import Application
    from harness.hub import News
    from harness.provider import Feed, Provider
    from harness.world import World

log = logging.getLogger("greenroom")
PING_SECONDS = 10.0


class Sockets:
    """Takes over connections that ask to become websockets, and tells them what happens in their worlds."""

    def __init__(self, application: Application) -> None:
        """Know how requests are placed; the websocket library is loaded by the first connection."""
        self.application = application
        self.runtime = application.runtime
        self._server: web.Server | None = None

    def protocol(self, **_: Any) -> asyncio.Protocol:
        """Return the protocol of one connection, as uvicorn asks for it when a request wants to be upgraded."""
        from aiohttp import web

        if self._server is None:
            self._server = web.Server(self._serve, access_log=None)
        return self._server()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        from aiohttp import web

        found = self._find(request)
        if (
            found is None or request.headers.get("Origin") is not None
        ):  # pages of browsers have no business here
            return web.Response(status=404)
        provider, feed, world, ticket = found
        try:
            feed.admit(self._reading(world, provider), ticket)
        except Refusal as refusal:
            body = provider.dialect.encode(refusal.body)
            return web.Response(status=refusal.status, body=body, content_type=provider.dialect.content_type)
        socket = web.WebSocketResponse(protocols=(feed.subprotocol,), heartbeat=PING_SECONDS)
        with self.runtime.hub.listen(world.id) as queue:
            await socket.prepare(request)
            ending = [
                asyncio.create_task(each)
                for each in (
                    self._tell(socket, queue, world, provider, ticket),
                    _heed(socket),
                    self.runtime.stopping.wait(),
                )
            ]
            try:
                await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in ending:
                    each.cancel()
        await socket.close()
        return socket

    def _find(self, request: web.BaseRequest) -> tuple[Provider, Feed, World, str] | None:
        """Return the provider, its feed, the world and the ticket that an address names."""
        host = host_name(request.host)
        if not self.application.answers(host):
            return None
        name = request.transport.get_extra_info("sockname") if request.transport else None
        provider, label = self.application.find(host, name[1] if name else 0)
        path = request.path
        if provider is None:
            first, _, rest = path[1:].partition("/")
            provider, path = self.runtime.providers.get(first), f"/{rest}"
        if path.startswith("/~"):
            label, _, rest = path[2:].partition("/")
            path = f"/{rest}"
        feed = provider.feed if provider is not None else None
        if provider is None or feed is None or not path.startswith(f"{feed.path}/"):
            return None
        world = next((each for each in self.runtime.worlds if label in (each.name, each.id)), None)
        return None if world is None else (provider, feed, world, path.removeprefix(f"{feed.path}/"))

    def _reading(self, world: World, provider: Provider) -> Transaction:
        provider.load()
        return Transaction(self.runtime.store, world, provider)

    async def _tell(
        self,
        socket: web.WebSocketResponse,
        queue: asyncio.Queue[News | None],
        world: World,
        provider: Provider,
        ticket: str,
    ) -> None:
        """Send what happens, until the world ends."""
        while (news := await queue.get()) is not None:
            kind, data = news
            found = self._document(world, provider, kind, data)
            if found is None or provider.feed is None:
                continue
            stamp = realtime.now() // 1_000_000
            for text in provider.feed.frames(self._reading(world, provider), ticket, kind, found, stamp):
                await socket.send_str(text)

    def _document(
        self, world: World, provider: Provider, kind: str, data: dict[str, Any]
    ) -> dict[str, Any] | None:
        if data.get("provider") != provider.name:
            return None
        if kind == "event":
            return self._reading(world, provider).get(events_of(provider.name), data["id"])
        if kind == "request":
            ring = reversed(world.journal.ring)
            return next((each.shown() for each in ring if str(each.number) == data["id"]), None)
        return None


async def _heed(socket: web.WebSocketResponse) -> None:
    """Read what the client sends until it goes: pings are answered on the way."""
    async for _ in socket:
        pass
