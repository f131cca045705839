"""Subscription schedules through stripe-python: phases that time carries out, with their events."""

from collections.abc import Callable
from typing import Any

import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber, use_card
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]
START = 1772355600
APRIL = 1775034000
MAY = 1777626000
DAY = 86400


def phase(of: Any, quantity: int = 1, **more: Any) -> Any:
    """Describe a phase of one price, a month long unless told otherwise."""
    length = {} if "end_date" in more else {"duration": {"interval": "month", "interval_count": 1}}
    return {"items": [{"price": of.id, "quantity": quantity}], **length, **more}


def test_phases_follow_each_other_and_the_subscription_is_released(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, basic, plus = subscriber(checked), price(checked, 3100), price(checked, 6200)
    journal = Journal(checked)
    made = checked.v1.subscription_schedules.create(
        {
            "customer": customer.id,
            "start_date": "now",
            "end_behavior": "release",
            "phases": [phase(basic), phase(plus, 2)],
            "metadata": {"a": "1"},
            "expand": ["subscription", "phases.items.price"],
        }
    )
    assert (made.status, made.subscription.status, made.subscription.schedule) == (
        "active",
        "active",
        made.id,
    )
    assert (made.current_phase.start_date, made.current_phase.end_date) == (START, APRIL)
    assert [each.end_date for each in made.phases] == [APRIL, MAY]
    assert made.phases[1]["items"][0].price.unit_amount == 6200
    types = journal.types()
    assert types[0] == "subscription_schedule.created"
    assert "customer.subscription.created" in types
    advance(days=31)
    events = journal.types()
    assert events.index("subscription_schedule.updated") < events.index("customer.subscription.updated")
    advance(hours=1)
    sub = checked.v1.subscriptions.retrieve(made.subscription.id, {"expand": ["latest_invoice"]})
    assert (sub["items"].data[0].price.id, sub["items"].data[0].quantity) == (plus.id, 2)
    assert [line.amount for line in sub.latest_invoice.lines.data] == [12400]
    assert sub.latest_invoice.status == "paid"
    journal.take()
    advance(days=30)
    assert "subscription_schedule.expiring" in journal.types()
    ended = checked.v1.subscription_schedules.retrieve(made.id)
    assert (ended.status, ended.released_subscription, ended.subscription) == ("released", sub.id, None)
    left = checked.v1.subscriptions.retrieve(sub.id)
    assert (left.status, left.schedule) == ("active", None)
    with refused(400):
        checked.v1.subscription_schedules.release(made.id)


def test_a_phase_that_begins_within_a_period_is_prorated(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, basic, plus = subscriber(checked), price(checked, 3100), price(checked, 6200)
    ten = START + 10 * DAY
    made = checked.v1.subscription_schedules.create(
        {
            "customer": customer.id,
            "start_date": "now",
            "end_behavior": "cancel",
            "phases": [
                phase(basic, end_date=ten),
                phase(plus, end_date=MAY, proration_behavior="always_invoice"),
            ],
        }
    )
    advance(days=10)
    sub = checked.v1.subscriptions.retrieve(str(made.subscription), {"expand": ["latest_invoice"]})
    assert [line.amount for line in sub.latest_invoice.lines.data] == [-2100, 4200]
    journal = Journal(checked)
    advance(days=51)
    types = journal.types()
    assert types.index("subscription_schedule.completed") < types.index("customer.subscription.deleted")
    assert checked.v1.subscriptions.retrieve(sub.id).status == "canceled"
    ended = checked.v1.subscription_schedules.retrieve(made.id)
    assert (ended.status, ended.completed_at, ended.current_phase) == ("completed", MAY, None)


def test_a_schedule_starts_later_and_can_be_canceled_before(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, basic = subscriber(checked), price(checked, 3100)
    later: Any = {"customer": customer.id, "start_date": START + 5 * DAY, "phases": [phase(basic)]}
    made = checked.v1.subscription_schedules.create(later)
    other = checked.v1.subscription_schedules.create(later)
    assert (made.status, made.subscription, made.current_phase) == ("not_started", None, None)
    assert len(checked.v1.subscription_schedules.list({"scheduled": True}).data) == 2
    canceled = checked.v1.subscription_schedules.cancel(other.id)
    assert (canceled.status, canceled.canceled_at) == ("canceled", START)
    journal = Journal(checked)
    advance(days=5)
    started = checked.v1.subscription_schedules.retrieve(made.id)
    assert started.status == "active"
    assert "customer.subscription.created" in journal.types()
    assert len(checked.v1.subscriptions.list({"customer": customer.id}).data) == 1


def test_a_subscription_is_put_under_a_schedule_and_changed_by_it(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, basic, yearly = (
        subscriber(checked),
        price(checked, 3100),
        price(checked, 9900, {"interval": "year"}),
    )
    made = subscribe(checked, customer, basic)
    schedule = checked.v1.subscription_schedules.create({"from_subscription": made.id})
    assert (schedule.status, schedule.subscription, len(schedule.phases)) == ("active", made.id, 1)
    assert checked.v1.subscriptions.retrieve(made.id).schedule == schedule.id
    first = phase(basic, end_date=APRIL, start_date=START)
    second: Any = {"items": [{"price": yearly.id}], "iterations": 1}
    changed = checked.v1.subscription_schedules.update(
        schedule.id, {"phases": [first, second], "end_behavior": "release", "metadata": {"a": "1"}}
    )
    assert (len(changed.phases), changed.metadata.to_dict()) == (2, {"a": "1"})
    advance(days=31, hours=1)
    sub = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert [line.amount for line in sub.latest_invoice.lines.data] == [9900]
    assert sub["items"].data[0].current_period_end == APRIL + 365 * DAY
    released = checked.v1.subscription_schedules.release(schedule.id)
    assert (released.status, released.released_subscription) == ("released", made.id)
    with refused(400, None, "from_subscription"):
        checked.v1.subscription_schedules.create({"from_subscription": made.id, "customer": customer.id})


def test_a_schedule_ends_with_its_subscription(checked: stripe.StripeClient, advance: Advance) -> None:
    customer, basic = subscriber(checked), price(checked, 3100)
    asked: Any = {
        "customer": customer.id,
        "start_date": "now",
        "phases": [phase(basic, end_date=MAY + 90 * DAY)],
    }
    made = checked.v1.subscription_schedules.create(asked)
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    journal = Journal(checked)
    advance(days=50)
    assert "subscription_schedule.aborted" in journal.types()
    assert checked.v1.subscription_schedules.retrieve(made.id).status == "canceled"
    use_card(checked, customer.id, "pm_card_visa")
    again = checked.v1.subscription_schedules.create(
        {"customer": customer.id, "start_date": "now", "phases": [phase(basic)]}
    )
    journal.take()
    ended = checked.v1.subscription_schedules.cancel(again.id, {"prorate": True, "invoice_now": True})
    assert ended.status == "canceled"
    assert {"subscription_schedule.canceled", "customer.subscription.deleted"} <= set(journal.types())


def test_what_has_gone_since_a_phase_was_planned_is_left_out(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, basic = subscriber(checked), price(checked, 3100)
    coupon = checked.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    method = checked.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    off: Any = {"discounts": [{"coupon": coupon.id}]}
    made = checked.v1.subscription_schedules.create(
        {
            "customer": customer.id,
            "start_date": START + 5 * DAY,
            "default_settings": {"default_payment_method": method.id},
            "phases": [phase(basic), phase(basic, 2, **off)],
        }
    )
    checked.v1.coupons.delete(coupon.id)
    checked.v1.payment_methods.detach(method.id)
    advance(days=40)
    found = checked.v1.subscription_schedules.retrieve(made.id, {"expand": ["subscription.latest_invoice"]})
    subscription: Any = found.subscription
    assert (found.status, subscription.status, subscription.discounts) == ("active", "active", [])
    assert (subscription.latest_invoice.total, subscription.latest_invoice.status) == (6200, "paid")


def test_a_schedule_charges_its_own_customer(checked: stripe.StripeClient) -> None:
    customer, other, basic = subscriber(checked), subscriber(checked), price(checked, 3100)
    [foreign] = checked.v1.customers.payment_methods.list(other.id).data
    given: Any = {"customer": customer.id, "start_date": START + 5 * DAY, "phases": [phase(basic)]}
    own: Any = {"default_payment_method": foreign.id}
    with refused(400, "resource_missing", "default_payment_method"):
        checked.v1.subscription_schedules.create({**given, "default_settings": own})
    with refused(400, "resource_missing", "default_payment_method"):
        checked.v1.subscription_schedules.create({**given, "phases": [phase(basic, **own)]})


def test_what_is_no_schedule_is_refused(checked: stripe.StripeClient) -> None:
    customer, basic = subscriber(checked), price(checked, 3100)
    create = checked.v1.subscription_schedules.create
    with refused(400, "parameter_missing", "customer"):
        create({"phases": [phase(basic)]})
    with refused(400, "parameter_missing", "phases"):
        create({"customer": customer.id})
    with refused(400, None, "phases[1][start_date]"):
        create({"customer": customer.id, "phases": [phase(basic), phase(basic, start_date=5)]})
    with refused(400, None, "phases[0][end_date]"):
        create({"customer": customer.id, "phases": [phase(basic, end_date=5)]})
    with refused(400, None, "start_date"):
        create({"customer": customer.id, "start_date": 5, "phases": [phase(basic)]})
    with refused(404, "resource_missing", "schedule"):
        checked.v1.subscription_schedules.retrieve("sub_sched_no")


def test_a_schedule_without_anything_to_pay_with_begins_all_the_same(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    owner = checked.v1.customers.create({}).id
    price: Any = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "F"}, "recurring": {"interval": "month"}}  # fmt: skip
    phases: Any = [
        {"items": [{"price": checked.v1.prices.create(price).id}], "duration": {"interval": "month"}}
    ]
    made = checked.v1.subscription_schedules.create(
        {"customer": owner, "start_date": "now", "phases": phases}
    )
    assert checked.v1.subscriptions.retrieve(str(made.subscription)).status == "active"
    [invoice] = checked.v1.invoices.list({"customer": owner}).data
    assert invoice.status == "draft"
    advance(hours=2)
    assert checked.v1.invoices.retrieve(str(invoice.id)).status == "open"
    assert checked.v1.subscriptions.retrieve(str(made.subscription)).status == "past_due"
