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
    "broadcasts/list": "instants and a topic only where there are any",
    "broadcasts/get": "instants and a topic only where there are any",
    "broadcasts/recipients": "how it bounced is not told",
}
UNPUBLISHED = {
    "rotate-signing-secret",
    *("list-events", "get-event", "list-event-attempts", "replay-event"),
    *("create-contact", "list-contacts", "get-contact", "update-contact", "remove-contact"),
}
"""Contacts under their audience, as older SDKs reach them, and what is newer than the document."""


NEWER = {"usage/get", "broadcasts/duplicate", "segments/update"}


def published() -> set[str]:
    """Return the operations that are served and in the document."""
    return {
        id
        for id, each in resend.operations.items()
        if not each.public and id not in NEWER and id.partition("/")[2] not in UNPUBLISHED
    }


LIST_OF_MAILS = {"object", "html", "text"}


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Spec(specs))
    yield room
    await room.close()


async def more_answers(room: Room) -> dict[str, Any]:
    """Call the operations around mails: contacts, templates, broadcasts and the like."""
    found: dict[str, Any] = {}

    async def ok(id: str, method: str, path: str, body: Any = None) -> Any:
        found[id] = await room.ok(method, path, body)
        return found[id]

    topic = (
        await ok("topics/create", "POST", "/topics", {"name": "News", "default_subscription": "opt_in"})
    )["id"]
    segment = (await ok("segments/create", "POST", "/segments", {"name": "All"}))["id"]
    audience = (await ok("audiences/create", "POST", "/audiences", {"name": "Old"}))["id"]
    for thing in ("segments", "audiences"):
        await ok(f"{thing}/list", "GET", f"/{thing}")
        await ok(f"{thing}/get", "GET", f"/{thing}/{segment}")
    held = await ok(
        "contact-properties/create", "POST", "/contact-properties", {"key": "plan", "type": "string"}
    )
    path = f"/contact-properties/{held['id']}"
    await ok("contact-properties/list", "GET", "/contact-properties")
    await ok("contact-properties/update", "PATCH", path, {"fallback_value": "free"})
    await ok("contact-properties/get", "GET", path)
    contact = {"email": "ada@customer.test", "first_name": "Ada", "segments": [segment]}
    made = (await ok("contacts/create", "POST", "/contacts", contact | {"properties": {"plan": "pro"}}))["id"]
    path = f"/contacts/{made}"
    await ok("contacts/list", "GET", f"/contacts?segment_id={segment}")
    await ok("contacts/update", "PATCH", path, {"last_name": "Byron"})
    await ok("contacts/get", "GET", "/contacts/ada@customer.test")
    await ok("contacts/add-segment", "POST", f"{path}/segments/{audience}")
    await ok("contacts/list-segments", "GET", f"{path}/segments")
    await ok("contacts/remove-segment", "DELETE", f"{path}/segments/{audience}")
    subscribed = {"topics": [{"id": topic, "subscription": "opt_out"}]}
    await ok("contacts/update-topics", "PATCH", f"{path}/topics", subscribed)
    await ok("contacts/list-topics", "GET", f"{path}/topics")
    await ok("topics/list", "GET", "/topics")
    await ok("topics/update", "PATCH", f"/topics/{topic}", {"description": "x"})
    await ok("topics/get", "GET", f"/topics/{topic}")
    await answer_templates(ok)
    await answer_broadcasts(room, ok, segment)
    await ok("contact-properties/remove", "DELETE", f"/contact-properties/{held['id']}")
    await ok("topics/remove", "DELETE", f"/topics/{topic}")
    await ok("contacts/remove", "DELETE", path)
    await ok("segments/remove", "DELETE", f"/segments/{segment}")
    await ok("audiences/remove", "DELETE", f"/audiences/{audience}")
    await answer_suppressions(ok)
    await answer_received(room, ok)
    logs = await ok("logs/list", "GET", "/logs")
    await ok("logs/get", "GET", f"/logs/{logs['data'][0]['id']}")
    return found


async def answer_templates(ok: Any) -> None:
    content = {"name": "Welcome", "html": "<p>{{{NAME}}}</p>", "alias": "welcome", "subject": "Hi"}
    variables = [{"key": "NAME", "type": "string", "fallback_value": "you"}]
    made = (await ok("templates/create", "POST", "/templates", content | {"variables": variables}))["id"]
    await ok("templates/update", "PATCH", f"/templates/{made}", {"text": "{{{NAME}}}"})
    await ok("templates/publish", "POST", f"/templates/{made}/publish")
    await ok("templates/list", "GET", "/templates")
    await ok("templates/get", "GET", "/templates/welcome")
    copied = (await ok("templates/duplicate", "POST", f"/templates/{made}/duplicate"))["id"]
    await ok("templates/remove", "DELETE", f"/templates/{copied}")


