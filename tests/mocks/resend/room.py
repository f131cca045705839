"""Resend's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import yaml

from harness.application import Application
from harness.collection import events_of
from harness.runtime import Settings, open_runtime
from mocks.resend.provider import resend
from tests.mocks.inside import Inside

Json = dict[str, Any]
SENDER = "hello@greenroom.test"
START = "2026-03-01T09:00:00Z"
HOST = "http://127.0.0.1:4406"


class Spec:
    """Resend's own OpenAPI document, as far as it tells what answers and events look like."""

    def __init__(self, folder: Path) -> None:
        document = yaml.load((folder / "resend.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
        self.components = document["components"]
        self.operations: dict[str, Json] = {
            operation["operationId"]: operation
            for item in document["paths"].values()
            for operation in item.values()
            if isinstance(operation, dict) and "operationId" in operation
        }
        self.events: dict[str, Json] = {
            name: item["post"]["requestBody"]["content"]["application/json"]["schema"]
            for name, item in document["webhooks"].items()
        }

    def answer(self, operation: str, status: int) -> Json:
        """Return the schema of an operation's answer; fail when the spec has no such status."""
        responses = self.operations[operation]["responses"]
        schema: Json = responses[str(status)]["content"]["application/json"]["schema"]
        return schema

    def validate(self, value: Any, schema: Json) -> None:
        """Raise jsonschema.ValidationError when a value does not fit a schema of the document."""
        jsonschema.Draft202012Validator(schema | {"components": self.components}).validate(value)

    def properties(self, schema: Json) -> set[str]:
        """Return the names of an object schema's properties."""
        while "$ref" in schema:
            schema = self.components["schemas"][schema["$ref"].rpartition("/")[2]]
        return set(schema.get("properties", ()))


@dataclass
class Room(Inside):
    """A runtime with Resend alone, one world, and a client that holds every answer against the spec."""

    provider = resend
    spec: Spec | None = None

    @classmethod
    def open(cls, folder: Path, spec: Spec | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"resend": resend})
        wanted: Json = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        key = made.accounts["resend"]["tokens"]["api_key"]
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Application(runtime)),
            base_url=HOST,
            headers={"Authorization": f"Bearer {key}", "User-Agent": "tests"},
        )
        return cls(runtime, made, client, spec)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request; header names are given with underscores. A success must be as the spec says."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"json": body}
        answer = await self.client.request(method, path, headers=named, **content)
        if self.spec is not None and answer.is_success:
            found = resend.routes.find(method, path.partition("?")[0])
            assert isinstance(found, tuple)
            self.spec.validate(answer.json(), self.spec.answer(found[0].id, answer.status_code))
        return answer

    async def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, name and message."""
        answer = await self.call(method, path, body, **headers)
        refusal = answer.json()
        assert list(refusal) == ["statusCode", "message", "name"]
        assert refusal["statusCode"] == answer.status_code >= 400
        return answer.status_code, refusal["name"], refusal["message"]

    async def send(self, to: Any = "ada@customer.test", **more: Any) -> str:
        """Send a mail; return its id."""
        sent = await self.ok("POST", "/emails", mail(to, **more))
        id: str = sent["id"]
        return id

    async def state(self, id: str) -> str:
        """Return a mail's `last_event`."""
        last: str = (await self.ok("GET", f"/emails/{id}"))["last_event"]
        return last

    def events(self) -> list[Json]:
        """Return the bodies of all events, oldest first; each must be as the spec says."""
        bodies = [event["body"] for event in self.tx().every(events_of("resend"))]
        if self.spec is not None:
            for body in bodies:
                self.spec.validate(body, self.spec.events[body["type"]])
        return bodies

    def announced(self, id: str | None = None) -> list[str]:
        """Return the types of all events (of one mail), oldest first."""
        return [event["type"] for event in self.events() if id in (None, event["data"].get("email_id"))]


def mail(to: Any = "ada@customer.test", **more: Any) -> Json:
    """Return a mail's parameters; a None among `more` leaves a parameter out."""
    body = {"from": SENDER, "to": to, "subject": "Welcome", "html": "<p>Hello.</p>", **more}
    return {name: value for name, value in body.items() if value is not None}
