"""The billing portal: its configurations and sessions through the SDK, and its page in a real browser."""

from typing import Any

import pytest
import stripe
from playwright.async_api import Page, expect

from tests.mocks.stripe.conformance import Document, refused
from tests.mocks.stripe.room import Room
from tests.mocks.stripe.test_pages import ASKS, DECLINED, Shop, fill
from tests.mocks.stripe.test_pages import shop as shop  # noqa: PLC0414 - a fixture


def subscriber(client: stripe.StripeClient, price: str, card: str = "pm_card_visa") -> tuple[str, str]:
    owner = client.v1.customers.create({"email": "ada@shop.test", "name": "Ada"})
    method = client.v1.payment_methods.attach(card, {"customer": owner.id})
    default: Any = {"invoice_settings": {"default_payment_method": method.id}}
    client.v1.customers.update(owner.id, default)
    made = client.v1.subscriptions.create({"customer": owner.id, "items": [{"price": price}]})
    return owner.id, made.id


def switching(client: stripe.StripeClient, price: str) -> Any:
    product = client.v1.prices.retrieve(price).product
    yearly: Any = {
        "currency": "usd",
        "product": product,
        "recurring": {"interval": "month"},
        "unit_amount": 29900,
    }
    other = client.v1.prices.create(yearly)
    update: Any = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [{"product": product, "prices": [price, other.id]}],
    }
    cancel: Any = {
        "enabled": True,
        "cancellation_reason": {"enabled": True, "options": ["too_expensive", "other"]},
    }
    features: Any = {"subscription_update": update, "subscription_cancel": cancel}
    return client.v1.billing_portal.configurations.create(
        {"features": features, "business_profile": {"headline": "Studio"}}
    ), other.id


def test_configurations_are_made_changed_and_listed(
    checked: stripe.StripeClient, fresh_world: dict[str, Any]
) -> None:
    portal = checked.v1.billing_portal
    made, _ = switching(checked, fresh_world["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"])
    assert (made.is_default, made.features.invoice_history.enabled) == (False, False)
    changed = portal.configurations.update(
        made.id, {"features": {"invoice_history": {"enabled": True}}, "metadata": {"k": "v"}, "name": "Mine"}
    )
    assert changed.features.subscription_update.enabled
    assert changed.features.invoice_history.enabled
    owner = checked.v1.customers.create({})
    session = portal.sessions.create({"customer": owner.id, "return_url": "http://127.0.0.1:9/"})
    default = portal.configurations.list({"is_default": True}).data
    assert [each.id for each in default] == [session.configuration]
    assert len(portal.configurations.list({"active": True}).data) == 2
    assert portal.configurations.retrieve(made.id).name == "Mine"
    with refused(400):
        portal.configurations.update(default[0].id, {"active": False})
    portal.configurations.update(made.id, {"active": False})
    with refused(400, None, "configuration"):
        portal.sessions.create({"customer": owner.id, "configuration": made.id})
    told = [event.type for event in checked.v1.events.list({"type": "billing_portal.*"}).data][::-1]
    assert told == [
        "billing_portal.configuration.created",
        "billing_portal.configuration.updated",
        "billing_portal.configuration.created",
        "billing_portal.session.created",
        "billing_portal.configuration.updated",
    ]


@pytest.mark.parametrize(
    ("features", "code", "param"),
    [
        (
            {"subscription_update": {"enabled": True}},
            "parameter_missing",
            "features[subscription_update][default_allowed_updates]",
        ),
        (
            {"subscription_update": {"products": [{"product": "prod_no", "prices": ["x"]}]}},
            "resource_missing",
            "features[subscription_update][products][0][product]",
        ),
        (
            {"customer_update": {"enabled": True}},
            "parameter_missing",
            "features[customer_update][allowed_updates]",
        ),
    ],
)
def test_what_configurations_cannot_be(
    checked: stripe.StripeClient, features: Any, code: str, param: str
) -> None:
    with refused(400, code, param):
        checked.v1.billing_portal.configurations.create({"features": features})


