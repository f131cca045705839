"""Deliveries over real HTTP: signed as the vendor's receiver checks it, retried on the vendor's schedule."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.harness.serving import Receiver, Served

World = dict[str, Any]
NODE = """
import { createHmac, timingSafeEqual } from "node:crypto";
const { deliveries, secret } = JSON.parse(process.env.GIVEN);
console.log(JSON.stringify(deliveries.map(({ signatures, body }) => {
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const right = signatures.split(",").some((each) =>
    each.length === digest.length && timingSafeEqual(Buffer.from(each), Buffer.from(digest)));
  return right && JSON.parse(body).event;
})));
"""


class Account:
    """One world's consumer: registers webhooks, connects accounts, moves the clock."""

    def __init__(self, server: Served, world: World, receiver: Receiver) -> None:
        self.server, self.world, self.receiver = server, world, receiver
        self.env = world["env"]
        self.secret = self.env["INSIGHTIQ_WEBHOOK_SECRET"]

    def call(self, path: str, body: Any) -> Any:
        auth = (self.env["INSIGHTIQ_CLIENT_ID"], self.env["INSIGHTIQ_SECRET"])
        answer = httpx.post(self.env["INSIGHTIQ_PROD_URL"] + path, json=body, auth=auth)
        assert answer.is_success, answer.text
        return answer.json()

    def subscribe(self, *events: str) -> Any:
        hook = {"name": "hook", "url": f"{self.receiver.url}/hook", "events": list(events)}
        return self.call("/v1/webhooks", hook)

    def connect(self, **more: Any) -> Any:
        body = {"provider": "insightiq", "event": "ACCOUNTS.CONNECTED", **more}
        return self.control("POST", "/trigger", body)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.server.control(method, f"/worlds/{self.world['id']}{path}", body)

    def advance(self, seconds: float) -> None:
        self.control("POST", "/clock/advance", {"seconds": seconds})


@pytest.fixture
def account(server: Served, fresh_world: World, receiver: Receiver) -> Account:
    return Account(server, fresh_world, receiver)


def test_every_delivery_is_signed_with_the_client_secret(account: Account, node: Callable[..., Any]) -> None:
    account.subscribe("ACCOUNTS.CONNECTED", "PROFILES.ADDED", "CONTENTS.ADDED")
    account.connect()
    account.advance(5)
    received = account.receiver.received
    assert [json.loads(each.body)["event"] for each in received][:2] == [
        "ACCOUNTS.CONNECTED",
        "PROFILES.ADDED",
    ]
    for each in received:
        digest = hmac.new(account.secret.encode(), each.body, hashlib.sha256).hexdigest()
        assert each.headers["webhook-signatures"].split(",") == [digest]
        assert each.headers["content-type"] == "application/json"
    deliveries = [
        {"signatures": each.headers["webhook-signatures"], "body": each.body.decode()} for each in received
    ]
    events = node(NODE, {"GIVEN": json.dumps({"deliveries": deliveries, "secret": account.secret})})
    assert set(events) == {"ACCOUNTS.CONNECTED", "PROFILES.ADDED", "CONTENTS.ADDED"}


def test_only_what_was_asked_for_is_delivered(account: Account) -> None:
    account.subscribe("PROFILES_AUDIENCE.ADDED")
    account.connect()
    account.advance(5)
    assert [json.loads(each.body)["event"] for each in account.receiver.received] == [
        "PROFILES_AUDIENCE.ADDED"
    ]


def test_a_failed_delivery_is_retried_after_a_minute_five_minutes_and_six_hours(account: Account) -> None:
    account.subscribe("ACCOUNTS.CONNECTED")
    account.receiver.answer(*[500] * 10)
    account.connect(products=["PUBLISH.CONTENT"])
    account.control("POST", "/webhooks/settle")
    for seconds, expected in ((59, 1), (1, 2), (299, 2), (1, 3), (6 * 3600 - 1, 3), (1, 4), (86_400, 4)):
        account.advance(seconds)
        assert len(account.receiver.received) == expected
    ids = [json.loads(each.body)["id"] for each in account.receiver.received]
    assert len(set(ids)) == 1
    (delivery,) = account.control("GET", "/deliveries?state=failed")["deliveries"]
    assert delivery["type"] == "ACCOUNTS.CONNECTED"


def test_the_control_apis_first_endpoint_is_signed_with_the_secret_too(account: Account) -> None:
    made = account.control("POST", "/endpoints", {"provider": "insightiq", "url": account.receiver.url})
    assert made["secret"] == account.secret
    payload = {"event": "PROFILES.UPDATED", "name": "profile updated", "data": {"profile_id": "p"}}
    account.call("/v1/webhooks/send", {"payload": payload})
    account.control("POST", "/webhooks/settle")
    (received,) = account.receiver.received
    assert json.loads(received.body) == payload
