"""Webhooks as they arrive: signed for every official verifier, retried, in Clerk's envelope."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from svix.webhooks import Webhook

from tests.harness.serving import Received, Receiver, Served

World = dict[str, Any]
NODE = Path(__file__).parent / "webhooks.mjs"


@dataclass
class Account:
    """A world, a client of its Backend API, and a receiver of its events."""

    server: Served
    world: World
    receiver: Receiver
    http: httpx.Client

    def subscribe(self, *events: str) -> None:
        body = {
            "provider": "clerk",
            "url": f"{self.receiver.url}/api/webhooks/clerk",
            "events": list(events) or ["*"],
        }
        made = self.server.control("POST", f"/worlds/{self.world['id']}/endpoints", body)
        assert made["secret"] == self.world["env"]["CLERK_WEBHOOK_SECRET"]

    def post(self, path: str, body: Any) -> Any:
        answer = self.http.post(f"/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def verified(self, request: Received) -> Any:
        """Return the event of a delivery that svix accepts."""
        Webhook(self.world["env"]["CLERK_WEBHOOK_SECRET"]).verify(request.body, dict(request.headers))
        return json.loads(request.body)


@pytest.fixture
def account(server: Served, fresh_world: World, receiver: Receiver) -> Iterator[Account]:
    env = fresh_world["env"]
    headers = {"Authorization": f"Bearer {env['CLERK_SECRET_KEY']}", "User-Agent": "journey/1"}
    with httpx.Client(base_url=env["CLERK_API_URL"], headers=headers, trust_env=False) as http:
        yield Account(server, fresh_world, receiver, http)


def test_every_delivery_is_accepted_by_the_official_verifiers(
    account: Account, node: Callable[..., Any]
) -> None:
    account.subscribe()
    ada = account.post("/users", {"email_address": ["ada@northwind.test"], "first_name": "Zoë"})["id"]
    made = account.post("/organizations", {"name": "Northwind", "created_by": ada})
    guest = {"email_address": "guest@northwind.test", "role": "org:member", "inviter_user_id": ada}
    account.post(f"/organizations/{made['id']}/invitations", guest)
    account.post("/sessions", {"user_id": ada})
    received = account.receiver.wait_for(6)
    types = sorted(account.verified(each)["type"] for each in received)
    expected = ["user.created", "organization.created", "organizationMembership.created", "session.created",
                "organizationInvitation.created", "email.created"]  # fmt: skip
    assert types == sorted(expected)
    deliveries = [{"headers": dict(each.headers), "body": each.body.decode()} for each in received]
    given = json.dumps({"deliveries": deliveries, "secret": account.world["env"]["CLERK_WEBHOOK_SECRET"]})
    assert sorted(node(NODE, {"GIVEN": given})) == types


def test_a_delivery_is_clerks_envelope_in_compact_json(account: Account) -> None:
    account.subscribe("user.created")
    user = account.post("/users", {"email_address": ["ada@northwind.test"], "private_metadata": {"crm": 7}})
    (request,) = account.receiver.wait_for(1)
    body = account.verified(request)
    assert list(body) == ["data", "event_attributes", "instance_id", "object", "timestamp", "type"]
    assert body["data"] == user
    assert body["object"] == "event"
    assert body["event_attributes"]["http_request"] == {"client_ip": "127.0.0.1", "user_agent": "journey/1"}
    assert body["instance_id"].startswith("ins_")
    assert body["timestamp"] == user["created_at"]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Svix-Webhooks/")
    assert len(request.headers["svix-id"]) == len("msg_") + 27
    assert request.body == json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_failed_delivery_is_tried_again_under_the_same_id(account: Account) -> None:
    account.subscribe("user.created")
    account.receiver.answer(400, 500)
    account.post("/users", {"email_address": ["ada@northwind.test"]})
    account.receiver.wait_for(1)
    account.server.control("POST", f"/worlds/{account.world['id']}/clock/advance", {"seconds": 600})
    received = account.receiver.wait_for(3)
    assert len({each.headers["svix-id"] for each in received}) == 1
    assert len({each.body for each in received}) == 1
    for each in received:
        account.verified(each)


def test_an_endpoint_gets_only_the_events_it_asked_for(account: Account) -> None:
    account.subscribe("user.deleted")
    user = account.post("/users", {"email_address": ["ada@northwind.test"], "external_id": "ada-1"})
    account.http.delete(f"/v1/users/{user['id']}")
    (request,) = account.receiver.wait_for(1)
    gone = {"object": "user", "id": user["id"], "deleted": True, "external_id": "ada-1"}
    assert account.verified(request)["data"] == gone


def test_events_that_clerk_does_not_have_are_refused(account: Account) -> None:
    body = {"provider": "clerk", "url": account.receiver.url, "events": ["user.exploded"]}
    path = f"/_greenroom/worlds/{account.world['id']}/endpoints"
    answer = account.server.http.post(path, json=body)
    assert answer.status_code == 400
    assert "user.created" in answer.text
