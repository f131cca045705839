"""Vercel's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema

from harness.application import Application
from harness.collection import events_of
from harness.runtime import Settings, open_runtime
from harness.transaction import DELIVERIES
from mocks.vercel.provider import vercel
from mocks.vercel.resources.accounts import TEAM_ID
from mocks.vercel.seed import PROJECT_ID
from tests.mocks.inside import Inside

Json = dict[str, Any]
START = "2026-03-01T09:00:00Z"
HOST = "http://127.0.0.1:4408"
ENV = f"/v10/projects/{PROJECT_ID}/env"
NEWER = {"getDeployments": "/v6/deployments", "listAuthTokens": "/v5/user/tokens"}
"""Operations whose path has a newer version than the document knows."""

MISTAKES = {"getAlias"}
"""The document has an array where the SDK demands one alias."""


class Spec:
    """Vercel's own OpenAPI document, as far as it tells what answers look like."""

    def __init__(self, folder: Path) -> None:
        with gzip.open(folder / "vercel.openapi.json.gz") as file:
            self.document: Json = json.load(file)
        self.components = _readable(self.document["components"])
        self.operations: dict[str, Json] = {
            operation["operationId"]: operation
            for item in self.document["paths"].values()
            for operation in item.values()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def answer(self, operation: str, status: int) -> Json | None:
        """Return the schema of an operation's answer, None where the document has none."""
        published = self.operations.get(operation.partition("-")[0])
        if published is None:
            return None
        answer = published["responses"][str(status)]
        schema: Json | None = answer.get("content", {}).get("application/json", {}).get("schema")
        return None if schema is None else _readable(schema)

    def validate(self, value: Any, schema: Json) -> None:
        """Raise jsonschema.ValidationError when a value does not fit a schema of the document."""
        jsonschema.Draft202012Validator(schema | {"components": self.components}).validate(value)


def _readable(schema: Any) -> Any:
    """Return a schema in JSON Schema's own words: `nullable`, and `oneOf` whose members overlap."""
    if isinstance(schema, list):
        return [_readable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    read = {("anyOf" if name == "oneOf" else name): _readable(each) for name, each in schema.items()}
    if read.pop("nullable", False) is True:
        if isinstance(read.get("type"), str):
            read["type"] = [read["type"], "null"]
        if isinstance(read.get("enum"), list):
            read["enum"] = [*read["enum"], None]
        if "anyOf" in read:
            read["anyOf"] = [*read["anyOf"], {"type": "null"}]
    return read


@dataclass
class Room(Inside):
    """A runtime with Vercel alone, one world, and a client that holds every answer against the spec."""

    provider = vercel
    unstable = (DELIVERIES.kind,)  # attempts of earlier events are noted when they end
    spec: Spec | None = None

    @classmethod
    def open(cls, folder: Path, spec: Spec | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"vercel": vercel})
        wanted: Json = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        token = made.accounts["vercel"]["tokens"]["token"]
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Application(runtime)),
            base_url=HOST,
            headers={"Authorization": f"Bearer {token}"},
        )
        return cls(runtime, made, client, spec)

    async def call(
        self, method: str, path: str, body: Any = None, *, team: str | None = TEAM_ID, **headers: str
    ) -> httpx.Response:
        """Send a request, about the team unless told otherwise. A success must be as the spec says."""
        address = httpx.URL(path)
        if team is not None:
            address = address.copy_add_param("teamId", team)
        content = {} if body is None else {"json": body}
        answer = await self.client.request(method, address, headers=headers, **content)
        if self.spec is not None and answer.is_success:
            found = vercel.routes.find(method, address.path)
            assert isinstance(found, tuple)
            schema = self.spec.answer(found[0].id, answer.status_code)
            if (
                schema is not None
                and found[0].id.partition("-")[0] not in MISTAKES
                and "stream" not in answer.headers["content-type"]
            ):
                self.spec.validate(answer.json(), schema)
        return answer

    async def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, body, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, code and message."""
        answer = await self.call(method, path, body, **more)
        refusal = answer.json()["error"]
        assert answer.status_code >= 400
        return answer.status_code, refusal["code"], refusal["message"]

    async def variable(self, key: str = "API_URL", value: str = "https://a.test", **more: Any) -> Json:
        """Add a variable for production and preview; return it."""
        body = {
            "key": key,
            "value": value,
            "type": "encrypted",
            "target": ["production", "preview"],
            **more,
        }
        created: Json = (await self.ok("POST", ENV, body))["created"]
        return created

    async def deploy(self, *files: Json, **more: Any) -> Json:
        """Make a deployment of a file or of the files given; return it."""
        body = {
            "name": "platform",
            "project": PROJECT_ID,
            "files": list(files) or [{"file": "index.html", "data": "<p>Hello</p>"}],
            **more,
        }
        made: Json = await self.ok("POST", "/v13/deployments", body)
        return made

    def events(self) -> list[Json]:
        """Return the bodies of all events, oldest first."""
        return [event["body"] for event in self.tx().every(events_of("vercel"))]

    def announced(self) -> list[str]:
        """Return the types of all events, oldest first."""
        return [event["type"] for event in self.tx().every(events_of("vercel"))]
