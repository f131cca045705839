"""Ten thousand deliveries at once, a tenth of them forged: none is lost, none accepted wrongly, none counts twice."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, replace

import httpx
import pytest

from integrations.app import create_app
from integrations.webhooks.limits import DeliveryLimit
from tests.integrations.layer import Layer
from tests.integrations.stubs import (
    STRIPE_SECRET,
    Json,
    invoice,
    mail_event,
    sign_resend,
    sign_stripe,
    stripe_event,
)

DELIVERIES = 10_000
FORGED = DELIVERIES // 10
SENDERS = 12
INVOICES = 20


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver an event, signed by its provider or by somebody else."""

    path: str
    event_id: str
    body: str
    headers: dict[str, str]
    forged: bool


def stripe_delivery(event: Json, *, forged: bool = False) -> Delivery:
    body = json.dumps(event)
    secret = "whsec_somebody_else" if forged else STRIPE_SECRET
    headers = {"stripe-signature": sign_stripe(body, secret=secret)}
    return Delivery("/webhooks/stripe", event["id"], body, headers, forged)


def resend_delivery(event_id: str, event: Json, *, forged: bool = False) -> Delivery:
    body = json.dumps(event)
    headers = sign_resend(body, event_id)
    if forged:
        # The signature of another body.
        headers["svix-signature"] = sign_resend(f"{body} ", event_id)["svix-signature"]
    return Delivery("/webhooks/resend", event_id, body, headers, forged)


def events(layer: Layer, customer_id: str) -> list[Delivery]:
    """What really happened: failed payments, mails that were opened, and much that concerns nobody."""
    found = []
    for number in range(INVOICES):
        failed = layer.stripe.put(invoice(f"in_{number}", customer_id))
        failed["parent"] = None
        found.append(stripe_delivery(stripe_event(f"evt_failed_{number}", "invoice.payment_failed", failed)))
    for number in range(1490):
        thing = {"id": f"price_{number}", "object": "price"}
        found.append(stripe_delivery(stripe_event(f"evt_price_{number}", "price.updated", thing)))
    return found + [resend_delivery(f"msg_{number}", mail_event("email.opened")) for number in range(1490)]


def storm(genuine: list[Delivery], chance: random.Random) -> list[Delivery]:
    """Each event three times, forgeries of events that never were and of such that were, all in disorder."""
    forged = []
    for number in range(FORGED):
        if number % 2:
            forged.append(resend_delivery(f"msg_forged_{number}", mail_event("email.bounced"), forged=True))
        else:
            copied = json.loads(chance.choice(genuine[:INVOICES]).body)
            new_id = copied["id"] if number % 4 else f"evt_forged_{number}"
            forged.append(stripe_delivery(copied | {"id": new_id}, forged=True))
    sent = (genuine * 3)[: DELIVERIES - FORGED] + forged
    chance.shuffle(sent)
    return sent


async def send(
    layer: Layer, client: httpx.AsyncClient, deliveries: list[Delivery], answers: Counter[tuple[bool, int]]
) -> None:
    """Deliver one after the other, as a provider does: what is not taken is delivered again later."""
    for delivery in deliveries:
        while True:
            answer = await client.post(delivery.path, content=delivery.body, headers=delivery.headers)
            answers[delivery.forged, answer.status_code] += 1
            if answer.status_code != 429:
                break
            layer.clock.elapsed += float(answer.headers["retry-after"])


@pytest.mark.timeout(600)
async def test_a_flood_is_survived(layer: Layer) -> None:
    organisation_id = layer.organisation()
    genuine = events(layer, layer.customer_id(organisation_id))
    deliveries = storm(genuine, random.Random(7))
    assert (len(deliveries), sum(each.forged for each in deliveries)) == (DELIVERIES, FORGED)
    limited = replace(layer.services, delivery_limit=DeliveryLimit(50, 200, layer.clock))
    app = create_app(layer.settings, limited)
    answers: Counter[tuple[bool, int]] = Counter()
    clients = [
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(f"192.0.2.{number}", 1)), base_url="http://app.test"
        )
        # Two from one address: they share its tokens.
        for number in range(SENDERS // 2)
        for _ in range(2)
    ]
    await asyncio.gather(
        *(send(layer, client, deliveries[index::SENDERS], answers) for index, client in enumerate(clients))
    )
    for client in clients:
        await client.aclose()

    refused_for_rate = answers.pop((False, 429), 0) + answers.pop((True, 429), 0)
    assert answers == {(False, 200): DELIVERIES - FORGED, (True, 400): FORGED}
    assert refused_for_rate > 0, "the limit was met, and what it refused came again"
    kept = layer.services.inbox.list(limit=DELIVERIES)
    assert sorted(event.event_id for event in kept) == sorted(each.event_id for each in genuine)
    assert {event.status.value for event in kept} == {"processed"}
    mails = layer.services.mail.list(organisation_id=organisation_id, limit=1000)
    assert sorted(mail.dedupe_key for mail in mails) == sorted(
        f"payment_failed:in_{number}:1" for number in range(INVOICES)
    )
    assert len(layer.resend.sent) == INVOICES
    assert layer.services.mail_tracking.undeliverable() == {}, "no forged bounce was believed"
