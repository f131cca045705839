"""Dunning: one mail per failed attempt, one when it is mended, none that is out of date."""

import pytest

from integrations.errors import ConflictError, PaymentDeclinedError
from tests.integrations.layer import Layer
from tests.integrations.stubs import Json, invoice, stripe_error, stripe_event, subscription


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    """An organisation with an active subscription, already greeted."""
    organisation_id = layer.organisation()
    layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id)))
    layer.services.subscriptions.refresh("sub_1")
    layer.resend.calls.clear()
    return organisation_id


def put(layer: Layer, organisation_id: str, status: str = "open", **changes: object) -> Json:
    return layer.stripe.put(invoice("in_1", layer.customer_id(organisation_id), status, **changes))


def dunning(layer: Layer, organisation_id: str) -> str:
    (mirrored,) = layer.services.invoices.list(organisation_id)
    return mirrored.dunning.value


def test_a_failed_payment_is_past_due_and_told(layer: Layer, organisation_id: str) -> None:
    event = stripe_event("evt_1", "invoice.payment_failed", put(layer, organisation_id))
    layer.stripe.objects["sub_1"]["status"] = "past_due"
    assert layer.deliver_stripe(event) == "processed"
    assert dunning(layer, organisation_id) == "past_due"
    current = layer.services.subscriptions.current(organisation_id)
    assert current is not None
    assert current.status == "past_due", "the invoice's subscription is read again with it"
    mail = layer.mail("payment_failed")
    assert mail.recipient == "billing@acme.test"
    assert "49.00 USD" in mail.subject
    assert "04 December 2026" in mail.text
    assert "https://invoice.stripe.test/in_1" in mail.html


def test_each_attempt_is_told_once(layer: Layer, organisation_id: str) -> None:
    for number, attempt in enumerate([1, 1, 2, 2, 3]):
        snapshot = put(layer, organisation_id, attempt_count=attempt)
        layer.deliver_stripe(stripe_event(f"evt_{number}", "invoice.payment_failed", snapshot))
        layer.deliver_stripe(stripe_event(f"evt_{number}_updated", "invoice.updated", snapshot))
    assert layer.resend.subjects() == ["Your payment of 49.00 USD failed"] * 3


def test_the_last_attempt_says_that_nobody_will_try_again(layer: Layer, organisation_id: str) -> None:
    snapshot = put(layer, organisation_id, next_payment_attempt=None)
    layer.deliver_stripe(stripe_event("evt_1", "invoice.payment_failed", snapshot))
    assert "will not try again" in layer.mail("payment_failed").text


def test_a_second_failure_is_being_retried(layer: Layer, organisation_id: str) -> None:
    for attempt, state in ((1, "past_due"), (2, "retrying"), (3, "retrying")):
        snapshot = put(layer, organisation_id, attempt_count=attempt)
        layer.deliver_stripe(stripe_event(f"evt_{attempt}", "invoice.payment_failed", snapshot))
        assert dunning(layer, organisation_id) == state


@pytest.mark.parametrize(("status", "state"), [("canceled", "cancelled"), ("unpaid", "unpaid")])
@pytest.mark.parametrize("invoice_first", [True, False])
def test_the_subscriptions_end_is_the_end_of_dunning(
    layer: Layer, organisation_id: str, status: str, state: str, invoice_first: bool
) -> None:
    failed = stripe_event("evt_1", "invoice.payment_failed", put(layer, organisation_id, attempt_count=4))
    given_up = layer.stripe.objects["sub_1"] | {"status": status}
    ended = stripe_event("evt_2", "customer.subscription.updated", given_up)
    for event in (failed, ended) if invoice_first else (ended, failed):
        if event is ended:
            layer.stripe.put(given_up)
        layer.deliver_stripe(event)
    assert dunning(layer, organisation_id) == state
    put(layer, organisation_id, "paid", attempt_count=5)
    layer.services.invoices.refresh("in_1")
    assert dunning(layer, organisation_id) == "recovered"


def test_a_paid_invoice_recovers_and_is_told_once(layer: Layer, organisation_id: str) -> None:
    snapshot = put(layer, organisation_id)
    layer.deliver_stripe(stripe_event("evt_1", "invoice.payment_failed", snapshot))
    paid = put(layer, organisation_id, "paid", amount_paid=4900, amount_remaining=0)
    for number, event_type in enumerate(["invoice.paid", "invoice.payment_succeeded", "invoice.updated"]):
        layer.deliver_stripe(stripe_event(f"evt_paid_{number}", event_type, paid))
    assert dunning(layer, organisation_id) == "recovered"
    assert layer.resend.subjects() == [
        "Your payment of 49.00 USD failed",
        "Your payment of 49.00 USD arrived",
    ]


