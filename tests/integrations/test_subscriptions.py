"""The mirror of subscriptions."""

import threading

import pytest

from tests.integrations.layer import Layer
from tests.integrations.stubs import mail_event, stripe_event, subscription


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    return layer.organisation()


def put(layer: Layer, organisation_id: str, status: str = "active", **changes: object) -> dict[str, object]:
    return layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id), status, **changes))


@pytest.mark.parametrize("happened", ["completed", "async_payment_succeeded", "async_payment_failed"])
def test_a_completed_checkout_mirrors_its_subscription(
    layer: Layer, organisation_id: str, happened: str
) -> None:
    put(layer, organisation_id)
    session = {"id": "cs_1", "object": "checkout.session", "mode": "subscription", "subscription": "sub_1"}
    event = stripe_event("evt_1", f"checkout.session.{happened}", session)
    assert layer.deliver_stripe(event) == "processed"
    current = layer.services.subscriptions.current(organisation_id)
    assert current is not None
    assert (current.stripe_id, current.status, current.price_id) == (
        "sub_1",
        "active",
        "price_essential_monthly",
    )
    assert current.current_period_end is not None
    assert current.current_period_end.timestamp() == 1796126400


def test_a_checkout_that_only_keeps_a_card_changes_nothing(layer: Layer, organisation_id: str) -> None:
    session = {"id": "cs_1", "object": "checkout.session", "mode": "setup", "subscription": None}
    assert layer.deliver_stripe(stripe_event("evt_1", "checkout.session.completed", session)) == "ignored"


@pytest.mark.parametrize("happened", ["created", "updated", "deleted", "paused", "resumed", "trial_will_end"])
def test_each_subscription_event_reads_the_subscription_again(
    layer: Layer, organisation_id: str, happened: str
) -> None:
    snapshot = put(layer, organisation_id, "trialing")
    event = stripe_event("evt_1", f"customer.subscription.{happened}", snapshot)
    put(layer, organisation_id, "past_due", cancel_at_period_end=True, canceled_at=1793600000)
    assert layer.deliver_stripe(event) == "processed"
    (mirrored,) = layer.services.subscriptions.list(organisation_id)
    assert mirrored.status == "past_due"
    assert mirrored.cancel_at_period_end
    assert mirrored.canceled_at is not None


def test_a_status_of_tomorrow_is_mirrored_as_it_is(layer: Layer, organisation_id: str) -> None:
    snapshot = put(layer, organisation_id, "hibernating")
    layer.deliver_stripe(stripe_event("evt_1", "customer.subscription.updated", snapshot))
    (mirrored,) = layer.services.subscriptions.list(organisation_id)
    assert mirrored.status == "hibernating"


def test_an_ended_subscription_is_not_current(layer: Layer, organisation_id: str) -> None:
    put(layer, organisation_id, "canceled")
    layer.services.subscriptions.refresh("sub_1")
    assert layer.services.subscriptions.current(organisation_id) is None
    assert len(layer.services.subscriptions.list(organisation_id)) == 1


def test_a_subscription_of_another_system_is_ignored(layer: Layer) -> None:
    snapshot = layer.stripe.put(subscription("sub_1", "cus_other"))
    assert layer.deliver_stripe(stripe_event("evt_1", "customer.subscription.updated", snapshot)) == "ignored"


def test_the_first_active_subscription_is_greeted_once(layer: Layer, organisation_id: str) -> None:
    for number, status in enumerate(["incomplete", "active", "past_due", "active", "canceled"]):
        snapshot = put(layer, organisation_id, status)
        layer.deliver_stripe(stripe_event(f"evt_{number}", "customer.subscription.updated", snapshot))
    mail = layer.mail("welcome")
    assert (mail.template, mail.recipient) == ("welcome", "billing@acme.test")
    assert "Essential, billed monthly" in mail.text


def test_a_second_subscription_is_not_greeted(layer: Layer, organisation_id: str) -> None:
    for name in ("sub_1", "sub_2"):
        layer.stripe.put(subscription(name, layer.customer_id(organisation_id)))
        layer.services.subscriptions.refresh(name)
    assert layer.mail_keys() == [f"welcome:{organisation_id}"]


def test_no_welcome_goes_to_an_address_that_bounced(layer: Layer, organisation_id: str) -> None:
    bounce = {"type": "Permanent", "subType": "General", "message": "no such user"}
    layer.deliver_resend(mail_event("email.bounced", bounce=bounce))
    put(layer, organisation_id)
    layer.services.subscriptions.refresh("sub_1")
    (mail,) = layer.services.mail.list()
    assert mail.status == "withheld"
    assert layer.resend.calls == []


def test_no_read_begins_between_the_steps_of_a_change(layer: Layer, organisation_id: str) -> None:
    put(layer, organisation_id)
    asked = len(layer.stripe.calls)
    reading = threading.Thread(target=layer.services.subscriptions.refresh, args=("sub_1",))
    with layer.services.subscriptions.changing("sub_1"):
        reading.start()
        reading.join(0.2)
        assert reading.is_alive()
        assert len(layer.stripe.calls) == asked
        put(layer, organisation_id, "past_due")
    reading.join(30)
    (mirrored,) = layer.services.subscriptions.list(organisation_id)
    assert mirrored.status == "past_due"