def test_flows_are_checked(checked: stripe.StripeClient, fresh_world: dict[str, Any]) -> None:
    price = fresh_world["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]
    owner, subscription = subscriber(checked, price)
    configuration, other = switching(checked, price)
    item = checked.v1.subscription_items.list({"subscription": subscription}).data[0].id
    flow: Any = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {
            "subscription": subscription,
            "items": [{"id": item, "price": other, "quantity": 1}],
        },
    }
    create = checked.v1.billing_portal.sessions.create
    session = create(
        {
            "customer": owner,
            "configuration": configuration.id,
            "flow_data": flow,
            "expand": ["configuration"],
        }
    )
    assert session.flow.subscription_update_confirm.items[0].price == other
    assert session.configuration.id == configuration.id
    with refused(400, None, "flow_data[type]"):
        create({"customer": owner, "flow_data": flow})
    stranger = checked.v1.customers.create({}).id
    cancel: Any = {"type": "subscription_cancel", "subscription_cancel": {"subscription": subscription}}
    with refused(400, None, "flow_data[subscription_cancel][subscription]"):
        create({"customer": stranger, "flow_data": cancel})
    with refused(400, "resource_missing", "customer"):
        create({"customer": "cus_no"})


async def test_links_expire(room: Room, stripe_document: Document) -> None:
    owner = await room.ok("POST", "/v1/customers")
    session = await room.ok("POST", "/v1/billing_portal/sessions", {"customer": owner["id"]})
    assert (await room.client.get(session["url"])).status_code == 200
    await room.advance(3000)
    assert (await room.client.get(session["url"])).status_code == 200
    await room.advance(700)
    assert (await room.client.get(session["url"])).status_code == 404
    unused = await room.ok("POST", "/v1/billing_portal/sessions", {"customer": owner["id"]})
    await room.advance(300)
    answer = await room.client.post(unused["url"], data={"action": "details"})
    assert answer.status_code == 404
    for event in (await room.ok("GET", "/v1/events", {"type": "billing_portal.*"}))["data"]:
        stripe_document.check_object(event["data"]["object"])


async def test_the_page_does_only_what_is_allowed(room: Room) -> None:
    owner = await room.ok("POST", "/v1/customers", {"email": "ada@studio.test"})
    made = await room.ok(
        "POST",
        "/v1/billing_portal/configurations",
        {"features": {"invoice_history": {"enabled": True}}},
    )
    asked = {"customer": owner["id"], "configuration": made["id"]}
    url = (await room.ok("POST", "/v1/billing_portal/sessions", asked))["url"]
    await room.client.get(url)
    for form in (
        {"action": "details", "email": "eve@studio.test"},
        {"action": "card", "testCard": "pm_card_visa"},
        {"action": "cancel", "subscription": "sub_no"},
        {"action": "switch", "subscription": "sub_no", "price": "price_no"},
        {"action": "remove", "payment_method": "pm_no"},
    ):
        before = room.state()
        assert (await room.client.post(url, data=form)).status_code == 400
        assert room.state() == before
    assert (await room.ok("GET", f"/v1/customers/{owner['id']}"))["email"] == "ada@studio.test"


async def test_a_plan_is_canceled_and_renewed(shop: Shop, page: Page) -> None:
    owner, subscription = subscriber(shop.client, shop.price)
    configuration, _ = switching(shop.client, shop.price)
    session = shop.client.v1.billing_portal.sessions.create(
        {"customer": owner, "return_url": f"{shop.url}/account", "configuration": configuration.id}
    )
    await page.goto(session.url)
    await page.get_by_role("link", name="Cancel plan").click()
    await page.get_by_label("Why do you cancel?").select_option("too_expensive")
    await page.get_by_role("button", name="Cancel plan").click()
    await expect(page.get_by_text("Ends on 1 April 2026")).to_be_visible()
    canceled = shop.client.v1.subscriptions.retrieve(subscription)
    assert canceled.cancel_at_period_end
    assert canceled.cancellation_details is not None
    assert canceled.cancellation_details.feedback == "too_expensive"
    await page.get_by_role("button", name="Don't cancel").click()
    await expect(page.get_by_text("Renews on 1 April 2026")).to_be_visible()
    assert not shop.client.v1.subscriptions.retrieve(subscription).cancel_at_period_end
    await page.get_by_role("link", name="Return", exact=True).click()
    await expect(page.get_by_role("heading")).to_have_text("/account")


