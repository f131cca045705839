"""Changes of subscriptions that cannot be paid, and pending updates: what becomes of them."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber, use_card
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]


@pytest.mark.parametrize("behavior", ["allow_incomplete", "error_if_incomplete", "pending_if_incomplete"])
def test_a_change_that_cannot_be_paid(checked: stripe.StripeClient, advance: Advance, behavior: str) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    item = made["items"].data[0].id
    advance(days=10)
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    journal = Journal(checked)
    change: Any = {
        "items": [{"id": item, "quantity": 2}],
        "proration_behavior": "always_invoice",
        "payment_behavior": behavior,
    }
    if behavior == "error_if_incomplete":
        with refused(402, "card_declined"):
            checked.v1.subscriptions.update(made.id, change)
        assert journal.types() == []
        assert checked.v1.subscriptions.retrieve(made.id)["items"].data[0].quantity == 1
        return
    changed = checked.v1.subscriptions.update(made.id, change)
    use_card(checked, customer.id, "pm_card_visa")
    if behavior == "allow_incomplete":
        assert (changed.status, changed["items"].data[0].quantity) == ("past_due", 2)
        paid = checked.v1.invoices.pay(str(changed.latest_invoice))
        assert (paid.status, paid.total) == ("paid", 2100)
        assert checked.v1.subscriptions.retrieve(made.id).status == "active"
        return
    assert (changed.status, changed["items"].data[0].quantity) == ("active", 1)
    assert changed.pending_update.subscription_items[0].quantity == 2
    journal.take()
    checked.v1.invoices.pay(str(changed.latest_invoice))
    applied = checked.v1.subscriptions.retrieve(made.id)
    assert (applied["items"].data[0].quantity, applied.pending_update) == (2, None)
    assert "customer.subscription.pending_update_applied" in journal.types()


def change_unpaid(checked: stripe.StripeClient) -> tuple[Any, Any, Any]:
    """Double a subscription whose card fails; return customer, subscription as made, and with its pending update."""
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100))
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    change: Any = {
        "items": [{"id": made["items"].data[0].id, "quantity": 2}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
    }
    return customer, made, checked.v1.subscriptions.update(made.id, change)


def test_a_pending_update_expires_with_its_invoice(checked: stripe.StripeClient, advance: Advance) -> None:
    _, made, changed = change_unpaid(checked)
    journal = Journal(checked)
    advance(hours=23)
    assert "customer.subscription.pending_update_expired" in journal.types()
    assert checked.v1.invoices.retrieve(str(changed.latest_invoice)).status == "void"
    assert checked.v1.subscriptions.retrieve(made.id).pending_update is None


def test_a_pending_update_ends_with_its_subscription(checked: stripe.StripeClient) -> None:
    customer, made, waiting = change_unpaid(checked)
    assert checked.v1.subscriptions.cancel(made.id).pending_update is None
    journal = Journal(checked)
    use_card(checked, customer.id, "pm_card_visa")
    assert checked.v1.invoices.pay(str(waiting.latest_invoice)).status == "paid"
    ended = checked.v1.subscriptions.retrieve(made.id)
    assert (ended.status, ended["items"].data[0].quantity) == ("canceled", 1)
    assert not [each for each in journal.types() if each.startswith("customer.subscription.")]
