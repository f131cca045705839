"""How subscriptions are paid: first payments, retries, cards that are mended, credit."""

from collections.abc import Callable
from typing import Any

import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber, use_card
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]


APRIL = 1775034000
"""2026-04-01T09:00:00Z."""


def test_a_failing_card_leads_over_retries_to_the_end(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked))
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    advance(days=31)
    journal = Journal(checked)
    advance(hours=1)
    assert journal.types() == [
        "invoice.finalized",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "customer.updated",
    ]
    failing = checked.v1.subscriptions.retrieve(made.id, {"expand": ["customer", "latest_invoice"]})
    invoice = failing.latest_invoice
    assert (failing.status, failing.customer.delinquent, invoice.status) == ("past_due", True, "open")
    assert (invoice.attempt_count, invoice.next_payment_attempt) == (1, APRIL + 3600 + 3 * 86400)
    advance(days=3)
    assert journal.types() == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
    ]
    advance(days=5)
    assert checked.v1.invoices.retrieve(invoice.id).attempt_count == 3
    journal.take()
    advance(days=7)
    *_, failed, deleted = journal.take()
    assert (failed.type, deleted.type) == ("invoice.payment_failed", "customer.subscription.deleted")
    ended = deleted.data.object
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    left = checked.v1.invoices.retrieve(invoice.id)
    assert (left.status, left.attempt_count, left.next_payment_attempt, left.auto_advance) == (
        "open",
        4,
        None,
        False,
    )
    advance(days=90)
    assert journal.types() == []


def test_paying_the_open_invoice_with_a_mended_card_makes_it_active_again(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked))
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    advance(days=31, hours=1)
    (invoice,) = checked.v1.invoices.list({"subscription": made.id, "status": "open"}).data
    with refused(402, "card_declined"):
        checked.v1.invoices.pay(invoice.id)
    assert checked.v1.invoices.retrieve(invoice.id).attempt_count == 1
    use_card(checked, customer.id, "pm_card_visa")
    journal = Journal(checked)
    paid = checked.v1.invoices.pay(invoice.id)
    assert (paid.status, paid.amount_paid) == ("paid", 2000)
    assert journal.types() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "customer.updated",
    ]
    assert checked.v1.subscriptions.retrieve(made.id).status == "active"
    assert checked.v1.customers.retrieve(customer.id).delinquent is False
    advance(days=20)
    assert "charge.failed" not in journal.types()
    with refused(400):
        checked.v1.invoices.pay(invoice.id)


def test_a_first_payment_that_fails_leaves_the_subscription_incomplete(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, plan = subscriber(checked, "pm_card_chargeCustomerFail"), price(checked)
    journal = Journal(checked)
    made = subscribe(checked, customer, plan, expand=["latest_invoice"])
    assert (made.status, made.latest_invoice.status) == ("incomplete", "open")
    assert journal.types() == [
        "customer.updated",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
    ]
    advance(hours=23)
    assert journal.types() == ["customer.subscription.updated", "payment_intent.canceled", "invoice.voided"]
    ended = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (ended.status, ended.latest_invoice.status) == ("incomplete_expired", "void")
    advance(days=60)
    assert journal.types() == []


def test_error_if_incomplete_leaves_nothing(checked: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked, "pm_card_chargeCustomerFail"), price(checked)
    journal = Journal(checked)
    with refused(402, "card_declined"):
        subscribe(checked, customer, plan, payment_behavior="error_if_incomplete")
    assert journal.types() == []
    assert checked.v1.subscriptions.list({"status": "all"}).data == []
    assert checked.v1.invoices.list().data == []
    with refused(400, "resource_missing"):
        subscribe(checked, subscriber(checked, None), plan)


def test_default_incomplete_is_paid_by_the_customer(checked: stripe.StripeClient, advance: Advance) -> None:
    customer, plan = subscriber(checked, None), price(checked)
    journal = Journal(checked)
    made = subscribe(
        checked,
        customer,
        plan,
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret"],
    )
    assert made.status == "incomplete"
    assert journal.types()[-4:] == [
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
    ]
    intent = made.latest_invoice.confirmation_secret.client_secret.partition("_secret_")[0]
    checked.v1.payment_intents.confirm(
        intent, {"payment_method": "pm_card_visa", "return_url": "https://a.test"}
    )
    assert journal.types() == [
        "charge.succeeded",
        "payment_method.attached",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    active = checked.v1.subscriptions.retrieve(made.id, {"expand": ["default_payment_method"]})
    assert (active.status, active.default_payment_method.customer) == ("active", customer.id)
    advance(days=31, hours=1)
    assert checked.v1.invoices.list({"subscription": made.id, "status": "paid"}).data[0].amount_paid == 2000


def test_a_card_that_asks_for_its_holder_waits_for_them(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked))
    use_card(checked, customer.id, "pm_card_authenticationRequired")
    advance(days=31)
    journal = Journal(checked)
    advance(hours=1)
    assert journal.types() == [
        "invoice.finalized",
        "payment_intent.created",
        "payment_intent.requires_action",
        "invoice.updated",
        "invoice.payment_action_required",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "customer.updated",
    ]
    (invoice,) = checked.v1.invoices.list({"subscription": made.id, "status": "open"}).data
    with refused(402, "invoice_payment_intent_requires_action"):
        checked.v1.invoices.pay(invoice.id)


def test_credit_and_what_is_too_small_to_charge_are_carried_over(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked, balance=-2500)
    made = subscribe(checked, customer, price(checked), expand=["latest_invoice"])
    invoice = made.latest_invoice
    assert (invoice.total, invoice.amount_due, invoice.starting_balance, invoice.ending_balance) == (
        2000,
        0,
        -2500,
        -500,
    )
    advance(days=31, hours=1)
    second = checked.v1.invoices.list({"subscription": made.id}).data[0]
    assert (second.amount_due, second.amount_paid, second.ending_balance) == (1500, 1500, 0)
    assert checked.v1.customers.retrieve(customer.id).balance == 0
    small = subscribe(checked, subscriber(checked), price(checked, 30), expand=["latest_invoice"])
    assert (small.status, small.latest_invoice.amount_due, small.latest_invoice.ending_balance) == (
        "active",
        0,
        30,
    )


def test_a_detached_card_is_passed_over(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    own = checked.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    made = subscribe(checked, customer, price(checked), default_payment_method=own.id)
    assert charged(checked, customer.id) == "mastercard"
    checked.v1.payment_methods.detach(own.id)
    advance(days=31, hours=1)
    assert checked.v1.subscriptions.retrieve(made.id).status == "active"
    assert charged(checked, customer.id) == "visa"


def charged(client: stripe.StripeClient, customer: str) -> str:
    """Return the brand of the card that was charged last."""
    return str(client.v1.charges.list({"customer": customer}).data[0].payment_method_details.card.brand)
