"""Requests that Schemathesis makes of InsightIQ's own document: no 5xx, no trace of what was refused."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.insightiq.provider import insightiq
from tests.mocks.insightiq.room import CRITERIA, INSTAGRAM, Room, Spec, check_envelope

Json = Any
insightiq.load()
SERVED = sorted(id for id in insightiq.operations if not id.startswith("greenroom:"))
NAMES = {"identifier", "profile_url", "account_id", "content_id", "user_id", "flagging_criteria_id"}
PLATFORMS = st.sampled_from([INSTAGRAM, INSTAGRAM.replace("-", ""), "x"])


@dataclass
class Target:
    """A room with one of each thing in it, whose ids are in `things`."""

    room: Room
    runner: asyncio.Runner
    things: list[str]
    handle: str
    url: str

    def send(self, method: str, path: str, body: Json) -> tuple[int, bool]:
        """Send a request; return its status, and whether it left everything as it was."""
        before = self.room.state()
        answer = self.runner.run(self.room.call(method, path, body))
        if answer.is_error:
            check_envelope(answer)
        return answer.status_code, self.room.state() == before


@pytest.fixture(scope="module")
def target(spec: Spec) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder), spec)
        yield runner.run(furnish(room, runner))
        runner.run(room.close())


async def furnish(room: Room, runner: asyncio.Runner) -> Target:
    """Make one of each thing."""
    room.populate(size=300)
    found = (await room.search())[0]
    account = await room.connect(products=["IDENTITY", "ENGAGEMENT", "PUBLISH.CONTENT"])
    at = f"/v1/social/contents?account_id={account['id']}"
    hook = {"name": "all", "url": "http://127.0.0.1:9/", "events": ["ACCOUNTS.REMOVED"]}
    made = [
        await room.ok("POST", "/v1/webhooks", hook),
        await room.ok("POST", CRITERIA, {"name": "all"}),
        await room.ok("POST", "/v1/social/creators/email-lookup", {"emails": ["a@b.test"]}),
        (await room.ok("GET", "/v1/profiles"))["data"][0],
        (await room.ok("GET", at))["data"][0],
        (await room.ok("GET", at.replace("contents", "content-groups")))["data"][0],
        account["user"],
        account,
    ]
    return Target(room, runner, [each["id"] for each in made], found["platform_username"], found["url"])


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[tuple[str, str], Any]:
    document = dict(Spec(specs).raw)
    served = {(each.path, each.method.lower()) for each in insightiq.operations.values()}
    answers = {"default": {"description": "any"}}
    document["paths"] = {
        path: {
            name: part | {"responses": answers} if isinstance(part, dict) else part
            for name, part in item.items()
            if (path, name) in served or name == "parameters"
        }
        for path, item in document["paths"].items()
        if any(path == each for each, _ in served)
    }
    schema = schemathesis.openapi.from_dict(document)
    found = [each.ok() for each in schema.get_all_operations()]
    return {(each.method.upper(), each.path): each for each in found}


@pytest.mark.parametrize("id", SERVED)
def test_no_request_breaks_an_operation(
    id: str, target: Target, operations: dict[tuple[str, str], Any]
) -> None:
    known = insightiq.operations[id]
    operation = operations[known.method, known.path]

    @seed(7)
    @settings(
        max_examples=10,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(),
        existing=st.sampled_from(target.things) | st.text(max_size=12),
        platform=st.none() | PLATFORMS,
        named=st.booleans(),
    )
    def run(case: Any, existing: str, platform: str | None, named: bool) -> None:
        path = known.path
        for name in ("{id}", "{external_id}"):
            path = path.replace(name, quote(existing or "-", safe=""))
        body = case.body if isinstance(case.body, dict | list | str | int) else None
        query = {name: str(value) for name, value in dict(case.query or {}).items()}
        for sent in (body, query):
            if isinstance(sent, dict):
                if platform is not None and "work_platform_id" in sent:
                    sent["work_platform_id"] = platform
                for field in NAMES & set(sent) if named else ():
                    sent[field] = {"identifier": target.handle, "profile_url": target.url}.get(
                        field, existing
                    )
        encoded = urlencode({name: value.encode("utf-8", "replace") for name, value in query.items()})
        status, untouched = target.send(known.method, f"{path}?{encoded}", body)
        assert status < 500
        assert untouched or status < 400

    run()
