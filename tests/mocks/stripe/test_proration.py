"""Changes of subscriptions through stripe-python: what is credited, what is debited, what is invoiced at once."""

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


def pending(client: stripe.StripeClient, customer: str) -> list[Any]:
    """Return a customer's pending invoice items, oldest first."""
    return client.v1.invoice_items.list({"customer": customer, "pending": True, "limit": 100}).data[::-1]


def test_an_upgrade_credits_the_rest_of_the_old_price_and_debits_that_of_the_new(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, basic, plus = subscriber(checked), price(checked, 3100), price(checked, 6200)
    made = subscribe(checked, customer, basic)
    item = made["items"].data[0].id
    advance(days=10)
    journal = Journal(checked)
    changed = checked.v1.subscriptions.update(made.id, {"items": [{"id": item, "price": plus.id}]})
    assert changed["items"].data[0].price.id == plus.id
    events = journal.take()
    assert [each.type for each in events] == [
        "invoiceitem.created",
        "invoiceitem.created",
        "customer.subscription.updated",
    ]
    assert "items" in events[-1].data.previous_attributes.to_dict()
    credit, debit = pending(checked, customer.id)
    # 21 of March's 31 days are left: 3100 × 21 / 31 = 2100, 6200 × 21 / 31 = 4200.
    assert (credit.amount, debit.amount) == (-2100, 4200)
    assert credit.description == "Unused time on Pro after 11 Mar 2026"
    assert debit.description == "Remaining time on Pro after 11 Mar 2026"
    assert (credit.period.start, credit.period.end) == (START + 10 * 86400, APRIL)
    assert credit.proration
    assert not credit.discountable
    details = credit.parent.subscription_details
    assert (details.subscription, details.subscription_item) == (made.id, item)
    preview = checked.v1.invoices.create_preview({"subscription": made.id})
    assert (preview.total, [line.amount for line in preview.lines.data]) == (8300, [-2100, 4200, 6200])
    advance(days=21, hours=1)
    renewed = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    invoice = renewed.latest_invoice
    assert (invoice.total, invoice.status) == (8300, "paid")
    old, _, whole = invoice.lines.data
    assert old.parent.subscription_item_details.proration
    assert old.parent.subscription_item_details.invoice_item == credit.id
    credited = old.parent.subscription_item_details.proration_details.credited_items
    assert credited.invoice == made.latest_invoice
    assert not whole.parent.subscription_item_details.proration
    assert pending(checked, customer.id) == []


def test_always_invoice_charges_the_difference_at_once(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    advance(days=10)
    journal = Journal(checked)
    change: Any = {
        "items": [{"id": made["items"].data[0].id, "quantity": 3}],
        "proration_behavior": "always_invoice",
        "expand": ["latest_invoice"],
    }
    changed = checked.v1.subscriptions.update(made.id, change)
    invoice = changed.latest_invoice
    assert (invoice.billing_reason, invoice.status, invoice.total) == ("subscription_update", "paid", 4200)
    assert [line.description for line in invoice.lines.data] == [
        "Unused time on Pro after 11 Mar 2026",
        "Remaining time on 3 × Pro after 11 Mar 2026",
    ]
    assert journal.types() == [
        "invoiceitem.created",
        "invoiceitem.created",
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


def test_a_downgrade_invoiced_at_once_goes_to_the_balance_and_lessens_the_renewal(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 6200))
    item, basic = made["items"].data[0].id, price(checked, 3100)
    advance(days=10)
    change: Any = {"items": [{"id": item, "price": basic.id}], "proration_behavior": "always_invoice"}
    changed = checked.v1.subscriptions.update(made.id, change | {"expand": ["latest_invoice"]})
    invoice = changed.latest_invoice
    assert (invoice.total, invoice.amount_due, invoice.status) == (-2100, 0, "paid")
    assert (invoice.starting_balance, invoice.ending_balance) == (0, -2100)
    assert checked.v1.customers.retrieve(customer.id).balance == -2100
    (moved,) = checked.v1.customers.balance_transactions.list(customer.id).data
    assert (moved.amount, moved.type, moved.invoice, moved.ending_balance) == (
        -2100,
        "applied_to_invoice",
        invoice.id,
        -2100,
    )
    advance(days=21, hours=1)
    renewal = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]}).latest_invoice
    assert (renewal.total, renewal.amount_due, renewal.ending_balance) == (3100, 1000, 0)


