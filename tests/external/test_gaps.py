"""Deliveries that never come: catching up from Stripe's list of events makes them good."""

import pytest

from integrations.billing.plan_changes import When
from integrations.billing.plans import Plan
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


def test_hours_without_deliveries_are_made_good(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside)
    catch_up, inbox = outside.services.stripe_catch_up, outside.services.inbox
    outside.settle()
    assert catch_up.run().made_good == 0
    outside.control("POST", "/faults", {"provider": "stripe", "kind": "delivery", "mode": "drop"})
    outside.services.customers.replace_payment_method(organisation_id, FAILING_CARD)
    outside.advance(MONTH)
    outside.advance(3 * DAY + 60)
    assert subscription(outside, organisation_id).status == "active", "nothing was heard"
    before = len(inbox.list(limit=1000))
    done = catch_up.run()
    assert (done.failed, done.complete) == (0, True)
    assert done.made_good == len(inbox.list(limit=1000)) - before > 5
    assert subscription(outside, organisation_id).status == "past_due"
    assert newest_invoice(outside, organisation_id).last_failed_attempt == 2
    assert templates(outside, organisation_id).count("payment_failed") == 1, "only the last one is news"
    assert outside.services.reconciliation.run().differences == []
    assert catch_up.run().made_good == 0
    outside.control("DELETE", "/faults")
    outside.advance(15 * DAY)
    assert subscription(outside, organisation_id).status == "canceled"


def test_a_long_gap_is_walked_in_steps(outside: Outside) -> None:
    outside.demand_world()
    organisation_id = subscribed(outside)
    for _ in range(5):
        outside.advance(MONTH)
    catch_up = outside.services.stripe_catch_up
    # The first run sets the cursor; what lies behind its limit is for reconciliation.
    assert catch_up.run(limit=3).complete
    outside.advance(MONTH)
    outside.services.plan_changes.cancel(organisation_id, When.PERIOD_END)
    steps = 1
    while not catch_up.run(limit=3).complete:
        steps += 1
        assert steps < 50
    assert steps > 1
    assert subscription(outside, organisation_id).cancel_at_period_end
    assert outside.services.reconciliation.run(repair=True).left == []
    assert outside.services.reconciliation.run().differences == []


def test_a_cursor_that_stripe_has_forgotten_begins_anew(outside: Outside) -> None:
    outside.demand_world()
    organisation_id = subscribed(outside)
    catch_up = outside.services.stripe_catch_up
    catch_up.run()
    # No sweep for five weeks: the cursor's event is gone from Stripe.
    outside.advance(36 * DAY)
    assert catch_up.run().complete
    assert newest_invoice(outside, organisation_id).status == "paid"


@pytest.mark.parametrize("mode", ["duplicate", "reorder"])
def test_gaps_beside_duplicates_and_disorder(outside: Outside, mode: str) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside)
    for number in range(3):
        outside.fault("stripe", "drop", times=4)
        outside.fault("stripe", mode, times=6)
        if number == 1:
            outside.services.plan_changes.change(organisation_id, Plan.PROFESSIONAL_MONTHLY)
        outside.advance(MONTH)
    outside.settle()
    outside.services.stripe_catch_up.run()
    assert outside.services.reconciliation.run().differences == []
    events = outside.services.inbox.list(limit=1000)
    assert len({event.event_id for event in events}) == len(events)
    assert templates(outside, organisation_id) == ["welcome", "plan_changed"]


def test_the_route_catches_up(outside: Outside) -> None:
    organisation_id = subscribed(outside)
    stripe_client(outside).v1.subscriptions.update(
        subscription(outside, organisation_id).stripe_id, {"cancel_at_period_end": True}
    )
    answer = outside.app.http.post("/billing/catch-up")
    assert answer.status_code == 200
    assert answer.json()["made_good"] > 0
    assert subscription(outside, organisation_id).cancel_at_period_end
