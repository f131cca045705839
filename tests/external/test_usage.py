"""Use that is counted: reported once, whatever happened to the answer, and charged with the period."""

import stripe

from integrations.billing.plans import Plan
from tests.external.outside import Outside
from tests.external.paying import MONTH, newest_invoice, stripe_client, subscribed, subscription

METER = "survey_completes"


def metered(outside: Outside, organisation_id: str) -> stripe.StripeClient:
    """Put a price by use, of 5 cents, on the organisation's subscription."""
    client = stripe_client(outside)
    meter = client.v1.billing.meters.create(
        {"display_name": "Completes", "event_name": METER, "default_aggregation": {"formula": "sum"}}
    )
    price = client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 5,
            "product_data": {"name": "Completes"},
            "recurring": {"interval": "month", "usage_type": "metered", "meter": meter.id},
        }
    )
    held = subscription(outside, organisation_id)
    client.v1.subscription_items.create({"subscription": held.stripe_id, "price": price.id})
    return client


def test_use_is_charged_when_the_month_is_over(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside, Plan.ESSENTIAL_MONTHLY)
    metered(outside, organisation_id)
    usage = outside.services.usage
    usage.record(organisation_id, METER, 200, key="study:1")
    usage.record(organisation_id, METER, 100, key="study:2")
    usage.record(organisation_id, METER, 100, key="study:2")
    assert usage.report_pending() == 2
    assert usage.report_pending() == 0
    outside.advance(MONTH)
    assert newest_invoice(outside, organisation_id).amount_paid == 19900 + 300 * 5


def test_a_report_whose_answer_was_lost_is_counted_once(outside: Outside) -> None:
    outside.demand_world()
    organisation_id = subscribed(outside)
    client = metered(outside, organisation_id)
    usage = outside.services.usage
    usage.record(organisation_id, METER, 200, key="study:1")
    fault = {"provider": "stripe", "operation": "PostBillingMeterEvents", "kind": "malformed", "times": 1}
    outside.control("POST", "/faults", fault)
    assert usage.report_pending() + usage.report_pending() == 1
    [meter] = client.v1.billing.meters.list().data
    now = int(client.v1.events.list({"limit": 1}).data[0].created)
    minute = now // 60 * 60
    customer = outside.services.customers.ensure(organisation_id).stripe_id
    found = client.v1.billing.meters.event_summaries.list(
        meter.id, {"customer": customer, "start_time": minute - 3600, "end_time": minute + 3600}
    )
    assert found.data[0].aggregated_value == 200


def test_use_of_what_no_meter_counts_is_kept_and_not_sent_again(outside: Outside) -> None:
    organisation_id = subscribed(outside)
    outside.services.usage.record(organisation_id, "nothing_counts_this", 1, key="study:1")
    assert [outside.services.usage.report_pending() for _ in range(2)] == [0, 0]
    [record] = outside.services.usage.list(organisation_id)
    assert record.refused
