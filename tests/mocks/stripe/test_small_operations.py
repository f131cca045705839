"""Operations that stand beside the great ones: deleted plans, attached payments, raised authorizations."""

from collections.abc import Callable
from typing import Any

import stripe

from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.test_meters import subscriber
from tests.mocks.stripe.test_quotes import types


def test_a_deleted_plan_bills_on_and_is_seen_no_more(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    product = checked.v1.products.create({"name": "Film"}).id
    plan = checked.v1.plans.create(
        {"amount": 900, "currency": "usd", "interval": "month", "product": product}
    )
    owner = subscriber(checked)
    checked.v1.subscriptions.create({"customer": owner, "items": [{"price": plan.id}]})
    assert checked.v1.plans.delete(plan.id).deleted is True
    assert types(checked)[-2:] == ["plan.deleted", "price.deleted"]
    with refused(404, "resource_missing"):
        checked.v1.plans.retrieve(plan.id)
    with refused(404, "resource_missing", "price"):
        checked.v1.prices.retrieve(plan.id)
    with refused(400, "resource_missing", "items[0][price]"):
        checked.v1.subscriptions.create({"customer": owner, "items": [{"price": plan.id}]})
    found = checked.v1.prices.search({"query": f'product:"{product}"'})
    listed = checked.v1.prices.list({"product": product}), checked.v1.plans.list({"product": product})
    assert (found.data, listed[0].data, listed[1].data) == ([], [], [])
    advance(days=32)
    assert [each.status for each in checked.v1.invoices.list({"customer": owner}).data] == ["paid", "paid"]
    assert checked.v1.products.delete(product).deleted is True


def test_the_metadata_of_a_session_can_be_changed(checked: stripe.StripeClient) -> None:
    wanted: Any = {
        "mode": "setup",
        "currency": "usd",
        "success_url": "https://a.test",
        "metadata": {"k": "v"},
    }
    made = checked.v1.checkout.sessions.create(wanted)
    changed = checked.v1.checkout.sessions.update(made.id, {"metadata": {"l": "w"}})
    assert (changed.metadata or {}).to_dict() == {"k": "v", "l": "w"}
    with refused(400, "parameter_unknown", "line_items"):
        checked.v1.checkout.sessions.update(made.id, {"line_items": []} | {"line_items": [{"quantity": 1}]})


def draft(client: stripe.StripeClient, owner: str) -> str:
    client.v1.invoice_items.create({"customer": owner, "amount": 2000, "currency": "usd"})
    made = client.v1.invoices.create({"customer": owner, "pending_invoice_items_behavior": "include"})
    return str(client.v1.invoices.finalize_invoice(made.id, {"auto_advance": False}).id)


def test_a_payment_of_ones_own_pays_an_invoice(checked: stripe.StripeClient) -> None:
    owner = subscriber(checked)
    base: Any = {"amount": 2000, "currency": "usd", "customer": owner}
    wrong = checked.v1.payment_intents.create({**base, "amount": 100})
    invoice = draft(checked, owner)
    with refused(400, None, "payment_intent"):
        checked.v1.invoices.attach_payment(invoice, {"payment_intent": wrong.id})
    off: Any = {"confirm": True, "off_session": True}
    method = checked.v1.customers.payment_methods.list(owner).data[0].id
    paid = checked.v1.payment_intents.create({**base, **off, "payment_method": method})
    closed = checked.v1.invoices.attach_payment(invoice, {"payment_intent": paid.id})
    assert (closed.status, closed.amount_paid) == ("paid", 2000)
    payments = checked.v1.invoice_payments.list({"invoice": invoice}).data
    assert [(each.status, each.is_default) for each in payments] == [("paid", False), ("canceled", True)]
    other = draft(checked, owner)
    with refused(400, None, "payment_intent"):
        checked.v1.invoices.attach_payment(other, {"payment_intent": paid.id})
    waiting = checked.v1.payment_intents.create(base)
    checked.v1.invoices.attach_payment(other, {"payment_intent": waiting.id})
    checked.v1.payment_intents.confirm(waiting.id, {"payment_method": method, "off_session": True})
    assert checked.v1.invoices.retrieve(other).status == "paid"
    with refused(400):
        checked.v1.invoices.attach_payment(other, {"payment_intent": waiting.id})


def test_an_authorization_is_raised(checked: stripe.StripeClient) -> None:
    asked: Any = {"card": {"request_incremental_authorization": "if_available"}}
    base: Any = {"amount": 2000, "currency": "usd", "capture_method": "manual", "confirm": True}
    base |= {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1:9/"}
    plain = checked.v1.payment_intents.create(base)
    with refused(400):
        checked.v1.payment_intents.increment_authorization(plain.id, {"amount": 3000})
    intent = checked.v1.payment_intents.create({**base, "payment_method_options": asked})
    with refused(400, "amount_too_small", "amount"):
        checked.v1.payment_intents.increment_authorization(intent.id, {"amount": 2000})
    raised = checked.v1.payment_intents.increment_authorization(intent.id, {"amount": 3000})
    assert (raised.amount, raised.amount_capturable) == (3000, 3000)
    assert types(checked)[-2:] == ["charge.updated", "payment_intent.amount_capturable_updated"]
    captured: Any = checked.v1.payment_intents.capture(raised.id, {"expand": ["latest_charge"]})
    assert (captured.amount_received, captured.latest_charge.amount_captured) == (3000, 3000)
    with refused(400, "payment_intent_unexpected_state"):
        checked.v1.payment_intents.increment_authorization(intent.id, {"amount": 4000})


def test_what_belongs_to_other_payment_methods_is_refused(checked: stripe.StripeClient) -> None:
    intent = checked.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
    setup = checked.v1.setup_intents.create({})
    with refused(400, "payment_intent_unexpected_state"):
        checked.v1.payment_intents.apply_customer_balance(intent.id)
    with refused(400, "payment_intent_unexpected_state"):
        checked.v1.payment_intents.verify_microdeposits(intent.id, {"amounts": [32, 45]})
    with refused(400, "setup_intent_unexpected_state"):
        checked.v1.setup_intents.verify_microdeposits(setup.id, {"descriptor_code": "SM11AA"})
    assert checked.v1.payment_intents.amount_details_line_items.list(intent.id).data == []


def test_a_customers_discount_changes_and_ends(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    first = checked.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    second: Any = {"percent_off": 20, "duration": "repeating", "duration_in_months": 1}
    owner = subscriber(checked)
    checked.raw_request("post", f"/v1/customers/{owner}", coupon=first)
    checked.raw_request("post", f"/v1/customers/{owner}", coupon=checked.v1.coupons.create(second).id)
    [changed] = checked.v1.events.list({"type": "customer.discount.updated"}).data
    assert (changed.data.previous_attributes or {})["source"]["coupon"] == first
    assert checked.v1.events.list({"type": "customer.discount.deleted"}).data == []
    price: Any = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "F"}, "recurring": {"interval": "month"}}  # fmt: skip
    items: Any = [{"price": checked.v1.prices.create(price).id}]
    checked.v1.subscriptions.create({"customer": owner, "items": items})
    advance(days=45)
    assert [each.total for each in checked.v1.invoices.list({"customer": owner}).data] == [900, 720]
    [ended] = checked.v1.events.list({"type": "customer.discount.deleted"}).data
    assert ended.data.object["id"] == changed.data.object["id"]
    assert checked.v1.customers.retrieve(owner).discount is None


def test_a_subscription_is_paused(newest: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    owner = subscriber(newest)
    price: Any = {"currency": "usd", "unit_amount": 3100, "product_data": {"name": "F"}, "recurring": {"interval": "month"}}  # fmt: skip
    made = newest.v1.subscriptions.create({"customer": owner, "items": [{"price": newest.v1.prices.create(price).id}]})  # fmt: skip
    with refused(404):
        newest.v1.subscriptions.pause(made.id, {}, {"stripe_version": "2026-05-27.dahlia"})
    advance(days=10)
    assert newest.v1.subscriptions.pause(made.id).status == "paused"
    assert types(newest)[-2:] == ["customer.subscription.updated", "customer.subscription.paused"]
    with refused(400):
        newest.v1.subscriptions.pause(made.id)
    advance(days=40)
    [credit] = newest.v1.invoice_items.list({"customer": owner, "pending": True}).data
    assert (credit.amount, len(newest.v1.invoices.list({"customer": owner}).data)) == (-2100, 1)
    resumed = newest.v1.subscriptions.resume(made.id, {"billing_cycle_anchor": "now"})
    assert resumed.status == "active"
    assert newest.v1.invoices.list({"customer": owner}).data[0].amount_due == 1000
    nothing: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}
    newest.v1.subscriptions.pause(made.id, nothing)
    assert newest.v1.invoice_items.list({"customer": owner, "pending": True}).data == []


def test_a_pause_may_be_invoiced_at_once(newest: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    owner = subscriber(newest)
    price: Any = {"currency": "usd", "unit_amount": 3100, "product_data": {"name": "F"}, "recurring": {"interval": "month"}}  # fmt: skip
    made = newest.v1.subscriptions.create({"customer": owner, "items": [{"price": newest.v1.prices.create(price).id}]})  # fmt: skip
    advance(days=10)
    newest.v1.subscriptions.pause(made.id, {"invoicing_behavior": "invoice"})
    assert newest.v1.invoices.list({"customer": owner}).data[0].total == -2100
    assert newest.v1.customers.retrieve(owner).balance == -2100