async def test_a_plan_is_switched_and_invoiced(shop: Shop, page: Page) -> None:
    owner, subscription = subscriber(shop.client, shop.price)
    configuration, other = switching(shop.client, shop.price)
    session = shop.client.v1.billing_portal.sessions.create(
        {"customer": owner, "configuration": configuration.id}
    )
    await page.goto(session.url)
    await page.get_by_role("link", name="Update plan").click()
    await page.get_by_label("New plan").select_option(other)
    await page.get_by_role("button", name="Update plan").click()
    await expect(page.get_by_text("$299.00 / month")).to_be_visible()
    changed = shop.client.v1.subscriptions.retrieve(subscription, {"expand": ["latest_invoice"]})
    latest: Any = changed.latest_invoice
    assert (changed["items"].data[0].price.id, latest.amount_paid) == (other, 10000)


async def test_a_card_is_added_in_place_of_another(shop: Shop, page: Page) -> None:
    owner, _ = subscriber(shop.client, shop.price)
    session = shop.client.v1.billing_portal.sessions.create(
        {
            "customer": owner,
            "flow_data": {
                "type": "payment_method_update",
                "after_completion": {"type": "redirect", "redirect": {"return_url": f"{shop.url}/done"}},
            },
        }
    )
    await page.goto(session.url)
    await fill(page, DECLINED)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    await fill(page, ASKS)
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_role("button", name="Complete authentication").click()
    await expect(page.get_by_role("heading")).to_have_text("/done")
    customer = shop.client.v1.customers.retrieve(
        owner, {"expand": ["invoice_settings.default_payment_method"]}
    )
    method: Any = customer.invoice_settings.default_payment_method  # type: ignore[union-attr]
    assert method.card.last4 == ASKS[-4:]


async def test_details_cards_and_invoices_are_seen_and_changed(shop: Shop, page: Page) -> None:
    owner, _ = subscriber(shop.client, shop.price)
    other = shop.client.v1.payment_methods.attach("pm_card_mastercard", {"customer": owner})
    session = shop.client.v1.billing_portal.sessions.create({"customer": owner})
    await page.goto(session.url)
    await page.get_by_label("Name").fill("Ada Quill")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Make default").click()
    await expect(
        page.get_by_test_id("card").filter(has=page.get_by_text("Default", exact=True))
    ).to_contain_text("Mastercard")
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_test_id("card")).to_have_count(1)
    customer: Any = shop.client.v1.customers.retrieve(owner)
    assert (customer.name, customer.invoice_settings.default_payment_method) == ("Ada Quill", other.id)
    await page.get_by_role("link", name="1 March 2026").click()
    await expect(page.get_by_test_id("invoice-status")).to_have_text("paid")


async def test_how_many_of_a_plan_is_chosen_within_limits(shop: Shop, page: Page) -> None:
    owner, subscription = subscriber(shop.client, shop.price)
    product = str(shop.client.v1.prices.retrieve(shop.price).product)
    limits: Any = {"enabled": True, "minimum": 1, "maximum": 5}
    update: Any = {
        "enabled": True,
        "default_allowed_updates": ["quantity"],
        "products": [{"product": product, "prices": [shop.price], "adjustable_quantity": limits}],
    }
    portal = shop.client.v1.billing_portal
    configuration = portal.configurations.create({"features": {"subscription_update": update}})
    session = portal.sessions.create({"customer": owner, "configuration": configuration.id})
    await page.goto(session.url)
    await page.get_by_role("link", name="Update plan").click()
    await expect(page.get_by_label("New plan")).to_have_count(0)
    await page.get_by_label("Quantity").fill("3")
    await page.get_by_role("button", name="Update plan").click()
    await expect(page.get_by_role("heading", name="Current plans")).to_be_visible()
    items = shop.client.v1.subscription_items.list({"subscription": subscription}).data
    assert [each.quantity for each in items] == [3]
    await page.get_by_role("link", name="Update plan").click()
    await expect(page.get_by_label("Quantity")).to_have_value("3")
    await page.evaluate("document.querySelector('#quantity').removeAttribute('max')")
    await page.get_by_label("Quantity").fill("6")
    await page.get_by_role("button", name="Update plan").click()
    await expect(page.get_by_role("alert")).to_have_text("This quantity is not available here.")
