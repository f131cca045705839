"""Mux: a file that is uploaded, beside a bare receiver that writes it to disk; and Mux Data's metrics over many views."""

from __future__ import annotations

import asyncio
import http.client
import os
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from benchmarks import servers
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.servers import Server
from harness.application import Application
from harness.runtime import Settings, open_runtime
from harness.transaction import Transaction
from mocks.mux.provider import mux
from mocks.mux.resources import columns

MIB = 1 << 20
CHUNK = 5 * MIB
METRICS = (
    ("views overall", "metrics/views/overall"),
    ("median of startup time", "metrics/video_startup_time/overall"),
    ("overall score", "metrics/viewer_experience_score/overall"),
    ("unique viewers by country", "metrics/unique_viewers/breakdown?group_by=country"),
    ("median of startup time by country", "metrics/video_startup_time/breakdown?group_by=country"),
    ("overall score by browser", "metrics/viewer_experience_score/breakdown?group_by=browser"),
    ("startup time by the hour", "metrics/video_startup_time/timeseries?group_by=hour"),
    ("rebuffering, filtered twice", "metrics/rebuffer_percentage/overall?filters[]=country:GB&filters[]=!browser:Safari"),
)  # fmt: skip
ALL = (
    ("comparison (25 metrics at once)", "metrics/comparison"),
    ("insights (ten dimensions at once)", "metrics/video_startup_time/insights"),
)


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the figures of uploads and of metrics."""
    yield from _uploads(plan)
    yield from asyncio.run(_metrics(plan))


# --- uploads -----------------------------------------------------------------------------------------------------


class Memory:
    """The most resident memory that a server has while it is watched, in MiB."""

    def __init__(self, server: Server) -> None:
        """Begin to watch."""
        self.first = self.most = server.resident_mib()
        self._server, self._done = server, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self.most = max(self.most, self._server.resident_mib())

    def grown(self) -> float:
        """End, and return by how much it grew."""
        self._done.set()
        self._thread.join()
        return self.most - self.first


def _uploads(plan: Plan) -> Iterator[Figure]:
    content = bytearray(os.urandom(MIB) * plan.upload)
    with ExitStack() as stack:
        ours = stack.enter_context(servers.greenroom(plan.port))
        bare = stack.enter_context(servers.reference(plan.port + servers.GREENROOM_PORTS))
        env = ours.call("GET", "/_greenroom/worlds/default/env")
        for name, size in ((f"one PUT of {plan.upload} MiB", len(content)), ("chunks of 5 MiB", CHUNK)):
            _send(ours, _address(ours, env), content, size)
            samples, grown = [], []
            for number in range(plan.rounds):
                _stamp(content, f"{size} {number}")
                memory = Memory(ours)
                mine = _send(ours, _address(ours, env), content, size)
                grown.append(memory.grown())
                samples.append((mine, _send(bare, "/file", content, size)))
            rates = [theirs / mine for mine, theirs in samples]
            mine, theirs = (median(each) for each in zip(*samples, strict=True))
            yield Figure(
                f"upload, {name}",
                median(rates),
                "x",
                Bar(0.7, "at least"),
                f"{plan.upload / mine:,.0f} MiB a second of CPU to {plan.upload / theirs:,.0f}",
                {"rounds_ratio": rates},
            )
            yield Figure(f"memory that it takes, {name}", max(grown), "MiB", Bar(32))


def _stamp(content: bytearray, text: str) -> None:
    """Make a content another one in each of its MiB, so that no part of it is kept already."""
    for start in range(0, len(content), MIB):
        stamp = f"{text} {start} ".encode()
        content[start : start + len(stamp)] = stamp


def _address(server: Server, env: dict[str, str]) -> str:
    """Make a direct upload; return the path of its address at the control port."""
    credentials = b64encode(f"{env['MUX_TOKEN_ID']}:{env['MUX_TOKEN_SECRET']}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    made = server.call("POST", "/mux/video/v1/uploads", {"cors_origin": "*"}, headers)
    return "/mux/" + str(made["data"]["url"]).partition("/mux/")[2]


def _send(server: Server, path: str, content: bytearray, size: int) -> float:
    """Send a file in requests of `size` bytes; return the CPU seconds that the server took."""
    before = server.cpu_seconds()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    view = memoryview(content)
    for start in range(0, len(content), size):
        piece = view[start : start + size]
        headers = {"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{len(content)}"}
        connection.request("PUT", path, piece, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 308):
            raise BenchmarkError(f"{server.name}: a PUT was answered {answer.status}")
    connection.close()
    return server.cpu_seconds() - before


# --- metrics -----------------------------------------------------------------------------------------------------


async def _metrics(plan: Plan) -> list[Figure]:
    mux.load()
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        runtime = open_runtime(Settings(data_dir=Path(folder)), {"mux": mux})
        clock: dict[str, Any] = {"mode": "frozen", "now": "2026-03-01T09:00:00Z"}
        world = runtime.worlds.create(name="bench", seed=7, at=clock)
        tokens = world.accounts["mux"]["tokens"]
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Application(runtime)),
            base_url="http://127.0.0.1:4405",
            auth=httpx.BasicAuth(tokens["token_id"], tokens["token_secret"]),
        )
        await client.post(
            "/video/v1/assets", json={"input": "https://a.test/a.mp4", "playback_policy": "public"}
        )
        await runtime.timeline.advance(world, world.clock.now() + 10_000_000)
        started = time.process_time()
        tx = Transaction(runtime.store, world, mux)
        model, watch = mux.triggers["data.views"]
        watch(tx, model.model_validate({"count": plan.views, "hours": 160}))
        tx.commit()
        made = time.process_time() - started
        found = [Figure(f"{plan.views:,} views made", made, "s", detail="CPU")]
        found += [await _asked(client, plan, name, path, Bar(300)) for name, path in METRICS]
        found += [await _asked(client, plan, name, path, Bar(300)) for name, path in ALL]
        await client.aclose()
        await runtime.close()
    return found


async def _asked(client: httpx.AsyncClient, plan: Plan, name: str, path: str, bar: Bar) -> Figure:
    url = f"/data/v1/{path}{'&' if '?' in path else '?'}timeframe[]=7:days"
    times = []
    columns.forget()
    for _ in range(plan.rounds + 1):
        started = time.process_time()
        answer = await client.get(url)
        times.append((time.process_time() - started) * 1000)
        if answer.status_code != 200:
            raise BenchmarkError(f"{url} was answered {answer.status_code}: {answer.text}")
    first, again = times[0], median(times[1:])
    detail = f"CPU; {first:.0f} ms the first time, when the columns are read from disk"
    return Figure(f"{name}, {plan.views:,} views", again, "ms", bar, detail, {"first": first})