def test_an_invoice_paid_at_once_is_no_recovery(layer: Layer, organisation_id: str) -> None:
    paid = put(layer, organisation_id, "paid")
    layer.deliver_stripe(stripe_event("evt_1", "invoice.paid", paid))
    assert dunning(layer, organisation_id) == "none"
    assert layer.resend.calls == []


def test_a_failure_told_after_the_payment_frightens_nobody(layer: Layer, organisation_id: str) -> None:
    failed = stripe_event("evt_1", "invoice.payment_failed", put(layer, organisation_id))
    paid = put(layer, organisation_id, "paid", amount_remaining=0)
    layer.deliver_stripe(stripe_event("evt_2", "invoice.paid", paid))
    layer.deliver_stripe(failed)
    assert dunning(layer, organisation_id) == "recovered"
    assert layer.resend.calls == []


def test_a_newer_attempt_under_way_is_waited_for(layer: Layer, organisation_id: str) -> None:
    first = stripe_event("evt_1", "invoice.payment_failed", put(layer, organisation_id, attempt_count=1))
    second = stripe_event("evt_2", "invoice.payment_failed", put(layer, organisation_id, attempt_count=2))
    layer.deliver_stripe(first)
    assert layer.resend.calls == []
    layer.deliver_stripe(second)
    assert len(layer.resend.calls) == 1


@pytest.mark.parametrize("status", ["void", "uncollectible"])
def test_an_invoice_nobody_collects_is_closed(layer: Layer, organisation_id: str, status: str) -> None:
    layer.deliver_stripe(stripe_event("evt_1", "invoice.payment_failed", put(layer, organisation_id)))
    event_type = {"void": "invoice.voided", "uncollectible": "invoice.marked_uncollectible"}[status]
    layer.deliver_stripe(stripe_event("evt_2", event_type, put(layer, organisation_id, status)))
    assert dunning(layer, organisation_id) == "closed"
    assert len(layer.resend.calls) == 1


def test_a_deleted_draft_disappears(layer: Layer, organisation_id: str) -> None:
    draft = put(layer, organisation_id, "draft", attempt_count=0)
    layer.deliver_stripe(stripe_event("evt_1", "invoice.created", draft))
    assert dunning(layer, organisation_id) == "none"
    del layer.stripe.objects["in_1"]
    assert layer.deliver_stripe(stripe_event("evt_2", "invoice.deleted", draft)) == "ignored"
    assert layer.services.invoices.list(organisation_id) == []


def test_an_upcoming_invoice_does_not_exist_yet(layer: Layer, organisation_id: str) -> None:
    before = len(layer.stripe.calls)
    preview = {"object": "invoice", "attempt_count": 0}
    assert layer.deliver_stripe(stripe_event("evt_1", "invoice.upcoming", preview)) == "ignored"
    assert len(layer.stripe.calls) == before


def test_an_invoice_of_another_system_is_ignored(layer: Layer) -> None:
    snapshot = layer.stripe.put(invoice("in_1", "cus_other"))
    assert layer.deliver_stripe(stripe_event("evt_1", "invoice.payment_failed", snapshot)) == "ignored"


def test_the_oldest_open_invoice_is_collected_on_request(layer: Layer, organisation_id: str) -> None:
    customer_id = layer.customer_id(organisation_id)
    for name, created in (("in_new", 1796126402), ("in_old", 1796126401)):
        snapshot = layer.stripe.put(invoice(name, customer_id, created=created))
        layer.deliver_stripe(stripe_event(f"evt_{name}", "invoice.payment_failed", snapshot))
    paid = layer.services.invoices.retry_invoice(organisation_id)
    assert (paid.stripe_id, paid.status, paid.dunning.value) == ("in_old", "paid", "recovered")
    assert layer.resend.subjects()[-1] == "Your payment of 49.00 USD arrived"


def test_a_second_refusal_of_the_bank_is_said(layer: Layer, organisation_id: str) -> None:
    layer.deliver_stripe(stripe_event("evt_1", "invoice.payment_failed", put(layer, organisation_id)))
    layer.stripe.failures.append(stripe_error(402, "card_declined", "card_error"))
    with pytest.raises(PaymentDeclinedError, match="card_declined"):
        layer.services.invoices.retry_invoice(organisation_id)
    assert dunning(layer, organisation_id) == "past_due"


def test_nothing_open_is_nothing_to_collect(layer: Layer, organisation_id: str) -> None:
    with pytest.raises(ConflictError, match="no open invoice"):
        layer.services.invoices.retry_invoice(organisation_id)
