"""Plans: previewed, changed now or with the period, ended, resumed; the mirror and the mails follow."""

import pytest

from integrations.billing.plan_changes import When
from integrations.billing.plans import Plan
from integrations.errors import ConflictError, NotFoundError, PaymentDeclinedError
from tests.external.outside import Outside
from tests.external.paying import (
    DAY,
    FAILING_CARD,
    MONTH,
    newest_invoice,
    stripe_client,
    subscribed,
    subscription,
    templates,
)


def plan_of(outside: Outside, organisation_id: str) -> Plan | None:
    return outside.settings.plan_of(subscription(outside, organisation_id).price_id)


def test_an_upgrade_is_charged_as_it_was_previewed(outside: Outside) -> None:
    outside.demand_world()
    organisation_id = subscribed(outside)
    outside.advance(10 * DAY)
    changes = outside.services.plan_changes
    preview = changes.preview(organisation_id, Plan.PROFESSIONAL_MONTHLY)
    assert preview.when is When.NOW
    credit, debit = sorted(line.amount for line in preview.invoice.lines if line.proration)
    assert credit < 0 < debit
    assert preview.invoice.amount_due == credit + debit
    outside.advance(3600)
    changed = changes.change(
        organisation_id, Plan.PROFESSIONAL_MONTHLY, proration_date=preview.invoice.proration_date
    )
    assert outside.settings.plan_of(changed.price_id) is Plan.PROFESSIONAL_MONTHLY
    invoice = newest_invoice(outside, organisation_id)
    assert (invoice.status, invoice.amount_paid) == ("paid", preview.invoice.amount_due)
    assert templates(outside, organisation_id) == ["welcome", "plan_changed"]
    with pytest.raises(ConflictError, match="already"):
        changes.change(organisation_id, Plan.PROFESSIONAL_MONTHLY)


def test_an_upgrade_that_cannot_be_paid_changes_nothing(outside: Outside) -> None:
    organisation_id = subscribed(outside, Plan.PROFESSIONAL_MONTHLY)
    changes = outside.services.plan_changes
    changes.change(organisation_id, Plan.ESSENTIAL_MONTHLY)
    outside.services.customers.replace_payment_method(organisation_id, FAILING_CARD)
    with pytest.raises(PaymentDeclinedError):
        changes.change(organisation_id, Plan.ADVANCED_MONTHLY)
    outside.services.subscriptions.refresh(subscription(outside, organisation_id).stripe_id)
    kept = subscription(outside, organisation_id)
    assert outside.settings.plan_of(kept.price_id) is Plan.PROFESSIONAL_MONTHLY
    assert outside.settings.plan_of(kept.scheduled_price_id) is Plan.ESSENTIAL_MONTHLY


def test_a_downgrade_begins_with_the_next_period(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside, Plan.PROFESSIONAL_MONTHLY)
    changes = outside.services.plan_changes
    preview = changes.preview(organisation_id, Plan.ESSENTIAL_MONTHLY)
    assert (preview.when, preview.invoice.amount_due) == (When.PERIOD_END, 19900)
    changed = changes.change(organisation_id, Plan.ESSENTIAL_MONTHLY)
    assert changed.scheduled_at == changed.current_period_end == preview.effective_at
    assert outside.settings.plan_of(changed.price_id) is Plan.PROFESSIONAL_MONTHLY
    assert outside.settings.plan_of(changed.scheduled_price_id) is Plan.ESSENTIAL_MONTHLY
    outside.advance(MONTH)
    assert plan_of(outside, organisation_id) is Plan.ESSENTIAL_MONTHLY
    assert subscription(outside, organisation_id).scheduled_price_id is None
    assert newest_invoice(outside, organisation_id).amount_paid == 19900
    assert templates(outside, organisation_id) == ["welcome", "plan_change_scheduled", "plan_changed"]
    # The schedule is still there for its first period, and must not be in the way.
    changes.change(organisation_id, Plan.ADVANCED_MONTHLY)
    assert plan_of(outside, organisation_id) is Plan.ADVANCED_MONTHLY


