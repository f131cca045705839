"""Requests that Schemathesis makes of Resend's own document: no 5xx, no trace of what was refused."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.resend.provider import resend
from tests.mocks.inside import Inside
from tests.mocks.resend.room import Room, mail

Json = Any
resend.load()
RIGHT: dict[str, Json] = {
    "emails/send": mail(),
    "domains/create": {"name": "shop.test"},
    "api-keys/create": {"name": "CI"},
    "webhooks/create": {"endpoint": "http://127.0.0.1:9/", "events": ["email.opened"]},
    "contacts/create": {"email": "ada@customer.test"},
    "topics/create": {"name": "News", "default_subscription": "opt_in"},
    "templates/create": {"name": "Welcome", "html": "<p>{{{NAME}}}</p>"},
    "contact-properties/create": {"key": "plan", "type": "string"},
    "suppressions/add": {"email": "never@customer.test"},
}
"""Bodies that are right: some of what is generated is laid over them, so that not only the first rule is met."""


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    document = yaml.load((specs / "resend.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    paths: dict[str, Json] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in resend.operations:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    schema = schemathesis.openapi.from_dict(document | {"paths": paths, "webhooks": {}})
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def room(runner: asyncio.Runner) -> Iterator[Room]:
    with tempfile.TemporaryDirectory() as folder:
        room = Room.open(Path(folder))
        yield room
        runner.run(room.close())


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing anew; return their ids by the first segment of paths."""
    await room.runtime.worlds.reset(room.world)
    return {
        "emails": await room.send(scheduled_at="in 1 hour"),
        "domains": (await room.ok("POST", "/domains", {"name": "mine.test"}))["id"],
        "api-keys": (await room.ok("POST", "/api-keys", {"name": "spare"}))["id"],
        "webhooks": (await room.ok("POST", "/webhooks", RIGHT["webhooks/create"]))["id"],
        "contacts": (await room.ok("POST", "/contacts", RIGHT["contacts/create"]))["id"],
        "topics": (await room.ok("POST", "/topics", RIGHT["topics/create"]))["id"],
        "templates": (await room.ok("POST", "/templates", RIGHT["templates/create"]))["id"],
        "suppressions": (await room.ok("POST", "/suppressions", RIGHT["suppressions/add"]))["id"],
        **await furnish_lists(room),
    }


async def furnish_lists(room: Room) -> dict[str, str]:
    """Make a segment and what hangs on it."""
    segment = (await room.ok("POST", "/segments", {"name": "All"}))["id"]
    body = {"segment_id": segment, "from": "news@greenroom.test", "subject": "News", "html": "<p>Hi</p>"}
    held = await room.ok("POST", "/contact-properties", RIGHT["contact-properties/create"])
    return {
        "segments": segment,
        "audiences": segment,
        "broadcasts": (await room.ok("POST", "/broadcasts", body))["id"],
        "contact-properties": held["id"],
        "logs": "00000000-0000-4000-8000-000000000000",
    }


PUBLISHED = sorted(
    id
    for id, each in resend.operations.items()
    if not each.public
    and not (each.path.startswith(("/audiences/", "/segments/")) and "contacts" in each.path)
    and not each.path.endswith(("/rotate", "/usage"))
    and "/events" not in each.path
    and id not in ("broadcasts/duplicate", "segments/update")
)


@pytest.mark.parametrize("id", PUBLISHED)
def test_no_request_breaks_an_operation(
    id: str, room: Room, runner: asyncio.Runner, operations: dict[str, Any]
) -> None:
    operation = operations[id]

    @seed(7)
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), other=st.just("") | st.text(max_size=9), most=st.integers(0, 3))
    def run(case: Any, other: str, most: int) -> None:
        things = runner.run(furnish(room))
        head, _, rest = operation.path.strip("/").partition("/")
        thing = quote(other.encode("utf-8", "replace"), safe="") or things[head]
        segments = [thing if part.startswith("{") else part for part in rest.split("/") if part]
        path = "/".join(["", head, *segments])
        if case.query:
            path += "?" + urlencode(
                {name: str(value) for name, value in case.query.items()}, errors="replace"
            )
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool) else None
        if id in RIGHT and isinstance(body, dict):
            body = RIGHT[id] | dict(list(body.items())[:most])
        before = Inside.state(room)
        answer = runner.run(room.client.request(operation.method.upper(), path, content=encoded(body)))
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.json()["statusCode"] == answer.status_code
            assert Inside.state(room) == before

    run()


def encoded(body: Json) -> bytes:
    """Write a body, also one that is no JSON (lone surrogates, integers beyond 64 bits)."""
    if body is None:
        return b""
    try:
        return orjson.dumps(body)
    except (orjson.JSONEncodeError, TypeError):
        return repr(body).encode("utf-8", "replace")
