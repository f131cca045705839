"""Test clocks through stripe-python: customers whose months pass when their merchant says so."""

from collections.abc import Callable
from typing import Any

import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, use_card
from tests.mocks.stripe.conformance import refused

BEGIN = 1577836800
"""2020-01-01."""
DAY = 86400


def clocked(client: stripe.StripeClient, **given: Any) -> tuple[Any, Any]:
    """Create a clock, and a customer with a card on it."""
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": BEGIN, "name": "Years", **given})
    customer = client.v1.customers.create({"email": "ada@studio.test", "test_clock": clock.id})
    use_card(client, customer.id, "pm_card_visa")
    return clock, customer


def advance_to(client: stripe.StripeClient, clock: Any, days: float) -> Any:
    """Advance a clock to so many days behind its beginning."""
    target: Any = {"frozen_time": BEGIN + int(days * DAY)}
    return client.v1.test_helpers.test_clocks.advance(clock.id, target)


def test_a_subscription_is_renewed_by_its_clock_alone(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    clock, customer = clocked(checked)
    assert (clock.status, clock.frozen_time) == ("ready", BEGIN)
    assert customer.created == BEGIN
    made = subscribe(checked, customer, price(checked, 3100), expand=["latest_invoice", "test_clock"])
    assert (made.created, made.test_clock.id, made.latest_invoice.test_clock) == (BEGIN, clock.id, clock.id)
    assert made["items"].data[0].current_period_end == BEGIN + 31 * DAY
    advance(days=90)
    assert checked.v1.subscriptions.retrieve(made.id).latest_invoice == made.latest_invoice.id
    journal = Journal(checked)
    moving = advance_to(checked, clock, 31.1)
    assert (moving.status, moving.frozen_time) == ("advancing", BEGIN)
    assert moving.status_details.advancing.target_frozen_time == BEGIN + int(31.1 * DAY)
    ready = checked.v1.test_helpers.test_clocks.retrieve(clock.id)
    assert (ready.status, ready.frozen_time) == ("ready", BEGIN + int(31.1 * DAY))
    events = journal.take()
    types = [each.type for each in events]
    assert (types[0], types[-1]) == ("test_helpers.test_clock.advancing", "test_helpers.test_clock.ready")
    assert [each for each in types if each.startswith(("customer.sub", "invoice"))] == [
        "invoice_payment.paid",
        "invoice.upcoming",
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]
    renewed = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    invoice = renewed.latest_invoice
    assert (invoice.status, invoice.created) == ("paid", BEGIN + 31 * DAY)
    assert invoice.status_transitions.paid_at == BEGIN + 31 * DAY + 3600
    (updated,) = (each for each in events if each.type == "customer.subscription.updated")
    assert (updated.created, set(updated.data.previous_attributes.to_dict())) == (
        BEGIN + 31 * DAY,
        {"items", "latest_invoice"},
    )


def test_changes_are_prorated_by_the_clock_and_failures_retried_by_it(checked: stripe.StripeClient) -> None:
    clock, customer = clocked(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    advance_to(checked, clock, 10)
    checked.v1.subscriptions.update(made.id, {"items": [{"id": made["items"].data[0].id, "quantity": 2}]})
    items = checked.v1.invoice_items.list({"customer": customer.id}).data
    assert sorted(each.amount for each in items) == [-2100, 4200]
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    advance_to(checked, clock, 32)
    assert checked.v1.subscriptions.retrieve(made.id).status == "past_due"
    journal = Journal(checked)
    advance_to(checked, clock, 60)
    assert checked.v1.subscriptions.retrieve(made.id).status == "canceled"
    types = journal.types()
    assert types.count("invoice.payment_failed") == 3
    assert types.count("invoice.updated") >= 3


def test_limits_and_ends(checked: stripe.StripeClient) -> None:
    clock, customer = clocked(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    with refused(400, None, "frozen_time"):
        advance_to(checked, clock, 0)
    with refused(400, None, "frozen_time"):
        advance_to(checked, clock, 63)
    for _ in range(2):
        checked.v1.customers.create({"test_clock": clock.id})
    with refused(400, None, "test_clock"):
        checked.v1.customers.create({"test_clock": clock.id})
    with refused(400, "resource_missing", "test_clock"):
        checked.v1.customers.create({"test_clock": "clock_no"})
    assert len(checked.v1.customers.list({"test_clock": clock.id}).data) == 3
    assert [each.id for each in checked.v1.subscriptions.list({"test_clock": clock.id}).data] == [made.id]
    assert [each.id for each in checked.v1.test_helpers.test_clocks.list().data] == [clock.id]
    journal = Journal(checked)
    assert checked.v1.test_helpers.test_clocks.delete(clock.id).deleted
    types = journal.types()
    assert (types.count("customer.deleted"), types[-1]) == (3, "test_helpers.test_clock.deleted")
    with refused(404, "resource_missing", "test_clock"):
        checked.v1.test_helpers.test_clocks.retrieve(clock.id)


def test_a_clock_for_an_existing_customer(checked: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    customer = checked.v1.customers.create({"email": "ada@studio.test"})
    use_card(checked, customer.id, "pm_card_visa")
    journal, clocks = Journal(checked), checked.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": BEGIN, "customer": customer.id})
    told = journal.take()
    assert [each.type for each in told] == ["test_helpers.test_clock.created", "customer.updated"]
    assert told[1].data.previous_attributes.to_dict() == {"test_clock": None}
    made = subscribe(checked, customer, price(checked, 3100))
    assert (made.created, made.test_clock) == (BEGIN, clock.id)
    advance(days=40)
    assert len(checked.v1.invoices.list({"customer": customer.id}).data) == 1
    advance_to(checked, clock, 31.1)
    assert len(checked.v1.invoices.list({"customer": customer.id}).data) == 2
    with refused(400, None, "customer"):
        clocks.create({"frozen_time": BEGIN, "customer": customer.id})
    other = checked.v1.customers.create({})
    subscribe(checked, other, price(checked, 3100), collection_method="send_invoice", days_until_due=3)
    with refused(400, None, "customer"):
        clocks.create({"frozen_time": BEGIN, "customer": other.id})
    with refused(400, "resource_missing", "customer"):
        clocks.create({"frozen_time": BEGIN, "customer": "cus_none"})
    assert [each.id for each in clocks.list().data] == [clock.id]
