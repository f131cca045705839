"""Checkout Sessions through stripe-python: every answer is checked against Stripe's own document."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.billing import Journal, price, subscriber
from tests.mocks.stripe.checkout import START, confirm, opened, retrieved
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]


def test_a_payment_is_opened_shown_and_paid(
    checked: stripe.StripeClient, newest: stripe.StripeClient
) -> None:
    one = price(checked, 1500, recurring=None)
    journal = Journal(checked)
    session = opened(
        checked,
        mode="payment",
        line_items=[{"price": one.id, "quantity": 2}],
        client_reference_id="user_1",
        metadata={"campaign": "7"},
        payment_intent_data={"metadata": {"order": "9"}, "description": "Two of them"},
        expand=["line_items"],
    )
    assert journal.types() == []
    assert (session.status, session.payment_status, session.amount_total, session.currency) == (
        "open",
        "unpaid",
        3000,
        "usd",
    )
    assert (session.ui_mode, session.payment_intent, session.customer_details) == ("hosted_page", None, None)
    assert (session.expires_at, session.customer_creation) == (START + 86400, "if_required")
    assert [(each.quantity, each.amount_total, each.description) for each in session.line_items.data] == [
        (2, 3000, "Pro")
    ]
    page = confirm(
        newest, session.id, payment_method="pm_card_visa", email="ada@studio.test", expected_amount="3000"
    )
    assert (page["status"], page["success_url"]) == ("complete", f"https://app.test/done?id={session.id}")
    assert journal.types() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_intent.created",
        "checkout.session.completed",
    ]
    done = retrieved(checked, session.id, "payment_intent")
    assert (done.status, done.payment_status, done.url, done.customer) == ("complete", "paid", None, None)
    assert (done.client_reference_id, done.metadata.to_dict()) == ("user_1", {"campaign": "7"})
    assert done.customer_details.email == "ada@studio.test"
    assert (done.payment_intent.amount_received, done.payment_intent.metadata.to_dict()) == (
        3000,
        {"order": "9"},
    )


def test_a_subscription_begins_when_its_session_is_paid(
    checked: stripe.StripeClient, newest: stripe.StripeClient, advance: Advance
) -> None:
    plan = price(checked)
    journal = Journal(checked)
    session = opened(
        checked,
        mode="subscription",
        line_items=[{"price": plan.id, "quantity": 3}],
        customer_email="ada@studio.test",
        subscription_data={"metadata": {"team": "a"}},
    )
    assert (session.subscription, session.customer, session.amount_total) == (None, None, 6000)
    assert session.customer_details.email == "ada@studio.test"
    confirm(newest, session.id, payment_method="pm_card_visa", name="Ada")
    assert journal.types() == [
        "charge.succeeded",
        "payment_method.attached",
        "customer.created",
        "customer.updated",
        "checkout.session.completed",
        "customer.subscription.created",
        "payment_intent.created",
        "payment_intent.succeeded",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    done = retrieved(checked, session.id, "subscription", "invoice", "customer")
    assert (done.payment_status, done.payment_intent) == ("paid", None)
    assert (done.subscription.status, done.subscription.metadata.to_dict()) == ("active", {"team": "a"})
    assert (done.customer.email, done.customer.name, done.customer.currency) == (
        "ada@studio.test",
        "Ada",
        "usd",
    )
    assert (done.invoice.amount_paid, done.invoice.status) == (6000, "paid")
    assert checked.v1.payment_intents.list({"customer": done.customer.id}).data[0].status == "succeeded"
    advance(days=31, hours=1)
    renewal = checked.v1.invoices.list({"subscription": done.subscription.id}).data[0]
    assert (renewal.billing_reason, renewal.status, renewal.amount_paid) == (
        "subscription_cycle",
        "paid",
        6000,
    )


def test_a_card_is_set_up_for_a_customer(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    customer = checked.v1.customers.create(
        {"email": "ada@studio.test", "metadata": {"justifyUserId": "user_1"}}
    )
    journal = Journal(checked)
    session = opened(
        checked,
        mode="setup",
        customer=customer.id,
        payment_method_types=["card"],
        setup_intent_data={"metadata": {"why": "billing"}},
        customer_update={"address": "auto", "name": "auto"},
    )
    assert (session.amount_total, session.payment_status, session.currency) == (
        None,
        "no_payment_required",
        None,
    )
    (created,) = journal.take()
    assert (created.type, created.data.object.id) == ("setup_intent.created", session.setup_intent)
    confirm(newest, session.id, payment_method="pm_card_visa", name="Ada Byron")
    assert journal.types() == [
        "setup_intent.succeeded",
        "payment_method.attached",
        "customer.updated",
        "checkout.session.completed",
    ]
    done = retrieved(checked, session.id, "setup_intent.payment_method", "customer")
    assert (done.status, done.customer.name) == ("complete", "Ada Byron")
    assert (done.setup_intent.status, done.setup_intent.metadata.to_dict()) == (
        "succeeded",
        {"why": "billing"},
    )
    assert done.setup_intent.payment_method.customer == customer.id


@pytest.mark.parametrize("mode", ["payment", "subscription", "setup"])
def test_a_declined_card_leaves_the_session_open(
    checked: stripe.StripeClient, newest: stripe.StripeClient, mode: str
) -> None:
    given: dict[str, Any] = {"mode": mode, "customer_email": "ada@studio.test"}
    if mode == "setup":
        given["currency"] = "usd"
    else:
        recurring = {"interval": "month"} if mode == "subscription" else None
        given["line_items"] = [{"price": price(checked, recurring=recurring).id, "quantity": 1}]
    session = opened(checked, **given)
    journal = Journal(checked)
    with refused(402, "card_declined"):
        confirm(newest, session.id, payment_method="pm_card_visa_chargeDeclined")
    failed = ["setup_intent.setup_failed"]
    assert journal.types() == (
        failed
        if mode == "setup"
        else ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    )
    assert retrieved(checked, session.id).status == "open"
    assert checked.v1.customers.list().data == []
    assert confirm(newest, session.id, payment_method="pm_card_visa")["status"] == "complete"
    assert "payment_intent.created" not in journal.types()
    with refused(400):
        confirm(newest, session.id, payment_method="pm_card_visa")


def test_a_free_trial_needs_no_payment(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    session = opened(
        checked,
        mode="subscription",
        line_items=[{"price": price(checked).id, "quantity": 1}],
        subscription_data={"trial_period_days": 7},
        customer_email="ada@studio.test",
    )
    assert session.amount_total == 0
    confirm(newest, session.id, payment_method="pm_card_visa")
    done = retrieved(checked, session.id, "subscription.default_payment_method", "invoice")
    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "trialing")
    assert (done.subscription.default_payment_method.customer, done.invoice.total) == (done.customer, 0)


def test_a_session_expires_by_itself_or_by_hand(
    checked: stripe.StripeClient, newest: stripe.StripeClient, advance: Advance
) -> None:
    line_items = [{"price": price(checked, recurring=None).id, "quantity": 1}]
    first = opened(checked, mode="payment", line_items=line_items, expires_at=START + 1800)
    second = opened(checked, mode="setup", currency="usd")
    journal = Journal(checked)
    assert checked.v1.checkout.sessions.expire(second.id).status == "expired"
    assert journal.types() == ["checkout.session.expired", "setup_intent.canceled"]
    with refused(400):
        checked.v1.checkout.sessions.expire(second.id)
    advance(seconds=1800)
    (expired,) = journal.take()
    assert (expired.type, expired.data.object.id, expired.data.object.url) == (
        "checkout.session.expired",
        first.id,
        None,
    )
    with refused(400):
        confirm(newest, first.id, payment_method="pm_card_visa")
    assert advance(days=3)["timers_run"] == 0


def test_sessions_are_listed_and_filtered(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked), price(checked)
    line_items = [{"price": plan.id, "quantity": 1}]
    first = opened(checked, mode="subscription", line_items=line_items, customer=customer.id)
    second = opened(checked, mode="subscription", line_items=line_items, customer_email="b@studio.test")
    confirm(newest, first.id, payment_method="pm_card_visa")
    done = retrieved(checked, first.id)

    def found(**filters: Any) -> list[str]:
        return [each.id for each in checked.v1.checkout.sessions.list(filters).data]  # type: ignore[arg-type]

    assert found() == [second.id, first.id]
    assert (
        found(customer=customer.id)
        == found(status="complete")
        == found(subscription=done.subscription)
        == [first.id]
    )
    assert found(customer_details={"email": "b@studio.test"}) == [second.id]
    (item,) = checked.v1.checkout.sessions.line_items.list(first.id).data
    assert (item.price.id, item.amount_total) == (plan.id, 2000)


def test_the_client_endpoints_take_the_publishable_key(
    server: Served, fresh_world: dict[str, Any], checked: stripe.StripeClient
) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}])
    key = {"Authorization": f"Bearer {fresh_world['env']['STRIPE_PUBLISHABLE_KEY']}"}
    url = f"http://127.0.0.1:{server.port + 7}/v1/payment_pages/{session.id}"
    page = httpx.get(url, headers=key).json()
    assert (page["id"], page["amount_total"], page["stripe_hosted_url"]) == (session.id, 2000, session.url)
    method = httpx.post(
        f"http://127.0.0.1:{server.port + 7}/v1/payment_methods",
        headers=key,
        data={"type": "card", "card[token]": "tok_visa", "billing_details[email]": "ada@studio.test"},
    ).json()
    done = httpx.post(
        f"{url}/confirm", headers=key, data={"payment_method": method["id"], "expected_amount": 2000}
    )
    assert done.json()["payment_intent"]["status"] == "succeeded"
    assert retrieved(checked, session.id).customer_details.email == "ada@studio.test"


def test_a_trigger_completes_the_session(
    server: Served, fresh_world: dict[str, Any], checked: stripe.StripeClient
) -> None:
    session = opened(checked, mode="subscription", line_items=[{"price": price(checked).id, "quantity": 1}])
    body = {
        "provider": "stripe",
        "event": "checkout.session.completed",
        "session": session.id,
        "email": "ada@studio.test",
    }
    answer = server.control(
        "POST",
        f"/worlds/{fresh_world['id']}/trigger",
        body | {"payment_method": "pm_card_authenticationRequired"},
    )
    assert "checkout.session.completed" in [event["type"] for event in answer["events"]]
    done = retrieved(checked, session.id, "customer")
    assert (done.status, done.customer.email) == ("complete", "ada@studio.test")
