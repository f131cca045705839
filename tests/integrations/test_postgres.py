"""The same layer on PostgreSQL, by URL alone."""

import json
import threading
from collections.abc import Callable

import pytest

from integrations.models import InboxStatus, IndexKind
from tests.integrations.layer import Layer
from tests.integrations.stubs import (
    invoice,
    mail_event,
    sign_stripe,
    stripe_event,
    subscription,
)
from tests.integrations.study import draft


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


def test_campaigns_that_change_while_workers_index_them_stand_in_no_ones_way(layer: Layer) -> None:
    """A change of a campaign notes its studies as well: workers and changes take their rows in one order."""
    services = layer.services
    study = draft(layer)
    given = {name: getattr(study, name) for name in ("primary_kpi", "locale", "filling_goal", "minutes")}
    given |= {"incidence_rate": 0.5, "fielding_days": 14, "secondary_kpis": []}
    for number in range(5):
        services.studies.create(study.organisation_id, study.campaign_id, {**given, "name": f"S{number}"})
    faults: list[BaseException] = []

    def repeat(work: Callable[[int], object], times: int) -> threading.Thread:
        def run() -> None:
            try:
                for number in range(times):
                    work(number)
            except BaseException as fault:  # noqa: BLE001 - it is looked at below
                faults.append(fault)

        return threading.Thread(target=run)

    def rename(number: int) -> None:
        services.campaigns.update(study.campaign_id, {"name": f"Name {number}"})

    works = [rename, rename, *[lambda _: services.outbox.deliver_pending()] * 2]
    threads = [
        repeat(work, 15) for work in [*works, lambda _: services.search_sync.repair(IndexKind.STUDIES)]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for _ in range(3):
        layer.clock.sleep(1000)
        services.outbox.deliver_pending()
    assert services.outbox.pending() == []
    assert not services.search_sync.compare(IndexKind.STUDIES)
    assert not services.search_sync.compare(IndexKind.CAMPAIGNS)
