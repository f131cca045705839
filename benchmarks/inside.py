"""A Greenroom in this process with one provider, called without a socket: what is measured is the work itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError
from harness.application import Application
from harness.provider import Provider
from harness.runtime import Runtime, Settings, open_runtime
from harness.transaction import Transaction
from harness.world import World

Json = Any
START = "2026-03-02T09:00:00Z"


@dataclass
class Inside:
    """A runtime, a world whose clock stands still, and the application."""

    runtime: Runtime
    world: World
    provider: Provider
    application: Application

    async def call(
        self, method: str, path: str, body: Json = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], Json]:
        """Send a request; return status, headers and JSON. Raises BenchmarkError for a refusal."""
        content = b"" if body is None else json.dumps(body).encode()
        named = {"host": "127.0.0.1:4400", "content-type": "application/json", **(headers or {})}
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": f"/{self.provider.name}{path}",
            "raw_path": f"/{self.provider.name}{path}".encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "server": ("127.0.0.1", 4400),
            "client": ("127.0.0.1", 9),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        status = sent[0]["status"]
        answer = b"".join(each.get("body", b"") for each in sent[1:])
        if status >= 400:
            raise BenchmarkError(f"{method} {path} was answered {status}: {answer[:300]!r}")
        found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return status, found, json.loads(answer) if answer else None

    def told(self, story: Json) -> None:
        """Load a story."""
        assert self.provider.populate is not None
        tx = Transaction(self.runtime.store, self.world, self.provider)
        self.provider.populate(tx, story)
        tx.commit()


@asynccontextmanager
async def opened(provider: Provider) -> AsyncIterator[Inside]:
    """Open a Greenroom in a folder of its own, and close it."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        runtime = open_runtime(Settings(data_dir=Path(folder)), {provider.name: provider})
        world = runtime.worlds.create(seed=7, at={"mode": "frozen", "now": START})
        provider.load()
        yield Inside(runtime, world, provider, Application(runtime))
        await runtime.close()
