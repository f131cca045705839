"""Following a world as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from harness.application import Application
from harness.control import stream
from tests.harness.controlling import Control


class Listener:
    """The client's end of one stream, on ASGI itself: httpx's own transport waits for the end of an answer."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.hung_up = asyncio.Event()
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.sent.put(message)

    async def next(self) -> bytes:
        """Return the next piece of the body."""
        message = await asyncio.wait_for(self.sent.get(), 5)
        return bytes(message.get("body", b""))

    async def event(self) -> tuple[str, Any]:
        """Return the next event."""
        kind, data = (await self.next()).decode().strip().split("\n")
        return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.fixture
def follow(control: Control) -> Callable[[], Any]:
    """Follow the world; the stream has begun when the listener is there."""
    app = Application(control.lab.runtime)

    @asynccontextmanager
    async def following() -> AsyncIterator[tuple[Listener, asyncio.Task[None]]]:
        listener = Listener()
        path = f"/_greenroom/worlds/{control.world}/stream"
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1:4400")],
            "server": ("127.0.0.1", 4400),
        }
        task = asyncio.create_task(app(scope, listener.receive, listener.send))
        start = await asyncio.wait_for(listener.sent.get(), 5)
        assert start["status"] == 200
        assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
        assert (await listener.next()).startswith(b":")
        yield listener, task
        listener.hung_up.set()
        await asyncio.wait_for(task, 5)

    return following


async def test_what_happens_comes_in_order(control: Control, follow: Callable[[], Any]) -> None:
    receiver = control.lab.receiver()
    await control.call(
        "POST", "~/endpoints", {"provider": "parcel", "url": await receiver.start()}, status=201
    )
    async with follow() as (listener, _):
        await control.parcel()
        kind, data = await listener.event()
        assert (kind, data["operation"], data["status"]) == ("request", "CreateParcel", 201)
        kind, data = await listener.event()
        assert (kind, data["type"]) == ("event", "parcel.created")
        kind, data = await listener.event()
        assert (kind, data["state"], data["status"]) == ("delivery", "delivered", 200)


async def test_one_who_hangs_up_is_forgotten(control: Control, follow: Callable[[], Any]) -> None:
    hub = control.lab.runtime.hub
    async with follow():
        assert hub.listened(control.world)
    assert not hub.listened(control.world)


async def test_a_quiet_stream_is_kept_alive(
    control: Control, follow: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PING_SECONDS", 0.01)
    async with follow() as (listener, _):
        assert await listener.next() == b": still there\n\n"
        assert await listener.next() == b": still there\n\n"


async def test_the_end_of_the_world_ends_the_stream(control: Control, follow: Callable[[], Any]) -> None:
    async with follow() as (_, task):
        await control.call("DELETE", "~", status=204)
        await asyncio.wait_for(task, 5)


async def test_the_end_of_the_server_ends_the_stream(control: Control, follow: Callable[[], Any]) -> None:
    async with follow() as (_, task):
        control.lab.runtime.stopping.set()
        await asyncio.wait_for(task, 5)


async def test_a_stream_of_no_world_is_a_problem(control: Control) -> None:
    assert "there is no world" in await control.refused("GET", "/worlds/w9/stream", status=404)
