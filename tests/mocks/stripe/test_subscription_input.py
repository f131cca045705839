"""What a subscription takes, and what it refuses."""

from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import price, subscribe, subscriber
from tests.mocks.stripe.conformance import refused

START = 1772355600
"""2026-03-01T09:00:00Z, where the fresh world's clock stands."""


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
