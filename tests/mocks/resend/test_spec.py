"""Every answer and every event against Resend's own OpenAPI document, complete to the last field."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mocks.resend.provider import EVENTS, resend
from tests.mocks.resend.room import Room, Spec, mail

# Why an answer lacks what the spec's schema has.
MISTAKES = {
    "emails/update": "the spec shows the request's schema; the API answers {object, id}",
    "emails/cancel": "the spec shows the whole email; the API answers {object, id}",
    "domains/create": "tracking_subdomain only where there is one",
    "domains/get": "tracking_subdomain only where there is one",
}
LIST_OF_MAILS = {"object", "html", "text"}


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Spec(specs))
    yield room
    await room.close()


async def answers(room: Room) -> dict[str, Any]:
    """Call every operation that is served; return what each answered."""
    mailed = await room.ok("POST", "/emails", mail(tags=[{"name": "a", "value": "b"}]))
    later = (await room.ok("POST", "/emails", mail(scheduled_at="in 1 hour")))["id"]
    domain = await room.ok("POST", "/domains", {"name": "shop.test"})
    key = await room.ok("POST", "/api-keys", {"name": "CI"})
    hook = await room.ok("POST", "/webhooks", {"endpoint": "http://127.0.0.1:9/", "events": ["email.sent"]})
    hooked, owned = f"/webhooks/{hook['id']}", f"/domains/{domain['id']}"
    return {
        "emails/send": mailed,
        "emails/send-batch": await room.ok("POST", "/emails/batch", [mail()]),
        "emails/list": await room.ok("GET", "/emails"),
        "emails/get": await room.ok("GET", f"/emails/{mailed['id']}"),
        "emails/update": await room.ok("PATCH", f"/emails/{later}", {"scheduled_at": "in 2 hours"}),
        "emails/cancel": await room.ok("POST", f"/emails/{later}/cancel"),
        "domains/create": domain,
        "domains/list": await room.ok("GET", "/domains"),
        "domains/get": await room.ok("GET", owned),
        "domains/update": await room.ok("PATCH", owned, {"open_tracking": True}),
        "domains/verify": await room.ok("POST", f"{owned}/verify"),
        "domains/remove": await room.ok("DELETE", owned),
        "api-keys/create": key,
        "api-keys/list": await room.ok("GET", "/api-keys"),
        "api-keys/remove": await room.ok("DELETE", f"/api-keys/{key['id']}"),
        "webhooks/create": hook,
        "webhooks/list": await room.ok("GET", "/webhooks"),
        "webhooks/get": await room.ok("GET", hooked),
        "webhooks/update": await room.ok("PATCH", hooked, {"status": "disabled"}),
        "webhooks/remove": await room.ok("DELETE", hooked),
    }


async def test_every_operation_that_is_served_answers_as_the_spec_says_and_completely(strict: Room) -> None:
    answered = await answers(strict)
    assert set(answered) == set(resend.operations)
    spec = strict.spec
    assert spec is not None
    for id, answer in answered.items():
        if id in MISTAKES:
            continue
        schema = spec.answer(id, resend.operations[id].status)
        assert spec.properties(schema) <= set(answer), id
        if answer.get("object") == "list":
            item = _item(spec, schema)
            assert spec.properties(item) - set(answer["data"][0]) == (
                LIST_OF_MAILS if id == "emails/list" else set()
            )


def _item(spec: Spec, schema: Any) -> Any:
    while "$ref" in schema:
        schema = spec.components["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema["properties"]["data"]["items"]


async def test_operations_have_the_specs_own_ids_paths_and_statuses(strict: Room) -> None:
    spec = strict.spec
    assert spec is not None
    resend.load()
    for id, operation in resend.operations.items():
        assert str(operation.status) in spec.operations[id]["responses"]
        described = spec.operations[id].get("parameters", [])
        in_path = [each["name"] for each in described if each.get("in") == "path"]
        assert [f"{{{name}}}" for name in in_path] == [
            part for part in operation.path.split("/") if "{" in part
        ]


async def test_every_event_that_is_announced_is_as_the_spec_says(strict: Room) -> None:
    for event in (
        "delivered",
        "delivery_delayed",
        "bounced",
        "complained",
        "opened",
        "clicked",
        "failed",
        "suppressed",
    ):
        strict.trigger(f"email.{event}", to=f"{event.replace('_', '-')}@customer.test")
    await strict.send(scheduled_at="in 1 hour")
    domain = await strict.ok(
        "POST", "/domains", {"name": "shop.test", "capabilities": {"receiving": "enabled"}}
    )
    await strict.ok("PATCH", f"/domains/{domain['id']}", {"open_tracking": True, "tracking_subdomain": "t"})
    await strict.ok("DELETE", f"/domains/{domain['id']}")
    announced = set(strict.announced())
    assert announced == {each for each in EVENTS if each.startswith(("email.", "domain."))} - {
        "email.received"
    }


def test_the_event_types_are_the_specs(specs: Path) -> None:
    assert set(EVENTS) == set(Spec(specs).events)