def test_a_downgrade_is_chosen_again_and_taken_back(outside: Outside) -> None:
    organisation_id = subscribed(outside, Plan.ADVANCED_MONTHLY)
    changes = outside.services.plan_changes
    changes.change(organisation_id, Plan.PROFESSIONAL_MONTHLY)
    chosen = changes.change(organisation_id, Plan.PAY_AS_YOU_GO)
    assert outside.settings.plan_of(chosen.scheduled_price_id) is Plan.PAY_AS_YOU_GO
    back = changes.resume(organisation_id)
    assert (back.scheduled_price_id, back.schedule_id) == (None, None)
    with pytest.raises(ConflictError, match="nothing to take back"):
        changes.resume(organisation_id)
    assert templates(outside, organisation_id)[1:] == ["plan_change_scheduled"] * 2 + ["subscription_resumed"]


def test_a_year_instead_of_months_begins_at_once(outside: Outside) -> None:
    organisation_id = subscribed(outside)
    changes = outside.services.plan_changes
    preview = changes.preview(organisation_id, Plan.ESSENTIAL_ANNUAL)
    changed = changes.change(
        organisation_id, Plan.ESSENTIAL_ANNUAL, proration_date=preview.invoice.proration_date
    )
    assert preview.when is When.NOW
    assert changed.current_period_end is not None
    assert changed.current_period_start is not None
    assert (changed.current_period_end - changed.current_period_start).days >= 365
    assert newest_invoice(outside, organisation_id).amount_paid == preview.invoice.amount_due


def test_a_cancellation_with_the_period_can_be_taken_back(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside, Plan.PROFESSIONAL_MONTHLY)
    changes = outside.services.plan_changes
    changes.change(organisation_id, Plan.ESSENTIAL_MONTHLY)
    ending = changes.cancel(organisation_id, When.PERIOD_END)
    assert (ending.cancel_at_period_end, ending.scheduled_price_id) == (True, None)
    with pytest.raises(ConflictError, match="resume it first"):
        changes.change(organisation_id, Plan.ADVANCED_MONTHLY)
    assert not changes.resume(organisation_id).cancel_at_period_end
    changes.cancel(organisation_id, When.PERIOD_END)
    outside.advance(MONTH)
    assert subscription(outside, organisation_id).status == "canceled"
    with pytest.raises(NotFoundError):
        changes.resume(organisation_id)
    assert templates(outside, organisation_id) == [
        "welcome",
        "plan_change_scheduled",
        "cancellation_scheduled",
        "subscription_resumed",
        "cancellation_scheduled",
        "subscription_ended",
    ]


def test_a_cancellation_now_ends_it_now(outside: Outside) -> None:
    organisation_id = subscribed(outside)
    ended = outside.services.plan_changes.cancel(organisation_id, When.NOW)
    assert (ended.status, ended.cancellation_reason) == ("canceled", "cancellation_requested")
    assert outside.services.subscriptions.current(organisation_id) is None


def test_a_change_on_stripes_own_pages_is_told_as_well(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside)
    stripe_client(outside).v1.subscriptions.update(
        subscription(outside, organisation_id).stripe_id, {"cancel_at_period_end": True}
    )
    outside.settle()
    assert subscription(outside, organisation_id).cancel_at_period_end
    assert templates(outside, organisation_id) == ["welcome", "cancellation_scheduled"]


def test_the_routes_do_the_same(outside: Outside) -> None:
    organisation_id = subscribed(outside)
    http, path = outside.app.http, f"/subscriptions/{organisation_id}"
    preview = http.post(f"{path}/preview", json={"plan": "professional_monthly"}).json()
    assert preview["when"] == "now"
    assert preview["proration_amount"] == preview["amount_due"] > 0
    changed = http.post(
        f"{path}/change",
        json={"plan": "professional_monthly", "proration_date": preview["proration_date"]},
    )
    assert changed.json()["price_id"] == outside.settings.price_id(Plan.PROFESSIONAL_MONTHLY)
    assert http.post(f"{path}/cancel", json={}).json()["cancel_at_period_end"] is True
    assert http.post(f"{path}/resume").json()["cancel_at_period_end"] is False
    assert http.post(f"{path}/resume").status_code == 409
    assert http.post(f"{path}/cancel", json={"when": "now"}).json()["status"] == "canceled"
    assert http.post(f"{path}/change", json={"plan": "advanced_monthly"}).status_code == 404
