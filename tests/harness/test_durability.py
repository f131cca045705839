"""Acknowledged means committed: a server killed under load loses no write and no event."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.harness import serving
from tests.harness.lab import Receiver

CONNECTIONS = 16
WANTED = 10_000
ROUNDS = 4


class Load:
    """Requests that create customers, and the ids that were acknowledged."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.acknowledged: list[str] = []
        self.target = 0
        self.reached = asyncio.Event()

    async def run(self, port: int, key: str) -> None:
        """Create customers over one kept-alive connection until the server is gone."""
        body = b"name=Ada&email=ada%40studio.test"
        head = (
            f"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                writer.write(head.encode() + body)
                head_back = await reader.readuntil(b"\r\n\r\n")
                length = int(head_back.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                answer = await reader.readexactly(length)
                assert head_back.startswith(b"HTTP/1.1 200"), answer
                self.acknowledged.append(answer.partition(b'"id": "')[2].partition(b'"')[0].decode())
                if len(self.acknowledged) >= self.target:
                    self.reached.set()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _held(http: httpx.AsyncClient, world: str, kind: str) -> list[dict[str, Any]]:
    """Return all documents of a kind."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"provider": "stripe", "kind": kind, "limit": 1000}
    while True:
        page = (await http.get(f"/_greenroom/worlds/{world}/objects", params=query)).json()["objects"]
        found += page
        if len(page) < query["limit"]:
            return found
        query["after"] = page[-1]["id"]


async def _started(folder: Path, port: int) -> tuple[subprocess.Popen[str], httpx.AsyncClient]:
    process = serving.launch(folder, port=port)
    url = await asyncio.to_thread(serving.ready_url, process)
    assert url is not None, (folder / "stderr").read_text()
    return process, httpx.AsyncClient(base_url=url, trust_env=False, timeout=180)


async def test_kill_9_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    load, receiver, base = Load(), Receiver(), serving.free_base()
    hook = await receiver.start()
    world: dict[str, Any] = {}
    for round in range(1, ROUNDS + 1):
        process, http = await _started(tmp_path, base)
        async with http:
            if not world:
                world = (await http.post("/_greenroom/worlds", json={"seed": 1})).json()
                endpoint = {"provider": "stripe", "url": hook}
                made = await http.post(f"/_greenroom/worlds/{world['id']}/endpoints", json=endpoint)
                assert made.status_code == 201
        load.target = WANTED * round // ROUNDS
        load.reached.clear()
        key = world["env"]["STRIPE_SECRET_KEY"]
        running = [asyncio.create_task(load.run(base + 7, key)) for _ in range(CONNECTIONS)]
        await load.reached.wait()
        os.kill(process.pid, signal.SIGKILL)
        await asyncio.gather(*running)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert len(load.acknowledged) >= WANTED
    process, http = await _started(tmp_path, base)
    try:
        async with http:
            customers = {each["id"] for each in await _held(http, world["id"], "stripe.customer")}
            assert set(load.acknowledged) <= customers
            events = await _held(http, world["id"], "stripe.event")
            created = [each for each in events if each["type"] == "customer.created"]
            assert {each["body"]["data"]["object"]["id"] for each in created} == customers
            settled = (await http.post(f"/_greenroom/worlds/{world['id']}/webhooks/settle")).json()
        assert settled == {"delivered": len(events), "failed": 0, "scheduled": 0}
        assert customers <= {_customer(body) for _, body in receiver.got}
    finally:
        serving.end(process)
        receiver.stop()


def _customer(body: bytes) -> str:
    return body.partition(b'"object": {')[2].partition(b'"id": "')[2].partition(b'"')[0].decode()
