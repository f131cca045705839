"""Deliveries over real HTTP: every one is accepted by the verifiers that receivers use, in Python and in Node."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import resend
from svix.webhooks import Webhook, WebhookVerificationError

from harness import svix
from tests.harness.serving import Received, Receiver, Served

World = dict[str, Any]
ALL = [
    "email.sent",
    "email.delivered",
    "email.bounced",
    "email.complained",
    "email.suppressed",
    "email.scheduled",
]

NODE = """
import { Resend } from "resend";
import { Webhook } from "svix";
const { deliveries, secret } = JSON.parse(process.env.GIVEN);
const resend = new Resend("re_unused");
console.log(JSON.stringify(deliveries.map(({ headers, body }) => {
  new Webhook(secret).verify(body, headers);
  const event = resend.webhooks.verify({
    payload: body,
    webhookSecret: secret,
    headers: {
      id: headers["svix-id"],
      timestamp: headers["svix-timestamp"],
      signature: headers["svix-signature"],
    },
  });
  return event.type;
})));
"""


class Account:
    """One world's consumer: sends mails, moves the clock, receives events."""

    def __init__(self, server: Served, world: World, receiver: Receiver) -> None:
        self.server, self.world, self.receiver = server, world, receiver
        self.env = world["env"]
        self.secret = self.env["RESEND_WEBHOOK_SECRET"]

    def call(self, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.env['RESEND_API_KEY']}"}
        answer = self.server.http.post(self.env["RESEND_BASE_URL"] + path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def subscribe(self, *events: str) -> str:
        made = self.call("/webhooks", {"endpoint": f"{self.receiver.url}/hook", "events": events or ALL})
        secret: str = made["signing_secret"]
        return secret

    def send(self, to: Any) -> str:
        sender = "onboarding@resend.dev" if "resend.dev" in str(to) else self.env["EMAIL_FROM"]
        mail = {"from": sender, "to": to, "subject": "Grüße 🎬", "html": "<p>Hi</p>"}
        id: str = self.call("/emails", mail)["id"]
        return id

    def advance(self, seconds: float) -> None:
        self.server.control("POST", f"/worlds/{self.world['id']}/clock/advance", {"seconds": seconds})


@pytest.fixture
def account(server: Served, fresh_world: World, receiver: Receiver) -> Account:
    return Account(server, fresh_world, receiver)


def verified(request: Received, secret: str) -> Any:
    """Return the event of a delivery that both Python verifiers accept."""
    Webhook(secret).verify(request.body, dict(request.headers))
    headers = {name: request.headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
    event: Any = resend.Webhooks.verify(
        {"payload": request.body.decode(), "headers": headers, "webhook_secret": secret}  # type: ignore[typeddict-item]
    )
    return event


def test_every_delivery_is_accepted_by_the_official_verifiers(
    account: Account, node: Callable[..., Any]
) -> None:
    account.subscribe()
    addresses = [
        "ada@customer.test",
        *(f"{each}@resend.dev" for each in ("bounced", "complained", "suppressed")),
    ]
    ids = {account.send(to) for to in addresses}
    account.advance(10)
    received = account.receiver.wait_for(8)
    events = [verified(each, account.secret) for each in received]
    assert {event["data"]["email_id"] for event in events} == ids
    types = sorted(event["type"] for event in events)
    expected = ["bounced", "complained", "delivered", "delivered", "sent", "sent", "sent", "suppressed"]
    assert types == [f"email.{each}" for each in expected]
    deliveries = [{"headers": dict(each.headers), "body": each.body.decode()} for each in received]
    given = json.dumps({"deliveries": deliveries, "secret": account.secret})
    assert node(NODE, {"GIVEN": given}) == [event["type"] for event in events]


def test_a_delivery_is_compact_json_with_svix_headers(account: Account) -> None:
    account.subscribe("email.sent")
    account.send("ada@customer.test")
    account.advance(1)
    (request,) = account.receiver.wait_for(1)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Svix-Webhooks/")
    assert len(request.headers["svix-id"]) == len("msg_") + svix.MESSAGE_ID_LENGTH
    assert (
        request.body
        == json.dumps(json.loads(request.body), separators=(",", ":"), ensure_ascii=False).encode()
    )
    assert list(json.loads(request.body)) == ["type", "created_at", "data"]


def test_a_failed_delivery_comes_again_with_the_same_id(account: Account) -> None:
    account.subscribe("email.sent")
    account.receiver.answer(500, 302)
    account.send("ada@customer.test")
    account.advance(1)
    account.advance(6)
    assert len(account.receiver.received) == 2
    account.advance(400)
    received = account.receiver.wait_for(3)
    assert len({each.headers["svix-id"] for each in received}) == 1
    assert len({each.body for each in received}) == 1
    for each in received:
        verified(each, account.secret)


def test_each_endpoint_has_its_own_secret_and_events(account: Account) -> None:
    first, second = account.subscribe("email.sent"), account.subscribe("email.delivered")
    account.send("ada@customer.test")
    account.advance(5)
    received = account.receiver.wait_for(2)
    by_type = {json.loads(each.body)["type"]: each for each in received}
    assert verified(by_type["email.sent"], first)["type"] == "email.sent"
    assert verified(by_type["email.delivered"], second)["type"] == "email.delivered"
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(by_type["email.delivered"].body, dict(by_type["email.delivered"].headers))


def test_an_endpoint_of_the_control_api_is_one_of_resends(account: Account) -> None:
    path = f"/worlds/{account.world['id']}/endpoints"
    made = account.server.control("POST", path, {"provider": "resend", "url": f"{account.receiver.url}/x"})
    assert made["secret"] == account.secret
    account.send("ada@customer.test")
    account.advance(5)
    assert [verified(each, account.secret)["type"] for each in account.receiver.wait_for(2)] == [
        "email.sent",
        "email.delivered",
    ]
    headers = {"Authorization": f"Bearer {account.env['RESEND_API_KEY']}"}
    url = f"{account.env['RESEND_BASE_URL']}/webhooks/{made['id']}"
    shown = account.server.http.get(url, headers=headers).json()
    assert (shown["id"], shown["endpoint"]) == (made["id"], f"{account.receiver.url}/x")


def test_a_trigger_goes_the_whole_way(account: Account) -> None:
    account.subscribe("email.clicked")
    path = f"/worlds/{account.world['id']}/trigger"
    account.server.control(
        "POST", path, {"provider": "resend", "event": "email.clicked", "link": "https://a.test/"}
    )
    (request,) = account.receiver.wait_for(1)
    assert verified(request, account.secret)["data"]["click"]["link"] == "https://a.test/"


def test_where_time_passes_by_itself_mails_arrive_by_themselves(server: Served, receiver: Receiver) -> None:
    world = server.create_world(clock={"mode": "fast", "rate": 100})
    account = Account(server, world, receiver)
    account.subscribe("email.sent", "email.delivered")
    account.send("ada@customer.test")
    assert [verified(each, account.secret)["type"] for each in receiver.wait_for(2)] == [
        "email.sent",
        "email.delivered",
    ]
    server.http.delete(f"/_greenroom/worlds/{world['id']}")
