"""Subscriptions through stripe-python: every answer is checked against Stripe's own document."""

from collections.abc import Callable
from typing import Any

import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]


START = 1772355600
"""2026-03-01T09:00:00Z, where the fresh world's clock stands."""


APRIL = 1775034000
"""2026-04-01T09:00:00Z."""


def test_a_subscription_begins_with_a_paid_invoice(checked: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked), price(checked)
    journal = Journal(checked)
    made = subscribe(checked, customer, plan, metadata={"team": "a"}, expand=["latest_invoice.payments"])
    assert journal.types() == [
        "charge.succeeded",
        "customer.updated",
        "customer.subscription.created",
        "payment_intent.succeeded",
        "payment_intent.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    assert (made.status, made.metadata.to_dict(), made["items"].data[0].price.id) == (
        "active",
        {"team": "a"},
        plan.id,
    )
    item = made["items"].data[0]
    assert (item.current_period_start, item.current_period_end) == (START, APRIL)
    assert made.billing_cycle_anchor == START
    invoice = made.latest_invoice
    assert (invoice.status, invoice.total, invoice.amount_paid, invoice.amount_remaining) == (
        "paid",
        2000,
        2000,
        0,
    )
    assert (invoice.billing_reason, invoice.attempt_count, invoice.auto_advance) == (
        "subscription_create",
        1,
        False,
    )
    assert invoice.number == f"{customer.invoice_prefix}-0001"
    details = invoice.parent.subscription_details
    assert (details.subscription, details.metadata.to_dict()) == (made.id, {"team": "a"})
    (line,) = invoice.lines.data
    assert (line.amount, line.description) == (2000, "1 × Pro (at $20.00 / month)")
    assert line.pricing.price_details.price == plan.id
    assert (line.period.start, line.period.end) == (START, APRIL)
    (payment,) = invoice.payments.data
    intent = checked.v1.payment_intents.retrieve(payment.payment.payment_intent)
    assert (payment.status, payment.amount_paid, intent.status, intent.amount_received) == (
        "paid",
        2000,
        "succeeded",
        2000,
    )
    kept = checked.v1.customers.retrieve(customer.id)
    assert (kept.currency, kept.next_invoice_sequence) == ("usd", 2)


def test_expansions_reach_into_items_invoices_and_payments(checked: stripe.StripeClient) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    paths = ["customer", "items.data.price.product", "latest_invoice.lines.data.subscription"]
    shown = checked.v1.subscriptions.retrieve(made.id, {"expand": paths})
    assert (shown.customer.email, shown["items"].data[0].price.product.name) == ("ada@studio.test", "Pro")
    assert shown.latest_invoice.lines.data[0].subscription.id == made.id
    invoice = checked.v1.invoices.retrieve(
        made.latest_invoice,
        {
            "expand": [
                "confirmation_secret",
                "payments.data.payment.payment_intent",
                "parent.subscription_details.subscription",
            ]
        },
    )
    intent = invoice.payments.data[0].payment.payment_intent
    assert invoice.confirmation_secret.client_secret == intent.client_secret
    assert invoice.parent.subscription_details.subscription.id == made.id
    plain = checked.v1.invoices.retrieve(made.latest_invoice)
    assert "payments" not in plain
    assert plain.confirmation_secret is None
    with refused(400):
        checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice.payment_intent"]})


