"""What happens in a world, as server-sent events."""

from __future__ import annotations

import asyncio

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from harness.control.context import Named, Running
from harness.hub import News
from harness.runtime import Runtime
from harness.world import World

router = APIRouter(prefix="/worlds/{w}", tags=["inspection"])
PING_SECONDS = 15.0
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


@router.get("/stream", response_class=Response)
async def stream(runtime: Running, world: Named) -> Response:
    """Follow a world as server-sent events `request`, `event`, `delivery` and `mail`, each with JSON data.

    It ends when the world is deleted or the server stops.
    """
    return Stream(runtime, world)


class Stream(Response):
    """An answer that goes on; it listens before its first byte is sent, so that nothing after that is missed."""

    def __init__(self, runtime: Runtime, world: World) -> None:
        """Follow one world."""
        super().__init__()
        self.runtime = runtime
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send until the world, the server or the listener ends."""
        with self.runtime.hub.listen(self.world.id) as queue:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": b": listening\n\n", "more_body": True})
            ended = [asyncio.create_task(_stopping(self.runtime)), asyncio.create_task(_gone(receive))]
            try:
                while (lines := await _next(queue, ended)) is not None:
                    await send({"type": "http.response.body", "body": lines, "more_body": True})
            finally:
                for each in ended:
                    each.cancel()
        await send({"type": "http.response.body", "body": b""})


async def _stopping(runtime: Runtime) -> None:
    await runtime.stopping.wait()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _next(queue: asyncio.Queue[News | None], ended: list[asyncio.Task[None]]) -> bytes | None:
    """Return what to send next: an event, or a comment that keeps the connection alive; None at the end."""
    getting = asyncio.create_task(queue.get())
    try:
        done, _ = await asyncio.wait(
            [getting, *ended], timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if getting in done:
            news = getting.result()
            return None if news is None else _lines(*news)
        return None if done else b": still there\n\n"
    finally:
        getting.cancel()


def _lines(kind: str, data: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(data))
