"""Quotes: drafted, offered, accepted or not, and what becomes of them."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.test_meters import subscriber


def price(client: stripe.StripeClient, amount: int, **more: Any) -> str:
    base: Any = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Film"}}
    return client.v1.prices.create(base | more).id


def monthly(client: stripe.StripeClient, amount: int = 3000) -> str:
    return price(client, amount, recurring={"interval": "month"})


def quote(client: stripe.StripeClient, *prices: str, **more: Any) -> Any:
    items: Any = [{"price": each, "quantity": 2} for each in prices]
    return client.v1.quotes.create({"line_items": items, **more})


def types(client: stripe.StripeClient) -> list[str]:
    return [each.type for each in client.v1.events.list({"limit": 100}).data][::-1]


def test_an_offer_becomes_a_subscription(checked: stripe.StripeClient) -> None:
    coupon = checked.v1.coupons.create({"percent_off": 50, "duration": "once"})
    rate = checked.v1.tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    made = quote(
        checked,
        monthly(checked),
        price(checked, 1000),
        customer=subscriber(checked),
        discounts=[{"coupon": coupon.id}],
        default_tax_rates=[rate.id],
        description="A year of films",
        subscription_data={"metadata": {"k": "v"}},
    )
    assert (made.status, made.number, made.currency) == ("draft", None, "usd")
    assert (made.amount_subtotal, made.amount_total) == (8000, 4800)
    assert (made.computed.recurring.amount_total, made.computed.recurring.interval) == (3600, "month")
    assert (made.total_details.amount_discount, made.total_details.amount_tax) == (4000, 800)
    offered = checked.v1.quotes.finalize_quote(made.id)
    assert (offered.status, (offered.number or "")[:3]) == ("open", "QT-")
    accepted = checked.v1.quotes.accept(made.id, {"expand": ["subscription", "invoice", "line_items"]})
    assert accepted.status == "accepted"
    subscription: Any = accepted.subscription
    assert (subscription.status, subscription.metadata["k"]) == ("active", "v")
    invoice: Any = accepted.invoice
    assert (invoice.total, invoice.status) == (4800, "paid")
    assert types(checked)[-1] == "quote.accepted"
    assert [each.quantity for each in checked.v1.quotes.line_items.list(made.id).data] == [2, 2]
    upfront = checked.v1.quotes.computed_upfront_line_items.list(made.id)
    assert sum(each.amount_total for each in upfront.data) == 4800
    assert checked.v1.coupons.retrieve(coupon.id).times_redeemed == 1


def test_an_offer_of_one_time_prices_becomes_the_draft_of_an_invoice(checked: stripe.StripeClient) -> None:
    owner = checked.v1.customers.create({"email": "ada@studio.test"}).id
    coupon = checked.v1.coupons.create({"amount_off": 500, "currency": "usd", "duration": "once"}).id
    sends: Any = {"collection_method": "send_invoice", "invoice_settings": {"days_until_due": 14}}
    made = quote(checked, price(checked, 1000), customer=owner, discounts=[{"coupon": coupon}], **sends)
    checked.v1.quotes.finalize_quote(made.id)
    accepted: Any = checked.v1.quotes.accept(made.id, {"expand": ["invoice"]})
    invoice = accepted.invoice
    assert (invoice.status, invoice.total, invoice.billing_reason) == ("draft", 1500, "quote_accept")
    assert (invoice.parent.quote_details.quote, invoice.collection_method) == (made.id, "send_invoice")
    assert invoice.due_date == invoice.created + 14 * 86400
    assert checked.v1.invoices.finalize_invoice(invoice.id).status == "open"
    assert "customer.subscription.created" not in types(checked)


def test_a_trial_costs_nothing_at_once(checked: stripe.StripeClient) -> None:
    made = quote(checked, monthly(checked), subscription_data={"trial_period_days": 7})
    assert (made.amount_total, made.computed.recurring.amount_total) == (0, 6000)
    changed = checked.v1.quotes.update(made.id, {"subscription_data": {"trial_period_days": ""}})
    assert changed.amount_total == 6000


def test_drafts_are_changed_and_offers_are_not(checked: stripe.StripeClient) -> None:
    made = quote(checked)
    assert (made.amount_total, made.currency) == (0, None)
    with refused(400, None, "customer"):
        checked.v1.quotes.finalize_quote(made.id)
    owner = checked.v1.customers.create({}).id
    described: Any = {"price_data": {"currency": "eur", "unit_amount": 700, "product": checked.v1.products.create({"name": "Still"}).id}}  # fmt: skip
    changed = checked.v1.quotes.update(
        made.id, {"customer": owner, "line_items": [described], "header": "Offer", "metadata": {"k": "v"}}
    )
    assert (changed.amount_total, changed.currency, changed.header) == (700, "eur", "Offer")
    checked.v1.quotes.finalize_quote(made.id, {"expires_at": made.created + 60})
    with refused(400):
        checked.v1.quotes.update(made.id, {"description": "other"})
    assert checked.v1.quotes.update(made.id, {"metadata": {"l": "w"}}).metadata.to_dict() == {
        "k": "v",
        "l": "w",
    }
    with refused(400):
        checked.v1.quotes.finalize_quote(made.id)
    assert [each.id for each in checked.v1.quotes.list({"customer": owner, "status": "open"}).data] == [
        made.id
    ]
    assert checked.v1.quotes.cancel(made.id).status_transitions.canceled_at is not None
    with refused(400):
        checked.v1.quotes.accept(made.id)
    with refused(404, "resource_missing", "quote"):
        checked.v1.quotes.retrieve("qt_nobody")
    assert [each for each in types(checked) if each.startswith("quote")] == [
        "quote.created",
        "quote.finalized",
        "quote.canceled",
    ]


def test_an_offer_ends_by_itself(checked: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    made = quote(checked, price(checked, 1000))
    advance(days=30)
    assert checked.v1.quotes.retrieve(made.id).status == "canceled"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"expires_at": 1}, "expires_at"),
        ({"discounts": [{"coupon": "nothing"}], "line_items": None}, "discounts[0][coupon]"),
        ({"line_items": [{"price": "price_nothing"}]}, "line_items[0][price]"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"from_quote": {"quote": "qt_1"}}, "from_quote"),
    ],
)
def test_what_is_no_quote_is_refused(checked: stripe.StripeClient, given: Any, param: str) -> None:
    wanted: Any = {"line_items": [{"price": price(checked, 1000)}]}
    wanted |= {name: value for name, value in given.items() if value is not None}
    with refused(400, None, param):
        checked.v1.quotes.create(wanted)


def test_a_quote_is_had_as_pdf(newest: stripe.StripeClient, fresh_world: dict[str, Any]) -> None:
    url = fresh_world["urls"]["stripe"]
    client = stripe.StripeClient(
        fresh_world["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": url, "files": url}
    )
    made = quote(client, price(client, 1000), customer=client.v1.customers.create({}).id)
    with refused(400):
        client.v1.quotes.pdf(made.id)
    number = client.v1.quotes.finalize_quote(made.id).number or ""
    content = client.v1.quotes.pdf(made.id).io.read()
    assert content.startswith(b"%PDF")
    assert number.encode() in content
