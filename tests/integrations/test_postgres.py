"""The same layer on PostgreSQL, by URL alone."""

import json
import threading

import pytest

from integrations.models import InboxStatus
from tests.integrations.layer import Layer
from tests.integrations.stubs import (
    invoice,
    mail_event,
    sign_stripe,
    stripe_event,
    subscription,
)


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """Keep the layer's data in PostgreSQL."""
    return postgres_url


def test_a_subscriptions_life(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    thing = layer.stripe.put(subscription("sub_1", customer_id))
    event = stripe_event("evt_1", "customer.subscription.created", thing)
    assert layer.deliver_stripe(event) == "processed"
    assert layer.deliver_stripe(event) == "duplicate"
    failed = layer.stripe.put(invoice("in_1", customer_id))
    layer.deliver_stripe(stripe_event("evt_2", "invoice.payment_failed", failed))
    layer.services.customers.replace_payment_method(organisation_id, "pm_card_visa")
    assert layer.services.invoices.retry_invoice(organisation_id).dunning.value == "recovered"
    assert layer.mail_keys() == [
        "payment_failed:in_1:1",
        "payment_recovered:in_1",
        f"welcome:{organisation_id}",
    ]
    mail = layer.mail("welcome")
    told = mail_event("email.delivered", email_id=mail.resend_id, tags={"mail_id": mail.id})
    assert layer.deliver_resend(told) == "processed"
    delivered = layer.mail("welcome")
    assert delivered.status.value == "delivered"
    assert delivered.events[0].occurred_at.isoformat() == "2026-11-01T12:00:01+00:00"
    assert {event.status for event in layer.services.inbox.list()} == {InboxStatus.PROCESSED}


def test_deliveries_at_the_same_time_have_one_effect(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    layer.stripe.put(subscription("sub_1", customer_id))
    thing = layer.stripe.put(invoice("in_1", customer_id))
    bodies = [
        json.dumps(stripe_event("evt_1", "invoice.payment_failed", thing)),
        json.dumps(stripe_event("evt_2", "customer.subscription.created", layer.stripe.objects["sub_1"])),
    ]
    outcomes: list[str] = []

    def deliver(body: str) -> None:
        outcome = layer.services.stripe_webhooks.receive(body.encode(), sign_stripe(body))
        outcomes.append(outcome.value)

    threads = [threading.Thread(target=deliver, args=(body,)) for body in bodies * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert set(outcomes) <= {"processed", "duplicate"}
    assert layer.mail_keys() == ["payment_failed:in_1:1", f"welcome:{organisation_id}"]
    assert len(layer.resend.sent) == 2
    assert len(layer.services.subscriptions.list(organisation_id)) == 1
