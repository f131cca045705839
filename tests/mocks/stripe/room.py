"""Stripe's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from harness import instants
from harness.application import Application
from harness.collection import events_of
from harness.runtime import Runtime, Settings, open_runtime
from harness.transaction import COUNTERS, VIOLATIONS, Transaction
from harness.world import World
from mocks.stripe.provider import stripe
from tests.mocks.stripe.conformance import Document

Json = Any
START = "2026-03-01T09:00:00Z"
HOST = "http://127.0.0.1:4407"


@dataclass
class Room:
    """A runtime with Stripe alone, one world, and a client; answers are held against Stripe's document if given."""

    runtime: Runtime
    world: World
    client: httpx.AsyncClient
    document: Document | None = None

    @classmethod
    def open(cls, folder: Path, document: Document | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"stripe": stripe})
        wanted: dict[str, Any] = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=Application(runtime)), base_url=HOST)
        client.headers["Authorization"] = f"Bearer {made.accounts['stripe']['tokens']['secret_key']}"
        return cls(runtime, made, client, document)

    @property
    def publishable(self) -> str:
        """The world's publishable key."""
        key: str = self.world.accounts["stripe"]["tokens"]["publishable_key"]
        return key

    async def call(self, method: str, path: str, params: Json = None, **headers: str) -> httpx.Response:
        """Send a request with nested parameters; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        form = urlencode(flat(params or {}))
        if method == "POST" and path.startswith("/v2/"):
            named.setdefault("Content-Type", "application/json")
            answer = await self.client.request(method, path, content=json.dumps(params or {}), headers=named)
        elif method == "POST":
            named.setdefault("Content-Type", "application/x-www-form-urlencoded")
            answer = await self.client.request(method, path, content=form, headers=named)
        else:
            answer = await self.client.request(method, f"{path}?{form}", headers=named)
        if self.document is not None and "Stripe-Version" not in named:
            self.document.check(method, path, answer.status_code, answer.json())
        return answer

    async def ok(self, method: str, path: str, params: Json = None, **headers: str) -> Json:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, params, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, params: Json = None, **headers: str) -> tuple[int, Json]:
        """Send a request that must be refused; return status and error."""
        answer = await self.call(method, path, params, **headers)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]

    async def advance(self, seconds: float) -> None:
        """Move the world's clock."""
        target = self.world.clock.now() + int(seconds * instants.SECOND)
        await self.runtime.timeline.advance(self.world, target)

    def tx(self) -> Transaction:
        """Return a transaction at the world's present."""
        return Transaction(self.runtime.store, self.world, stripe)

    def types(self) -> list[str]:
        """Return the types of all events, oldest first."""
        return [event["type"] for event in self.tx().every(events_of("stripe"))]

    def rules(self) -> list[str]:
        """Return the rules that were broken, in the order of their first time."""
        return [violation["rule"] for violation in self.tx().every(VIOLATIONS)]

    def state(self) -> list[tuple[Any, ...]]:
        """Return every row of the world but its violations, which refusals add to."""
        query = "SELECT kind, id, at, body FROM objects WHERE space = ? AND kind NOT IN (?, ?) ORDER BY pk"
        values = (self.world.space, VIOLATIONS.kind, COUNTERS.kind)
        rows: list[tuple[Any, ...]] = self.runtime.store.ask(query, values).fetchall()
        return rows

    async def close(self) -> None:
        """Stop."""
        await self.client.aclose()
        await self.runtime.close()


def flat(params: Json, prefix: str = "") -> list[tuple[str, str]]:
    """Return nested parameters as form fields, arrays numbered, as both SDKs write them."""
    if isinstance(params, dict):
        pairs = [(f"{prefix}[{name}]" if prefix else name, value) for name, value in params.items()]
    elif isinstance(params, list | tuple):
        pairs = [(f"{prefix}[{number}]", value) for number, value in enumerate(params)]
    else:
        text = str(params).lower() if isinstance(params, bool) else str(params)
        return [(prefix, text)]
    return [field for name, value in pairs for field in flat(value, name)]