def test_a_renewal_drafts_an_invoice_and_charges_it_an_hour_later(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    journal = Journal(checked)
    advance(seconds=16)
    assert journal.types() == ["charge.updated", "invoice_payment.paid"]
    advance(days=31, seconds=-17)
    (upcoming,) = journal.take()
    assert upcoming.type == "invoice.upcoming"
    assert upcoming.data.object.id.startswith("upcoming_in_")
    assert upcoming.data.object.amount_due == 2000
    advance(seconds=1)
    updated, created = journal.take()
    assert (updated.type, created.type) == ("customer.subscription.updated", "invoice.created")
    assert set(updated.data.previous_attributes.to_dict()) == {"items", "latest_invoice"}
    assert updated.request.id is None
    assert updated.created == APRIL
    draft = created.data.object
    assert (draft.status, draft.number, draft.automatically_finalizes_at) == ("draft", None, APRIL + 3600)
    assert (draft.billing_reason, draft.period_start, draft.period_end) == (
        "subscription_cycle",
        START,
        APRIL,
    )
    assert draft.lines.data[0].period.start == APRIL
    advance(hours=1)
    assert journal.types() == [
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    renewed = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (renewed.status, renewed.latest_invoice.status) == ("active", "paid")
    assert renewed["items"].data[0].current_period_start == APRIL
    assert renewed.latest_invoice.number.endswith("-0002")


def test_ending_with_the_period_can_be_taken_back(checked: stripe.StripeClient, advance: Advance) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    journal = Journal(checked)
    ending = checked.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (ending.status, ending.cancel_at, ending.canceled_at) == ("active", APRIL, START)
    (event,) = journal.take()
    assert event.data.previous_attributes.cancel_at_period_end is False
    stayed = checked.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (stayed.cancel_at, stayed.canceled_at, stayed.cancellation_details.reason) == (None, None, None)
    checked.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    advance(days=30)
    journal.take()
    advance(days=10)
    assert journal.types() == ["customer.subscription.deleted"]
    ended = checked.v1.subscriptions.retrieve(made.id)
    assert (ended.status, ended.ended_at, ended.canceled_at) == ("canceled", APRIL, START)


def test_a_canceled_subscription_is_left_alone(checked: stripe.StripeClient, advance: Advance) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    journal = Journal(checked)
    gone = checked.v1.subscriptions.cancel(
        made.id, {"cancellation_details": {"comment": "Too dear", "feedback": "too_expensive"}}
    )
    assert (gone.status, gone.ended_at, gone.cancellation_details.reason) == (
        "canceled",
        START,
        "cancellation_requested",
    )
    assert gone.cancellation_details.feedback == "too_expensive"
    assert journal.types() == ["customer.subscription.deleted"]
    with refused(404, "resource_missing", "id"):
        checked.v1.subscriptions.cancel(made.id)
    with refused(400):
        checked.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert checked.v1.subscriptions.update(made.id, {"metadata": {"why": "price"}}).metadata.to_dict() == {
        "why": "price"
    }
    advance(seconds=20)
    journal.take()
    assert advance(days=400)["timers_run"] == 0


def test_deleting_a_customer_ends_their_subscriptions(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked))
    journal = Journal(checked)
    checked.v1.customers.delete(customer.id)
    assert journal.types() == ["customer.subscription.deleted", "customer.deleted"]
    assert checked.v1.subscriptions.retrieve(made.id).status == "canceled"


def test_lists_leave_canceled_subscriptions_out_unless_asked(checked: stripe.StripeClient) -> None:
    plan, other = price(checked), price(checked, 500)
    customers = [subscriber(checked) for _ in range(2)]
    first, second, third = (
        subscribe(checked, customers[0], plan),
        subscribe(checked, customers[0], other),
        subscribe(checked, customers[1], plan, trial_period_days=3),
    )
    checked.v1.subscriptions.cancel(first.id)

    def found(**filters: Any) -> list[str]:
        return [each.id for each in checked.v1.subscriptions.list(filters).data]  # type: ignore[arg-type]

    assert found() == [third.id, second.id]
    assert found(status="all") == [third.id, second.id, first.id]
    assert found(status="ended") == found(status="canceled") == [first.id]
    assert found(customer=customers[0].id) == [second.id]
    assert found(price=plan.id, status="all") == [third.id, first.id]
    assert found(status="trialing") == [third.id]
    assert found(collection_method="send_invoice") == []
    assert found(limit=1, starting_after=third.id) == [second.id]


def test_items_are_retrieved_and_listed(checked: stripe.StripeClient) -> None:
    customer, plans = subscriber(checked), [price(checked), price(checked, 300)]
    items: Any = [{"price": plans[0].id}, {"price": plans[1].id, "quantity": 3, "metadata": {"a": "b"}}]
    made = checked.v1.subscriptions.create(
        {"customer": customer.id, "items": items, "expand": ["latest_invoice"]}
    )
    assert made.latest_invoice.total == 2900
    listed = checked.v1.subscription_items.list({"subscription": made.id, "limit": 1})
    assert listed.has_more
    rest = checked.v1.subscription_items.list({"subscription": made.id, "starting_after": listed.data[0].id})
    assert [each.quantity for each in rest.data] == [3]
    assert checked.v1.subscription_items.retrieve(rest.data[0].id).metadata.to_dict() == {"a": "b"}
    with refused(404, "resource_missing", "item"):
        checked.v1.subscription_items.retrieve("si_no")
    with refused(400, "resource_missing", "subscription"):
        checked.v1.subscription_items.list({"subscription": "sub_no"})


def test_a_customer_shows_their_subscriptions_when_asked(checked: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked), price(checked)
    kept, gone = subscribe(checked, customer, plan), subscribe(checked, customer, price(checked))
    checked.v1.subscriptions.cancel(gone.id)
    shown = checked.v1.customers.retrieve(
        customer.id, {"expand": ["subscriptions.data.default_payment_method"]}
    )
    assert [each.id for each in shown.subscriptions.data] == [kept.id]
    assert "subscriptions" not in checked.v1.customers.retrieve(customer.id)
