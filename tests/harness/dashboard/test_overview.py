"""What the overview says of traffic that it knows, and of what it cannot know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from harness.application import Application
from harness.dashboard.traffic import LOOKED
from harness.messages import Answer, Request
from harness.runtime import Runtime, Settings, open_runtime
from tests.harness.sample import build

FAULT = {"kind": "status", "provider": "parcel", "status": 503}


@asynccontextmanager
async def opened(folder: Path, keep: int = 1000) -> AsyncIterator[tuple[Runtime, httpx.AsyncClient]]:
    """Open a Greenroom whose only provider is called Parcel, and a client of its pages."""
    runtime = open_runtime(Settings(data_dir=folder, keep_requests=keep), {"parcel": build()})
    transport = httpx.ASGITransport(app=Application(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4400") as client:
        yield runtime, client
    await runtime.close()


async def page(client: httpx.AsyncClient, path: str = "") -> str:
    answer = await client.get(f"/_greenroom/ui/default/{path}")
    assert answer.status_code == 200
    return answer.text


def called(runtime: Runtime, provider: str, times: int = 1) -> None:
    """Put answered requests into the journal of the world `default`."""
    journal = runtime.worlds.find("default").journal
    for _ in range(times):
        journal.add(0, 0, provider, None, Request("GET", "/"), Answer(200, [], b""), 1.0, None)


async def test_a_new_world_was_not_called_yet(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, client):
        overview = await page(client)
        assert overview.count("not called yet") > 1
        assert "No provider was asked yet." in overview
        assert "No provider was asked yet." in await page(client, "requests")


async def test_after_a_restart_it_does_not_say_that_nobody_ever_called(tmp_path: Path) -> None:
    async with opened(tmp_path) as (runtime, _):
        called(runtime, "parcel")
    async with opened(tmp_path) as (runtime, client):
        for path in ("", "requests"):
            shown = await page(client, path)
            assert "not called yet" not in shown
            assert "No provider was asked since the server started" in shown
        called(runtime, "letter")
        assert "not called since " in await page(client)
        await client.post("/_greenroom/worlds/default/reset")
        assert "not called yet" in await page(client)


async def test_what_fell_out_of_a_full_journal_is_not_denied(tmp_path: Path) -> None:
    async with opened(tmp_path, keep=2 * LOOKED) as (runtime, client):
        called(runtime, "parcel")
        called(runtime, "letter", LOOKED)
        assert "not among the last 5,000 calls" in await page(client)
    async with opened(tmp_path / "small", keep=2) as (runtime, client):
        called(runtime, "parcel")
        called(runtime, "letter", 2)
        assert "not among the last 2 calls" in await page(client)


async def test_a_fault_is_counted_before_it_has_met_a_request(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, client):
        assert "<strong>0</strong> faults stand" in await page(client)
        added = await client.post("/_greenroom/worlds/default/faults", json=FAULT)
        assert added.status_code == 201
        assert "<strong>1</strong> faults stand" in await page(client)