def test_nothing_is_prorated_when_none_is_asked_for(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    advance(days=10)
    given: Any = {"items": [{"id": made["items"].data[0].id, "quantity": 2}], "proration_behavior": "none"}
    checked.v1.subscriptions.update(made.id, given)
    assert pending(checked, customer.id) == []
    assert checked.v1.invoices.create_preview({"subscription": made.id}).total == 6200


def test_a_preview_of_a_change_tells_what_the_change_does_and_keeps_nothing(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer, plus = subscriber(checked), price(checked, 6200)
    made = subscribe(checked, customer, price(checked, 3100))
    item = made["items"].data[0].id
    advance(days=3)
    journal = Journal(checked)
    at = START + 10 * 86400 + 5
    details: Any = {"items": [{"id": item, "price": plus.id}], "proration_date": at}
    preview = checked.v1.invoices.create_preview({"subscription": made.id, "subscription_details": details})
    assert journal.types() == []
    assert (preview.status, preview.billing_reason, preview.id[:12]) == ("draft", "upcoming", "upcoming_in_")
    told = [line.amount for line in preview.lines.data]
    now: Any = {**details, "proration_behavior": "always_invoice"}
    once = checked.v1.invoices.create_preview({"subscription": made.id, "subscription_details": now})
    assert [line.amount for line in once.lines.data] == told[:2]
    assert once.parent.subscription_details.subscription_proration_date == at
    advance(days=9)
    checked.v1.subscriptions.update(made.id, details)
    assert [each.amount for each in pending(checked, customer.id)] == told[:2]
    one_more: Any = {"invoice_items": [{"amount": 250, "currency": "usd", "description": "Extra"}]}
    assert checked.v1.invoices.create_preview({"subscription": made.id, **one_more}).total == sum(told) + 250
    leaving: Any = {"cancel_now": True}
    ended = checked.v1.invoices.create_preview({"subscription": made.id, "subscription_details": leaving})
    assert ended.total < 0
    new: Any = {
        "customer": customer.id,
        "subscription_details": {"items": [{"price": plus.id, "quantity": 2}]},
    }
    assert checked.v1.invoices.create_preview(new).total == 12400


def test_another_interval_begins_a_new_period_and_is_charged_at_once(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    yearly = price(checked, 36500, recurring={"interval": "year"})
    made = subscribe(checked, customer, price(checked, 3100))
    advance(days=10)
    changed = checked.v1.subscriptions.update(
        made.id,
        {"items": [{"id": made["items"].data[0].id, "price": yearly.id}], "expand": ["latest_invoice"]},
    )
    now = START + 10 * 86400
    assert (changed.billing_cycle_anchor, changed["items"].data[0].current_period_start) == (now, now)
    assert changed["items"].data[0].current_period_end == now + 365 * 86400
    assert [line.amount for line in changed.latest_invoice.lines.data] == [-2100, 36500]
    assert (changed.latest_invoice.status, changed.latest_invoice.amount_paid) == ("paid", 34400)


def test_the_anchor_moves_to_now_when_asked(checked: stripe.StripeClient, advance: Advance) -> None:
    made = subscribe(checked, subscriber(checked), price(checked, 3100))
    advance(days=10)
    changed = checked.v1.subscriptions.update(
        made.id, {"billing_cycle_anchor": "now", "expand": ["latest_invoice"]}
    )
    assert [line.amount for line in changed.latest_invoice.lines.data] == [-2100, 3100]
    assert changed.billing_cycle_anchor == START + 10 * 86400
    assert changed.latest_invoice.amount_paid == 1000


def test_trials_end_early_and_begin_late(checked: stripe.StripeClient, advance: Advance) -> None:
    made = subscribe(checked, subscriber(checked), price(checked, 3100), trial_period_days=10)
    item = made["items"].data[0].id
    advance(days=2)
    checked.v1.subscriptions.update(made.id, {"items": [{"id": item, "quantity": 2}]})
    assert pending(checked, str(made.customer)) == []
    ended = checked.v1.subscriptions.update(made.id, {"trial_end": "now", "expand": ["latest_invoice"]})
    assert (ended.status, ended.latest_invoice.amount_paid) == ("active", 6200)
    assert ended.trial_end == START + 2 * 86400
    advance(days=1)
    again = checked.v1.subscriptions.update(
        made.id, {"trial_end": START + 20 * 86400, "expand": ["latest_invoice"]}
    )
    # Of 31 days 30 are left: 6200 × 30 / 31 = 6000.
    assert (again.status, again.latest_invoice.total) == ("trialing", -6000)
    assert again["items"].data[0].current_period_end == START + 20 * 86400
    longer = checked.v1.subscriptions.update(made.id, {"trial_end": START + 30 * 86400})
    assert longer.latest_invoice == again.latest_invoice.id
    advance(days=30)
    assert checked.v1.subscriptions.retrieve(made.id).status == "active"


def test_items_are_added_changed_and_taken_away(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    advance(days=10)
    journal = Journal(checked)
    added = checked.v1.subscription_items.create(
        {"subscription": made.id, "price": price(checked, 310).id, "quantity": 2, "metadata": {"a": "1"}}
    )
    assert (added.quantity, added.metadata.to_dict()) == (2, {"a": "1"})
    assert [each.type for each in journal.take()][-2:] == [
        "invoiceitem.created",
        "customer.subscription.updated",
    ]
    assert [each.amount for each in pending(checked, customer.id)] == [420]
    checked.v1.subscription_items.update(added.id, {"quantity": 5, "proration_behavior": "none"})
    assert len(pending(checked, customer.id)) == 1
    gone = checked.v1.subscription_items.delete(added.id)
    assert (gone.id, gone.deleted) == (added.id, True)
    assert [each.amount for each in pending(checked, customer.id)] == [420, -1050]
    left = checked.v1.subscription_items.list({"subscription": made.id}).data
    assert len(left) == 1
    with refused(400, None, "items"):
        checked.v1.subscription_items.delete(left[0].id)
    with refused(404, "resource_missing", "item"):
        checked.v1.subscription_items.update("si_no", {"quantity": 1})
    with refused(400, "resource_missing", "items[0][id]"):
        checked.v1.subscriptions.update(made.id, {"items": [{"id": "si_no", "quantity": 1}]})
    with refused(400, None, "proration_date"):
        checked.v1.subscriptions.update(
            made.id, {"items": [{"id": left[0].id, "quantity": 9}], "proration_date": START - 1}
        )


def test_switching_there_and_back_at_once_leaves_nothing(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 999))
    item, other = made["items"].data[0], price(checked, 1777)
    advance(days=7, seconds=12345)
    for each in (other.id, item.price.id):
        checked.v1.subscriptions.update(made.id, {"items": [{"id": item.id, "price": each}]})
    items = pending(checked, customer.id)
    assert len(items) == 4
    assert sum(each.amount for each in items) == 0


def test_cancelling_gives_back_what_is_left(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    advance(days=10)
    ended = checked.v1.subscriptions.cancel(
        made.id, {"prorate": True, "invoice_now": True, "expand": ["latest_invoice"]}
    )
    assert (ended.status, ended.latest_invoice.total, ended.latest_invoice.status) == (
        "canceled",
        -2100,
        "paid",
    )
    assert checked.v1.customers.retrieve(customer.id).balance == -2100


def test_a_subscription_ends_at_the_instant_that_was_set(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    set_: Any = checked.v1.subscriptions.update(made.id, {"cancel_at": START + 10 * 86400})
    assert (set_.cancel_at, set_.cancel_at_period_end) == (START + 10 * 86400, False)
    back = checked.v1.subscriptions.update(made.id, {"cancel_at": ""})
    assert (back.cancel_at, back.canceled_at) == (None, None)
    checked.v1.subscriptions.update(made.id, {"cancel_at": START + 10 * 86400})
    advance(days=10)
    assert checked.v1.subscriptions.retrieve(made.id).status == "canceled"
    assert checked.v1.customers.retrieve(customer.id).balance == -2100
    other = subscribe(checked, customer, price(checked, 3100))
    with refused(400, "parameters_exclusive", "cancel_at"):
        checked.v1.subscriptions.update(other.id, {"cancel_at": APRIL, "cancel_at_period_end": True})


def test_the_billing_mode_decides_what_is_credited(checked: stripe.StripeClient, advance: Advance) -> None:
    half = checked.v1.coupons.create({"percent_off": 50, "duration": "once"})
    credits = {}
    for mode in ("classic", "flexible"):
        customer = subscriber(checked)
        made = subscribe(
            checked,
            customer,
            price(checked, 3100),
            billing_mode={"type": mode},
            discounts=[{"coupon": half.id}],
        )
        item = made["items"].data[0].id
        checked.v1.subscriptions.update(made.id, {"items": [{"id": item, "price": price(checked, 6200).id}]})
        credits[mode] = pending(checked, customer.id)[0].amount
    assert credits == {"classic": -3100, "flexible": -1550}
    old = subscribe(checked, subscriber(checked), price(checked), billing_mode={"type": "classic"})
    migrated = checked.v1.subscriptions.migrate(old.id, {"billing_mode": {"type": "flexible"}})
    assert (migrated.billing_mode.type, migrated.billing_mode.updated_at) == ("flexible", START)
    with refused(400, None, "billing_mode[type]"):
        checked.v1.subscriptions.migrate(old.id, {"billing_mode": {"type": "classic"}})  # type: ignore[typeddict-item]


def test_a_first_period_is_shortened_by_an_anchor(checked: stripe.StripeClient, advance: Advance) -> None:
    anchor = START + 15 * 86400
    shown = {"billing_cycle_anchor": anchor, "expand": ["latest_invoice"]}
    made = subscribe(checked, subscriber(checked), price(checked, 2800), **shown)
    # From 16 February to 16 March are 28 days, of which 15 are charged.
    assert (made.latest_invoice.total, made["items"].data[0].current_period_end) == (1500, anchor)
    free = subscribe(checked, subscriber(checked), price(checked, 2800), proration_behavior="none", **shown)
    assert (free.status, free.latest_invoice) == ("active", None)
    advance(days=15, hours=1)
    for each in (made, free):
        renewed = checked.v1.subscriptions.retrieve(each.id, {"expand": ["latest_invoice"]})
        assert renewed.latest_invoice.amount_paid == 2800
