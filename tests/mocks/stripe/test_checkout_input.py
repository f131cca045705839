"""What a Checkout Session takes, and what it refuses."""

from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscriber
from tests.mocks.stripe.checkout import START, URLS, confirm, opened
from tests.mocks.stripe.conformance import refused


def test_items_described_in_place_are_sold(checked: stripe.StripeClient) -> None:
    journal = Journal(checked)
    data = {"currency": "eur", "product_data": {"name": "Report"}, "unit_amount": 900}
    session = opened(checked, line_items=[{"price_data": data, "quantity": 2}], expand=["line_items"])
    assert (session.mode, session.amount_total, session.currency) == ("payment", 1800, "eur")
    assert (session.line_items.data[0].description, session.line_items.data[0].price.active) == (
        "Report",
        False,
    )
    assert journal.types() == ["product.created", "price.created"]


REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"line_items": None}, "parameter_missing", "line_items"),
    ({"success_url": None}, "parameter_missing", "success_url"),
    ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
    ({"cancel_url": "app.test"}, "url_invalid", "cancel_url"),
    ({"mode": "pay"}, None, "mode"),
    ({"mode": "subscription"}, None, "mode"),
    ({"line_items": [{"price": "plan", "quantity": 1}], "mode": "payment"}, None, "mode"),
    ({"line_items": [{"price": "price_no", "quantity": 1}]}, "resource_missing", "line_items[0][price]"),
    ({"line_items": [{"price": "one"}]}, "parameter_missing", "line_items[0][quantity]"),
    ({"line_items": [{"price": "cheap", "quantity": 1}]}, "amount_too_small", "line_items"),
    ({"line_items": [{"price": "one", "quantity": 99999}]}, "amount_too_large", "line_items"),
    ({"mode": "setup"}, None, "line_items"),
    ({"mode": "setup", "line_items": None}, "parameter_missing", "currency"),
    ({"customer": "cus_no"}, "resource_missing", "customer"),
    ({"customer": "known", "customer_email": "a@b.test"}, "parameters_exclusive", "customer"),
    ({"customer_update": {"address": "auto"}}, None, "customer_update"),
    ({"subscription_data": {"trial_period_days": 3}}, None, "subscription_data"),
    ({"expires_at": START + 1799}, None, "expires_at"),
    ({"expires_at": START + 86401}, None, "expires_at"),
    ({"ui_mode": "hosted"}, None, "ui_mode"),
    ({"ui_mode": "elements"}, "parameter_unknown", "ui_mode"),
    (
        {"allow_promotion_codes": True, "discounts": [{"coupon": "x"}]},
        "parameters_exclusive",
        "allow_promotion_codes",
    ),
    ({"automatic_tax": {"enabled": True}}, "parameter_unknown", "automatic_tax[enabled]"),
    ({"discounts": [{"coupon": "x"}]}, "resource_missing", "discounts[0][coupon]"),
    ({"payment_method_types": ["cheque"]}, None, "payment_method_types[0]"),
]


@pytest.mark.parametrize(("wrong", "code", "param"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_opened_is_refused(
    checked: stripe.StripeClient, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    names = {
        "one": price(checked, recurring=None).id,
        "plan": price(checked).id,
        "cheap": price(checked, 10, recurring=None).id,
        "known": subscriber(checked, None).id,
    }
    given: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"price": "one", "quantity": 1}],
        **URLS,
        **wrong,
    }
    for item in given["line_items"] or ():
        item["price"] = names.get(item["price"], item["price"])
    given["customer"] = names.get(given.get("customer", ""), given.get("customer"))
    with refused(400, code, param):
        checked.v1.checkout.sessions.create(
            {name: value for name, value in given.items() if value is not None}
        )  # type: ignore[arg-type]
    assert checked.v1.checkout.sessions.list().data == []


def test_switches_that_are_off_are_taken(checked: stripe.StripeClient) -> None:
    off = {"enabled": False}
    session = opened(
        checked,
        mode="payment",
        line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}],
        allow_promotion_codes=False,
        automatic_tax=off,
        phone_number_collection=off,
        tax_id_collection=off,
        invoice_creation=off,
        locale="auto",
        submit_type="pay",
        ui_mode="hosted_page",
    )
    assert (session.allow_promotion_codes, session.locale, session.submit_type) == (False, "auto", "pay")


def test_versions_shape_sessions(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    line_items: Any = [{"price": price(checked, recurring=None).id, "quantity": 1}]
    old: Any = {"stripe_version": "2025-04-30.basil"}
    given: Any = {**URLS, "mode": "payment", "line_items": line_items, "payment_method_types": ["card"]}
    session = newest.v1.checkout.sessions.create({**given, "ui_mode": "hosted"}, old)
    assert session.ui_mode == "hosted"
    assert "customer_account" not in session
    with refused(400, "payment_method_types_no_longer_supported", "payment_method_types"):
        newest.v1.checkout.sessions.create(given)


def test_a_changed_amount_is_refused(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}])
    with refused(400, None, "expected_amount"):
        confirm(newest, session.id, payment_method="pm_card_visa", expected_amount="1")
    with refused(400, "parameter_missing", "payment_method"):
        confirm(newest, session.id)