async def answer_broadcasts(room: Room, ok: Any, segment: str) -> None:
    body = {"segment_id": segment, "from": "news@greenroom.test", "subject": "News", "html": "<p>Hi</p>"}
    made = (await ok("broadcasts/create", "POST", "/broadcasts", body))["id"]
    path = f"/broadcasts/{made}"
    await ok("broadcasts/update", "PATCH", path, {"name": "Spring"})
    await ok("broadcasts/send", "POST", f"{path}/send", {"scheduled_at": "in 1 hour"})
    await ok("broadcasts/cancel", "POST", f"{path}/cancel")
    await ok("broadcasts/send", "POST", f"{path}/send", {})
    await room.advance(5)
    email = (await ok("broadcasts/recipients", "GET", f"{path}/recipients"))["data"][0]["id"]
    room.trigger("email.clicked", email_id=email, link="https://a.test/")
    await ok("broadcasts/list-clicked-links", "GET", f"{path}/clicked-links")
    await ok("broadcasts/list", "GET", "/broadcasts")
    await ok("broadcasts/get", "GET", path)
    other = (await ok("broadcasts/create", "POST", "/broadcasts", body))["id"]
    await ok("broadcasts/remove", "DELETE", f"/broadcasts/{other}")


async def answer_suppressions(ok: Any) -> None:
    made = await ok("suppressions/add", "POST", "/suppressions", {"email": "no@customer.test"})
    await ok("suppressions/batch-add", "POST", "/suppressions/batch/add", {"emails": ["never@customer.test"]})
    await ok("suppressions/list", "GET", "/suppressions?origin=manual")
    await ok("suppressions/get", "GET", f"/suppressions/{made['id']}")
    await ok("suppressions/remove", "DELETE", "/suppressions/no@customer.test")
    await ok(
        "suppressions/batch-remove", "POST", "/suppressions/batch/remove", {"emails": ["never@customer.test"]}
    )


async def answer_received(room: Room, ok: Any) -> None:
    both = {"sending": "enabled", "receiving": "enabled"}
    await room.ok("POST", "/domains", {"name": "in.test", "capabilities": both})
    file = {"filename": "a.txt", "content": "aGVsbG8=", "content_id": "a"}
    room.trigger("email.received", to="hello@in.test", attachments=[file])
    mail_ = (await ok("emails/list-receiving", "GET", "/emails/receiving"))["data"][0]
    path = f"/emails/receiving/{mail_['id']}"
    await ok("emails/get-receiving", "GET", path)
    one = (await ok("emails/list-receiving-attachments", "GET", f"{path}/attachments"))["data"][0]
    await ok("emails/get-receiving-attachment", "GET", f"{path}/attachments/{one['id']}")
    sent = await room.send(attachments=[file])
    one = (await ok("emails/list-attachments", "GET", f"/emails/{sent}/attachments"))["data"][0]
    await ok("emails/get-attachment", "GET", f"/emails/{sent}/attachments/{one['id']}")


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
        "emails/metrics": await room.ok("GET", "/emails/metrics?dimensions=period"),
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
        "api-keys/update": await room.ok("PATCH", f"/api-keys/{key['id']}", {"name": "Deploy"}),
        "api-keys/remove": await room.ok("DELETE", f"/api-keys/{key['id']}"),
        "webhooks/create": hook,
        "webhooks/list": await room.ok("GET", "/webhooks"),
        "webhooks/get": await room.ok("GET", hooked),
        "webhooks/update": await room.ok("PATCH", hooked, {"status": "disabled"}),
        "webhooks/remove": await room.ok("DELETE", hooked),
    }


async def test_every_operation_that_is_served_answers_as_the_spec_says_and_completely(strict: Room) -> None:
    answered = await answers(strict) | await more_answers(strict)
    assert set(answered) == published()
    spec = strict.spec
    assert spec is not None
    for id, answer in answered.items():
        if id in MISTAKES:
            continue
        schema = spec.answer(id, resend.operations[id].status)
        assert spec.properties(schema) <= set(answer), id
        if answer.get("object") == "list":
            item = _item(spec, schema)
            if answer["data"]:
                assert spec.properties(item) - set(answer["data"][0]) == (
                    LIST_OF_MAILS if id == "emails/list" else set()
                ), id


def _item(spec: Spec, schema: Any) -> Any:
    while "$ref" in schema:
        schema = spec.components["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema["properties"]["data"]["items"]


async def test_operations_have_the_specs_own_ids_paths_and_statuses(strict: Room) -> None:
    spec = strict.spec
    assert spec is not None
    resend.load()
    for id, operation in resend.operations.items():
        if id not in published():
            continue
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
    await strict.ok("POST", "/domains", {"name": "in.test", "capabilities": {"receiving": "enabled"}})
    strict.trigger("email.received", to="hello@in.test")
    contact = await strict.ok("POST", "/contacts", {"email": "ada@customer.test"})
    await strict.ok("PATCH", f"/contacts/{contact['id']}", {"unsubscribed": True})
    await strict.ok("DELETE", f"/contacts/{contact['id']}")
    assert set(strict.announced()) == set(EVENTS)


def test_the_event_types_are_the_specs(specs: Path) -> None:
    assert set(EVENTS) == set(Spec(specs).events)
