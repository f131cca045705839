"""How fast a sender may deliver."""

import json
from dataclasses import replace

import httpx
import pytest

from integrations.app import create_app
from integrations.errors import TooManyDeliveriesError
from integrations.webhooks.limits import DeliveryLimit
from tests.integrations.layer import Layer
from tests.integrations.stubs import FakeClock, sign_stripe, stripe_event


def test_a_bucket_empties_and_fills() -> None:
    clock = FakeClock()
    limit = DeliveryLimit(2.0, 3, clock)
    for _ in range(3):
        limit.take("/webhooks/stripe", "192.0.2.1")
    with pytest.raises(TooManyDeliveriesError) as refused:
        limit.take("/webhooks/stripe", "192.0.2.1")
    assert refused.value.retry_after_seconds == pytest.approx(0.5)
    limit.take("/webhooks/stripe", "192.0.2.2")
    limit.take("/webhooks/clerk", "192.0.2.1")
    clock.elapsed += 0.5
    limit.take("/webhooks/stripe", "192.0.2.1")
    with pytest.raises(TooManyDeliveriesError):
        limit.take("/webhooks/stripe", "192.0.2.1")
    clock.elapsed += 3600
    for _ in range(3):
        limit.take("/webhooks/stripe", "192.0.2.1")
    with pytest.raises(TooManyDeliveriesError):
        limit.take("/webhooks/stripe", "192.0.2.1")


def test_a_rate_of_nothing_is_no_limit() -> None:
    limit = DeliveryLimit(0, 1, FakeClock())
    for _ in range(100):
        limit.take("/webhooks/stripe", "192.0.2.1")


def test_the_quietest_sender_is_forgotten_first() -> None:
    limit = DeliveryLimit(1.0, 1, FakeClock())
    for number in range(10_001):
        limit.take("/webhooks/stripe", f"sender {number}")
    limit.take("/webhooks/stripe", "sender 0")
    with pytest.raises(TooManyDeliveriesError):
        limit.take("/webhooks/stripe", "sender 10000")


async def test_a_flood_is_answered_with_429_and_read_no_further(layer: Layer) -> None:
    limited = replace(layer.services, delivery_limit=DeliveryLimit(0.2, 2, layer.clock))
    app = create_app(layer.settings, limited)
    body = json.dumps(stripe_event("evt_1", "plan.created", {"id": "plan_1"}))

    def sender(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://app.test")

    async def deliver(client: httpx.AsyncClient) -> httpx.Response:
        headers = {"stripe-signature": sign_stripe(body)}
        return await client.post("/webhooks/stripe", content=body, headers=headers)

    async with sender("192.0.2.1") as loud, sender("192.0.2.2") as other:
        statuses = [(await deliver(loud)).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        refused = await deliver(loud)
        assert refused.headers["retry-after"] == "5"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:problem:too-many-deliveries"
        assert (await deliver(other)).status_code == 200
        layer.clock.elapsed += 5
        assert (await deliver(loud)).status_code == 200
        assert (await loud.get("/healthz")).status_code == 200
