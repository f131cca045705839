"""Usage: meters, their events and summaries, and what metered prices charge."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import stripe

from mocks.stripe.resources import meters
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.room import Room


def meter(client: stripe.StripeClient, formula: Any = "sum", **more: Any) -> Any:
    wanted: Any = {
        "display_name": "Calls",
        "event_name": "calls",
        "default_aggregation": {"formula": formula},
    }
    return client.v1.billing.meters.create({**wanted, **more})


def metered(client: stripe.StripeClient, id: str, **more: Any) -> Any:
    recurring: Any = {"interval": "month", "usage_type": "metered", "meter": id}
    base: Any = {"currency": "usd", "product_data": {"name": "Calls"}, "recurring": recurring}
    return client.v1.prices.create({**base, **({"unit_amount": 3} | more)})


def subscriber(client: stripe.StripeClient) -> str:
    owner = client.v1.customers.create({})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    default: Any = {"invoice_settings": {"default_payment_method": card.id}}
    client.v1.customers.update(owner.id, default)
    return owner.id


def use(client: stripe.StripeClient, owner: str, value: object, **more: Any) -> Any:
    payload = {"stripe_customer_id": owner, "value": str(value)}
    return client.v1.billing.meter_events.create({"event_name": "calls", "payload": payload, **more})


def test_a_meter_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    made = meter(checked)
    assert (made.status, made.customer_mapping.event_payload_key) == ("active", "stripe_customer_id")
    with refused(400, None, "event_name"):
        meter(checked)
    client = checked.v1.billing.meters
    assert client.update(made.id, {"display_name": "All calls"}).display_name == "All calls"
    off = client.deactivate(made.id)
    assert off.status_transitions.deactivated_at is not None
    with refused(400, "archived_meter", "event_name"):
        use(checked, checked.v1.customers.create({}).id, 1)
    with refused(400, "archived_meter", "recurring[meter]"):
        metered(checked, made.id)
    assert client.list({"status": "inactive"}).data[0].id == made.id
    assert client.reactivate(made.id).status == "active"
    assert client.retrieve(made.id).updated >= made.created
    with refused(400):
        client.reactivate(made.id)


def test_what_was_used_is_charged_when_the_period_has_ended(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    price = metered(checked, meter(checked).id)
    base: Any = {"currency": "usd", "product_data": {"name": "Plan"}, "recurring": {"interval": "month"}}
    licensed = checked.v1.prices.create({**base, "unit_amount": 1000})
    owner = subscriber(checked)
    items: Any = [{"price": licensed.id}, {"price": price.id}]
    made = checked.v1.subscriptions.create({"customer": owner, "items": items, "expand": ["latest_invoice"]})
    first: Any = made.latest_invoice
    assert (first.total, "quantity" in made["items"].data[1].to_dict()) == (1000, False)
    for value in (10, 90, 400):
        advance(days=1)
        use(checked, owner, value)
    preview = checked.v1.invoices.create_preview({"subscription": made.id})
    assert preview.total == 1000 + 3 * 500
    advance(days=40)
    invoices = checked.v1.invoices.list({"subscription": made.id}).data
    assert [each.total for each in invoices] == [2500, 1000]
    line = next(each for each in invoices[0].lines.data if each.pricing.price_details.price == price.id)
    assert (line.quantity, line.amount, line.period.start) == (500, 1500, first.lines.data[0].period.start)
    advance(days=31)
    assert checked.v1.invoices.list({"subscription": made.id, "limit": 1}).data[0].total == 1000


def test_metered_alone_in_checkout_and_tiers(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    tiers: Any = [{"up_to": 100, "unit_amount": 0}, {"up_to": "inf", "unit_amount": 2}]
    tiered: Any = {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": tiers, "unit_amount": None}
    price = metered(checked, meter(checked).id, **tiered)
    with refused(400, None, "line_items[0][quantity]"):
        checked.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "line_items": [{"price": price.id, "quantity": 1}],
                "success_url": "http://127.0.0.1:9/",
            }
        )
    session = checked.v1.checkout.sessions.create(
        {"mode": "subscription", "line_items": [{"price": price.id}], "success_url": "http://127.0.0.1:9/"}
    )
    assert session.amount_total == 0
    owner = subscriber(checked)
    made = checked.v1.subscriptions.create({"customer": owner, "items": [{"price": price.id}]})
    assert made.status == "active"
    use(checked, owner, 250)
    advance(days=40)
    (invoice,) = checked.v1.invoices.list({"subscription": made.id, "limit": 1}).data
    assert (invoice.total, invoice.status) == (300, "paid")
    with refused(400, None, "items[0][quantity]"):
        checked.v1.subscriptions.create({"customer": owner, "items": [{"price": price.id, "quantity": 2}]})
    assert [each.id for each in checked.v1.prices.list({"recurring": {"usage_type": "metered"}}).data] == [
        price.id
    ]


def test_events_are_summed_up_and_taken_back(
    checked: stripe.StripeClient, fresh_world: dict[str, Any]
) -> None:
    made = meter(checked)
    owner = checked.v1.customers.create({}).id
    now = checked.v1.customers.retrieve(owner).created
    day = now // 86400 * 86400
    for age, value in ((0, 5), (86400, 7), (90000, 8)):
        use(checked, owner, value, identifier=f"at-{age}", timestamp=now - age)
    summaries = checked.v1.billing.meters.event_summaries
    period: Any = {"customer": owner, "start_time": day - 3 * 86400, "end_time": day + 86400}
    (whole,) = summaries.list(made.id, period).data
    assert whole.aggregated_value == 20
    by_day = summaries.list(made.id, {**period, "value_grouping_window": "day"}).data
    assert sum(each.aggregated_value for each in by_day) == 20
    assert by_day[0].start_time > by_day[-1].start_time
    with refused(400, None, "start_time"):
        summaries.list(made.id, {**period, "start_time": day + 1})
    with refused(400, "duplicate_meter_event", "identifier"):
        use(checked, owner, 1, identifier="at-0")
    adjust: Any = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "at-0"}}
    assert checked.v1.billing.meter_event_adjustments.create(adjust).status == "complete"
    assert summaries.list(made.id, period).data[0].aggregated_value == 15
    with refused(400, "resource_missing", "cancel[identifier]"):
        checked.v1.billing.meter_event_adjustments.create(adjust)
    for wrong, code in (
        ({"timestamp": now - 36 * 86400}, "timestamp_too_far_in_past"),
        ({"timestamp": now + 400}, "timestamp_in_future"),
        ({"payload": {"stripe_customer_id": owner, "value": "many"}}, "meter_event_invalid_value"),
        ({"payload": {"stripe_customer_id": "cus_no", "value": "1"}}, "resource_missing"),
        ({"payload": {"value": "1"}}, "parameter_missing"),
        ({"event_name": "texts"}, "no_meter"),
    ):
        with refused(400, code):
            use(checked, owner, 1, **wrong)


def test_prices_and_meters_go_together(checked: stripe.StripeClient) -> None:
    base: Any = {"currency": "usd", "unit_amount": 1, "product_data": {"name": "X"}}
    for recurring, param in (
        ({"interval": "month", "usage_type": "metered"}, "recurring[meter]"),
        ({"interval": "month", "meter": meter(checked).id}, "recurring[usage_type]"),
        ({"interval": "month", "usage_type": "metered", "meter": "mtr_no"}, "recurring[meter]"),
    ):
        with refused(400, None, param):
            checked.v1.prices.create({**base, "recurring": recurring})


@pytest.mark.parametrize(
    ("formula", "expected"), [("sum", sum), ("count", len), ("last", lambda each: each[-1])]
)
async def test_meters_add_up(room: Room, formula: str, expected: Callable[[list[int]], int]) -> None:
    wanted = {"display_name": "C", "event_name": "calls", "default_aggregation": {"formula": formula}}
    made = await room.ok("POST", "/v1/billing/meters", wanted)
    owner = await room.ok("POST", "/v1/customers")
    values = [5, 3, 11]
    for value in values:
        payload = {"stripe_customer_id": owner["id"], "value": value}
        await room.ok("POST", "/v1/billing/meter_events", {"event_name": "calls", "payload": payload})
        await room.advance(1)
    tx = room.tx()
    found = meters.summaries(tx, tx.get(meters.METERS, made["id"]) or {}, owner["id"], (0, 2**40), None)
    assert found[0]["aggregated_value"] == expected(values)


async def test_periods_that_meet_count_each_event_once(room: Room) -> None:
    wanted = {"display_name": "C", "event_name": "calls", "default_aggregation": {"formula": "sum"}}
    made = await room.ok("POST", "/v1/billing/meters", wanted)
    owner = await room.ok("POST", "/v1/customers")
    start = owner["created"]
    for second in range(12):
        payload = {"stripe_customer_id": owner["id"], "value": 2**second}
        event = {"event_name": "calls", "payload": payload, "timestamp": start + second}
        await room.ok("POST", "/v1/billing/meter_events", event)
    tx = room.tx()
    meter_now = tx.get(meters.METERS, made["id"]) or {}
    for cuts in ((4,), (1, 2, 11), (6, 7)):
        edges = [start, *(start + cut for cut in cuts), start + 12]
        parts = [
            meters.summaries(tx, meter_now, owner["id"], (low, high), None)[0]["aggregated_value"]
            for low, high in pairwise(edges)
        ]
        assert sum(parts) == 2**12 - 1
