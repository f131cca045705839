"""Dunning as Stripe plays it: attempts, their mails, and each way in which it may end."""

import pytest

from integrations.models import OWED
from tests.external.outside import Outside
from tests.external.paying import (
    DAY,
    FAILING_CARD,
    MONTH,
    newest_invoice,
    subscribed,
    subscription,
    templates,
)


@pytest.fixture
def failing(outside: Outside) -> tuple[Outside, str]:
    """An organisation whose renewal has just failed for the first time."""
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside)
    outside.services.customers.replace_payment_method(organisation_id, FAILING_CARD)
    outside.advance(MONTH)
    return outside, organisation_id


def state(outside: Outside, organisation_id: str) -> tuple[str, int, str]:
    """The renewal's dunning and failed attempts, and its subscription's status."""
    invoice = newest_invoice(outside, organisation_id)
    assert (invoice.next_payment_attempt is not None) is (
        invoice.status == "open" and subscription(outside, organisation_id).status == "past_due"
    )
    return (
        invoice.dunning.value,
        invoice.last_failed_attempt,
        subscription(outside, organisation_id).status,
    )


def test_a_subscription_is_given_up_after_the_last_attempt(failing: tuple[Outside, str]) -> None:
    outside, organisation_id = failing
    seen = [state(outside, organisation_id)]
    for days in (3, 5, 7):
        outside.advance(days * DAY + 60)
        seen.append(state(outside, organisation_id))
    assert seen == [
        ("past_due", 1, "past_due"),
        ("retrying", 2, "past_due"),
        ("retrying", 3, "past_due"),
        ("cancelled", 4, "canceled"),
    ]
    assert templates(outside, organisation_id).count("payment_failed") == 4
    assert templates(outside, organisation_id).count("subscription_ended") == 1
    (ended,) = [each for each in outside.services.mail.list() if each.template == "subscription_ended"]
    assert "could not collect" in ended.text
    billing = outside.app.http.get(f"/subscriptions/{organisation_id}").json()
    assert (billing["past_due"], billing["current"]) == (False, None)


def test_a_later_attempt_that_succeeds_recovers(failing: tuple[Outside, str]) -> None:
    outside, organisation_id = failing
    outside.advance(3 * DAY + 60)
    assert newest_invoice(outside, organisation_id).dunning in OWED
    assert outside.app.http.get(f"/subscriptions/{organisation_id}").json()["past_due"] is True
    outside.services.customers.replace_payment_method(organisation_id, "pm_card_visa")
    outside.advance(5 * DAY + 60)
    assert state(outside, organisation_id) == ("recovered", 2, "active")
    assert templates(outside, organisation_id) == [
        "welcome",
        "payment_failed",
        "payment_failed",
        "payment_recovered",
    ]


def test_who_pays_by_hand_recovers_at_once(failing: tuple[Outside, str]) -> None:
    outside, organisation_id = failing
    outside.services.customers.replace_payment_method(organisation_id, "pm_card_visa")
    outside.services.invoices.retry_invoice(organisation_id)
    outside.settle()
    assert state(outside, organisation_id) == ("recovered", 1, "active")


def test_an_account_may_leave_subscriptions_unpaid(failing: tuple[Outside, str]) -> None:
    outside, organisation_id = failing
    outside.trigger("stripe", "account.updated", subscription_status="unpaid")
    outside.advance(15 * DAY + 3600)
    assert state(outside, organisation_id) == ("unpaid", 4, "unpaid")
    assert templates(outside, organisation_id)[-1] == "subscription_unpaid" or (
        "subscription_unpaid" in templates(outside, organisation_id)
    )
    assert newest_invoice(outside, organisation_id).dunning in OWED


def test_mails_are_one_for_each_attempt_in_any_disorder(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside)
    outside.services.customers.replace_payment_method(organisation_id, FAILING_CARD)
    outside.fault("stripe", "duplicate", times=500)
    outside.advance(MONTH)
    for days in (3, 5, 7):
        outside.advance(days * DAY + 60)
    assert templates(outside, organisation_id).count("payment_failed") == 4
    assert templates(outside, organisation_id).count("subscription_ended") == 1
