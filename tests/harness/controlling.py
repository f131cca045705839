"""The control API of the sample provider's Greenroom, called within the test's own process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.harness.lab import Lab

CONTROL = "http://127.0.0.1:4400/_greenroom"
CLOCK = {"mode": "frozen", "now": "2026-01-31T09:00:00.000Z"}


@dataclass
class Control:
    """Calls the control API; `world` is the id of a world of the test's own."""

    lab: Lab
    world: str = ""

    async def raw(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call any path; `~` at its beginning stands for the world."""
        path = path.replace("~", f"/worlds/{self.world}", 1)
        return await self.lab.client.request(method, f"{CONTROL}{path}", **more)

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Any:
        """Call, insist on a status, and return the answer's JSON."""
        answer = await self.raw(method, path, json=body, params=query)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, *, status: int, **query: Any) -> str:
        """Call, insist on a problem of a status, and return its detail."""
        answer = await self.raw(method, path, json=body, params=query)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (answer.status_code, problem["status"]) == (status, status), answer.text
        assert problem["type"] == "about:blank"
        assert problem["title"]
        detail: str = problem["detail"]
        return detail

    async def parcel(self, name: str = "one", **more: Any) -> dict[str, Any]:
        """Create a parcel in the world."""
        return await self.lab.create(self.lab.runtime.worlds.find(self.world), name, **more)
