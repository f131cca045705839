"""Stripe's hosted pages in a real browser: pay, be declined, confirm at the bank, go back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import stripe
from aiohttp import web
from playwright.async_api import Page, expect

from tests.harness.serving import Served

DECLINED, VISA, ASKS = "4000 0000 0000 0002", "4242 4242 4242 4242", "4000 0025 0000 3155"


@dataclass
class Shop:
    """A shop that customers come from and go back to."""

    client: stripe.StripeClient
    price: str
    url: str
    world: str

    def checkout(self, **more: Any) -> Any:
        """Open a session for a subscription."""
        return self.client.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "line_items": [{"price": self.price, "quantity": 1}],
                "success_url": f"{self.url}/thanks?session={{CHECKOUT_SESSION_ID}}",
                "cancel_url": f"{self.url}/basket",
                **more,
            }
        )

    def subscription(self) -> Any:
        """Make a subscription of a new customer whose first invoice, expanded, is open."""
        owner = self.client.v1.customers.create({"email": "ada@shop.test"})
        return self.client.v1.subscriptions.create(
            {
                "customer": owner.id,
                "items": [{"price": self.price}],
                "payment_behavior": "default_incomplete",
                "expand": ["latest_invoice"],
            }
        )


@pytest.fixture
async def shop(server: Served) -> AsyncIterator[Shop]:
    made = server.create_world(seed=7, clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=f"<title>Shop</title><h1>{request.path}</h1>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/{path:.*}", show)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    client = stripe.StripeClient(
        made["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": made["urls"]["stripe"]}
    )
    yield Shop(client, made["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"], url, made["id"])
    await runner.cleanup()


async def fill(page: Page, number: str) -> None:
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiry").fill("12 / 34")
    await page.get_by_label("Security code").fill("123")
    await page.get_by_label("Name on card").fill("Ada Quill")


async def test_a_declined_card_is_told_and_another_one_subscribes(shop: Shop, page: Page) -> None:
    session = shop.checkout()
    await page.goto(session.url)
    await expect(page.get_by_test_id("product-summary-total-amount")).to_have_text("$199.00")
    await page.get_by_label("Email").fill("ada@shop.test")
    await fill(page, DECLINED)
    await page.get_by_role("button", name="Subscribe", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    await fill(page, VISA)
    await page.get_by_role("button", name="Subscribe", exact=True).click()
    await expect(page.get_by_role("heading")).to_have_text("/thanks")
    assert page.url == f"{shop.url}/thanks?session={session.id}"
    paid = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.status, paid.payment_status) == ("complete", "paid")


async def test_a_bank_account_subscribes_and_pays_later(server: Served, shop: Shop, page: Page) -> None:
    switched = {"provider": "stripe", "event": "account.updated", "bank_debits": True}
    server.control("POST", f"/worlds/{shop.world}/trigger", switched)
    session = shop.checkout()
    assert session.payment_method_types == ["card", "us_bank_account"]
    await page.goto(session.url)
    form = page.get_by_test_id("debit-form")
    await form.get_by_label("Email").fill("ada@shop.test")
    await form.get_by_label("Name of the account's holder").fill("Ada Quill")
    await form.get_by_label("Routing number").fill("110000000")
    await form.get_by_label("Account number").fill("000123456789")
    await form.get_by_role("button", name="Subscribe from this account").click()
    await expect(page.get_by_role("heading")).to_have_text("/thanks")
    paid = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.status, paid.payment_status) == ("complete", "unpaid")


async def test_who_changes_their_mind_goes_back_to_the_basket(shop: Shop, page: Page) -> None:
    session = shop.checkout()
    await page.goto(session.url)
    await page.get_by_role("link", name="Cancel and go back").click()
    await expect(page.get_by_role("heading")).to_have_text("/basket")
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    ("button", "status", "told"),
    [
        ("Complete authentication", "succeeded", "succeeded"),
        ("Fail authentication", "requires_payment_method", "failed"),
    ],
)
async def test_the_bank_asks(shop: Shop, page: Page, button: str, status: str, told: str) -> None:
    intent = shop.client.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "usd",
            "payment_method": "pm_card_threeDSecure2Required",
            "confirm": True,
            "return_url": f"{shop.url}/back",
        }
    )
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    await page.goto(str(intent.next_action.redirect_to_url.url))
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("heading")).to_have_text("/back")
    assert f"redirect_status={told}" in page.url
    assert shop.client.v1.payment_intents.retrieve(intent.id).status == status


async def test_an_open_invoice_is_paid_on_its_page(shop: Shop, page: Page) -> None:
    subscription = shop.subscription()
    invoice: Any = subscription.latest_invoice
    await page.goto(invoice.hosted_invoice_url)
    await fill(page, VISA)
    await page.get_by_role("button", name="Pay", exact=True).click()
    await expect(page.get_by_text("paid", exact=True)).to_be_visible()
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as PDF").click()
    assert (await download.value).suggested_filename.endswith(".pdf")
