"""Deliveries: the shapes of payments' events, Stripe's headers, and the retries of a sandbox."""

import json
from collections.abc import Callable
from typing import Any

import stripe

from tests.harness.serving import Receiver, Served
from tests.mocks.stripe.conformance import Document


def hook(client: stripe.StripeClient, receiver: Receiver, *events: Any) -> Any:
    return client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": list(events) or ["*"]})


def test_payments_are_announced_in_the_documents_shapes(
    checked: stripe.StripeClient, receiver: Receiver, advance: Callable[..., Any], stripe_document: Document
) -> None:
    made = hook(checked, receiver)
    owner = checked.v1.customers.create({"email": "ada@studio.test", "payment_method": "pm_card_visa"})
    paid = checked.v1.payment_intents.create(
        {"amount": 2000, "currency": "usd", "payment_method": "pm_card_mastercard", "confirm": True}
    )
    checked.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
    checked.v1.setup_intents.create({"customer": owner.id, "payment_method": "pm_card_visa", "confirm": True})
    advance(seconds=400)
    told = []
    for each in receiver.wait_for(13):
        event = stripe.Webhook.construct_event(each.body, each.headers["stripe-signature"], made.secret)  # type: ignore[no-untyped-call]
        stripe_document.check_object(json.loads(each.body)["data"]["object"])
        assert each.headers["content-type"] == "application/json; charset=utf-8"
        assert each.headers["user-agent"].startswith("Stripe/1.0")
        told.append(event.type)
    made_in_order = [each.type for each in checked.v1.events.list({"limit": 100}).data][::-1]
    assert sorted(told) == sorted(made_in_order)
    assert made_in_order == [
        *("payment_method.attached", "customer.created"),
        *("payment_intent.created", "charge.succeeded", "payment_intent.succeeded"),
        *("charge.updated", "refund.created", "charge.refunded"),
        *("setup_intent.created", "payment_method.attached", "setup_intent.succeeded"),
        *("refund.updated", "charge.refund.updated"),
    ]


def test_a_receiver_is_tried_four_times_in_two_and_a_half_hours(
    checked: stripe.StripeClient,
    server: Served,
    fresh_world: dict[str, Any],
    receiver: Receiver,
    advance: Callable[..., Any],
) -> None:
    hook(checked, receiver, "customer.created")
    receiver.answer(500, 301, 500, 500)
    owner = checked.v1.customers.create({})
    server.control("POST", f"/worlds/{fresh_world['id']}/webhooks/settle")
    for wait, tries in ((299, 1), (1, 2), (1799, 2), (1, 3), (7199, 3), (1, 4), (86_400, 4)):
        advance(seconds=wait)
        assert len(receiver.received) == tries
    assert {json.loads(each.body)["data"]["object"]["id"] for each in receiver.received} == {owner.id}
    assert len({each.body for each in receiver.received}) == 1
    (event,) = checked.v1.events.list({"delivery_success": False}).data
    assert (event.data.object.id, event.pending_webhooks) == (owner.id, 1)
    assert checked.v1.events.list({"delivery_success": True}).data == []
