"""What the billing portal offers: a coupon to who stays, promotion codes, changes that wait for the period's end."""

from typing import Any

import httpx
import pytest
import stripe

from tests.mocks.stripe.billing import price, subscribe, subscriber
from tests.mocks.stripe.conformance import refused


def opened(client: stripe.StripeClient, customer: str, features: Any, **more: Any) -> Any:
    """Make a link for a customer into a portal that allows some things."""
    portal = client.v1.billing_portal
    configuration = portal.configurations.create({"features": features})
    return portal.sessions.create({"customer": customer, "configuration": configuration.id, **more})


def switching(*prices: Any, **more: Any) -> Any:
    """Return the feature of switching between prices."""
    products = [{"product": each.product, "prices": [each.id]} for each in prices]
    feature = {"enabled": True, "default_allowed_updates": ["price", "promotion_code"], "products": products}
    return {"subscription_update": {**feature, "proration_behavior": "always_invoice", **more}}


def press(session: Any, **form: str) -> httpx.Response:
    """Send a form of the portal."""
    return httpx.post(session.url, data=form)


def test_who_stays_takes_the_coupon(checked: stripe.StripeClient) -> None:
    owner = subscriber(checked)
    made = subscribe(checked, owner, price(checked))
    coupon = checked.v1.coupons.create({"percent_off": 25, "duration": "forever"})
    offer = {"type": "coupon_offer", "coupon_offer": {"coupon": coupon.id}}
    flow: Any = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": made.id, "retention": offer},
    }
    session = opened(checked, owner.id, {"subscription_cancel": {"enabled": True}}, flow_data=flow)
    assert session.flow.subscription_cancel.retention.coupon_offer.coupon == coupon.id
    assert "Stay, and take 25% off." in httpx.get(session.url).text
    assert press(session, action="keep", subscription=made.id).status_code == 303
    kept = checked.v1.subscriptions.retrieve(made.id, {"expand": ["discounts"]})
    assert kept.cancel_at_period_end is False
    assert [each.source.coupon for each in kept.discounts or ()] == [coupon.id]  # type: ignore[union-attr]


def test_nothing_is_offered_unless_the_flow_does(checked: stripe.StripeClient) -> None:
    owner = subscriber(checked)
    made = subscribe(checked, owner, price(checked))
    session = opened(checked, owner.id, {"subscription_cancel": {"enabled": True}})
    answer = press(session, action="keep", subscription=made.id)
    assert (answer.status_code, "There is no offer." in answer.text) == (400, True)
    flow: Any = {"type": "subscription_cancel", "subscription_cancel": {"subscription": made.id}}
    flow["subscription_cancel"]["retention"] = {"type": "coupon_offer", "coupon_offer": {"coupon": "no"}}
    param = "flow_data[subscription_cancel][retention][coupon_offer][coupon]"
    with refused(400, "resource_missing", param):
        opened(checked, owner.id, {"subscription_cancel": {"enabled": True}}, flow_data=flow)


def test_a_promotion_code_is_redeemed_with_a_change(checked: stripe.StripeClient) -> None:
    owner, basic, plus = subscriber(checked), price(checked), price(checked, 5000)
    made = subscribe(checked, owner, basic)
    coupon = checked.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    given: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    code = checked.v1.promotion_codes.create(given)
    session = opened(checked, owner.id, switching(basic, plus))
    form = {"action": "switch", "subscription": made.id, "price": plus.id}
    wrong = press(session, **form, promotionCode="AUTUMN")
    assert (wrong.status_code, "This code is invalid." in wrong.text) == (400, True)
    assert checked.v1.subscriptions.retrieve(made.id)["items"].data[0].price.id == basic.id
    assert press(session, **form, promotionCode=" spring ").status_code == 303
    changed = checked.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice", "discounts"]})
    assert changed["items"].data[0].price.id == plus.id
    assert [each.promotion_code for each in changed.discounts or ()] == [code.id]  # type: ignore[union-attr]
    latest: Any = changed.latest_invoice
    assert latest.amount_due == 2500 - 2000


def test_a_confirmed_change_brings_its_discount(checked: stripe.StripeClient) -> None:
    owner, basic, plus = subscriber(checked), price(checked), price(checked, 5000)
    made = subscribe(checked, owner, basic)
    coupon = checked.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    item = {"id": made["items"].data[0].id, "price": plus.id, "quantity": 1}
    confirm = {"subscription": made.id, "items": [item], "discounts": [{"coupon": coupon.id}]}
    flow: Any = {"type": "subscription_update_confirm", "subscription_update_confirm": confirm}
    session = opened(checked, owner.id, switching(basic, plus), flow_data=flow)
    assert press(session, action="switch", subscription=made.id).status_code == 303
    changed = checked.v1.subscriptions.retrieve(made.id, {"expand": ["discounts"]})
    assert [each.source.coupon for each in changed.discounts or ()] == [coupon.id]  # type: ignore[union-attr]
    assert changed["items"].data[0].price.id == plus.id


@pytest.mark.parametrize(
    ("condition", "to", "waits"),
    [
        ("decreasing_item_amount", "cheap", True),
        ("decreasing_item_amount", "dear", False),
        ("shortening_interval", "weekly", True),
        ("shortening_interval", "cheap", False),
    ],
)
def test_some_changes_wait_for_the_end_of_the_period(
    checked: stripe.StripeClient, advance: Any, condition: str, to: str, waits: bool
) -> None:
    owner, now = subscriber(checked), price(checked, 3000)
    others = {
        "cheap": price(checked, 1000),
        "dear": price(checked, 5000),
        "weekly": price(checked, 4000, recurring={"interval": "week"}),
    }
    made = subscribe(checked, owner, now)
    feature = switching(now, *others.values(), schedule_at_period_end={"conditions": [{"type": condition}]})
    session = opened(checked, owner.id, feature)
    answer = press(session, action="switch", subscription=made.id, price=others[to].id)
    assert answer.status_code == 303
    changed = checked.v1.subscriptions.retrieve(made.id)
    assert changed["items"].data[0].price.id == (now.id if waits else others[to].id)
    assert (changed.schedule is not None) == waits
    advance(days=31)
    changed = checked.v1.subscriptions.retrieve(made.id)
    assert changed["items"].data[0].price.id == others[to].id


def test_bank_accounts_are_shown(checked: stripe.StripeClient) -> None:
    owner = checked.v1.customers.create({})
    checked.v1.payment_methods.attach("pm_usBankAccount_success", {"customer": owner.id})
    session = checked.v1.billing_portal.sessions.create({"customer": owner.id})
    feature = httpx.get(session.url).text
    configured = checked.v1.billing_portal.configurations.retrieve(str(session.configuration))
    assert configured.features.payment_method_update.enabled
    assert "US bank account •••• 6789" in feature
