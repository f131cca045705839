"""Shipping rates, and what Checkout and payment links make of them: offered, chosen, paid, and where goods go."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe
from playwright.async_api import Page, expect

from tests.mocks.stripe.billing import price, subscriber
from tests.mocks.stripe.checkout import OK, URLS, confirm, opened, retrieved
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.test_pages import VISA, Shop, fill
from tests.mocks.stripe.test_pages import shop as shop  # noqa: PLC0414 - a fixture

NEXT_DAY: Any = {"unit": "business_day", "value": 1}
COUNTRIES: Any = {"allowed_countries": ["GB", "DE"]}
HOME: Any = {"name": "Ada Quill", "address": {"line1": "1 Ink Street", "city": "Leeds", "country": "GB"}}


def rate(client: stripe.StripeClient, amount: int, name: str, **more: Any) -> Any:
    """Make a rate in dollars."""
    fixed: Any = {"amount": amount, "currency": "usd"}
    return client.v1.shipping_rates.create({"display_name": name, "fixed_amount": fixed, **more})


def sold(client: stripe.StripeClient, **more: Any) -> Any:
    """Open a session for something of 20.00."""
    return opened(client, line_items=[{"price": price(client, recurring=None).id, "quantity": 1}], **more)


def test_rates_are_made_archived_and_listed(checked: stripe.StripeClient) -> None:
    estimate: Any = {"minimum": NEXT_DAY, "maximum": NEXT_DAY | {"value": 3}}
    made = rate(checked, 500, "Post", delivery_estimate=estimate, metadata={"a": "1"})
    assert (made.fixed_amount.amount, made.tax_behavior, made.type) == (500, "unspecified", "fixed_amount")
    assert made.delivery_estimate.maximum.value == 3
    given: Any = {"active": False, "metadata": {"b": "2"}, "tax_behavior": "exclusive"}
    changed = checked.v1.shipping_rates.update(made.id, given)
    assert (changed.active, changed.metadata.to_dict()) == (False, {"a": "1", "b": "2"})
    assert checked.v1.shipping_rates.retrieve(made.id).tax_behavior == "exclusive"
    other = rate(checked, 0, "Free")
    assert [each.id for each in checked.v1.shipping_rates.list().data] == [other.id, made.id]
    assert [each.id for each in checked.v1.shipping_rates.list({"active": False}).data] == [made.id]
    assert checked.v1.shipping_rates.list({"currency": "eur"}).data == []
    with refused(400, None, "tax_behavior"):
        checked.v1.shipping_rates.update(made.id, {"tax_behavior": "inclusive"})
    with refused(404, "resource_missing"):
        checked.v1.shipping_rates.retrieve("shr_no")


def test_the_first_rate_is_chosen_and_another_one_paid(
    checked: stripe.StripeClient, newest: stripe.StripeClient
) -> None:
    slow, fast = rate(checked, 0, "Post"), rate(checked, 1500, "Courier")
    options: Any = [{"shipping_rate": each.id} for each in (slow, fast)]
    session = sold(checked, shipping_options=options, shipping_address_collection=COUNTRIES)
    assert (session.amount_subtotal, session.amount_total, session.shipping_cost.amount_total) == (
        2000,
        2000,
        0,
    )
    with refused(400, None, "shipping"):
        confirm(newest, session.id, payment_method="pm_card_visa", email="ada@studio.test")
    paid = {"payment_method": "pm_card_visa", "email": "ada@studio.test", "shipping": HOME}
    with refused(400, None, "shipping_rate"):
        confirm(newest, session.id, **paid, shipping_rate="shr_no")
    with refused(400, None, "shipping[address][country]"):
        elsewhere = HOME["address"] | {"country": "FR"}
        confirm(newest, session.id, **paid | {"shipping": HOME | {"address": elsewhere}})
    confirm(newest, session.id, **paid, shipping_rate=fast.id)
    done = retrieved(checked, session.id, "payment_intent", "shipping_cost.shipping_rate")
    assert (done.amount_subtotal, done.amount_total, done.total_details.amount_shipping) == (2000, 3500, 1500)
    assert (done.payment_intent.amount_received, done.shipping_cost.shipping_rate.display_name) == (
        3500,
        "Courier",
    )
    assert done.collected_information.shipping_details.address.city == "Leeds"
    assert done.payment_intent.shipping.name == "Ada Quill"


def test_a_decline_keeps_the_session_and_the_next_try_has_the_other_rate(
    checked: stripe.StripeClient, newest: stripe.StripeClient
) -> None:
    slow, fast = rate(checked, 300, "Post"), rate(checked, 900, "Courier")
    session = sold(checked, shipping_options=[{"shipping_rate": slow.id}, {"shipping_rate": fast.id}])
    paid = {"email": "ada@studio.test", "shipping": HOME}
    with refused(402, "card_declined"):
        confirm(newest, session.id, **paid, payment_method="pm_card_chargeDeclined")
    confirm(
        newest,
        session.id,
        **paid,
        payment_method="pm_card_visa",
        shipping_rate=fast.id,
        expected_amount=2900,
    )
    intent = retrieved(checked, session.id, "payment_intent").payment_intent
    assert (intent.amount_received, intent.shipping.address.country) == (2900, "GB")


def test_a_discount_leaves_shipping_alone_and_the_address_goes_to_the_customer(
    checked: stripe.StripeClient, newest: stripe.StripeClient
) -> None:
    half = checked.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    described: Any = {"display_name": "Post", "fixed_amount": {"amount": 700, "currency": "usd"}}
    customer = subscriber(checked, card=None)
    session = sold(
        checked,
        customer=customer.id,
        customer_update={"shipping": "auto"},
        discounts=[{"coupon": half}],
        shipping_options=[{"shipping_rate_data": described}],
        shipping_address_collection=COUNTRIES,
    )
    assert (session.amount_total, session.total_details.amount_shipping) == (1700, 700)
    confirm(newest, session.id, payment_method="pm_card_visa", shipping=HOME)
    assert checked.v1.customers.retrieve(customer.id).shipping.address.line1 == "1 Ink Street"
    assert retrieved(checked, session.id).amount_total == 1700


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"shipping_options": [{"shipping_rate": "shr_no"}]}, "shipping_options[0][shipping_rate]"),
        (
            {
                "shipping_options": [
                    {
                        "shipping_rate_data": {
                            "display_name": "Post",
                            "fixed_amount": {"amount": 5, "currency": "eur"},
                        }
                    }
                ]
            },
            "shipping_options[0][shipping_rate]",
        ),
        ({"shipping_options": [{"shipping_rate_data": {"display_name": "Post"}}]}, "fixed_amount"),
        ({"shipping_address_collection": {"allowed_countries": ["England"]}}, None),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused(checked: stripe.StripeClient, wrong: Any, param: str | None) -> None:
    with refused(400, None, param):
        sold(checked, **wrong)
    archived = rate(checked, 5, "Post")
    checked.v1.shipping_rates.update(archived.id, {"active": False})
    with refused(400, None, "shipping_options[0][shipping_rate]"):
        sold(checked, shipping_options=[{"shipping_rate": archived.id}])
    with refused(400, None, "shipping_options"):
        monthly = [{"price": price(checked).id, "quantity": 1}]
        opened(checked, line_items=monthly, shipping_options=[{"shipping_rate": rate(checked, 5, "Post").id}])


def test_the_page_asks_where_to(checked: stripe.StripeClient) -> None:
    slow, fast = (
        rate(checked, 0, "Post"),
        rate(checked, 1500, "Courier", delivery_estimate={"maximum": NEXT_DAY}),
    )
    options: Any = [{"shipping_rate": each.id} for each in (slow, fast)]
    session = sold(checked, shipping_options=options, shipping_address_collection=COUNTRIES)
    assert "up to 1 business day" in httpx.get(session.url).text
    chosen = httpx.post(session.url, data={"shippingRate": fast.id})
    assert (chosen.status_code, "$35.00" in chosen.text) == (200, True)
    assert httpx.post(session.url, data={"shippingRate": "shr_no"}).status_code == 400
    form = OK | {"email": "ada@studio.test", "shippingName": "Ada Quill"}
    incomplete = httpx.post(session.url, data=form)
    assert incomplete.status_code == 400
    assert "Your shipping address is incomplete." in incomplete.text
    assert 'value="Ada Quill"' in incomplete.text
    whole = form | {
        "shippingAddressLine1": "1 Ink Street",
        "shippingCountry": "DE",
        "shippingLocality": "Bonn",
    }
    assert httpx.post(session.url, data=whole).status_code == 303
    told = retrieved(checked, session.id).collected_information.shipping_details
    assert (told.name, told.address.city, told.address.country) == ("Ada Quill", "Bonn", "DE")


def test_a_trigger_sends_somewhere(
    checked: stripe.StripeClient, server: Any, fresh_world: dict[str, Any]
) -> None:
    session = sold(checked, shipping_address_collection=COUNTRIES)
    asked = {"provider": "stripe", "event": "checkout.session.completed", "session": session.id}
    server.control("POST", f"/worlds/{fresh_world['id']}/trigger", asked)
    assert retrieved(checked, session.id).collected_information.shipping_details.address.country == "GB"


async def test_a_link_sends_what_it_sells(shop: Shop, page: Page) -> None:
    client = shop.client
    slow, fast = rate(client, 0, "Post"), rate(client, 1500, "Courier")
    line: Any = {"price": price(client, recurring=None).id, "quantity": 1}
    link = client.v1.payment_links.create(
        {
            "line_items": [line],
            "shipping_address_collection": COUNTRIES,
            "shipping_options": [{"shipping_rate": slow.id}, {"shipping_rate": fast.id}],
        }
    )
    assert [each.shipping_amount for each in link.shipping_options] == [0, 1500]
    await page.goto(link.url)
    await page.get_by_label("Courier").check()
    await page.get_by_role("button", name="Choose").click()
    await expect(page.get_by_test_id("product-summary-total-amount")).to_have_text("$35.00")
    await page.get_by_label("Full name").fill("Ada Quill")
    await page.get_by_label("Address", exact=True).fill("1 Ink Street")
    await page.get_by_label("Country", exact=True).select_option("DE")
    await page.get_by_label("Email").fill("ada@shop.test")
    await fill(page, VISA)
    await page.get_by_role("button", name="Pay", exact=True).click()
    await expect(page.get_by_text("Your payment was received.")).to_be_visible()
    (session,) = client.v1.checkout.sessions.list({"payment_link": link.id}).data
    assert (session.amount_total, session.status) == (3500, "complete")


NODE = """
import Stripe from "stripe";
const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const fixed_amount = { amount: 500, currency: "usd" };
const rate = await stripe.shippingRates.create({ display_name: "Post", type: "fixed_amount", fixed_amount });
const { id } = await stripe.prices.create({ currency: "usd", unit_amount: 2000, product_data: { name: "Film" } });
const session = await stripe.checkout.sessions.create({
  mode: "payment", line_items: [{ price: id, quantity: 1 }], success_url: process.env.SUCCESS,
  shipping_options: [{ shipping_rate: rate.id }], expand: ["shipping_options.shipping_rate"],
});
console.log(JSON.stringify([session.amount_total, session.shipping_options[0].shipping_rate.display_name]));
"""


def test_stripe_node_offers_shipping(
    server: Any, fresh_world: dict[str, Any], node: Callable[..., Any]
) -> None:
    names = {"STRIPE_PORT": str(server.port + 7), "SUCCESS": URLS["success_url"]}
    assert node(NODE, {**fresh_world["env"], **names}) == [2500, "Post"]
