"""Algolia's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from harness.application import Application
from harness.runtime import Settings, open_runtime
from mocks.algolia.provider import algolia
from tests.mocks.algolia.conformance import Document
from tests.mocks.inside import Inside

Json = Any
START = "2026-03-01T09:00:00Z"
HOST = "http://127.0.0.1:4401"


@dataclass
class Room(Inside):
    """A runtime with Algolia alone, one world, and a client that holds every answer against the document."""

    provider = algolia
    document: Document | None = None

    @classmethod
    def open(cls, folder: Path, document: Document | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"algolia": algolia})
        wanted: dict[str, Any] = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=Application(runtime)), base_url=HOST)
        return cls(runtime, made, client, document)

    def token(self, name: str) -> str:
        """Return a credential of the world: `application_id`, `admin_key` or `search_key`."""
        value: str = self.world.accounts["algolia"]["tokens"][name]
        return value

    async def call(
        self, method: str, path: str, body: Json = None, *, key: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request with the admin key, or another; header names are given with underscores."""
        named = {
            "x-algolia-application-id": self.token("application_id"),
            "x-algolia-api-key": key or self.token("admin_key"),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        content = {} if body is None else {"json": body}
        answer = await self.client.request(method, path, headers=named, **content)
        if self.document is not None and answer.is_success and answer.content and not self.world.live:
            found = algolia.routes.find(method, path.partition("?")[0])
            assert isinstance(found, tuple)
            self.document.check(found[0].id, answer.status_code, answer.json())
        return answer

    async def ok(self, method: str, path: str, body: Json = None, **more: Any) -> Json:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, body, **more)
        assert answer.is_success, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Json = None, **more: Any) -> tuple[int, str]:
        """Send a request that must be refused; return status and message."""
        answer = await self.call(method, path, body, **more)
        refusal = answer.json()
        assert refusal["status"] == answer.status_code >= 400
        return answer.status_code, refusal["message"]

    async def save(self, index: str, *records: Json) -> list[str]:
        """Save records in one batch; return their objectIDs."""
        requests = [{"action": "addObject", "body": record} for record in records]
        ids: list[str] = (await self.ok("POST", f"{path(index)}/batch", {"requests": requests}))["objectIDs"]
        return ids

    async def settings(self, index: str, **settings: Json) -> None:
        """Change settings of an index."""
        await self.ok("PUT", f"{path(index)}/settings", settings)

    async def search(self, index: str, query: str = "", **params: Json) -> Json:
        """Search an index; return the whole answer."""
        key = params.pop("key", None)
        return await self.ok("POST", f"{path(index)}/query", {"query": query, **params}, key=key)

    async def found(self, index: str, query: str = "", **params: Json) -> list[str]:
        """Search an index; return the objectIDs in order."""
        return [hit["objectID"] for hit in (await self.search(index, query, **params))["hits"]]


def path(index: str) -> str:
    """Return the path of an index."""
    return f"/1/indexes/{quote(index, safe='')}"
