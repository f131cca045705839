"""Visits: what simulated people do on the web, made after the commit and waited for like deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harness import instants
from harness.transaction import DELIVERIES, Transaction
from harness.world import World
from tests.harness.lab import Lab

Json = dict[str, Any]


class Site:
    """A web site that notes each request and answers by path."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.answers: dict[str, tuple[int, dict[str, str], str]] = {}
        self.url = ""

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, _ = (await reader.readline()).decode().split()
        length = 0
        while (line := (await reader.readline()).decode().strip()) != "":
            name, _, value = line.partition(": ")
            length = int(value) if name.lower() == "content-length" else length
        self.seen.append((method, path, (await reader.readexactly(length)).decode()))
        status, headers, body = self.answers.get(path, (200, {}, "hello"))
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await made.start()
    yield made
    server.close()


def visit(lab: Lab, world: World, url: str, then: str = "came", **more: Any) -> None:
    """Ask for a visit in a transaction of its own, and announce it as the engine would."""
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    tx.visit(url, then=then, payload={"who": "ada"}, **more)
    lab.runtime.engine.announce(world, tx.commit())


@pytest.fixture
def came(lab: Lab) -> list[Json]:
    """What the room is told of its visits."""
    told: list[Json] = []
    lab.runtime.providers["parcel"].timers["came"] = lambda tx, payload: told.append(payload)
    return told


async def test_a_visit_is_made_and_the_room_is_told(lab: Lab, site: Site, came: list[Json]) -> None:
    world = lab.world()
    site.answers["/survey"] = (200, {"Content-Type": "text/html"}, "<form>")
    visit(lab, world, f"{site.url}/survey")
    await lab.runtime.dispatcher.settle(world)
    assert came == [
        {
            "who": "ada",
            "status": 200,
            "url": f"{site.url}/survey",
            "body": "<form>",
            "content_type": "text/html",
            "error": None,
        }
    ]


async def test_a_form_is_posted_and_its_redirect_followed_by_get(
    lab: Lab, site: Site, came: list[Json]
) -> None:
    world = lab.world()
    site.answers["/answers"] = (303, {"Location": "/thanks"}, "")
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    visit(lab, world, f"{site.url}/answers", method="POST", headers=headers, body="q=1")
    await lab.runtime.dispatcher.settle(world)
    assert site.seen == [("POST", "/answers", "q=1"), ("GET", "/thanks", "")]
    assert (came[0]["status"], came[0]["url"]) == (200, f"{site.url}/thanks")


async def test_a_redirect_away_from_this_machine_is_told_and_not_followed(
    lab: Lab, site: Site, came: list[Json]
) -> None:
    world = lab.world()
    site.answers["/out"] = (302, {"Location": "https://panel.example/back?id=1"}, "")
    visit(lab, world, f"{site.url}/out")
    await lab.runtime.dispatcher.settle(world)
    assert (came[0]["status"], came[0]["url"]) == (302, "https://panel.example/back?id=1")


async def test_a_visit_may_leave_redirects_alone(lab: Lab, site: Site, came: list[Json]) -> None:
    world = lab.world()
    site.answers["/moved"] = (302, {"Location": "/there"}, "")
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    tx.visit(f"{site.url}/moved", then="came", payload={})["visit"]["redirects"] = False
    lab.runtime.engine.announce(world, tx.commit())
    await lab.runtime.dispatcher.settle(world)
    assert site.seen == [("GET", "/moved", "")]
    assert (came[0]["status"], came[0]["url"]) == (302, f"{site.url}/moved")


async def test_nobody_outside_is_visited(lab: Lab, came: list[Json]) -> None:
    world = lab.world()
    visit(lab, world, "https://panel.example/")
    await lab.runtime.dispatcher.settle(world)
    assert came[0]["status"] is None
    assert "neither loopback nor on the allow-list" in came[0]["error"]


async def test_a_circle_of_redirects_ends(lab: Lab, site: Site, came: list[Json]) -> None:
    world = lab.world()
    site.answers["/round"] = (302, {"Location": "/round"}, "")
    visit(lab, world, f"{site.url}/round")
    await lab.runtime.dispatcher.settle(world)
    assert came[0]["status"] == 302
    assert len(site.seen) == 11


async def test_advance_finishes_a_visit_and_what_follows_from_it_before_time_moves_on(
    lab: Lab, site: Site
) -> None:
    world, parcel = lab.world(), lab.runtime.providers["parcel"]
    instants_seen: list[str] = []

    def again(tx: Transaction, payload: Json) -> None:
        instants_seen.append(instants.iso(tx.now))
        if len(instants_seen) < 3:
            tx.visit(f"{site.url}/{len(instants_seen)}", then="again", payload={})

    parcel.timers["again"] = again
    tx = Transaction(lab.runtime.store, world, parcel)
    tx.schedule("again", tx.now + 60 * instants.SECOND, {})
    lab.runtime.engine.announce(world, tx.commit())
    await lab.runtime.timeline.advance(world, world.clock.now() + 3600 * instants.SECOND)
    assert instants_seen == ["2026-01-31T09:01:00.000Z"] * 3
    assert [path for _, path, _ in site.seen] == ["/1", "/2"]


async def test_a_room_that_fails_on_a_visit_leaves_no_trace_and_nothing_waits(
    lab: Lab, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    world, parcel = lab.world(), lab.runtime.providers["parcel"]

    def broken(tx: Transaction, payload: Json) -> None:
        tx.schedule("never", tx.now, {})
        raise RuntimeError("a mistake of the room's")

    parcel.timers["broken"] = broken
    visit(lab, world, site.url, then="broken")
    await lab.runtime.dispatcher.settle(world)
    kept = next(Transaction(lab.runtime.store, world, parcel).every(DELIVERIES))
    assert kept["state"] == "failed"
    assert "a mistake of the room's" in kept["note"]
    assert lab.runtime.timeline.next_due(world) is None
    assert "could not be attempted" in caplog.text
