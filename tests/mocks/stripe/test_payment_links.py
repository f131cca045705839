"""Payment links through the SDK, and followed in a real browser."""

from typing import Any

import pytest
import stripe
from playwright.async_api import Page, expect

from tests.mocks.stripe.conformance import Document, refused
from tests.mocks.stripe.room import Room
from tests.mocks.stripe.test_pages import VISA, Shop, fill
from tests.mocks.stripe.test_pages import shop as shop  # noqa: PLC0414 - a fixture

FILM: Any = {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Film"}}


def test_a_link_is_made_changed_and_listed(checked: stripe.StripeClient) -> None:
    price = checked.v1.prices.create(FILM)
    links = checked.v1.payment_links
    made = links.create(
        {
            "line_items": [{"price": price.id, "quantity": 2}],
            "metadata": {"k": "v"},
            "payment_intent_data": {"description": "Films", "metadata": {"of": "link"}},
            "restrictions": {"completed_sessions": {"limit": 3}},
            "expand": ["line_items"],
        }
    )
    assert (made.active, made.currency, made.submit_type) == (True, "usd", "auto")
    line = made.line_items.data[0]
    assert (line.amount_total, line.price.id) == (3000, price.id)
    changed = links.update(
        made.id,
        {
            "line_items": [{"id": line.id, "quantity": 5}],
            "after_completion": {"type": "redirect", "redirect": {"url": "http://127.0.0.1:9/done"}},
            "inactive_message": "Sold out",
        },
    )
    assert changed.after_completion.redirect.url.endswith("/done")
    assert links.line_items.list(made.id).data[0].amount_total == 7500
    links.update(made.id, {"active": False})
    assert links.retrieve(made.id).active is False
    assert [each.id for each in links.list({"active": False}).data] == [made.id]
    told = checked.v1.events.list({"type": "payment_link.*"}).data
    assert [event.type.split(".")[1] for event in told][::-1] == ["created", "updated", "updated"]
    assert told[0].data.previous_attributes.to_dict() == {"active": True}


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"subscription_data": {"trial_period_days": 7}}, "subscription_data"),
        ({"line_items": [{"price": "price_no", "quantity": 1}]}, "line_items[0][price]"),
        ({"after_completion": {"type": "redirect"}}, "after_completion[redirect]"),
        ({"custom_text": {"submit": {"message": "x"}}}, "custom_text"),
    ],
)
def test_what_a_link_cannot_be(checked: stripe.StripeClient, more: Any, param: str | None) -> None:
    price = checked.v1.prices.create(FILM)
    with refused(400, None, param):
        checked.v1.payment_links.create({"line_items": [{"price": price.id, "quantity": 1}], **more})


async def test_a_link_is_followed_paid_and_then_sold_out(shop: Shop, page: Page) -> None:
    link = shop.client.v1.payment_links.create(
        {
            "line_items": [{"price": shop.price, "quantity": 1}],
            "subscription_data": {"metadata": {"from": "link"}, "trial_period_days": 7},
            "after_completion": {
                "type": "hosted_confirmation",
                "hosted_confirmation": {"custom_message": "See you!"},
            },
            "restrictions": {"completed_sessions": {"limit": 1}},
            "inactive_message": "Sold out",
        }
    )
    await page.goto(link.url)
    await page.get_by_label("Email").fill("ada@shop.test")
    await fill(page, VISA)
    await page.get_by_role("button", name="Subscribe", exact=True).click()
    await expect(page.get_by_text("See you!")).to_be_visible()
    (session,) = shop.client.v1.checkout.sessions.list(
        {"payment_link": link.id, "expand": ["data.subscription", "data.payment_link"]}
    ).data
    subscription: Any = session.subscription
    assert (subscription.status, subscription.metadata["from"]) == ("trialing", "link")
    assert session.payment_link.restrictions.completed_sessions.count == 1  # type: ignore[union-attr]
    await page.goto(link.url)
    await expect(page.get_by_text("Sold out")).to_be_visible()


async def test_each_visit_opens_a_session(room: Room, stripe_document: Document) -> None:
    price = await room.ok("POST", "/v1/prices", FILM)
    wanted = {"line_items": [{"price": price["id"], "quantity": 1}], "submit_type": "donate"}
    link = await room.ok("POST", "/v1/payment_links", wanted)
    for _ in range(2):
        assert (await room.client.get(link["url"])).status_code == 303
    sessions = await room.ok("GET", "/v1/checkout/sessions", {"payment_link": link["id"]})
    assert [each["submit_type"] for each in sessions["data"]] == ["donate", "donate"]
    assert (await room.client.get(f"{link['url']}x")).status_code == 404
    (event,) = (await room.ok("GET", "/v1/events", {"type": "payment_link.created"}))["data"]
    stripe_document.check_object(event["data"]["object"])
    assert event["data"]["object"]["url"].startswith("https://buy.stripe.com/")
