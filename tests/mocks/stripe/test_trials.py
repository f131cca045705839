"""Trials of subscriptions: their begin, their end, and what pays afterwards."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber

Advance = Callable[..., Any]


START = 1772355600
"""2026-03-01T09:00:00Z, where the fresh world's clock stands."""


@pytest.mark.parametrize("card", ["pm_card_visa", None])
def test_a_trial_begins_free_warns_and_is_billed_at_its_end(
    checked: stripe.StripeClient, advance: Advance, card: str | None
) -> None:
    customer, plan = subscriber(checked, card), price(checked)
    journal = Journal(checked)
    made = subscribe(
        checked, customer, plan, trial_period_days=14, expand=["latest_invoice", "pending_setup_intent"]
    )
    end = START + 14 * 86400
    assert (made.status, made.trial_start, made.trial_end, made.billing_cycle_anchor) == (
        "trialing",
        START,
        end,
        end,
    )
    assert (made.latest_invoice.total, made.latest_invoice.status) == (0, "paid")
    assert made.latest_invoice.lines.data[0].description == "Trial period for Pro"
    assert (made.pending_setup_intent is None) == (card is not None)
    begun = [each for each in journal.types() if each != "customer.updated"]
    setup = [] if card else ["setup_intent.created"]
    assert begun == [
        "customer.subscription.created",
        *setup,
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    advance(days=11)
    assert journal.types() == ["invoice.upcoming", "customer.subscription.trial_will_end"]
    advance(days=3)
    updated, created = journal.take()
    assert (updated.type, updated.data.previous_attributes.status) == (
        "customer.subscription.updated",
        "trialing",
    )
    assert (created.data.object.amount_due, created.data.object.billing_reason) == (
        2000,
        "subscription_cycle",
    )
    advance(hours=1)
    now = checked.v1.subscriptions.retrieve(made.id)
    assert now.status == ("active" if card else "past_due")
    assert now["items"].data[0].current_period_start == end


def test_a_trial_is_one_period_however_long(checked: stripe.StripeClient) -> None:
    for days in (30, 31, 90):
        made = subscribe(checked, subscriber(checked), price(checked), trial_period_days=days)
        assert made["items"].data[0].current_period_end == made.trial_end == START + days * 86400


def test_a_trial_without_card_can_end_the_subscription(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    settings = {"end_behavior": {"missing_payment_method": "cancel"}}
    made = subscribe(
        checked, subscriber(checked, None), price(checked), trial_period_days=2, trial_settings=settings
    )
    journal = Journal(checked)
    advance(days=2)
    assert journal.types()[-1] == "customer.subscription.deleted"
    assert checked.v1.subscriptions.retrieve(made.id).status == "canceled"


def test_a_saved_card_ends_the_wait_of_a_trial(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked, None)
    settings: Any = {"save_default_payment_method": "on_subscription"}
    made = subscribe(checked, customer, price(checked), trial_period_days=5, payment_settings=settings)
    journal = Journal(checked)
    checked.v1.setup_intents.confirm(
        str(made.pending_setup_intent), {"payment_method": "pm_card_visa", "return_url": "https://a.test"}
    )
    assert journal.types() == [
        "payment_method.attached",
        "setup_intent.succeeded",
        "customer.subscription.updated",
    ]
    waiting = checked.v1.subscriptions.retrieve(made.id, {"expand": ["default_payment_method"]})
    assert (waiting.pending_setup_intent, waiting.default_payment_method.customer) == (None, customer.id)
    advance(days=5, hours=1)
    assert checked.v1.subscriptions.retrieve(made.id).status == "active"
