"""Mux's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema

from harness.application import Application
from harness.collection import events_of
from harness.provider import compact
from harness.runtime import Settings, open_runtime
from mocks.mux.provider import mux
from tests.mocks.inside import Inside

Json = dict[str, Any]
START = "2026-03-01T09:00:00Z"
HOST = "http://127.0.0.1:4405"
CLIP = "https://media.studio.test/clip.mp4?duration=12.5&width=1920&height=1080&frame_rate=30"
PUBLIC = {"playback_policies": ["public"]}


class Spec:
    """Mux's own OpenAPI document, as far as it tells what answers and events look like."""

    def __init__(self, folder: Path) -> None:
        self.document: Json = json.loads((folder / "mux.openapi.json").read_text("utf-8"))
        self.components = self.document["components"]
        self._read: Json | None = None
        self.paths: dict[str, tuple[str, str]] = {}
        self.operations: dict[str, Json] = {}
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if isinstance(operation, dict) and "operationId" in operation:
                    self.operations[operation["operationId"]] = operation
                    self.paths[operation["operationId"]] = method.upper(), path
        self.events: dict[str, Json] = {
            name: item["post"]["requestBody"]["content"]["application/json"]["schema"]
            for name, item in self.document["webhooks"].items()
        }

    def answer(self, operation: str, status: int) -> Json | None:
        """Return the schema of an operation's answer, None where it has no body; fail for an unknown status."""
        answer = self.operations[operation]["responses"][str(status)]
        schema: Json | None = answer.get("content", {}).get("application/json", {}).get("schema")
        return schema

    def validate(self, value: Any, schema: Json) -> None:
        """Raise jsonschema.ValidationError when a value does not fit a schema of the document."""
        jsonschema.Draft202012Validator(_nullable(schema) | {"components": self._schemas}).validate(value)

    @property
    def _schemas(self) -> Json | None:
        if self._read is None:
            self._read = _nullable(self.components)
        return self._read


def _nullable(schema: Any) -> Any:
    """Return a schema with `nullable` (which the document still uses) in JSON Schema's own words."""
    if isinstance(schema, list):
        return [_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    read = {name: _nullable(each) for name, each in schema.items()}
    if isinstance(read.get("oneOf"), list) and all("type" in each for each in read["oneOf"]):
        read["anyOf"] = read.pop("oneOf")  # number, integer and null are said to exclude each other
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        read["type"] = [schema["type"], "null"]
    return read


@dataclass
class Room(Inside):
    """A runtime with Mux alone, one world, and a client that holds every answer against the spec."""

    provider = mux
    spec: Spec | None = None

    @classmethod
    def open(cls, folder: Path, spec: Spec | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"mux": mux})
        wanted: Json = {"name": "studio", "seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        tokens = made.accounts["mux"]["tokens"]
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Application(runtime)),
            base_url=HOST,
            auth=httpx.BasicAuth(tokens["token_id"], tokens["token_secret"]),
        )
        return cls(runtime, made, client, spec)

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request. A success must be as the spec says."""
        content = {} if body is None else {"json": body}
        answer = await self.client.request(method, path, **content)
        self.check(method, path, answer)
        return answer

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        """Fail when an answer of a published operation is not as the spec says."""
        if self.spec is None or not answer.is_success:
            return
        found = mux.routes.find(method, path.partition("?")[0])
        assert isinstance(found, tuple)
        if found[0].id not in self.spec.operations:
            return
        schema = self.spec.answer(found[0].id, answer.status_code)
        if schema is None:
            assert answer.content == b""
        else:
            self.spec.validate(answer.json(), schema)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; return what it has in `data`."""
        answer = await self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()["data"] if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, type and the first message."""
        answer = await self.call(method, path, body)
        assert answer.is_error, answer.text
        error = answer.json()["error"]
        assert list(error) == ["type", "messages"]
        return answer.status_code, error["type"], error["messages"][0]

    async def asset(self, url: str = CLIP, **more: Any) -> Json:
        """Make an asset of a file at an address."""
        made: Json = await self.ok("POST", "/video/v1/assets", {"inputs": [{"url": url}], **PUBLIC, **more})
        return made

    async def ready(self, url: str = CLIP, **more: Any) -> Json:
        """Make an asset and wait until it is ready."""
        made = await self.asset(url, **more)
        await self.advance(5)
        shown: Json = await self.ok("GET", f"/video/v1/assets/{made['id']}")
        assert shown["status"] == "ready"
        return shown

    async def upload(self, **more: Any) -> Json:
        """Make a direct upload."""
        body = {"cors_origin": "https://app.studio.test", "new_asset_settings": PUBLIC, **more}
        made: Json = await self.ok("POST", "/video/v1/uploads", body)
        return made

    async def put(self, url: str, content: bytes = b"", **headers: str) -> httpx.Response:
        """PUT to an upload's URL, which needs no credentials; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.client.build_request("PUT", url, content=content, headers=named)
        return await self.client.send(request, auth=None)

    def events(self) -> list[Json]:
        """Return the bodies of all events, oldest first; each must be as the spec says."""
        bodies = [json.loads(compact(event, {})) for event in self.tx().every(events_of("mux"))]
        for body in bodies if self.spec is not None else ():
            self.spec.validate(body, self.spec.events[body["type"]])  # type: ignore[union-attr]
        return bodies

    def announced(self, id: str | None = None) -> list[str]:
        """Return the types of all events (about one thing), oldest first, without the leading `video.`."""
        return [
            event["type"].removeprefix("video.")
            for event in self.events()
            if id in (None, event["object"]["id"], event["data"].get("asset_id"))
        ]
