"""A provider's feed: who may follow a world over a websocket, what is told, and that it costs nothing where there is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from harness.provider import Feed
from harness.runtime import Runtime, Settings, open_runtime
from harness.server import _servers, sockets
from harness.transaction import Transaction
from harness.world import World
from tests.harness.sample import build, refusal
from tests.harness.serving import free_base

PROTOCOL = "parcel-watch"


def admit(tx: Transaction, ticket: str) -> None:
    """Let in who has the right ticket."""
    if ticket != "ticket":
        raise refusal(403, "no_ticket")


def frames(tx: Transaction, ticket: str, kind: str, news: dict[str, Any], stamp: int) -> list[str]:
    """Tell the type of an event, the path of a request."""
    assert (ticket, stamp > 1_700_000_000) == ("ticket", True)
    return [json.dumps([kind, tx.world.name, news["type" if kind == "event" else "path"]])]


@dataclass
class Followed:
    """A server whose provider has a feed, and a world in it."""

    runtime: Runtime
    world: World
    http: httpx.AsyncClient
    session: aiohttp.ClientSession

    @property
    def home(self) -> str:
        """The provider's own address."""
        return self.runtime.url("parcel")

    async def create(self) -> None:
        """Create a parcel, which is a request and an event."""
        key = self.world.accounts["parcel"]["tokens"]["key"]
        answer = await self.http.post(
            f"{self.home}/parcels", json={"name": "one"}, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 201

    def follow(self, address: str, **more: Any) -> Any:
        """Open a socket."""
        return self.session.ws_connect(address, protocols=[PROTOCOL], **more)


@pytest.fixture
async def followed(tmp_path: Path) -> AsyncIterator[Followed]:
    """A running server."""
    parcel = build()
    parcel.feed = Feed("/watch", PROTOCOL, admit, frames)
    settings = Settings(data_dir=tmp_path / "data", port=free_base())
    runtime = open_runtime(settings, {"parcel": parcel})
    runtime.start()
    [(server, listeners)] = _servers(runtime, sockets(settings, {0: "control", 1: "parcel"}))
    serving = asyncio.create_task(server.serve(sockets=listeners))
    await server.ready.wait()
    world = runtime.worlds.create(name="watched", seed=7)
    async with httpx.AsyncClient(trust_env=False) as http, aiohttp.ClientSession() as session:
        yield Followed(runtime, world, http, session)
    runtime.stopping.set()
    server.should_exit = True
    await serving
    await runtime.close()


@pytest.mark.parametrize("base", [False, True])
async def test_who_follows_a_world_is_told_of_events_and_requests(followed: Followed, *, base: bool) -> None:
    home = f"{followed.runtime.url()}/parcel" if base else followed.home
    async with followed.follow(f"{home}/~watched/watch/ticket") as socket:
        assert socket.protocol == PROTOCOL
        await followed.create()
        told = [json.loads((await socket.receive(10)).data) for _ in range(2)]
        assert sorted(told) == [["event", "watched", "parcel.created"], ["request", "watched", "/parcels"]]
        await socket.send_str("whatever a client says")
        await followed.create()
        assert (await socket.receive(10)).type == aiohttp.WSMsgType.TEXT


async def test_other_worlds_are_not_told(followed: Followed) -> None:
    followed.runtime.worlds.create(name="other", seed=7)
    async with followed.follow(f"{followed.home}/~other/watch/ticket") as socket:
        await followed.create()
        with pytest.raises(TimeoutError):
            await socket.receive(0.2)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/~watched/watch/forged", 403),
        ("/~nowhere/watch/ticket", 404),
        ("/watch/ticket", 404),
        ("/~watched/parcels", 404),
    ],
)
async def test_who_has_no_ticket_does_not_get_in(followed: Followed, path: str, status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await followed.follow(f"{followed.home}{path}")
    assert refused.value.status == status


@pytest.mark.parametrize("header", [{"Origin": "https://page.test"}, {"Host": "evil.test"}])
async def test_pages_of_browsers_do_not_get_in(followed: Followed, header: dict[str, str]) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await followed.follow(f"{followed.home}/~watched/watch/ticket", headers=header)
    assert refused.value.status == 404


async def test_the_end_of_a_world_ends_its_sockets(followed: Followed) -> None:
    async with followed.follow(f"{followed.home}/~watched/watch/ticket") as socket:
        followed.runtime.hub.end(followed.world.id)
        assert (await socket.receive(10)).type == aiohttp.WSMsgType.CLOSE


def test_without_a_feed_there_are_no_sockets(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", port=free_base())
    runtime = open_runtime(settings, {"parcel": build()})
    listeners = sockets(settings, {0: "control"})
    [(server, _)] = _servers(runtime, listeners)
    assert server.config.ws == "none"
    for each in listeners:
        each.close()
    runtime.store.close()
