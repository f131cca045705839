"""InsightIQ's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import yaml

from harness.application import Application
from harness.collection import events_of
from harness.runtime import Settings, open_runtime
from harness.transaction import DELIVERIES
from mocks.insightiq.provider import EVENTS, insightiq
from tests.mocks.inside import Inside

Json = Any
START = "2026-03-01T09:00:00Z"
HOST = "http://127.0.0.1:4404"
INSTAGRAM = "9bb8913b-ddd9-430b-a66a-d74d846e6c66"
YOUTUBE = "14d9ddf5-51c6-415e-bde6-f8ed36ad7054"
TIKTOK = "de55aeec-0dc8-4119-bf90-16b3d1f0c987"
LARGEST_FIRST = {"field": "FOLLOWER_COUNT", "order": "DESCENDING"}

RESULTS = {
    "/v1/social/creators/async/profiles/analytics/{id}": {"profile", "report_generated_at"},
    "/v1/safety/social-profile-screening/{id}": {"report_summary"},
}
"""What the document requires of a job that has not ended, although it has no results yet."""
CRITERIA = "/v1/safety/flagging-criteria"


class Spec:
    """InsightIQ's own OpenAPI document, with its known mistakes repaired in memory."""

    def __init__(self, folder: Path) -> None:
        document = yaml.load((folder / "insightiq.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
        self.raw = repaired(document)
        self.document = modern(self.raw)
        self.components = self.document["components"]

    def operation(self, method: str, path: str) -> Json:
        """Return an operation by method and path template."""
        return self.document["paths"][path][method.lower()]

    def answer(self, method: str, path: str, status: int) -> Json:
        """Return the schema of an answer; fail when the document has no such status. None has no body."""
        content = self.operation(method, path)["responses"][str(status)].get("content")
        return None if content is None else content["application/json"]["schema"]

    def validate(self, value: Any, schema: Json) -> None:
        """Raise jsonschema.ValidationError when a value does not fit a schema of the document."""
        jsonschema.Draft202012Validator({**schema, "components": self.components}).validate(value)

    def missing(self, value: Any, schema: Json, where: str = "") -> Iterator[str]:
        """Give the fields that a schema knows and a value lacks, as paths."""
        while "$ref" in schema:
            schema = self.components["schemas"][schema["$ref"].rpartition("/")[2]]
        for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
            yield from self.missing(value, part, where)
        if isinstance(value, dict):
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    yield from self.missing(value[name], inner, f"{where}.{name}")
                else:
                    yield f"{where}.{name}"
        if isinstance(value, list) and value and "items" in schema:
            yield from self.missing(value[0], schema["items"], where)


def repaired(document: Json) -> Json:
    """Undo what makes the document contradict itself or all real answers."""
    paths = document["paths"]
    del paths["/v1/social/creators/contents/search/{id}_copy"]
    for path, names in RESULTS.items():
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        target = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        target["required"] = [name for name in target["required"] if name not in names]
    listed = paths[CRITERIA]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    listed["properties"]["data"] = {"type": "array", "items": listed["properties"]["data"]}
    created = paths[CRITERIA]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    for name in ("media_types", "categories", "keywords"):
        created["properties"][name] = {"type": "array"}
    return _cleaned(document)


def _cleaned(node: Json) -> Json:
    """Strip padded property names, drop empty ones and empty enumerations, and let webhooks have every event."""
    if isinstance(node, list):
        return [_cleaned(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {name: _cleaned(value) for name, value in node.items()}
    if isinstance(node.get("properties"), dict):
        node["properties"] = {name.strip(): each for name, each in node["properties"].items() if name.strip()}
    if isinstance(node.get("required"), list):
        node["required"] = [name.strip() for name in node["required"] if name.strip()]
    if node.get("enum") == []:
        del node["enum"]
    if isinstance(node.get("enum"), list) and "ACCOUNTS.CONNECTED" in node["enum"]:
        node["enum"] = list(EVENTS)
    return node


def modern(node: Json) -> Json:
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema says."""
    if isinstance(node, list):
        return [modern(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {name: modern(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [result, {"type": "null"}]} if node.get("nullable") is True else result


@dataclass
class Room(Inside):
    """A runtime with InsightIQ alone, one world, and a client that holds every answer against the spec."""

    provider = insightiq
    unstable = (DELIVERIES.kind,)
    spec: Spec | None = None

    @classmethod
    def open(cls, folder: Path, spec: Spec | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"insightiq": insightiq})
        wanted: Json = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        tokens = made.accounts["insightiq"]["tokens"]
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Application(runtime)),
            base_url=HOST,
            auth=(tokens["client_id"], tokens["client_secret"]),
        )
        return cls(runtime, made, client, spec)

    @property
    def secret(self) -> str:
        """The client secret."""
        secret: str = self.world.accounts["insightiq"]["tokens"]["client_secret"]
        return secret

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request. A success must be as the spec says, a refusal in InsightIQ's envelope."""
        content = {} if body is None else {"json": body}
        answer = await self.client.request(method, path, **content)
        assert answer.headers["request-id"]
        if answer.is_error:
            check_envelope(answer)
        elif self.spec is not None and "insightiq" not in self.world.live:
            found = insightiq.routes.find(method, path.partition("?")[0])
            assert isinstance(found, tuple)
            if not found[0].public:
                schema = self.spec.answer(method, found[0].path, answer.status_code)
                if schema is not None:
                    self.spec.validate(answer.json(), schema)
        return answer

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, code and message."""
        answer = await self.call(method, path, body)
        assert answer.is_error, answer.text
        error = answer.json()["error"]
        return answer.status_code, error["error_code"], error["message"]

    async def search(self, platform: str = INSTAGRAM, **filters: Any) -> list[Json]:
        """Search creators; return the results."""
        body = {"work_platform_id": platform, "sort_by": LARGEST_FIRST, "limit": 10, **filters}
        found: list[Json] = (await self.ok("POST", "/v1/social/creators/profiles/search", body))["data"]
        return found

    async def connect(self, **more: Any) -> Json:
        """Connect an account, and let its first sync end; return it."""
        account = self.trigger("ACCOUNTS.CONNECTED", **more)
        await self.advance(5)
        return account

    def populate(self, **creators: Any) -> None:
        """Tell the room a story about creators."""
        self.told({"name": "test", "seed": "7", "creators": creators})

    def events(self) -> list[Json]:
        """Return the bodies of all events, oldest first."""
        return [event["body"] for event in self.tx().every(events_of("insightiq"))]


def check_envelope(answer: httpx.Response) -> None:
    """Fail unless a refusal has all seven fields, and they agree with status and header."""
    error = answer.json()["error"]
    assert set(error) == {
        *("type", "code", "error_code", "message", "status_code", "http_status_code", "request_id")
    }
    assert error["code"] == error["error_code"]
    assert error["status_code"] == error["http_status_code"] == answer.status_code
    assert error["request_id"] == answer.headers["request-id"]
