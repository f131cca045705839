"""Subscriptions through stripe-python: every answer is checked against Stripe's own document."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber, use_card
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


REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"customer": "cus_no"}, "resource_missing", "customer"),
    ({"items": [{"price": "price_no"}]}, "resource_missing", "items[0][price]"),
    ({"items": [{"quantity": 2}]}, "parameter_missing", "items[0][price]"),
    ({"items": [{"price": "one-time"}]}, None, "items[0][price]"),
    ({"items": [{"price": "inactive"}]}, None, "items[0][price]"),
    ({"items": [{"price": "yearly"}, {"price": "plan"}]}, None, "items"),
    ({"items": [{"price": "plan"}, {"price": "plan"}]}, None, "items"),
    (
        {"items": [{"price": "plan", "quantity": 1_000_000}]},
        "parameter_invalid_integer",
        "items[0][quantity]",
    ),
    ({"items": [{"price": "euro"}, {"price": "plan"}]}, None, "items"),
    ({"default_payment_method": "pm_card_visa"}, "resource_missing", "default_payment_method"),
    ({"trial_end": 5}, None, "trial_end"),
    ({"trial_end": "soon"}, None, "trial_end"),
    ({"trial_period_days": 0}, "parameter_invalid_integer", "trial_period_days"),
    ({"trial_period_days": 3, "trial_end": START + 9 * 86400}, "parameters_exclusive", "trial_end"),
    ({"payment_behavior": "pending_if_incomplete"}, None, "payment_behavior"),
    ({"payment_behavior": "hope"}, None, "payment_behavior"),
    ({"collection_method": "send_invoice"}, "parameter_missing", "days_until_due"),
    ({"discounts": [{"coupon": "x"}]}, "resource_missing", "discounts[0][coupon]"),
    ({"default_tax_rates": ["txr_no"]}, "resource_missing", "default_tax_rates[0]"),
    ({"billing_cycle_anchor": 5}, None, "billing_cycle_anchor"),
    ({"cancel_at": 5}, None, "cancel_at"),
    ({"backdate_start_date": 5}, "parameter_unknown", "backdate_start_date"),
    ({"currency": "eur"}, None, "currency"),
    ({"coupon": "x"}, "parameter_unknown", "coupon"),
]


@pytest.mark.parametrize(("wrong", "code", "param"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_subscribed_to_is_refused(
    checked: stripe.StripeClient, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    customer, plan = subscriber(checked), price(checked)
    names = {"plan": plan}
    if "items" in wrong:
        names |= {
            "one-time": price(checked, recurring=None),
            "inactive": price(checked, active=False),
            "yearly": price(checked, recurring={"interval": "year"}),
            "euro": price(checked, currency="eur"),
        }
    given: Any = {"customer": customer.id, "items": [{"price": "plan"}], **wrong}
    for item in given["items"]:
        if item.get("price") in names:
            item |= {"price": names[item["price"]].id}
    with refused(400, code, param):
        checked.v1.subscriptions.create(given)
    assert checked.v1.subscriptions.list({"status": "all"}).data == []


def test_another_currency_than_the_customers_is_refused(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    subscribe(checked, customer, price(checked))
    with refused(400, None, "items"):
        subscribe(checked, customer, price(checked, currency="eur"))


def test_metadata_and_description_change_without_a_charge(checked: stripe.StripeClient) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    changed = checked.v1.subscriptions.update(
        made.id, {"metadata": {"a": "1"}, "description": "For the team"}
    )
    assert (changed.metadata.to_dict(), changed.description) == ({"a": "1"}, "For the team")
    with refused(400, "resource_missing", "default_payment_method"):
        checked.v1.subscriptions.update(made.id, {"default_payment_method": "pm_no"})


def test_a_price_described_in_place_is_made_for_the_subscription(checked: stripe.StripeClient) -> None:
    product = checked.v1.products.create({"name": "Tailored"})
    data: Any = {
        "currency": "usd",
        "product": product.id,
        "recurring": {"interval": "week", "interval_count": 2},
        "unit_amount_decimal": "0.5",
    }
    made = checked.v1.subscriptions.create(
        {
            "customer": subscriber(checked).id,
            "items": [{"price_data": data, "quantity": 401}],
            "expand": ["latest_invoice"],
        }
    )
    assert made["items"].data[0].price.active is False
    assert made.latest_invoice.total == 201
    assert made.latest_invoice.lines.data[0].description == "401 × Tailored (at $0.005 every 2 weeks)"
    assert made["items"].data[0].current_period_end == START + 14 * 86400


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


def test_a_customer_shows_their_subscriptions_when_asked(checked: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked), price(checked)
    kept, gone = subscribe(checked, customer, plan), subscribe(checked, customer, price(checked))
    checked.v1.subscriptions.cancel(gone.id)
    shown = checked.v1.customers.retrieve(
        customer.id, {"expand": ["subscriptions.data.default_payment_method"]}
    )
    assert [each.id for each in shown.subscriptions.data] == [kept.id]
    assert "subscriptions" not in checked.v1.customers.retrieve(customer.id)
