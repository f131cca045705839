"""Checkout inside the merchant's page, in a real browser; and what the API says of such sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import stripe
from playwright.async_api import Browser, FrameLocator, expect

from tests import needs
from tests.harness.serving import Served
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.merchant import Merchant, browsing, bundle, opened

ITEMS: Any = [
    {"price_data": {"currency": "usd", "unit_amount": 1999, "product_data": {"name": "Film"}}, "quantity": 1}
]
EMBEDDED: Any = {"mode": "payment", "ui_mode": "embedded_page", "line_items": ITEMS}
in_browser = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of the shop's pages."""
    reason = needs.missing_node()
    needs.require("node", available=reason is None, reason=reason or "")
    folder = tmp_path_factory.mktemp("scripts")
    bundle(folder)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(server: Served) -> AsyncIterator[Browser]:
    """A browser in which Stripe's host names lead to the server."""
    async with browsing(server) as opened_browser:
        yield opened_browser


@pytest_asyncio.fixture(loop_scope="module")
async def shop(server: Served, browser: Browser, scripts: Path) -> AsyncIterator[Merchant]:
    """A shop, and a customer in its pages."""
    async with opened(server, browser, scripts) as merchant:
        yield merchant


def session(shop: Merchant, *, old: bool = False, **more: Any) -> Any:
    wanted = EMBEDDED | more
    if old:
        return shop.client.v1.checkout.sessions.create(
            wanted | {"ui_mode": "embedded"}, {"stripe_version": "2025-04-30.basil"}
        )
    return shop.client.v1.checkout.sessions.create(wanted)


def frame(shop: Merchant) -> FrameLocator:
    return shop.page.frame_locator("iframe[title='Secure embedded checkout frame']")


async def pay(shop: Merchant, number: str) -> None:
    form = frame(shop)
    await form.get_by_label("Email").fill("ada@shop.test")
    await form.get_by_label("Card number").fill(number)
    await form.get_by_label("Expiry").fill("12 / 34")
    await form.get_by_label("Security code").fill("123")
    await form.get_by_label("Name on card").fill("Ada Quill")
    await form.get_by_role("button", name="Pay", exact=True).click()


@in_browser
@pytest.mark.parametrize("loader", ["newest", "platform"])
async def test_a_session_is_paid_inside_the_page(shop: Merchant, loader: str) -> None:
    old = loader == "platform"
    back = f"{shop.url}/back?session={{CHECKOUT_SESSION_ID}}"
    made = session(shop, old=old, return_url=back)
    await shop.visit("embedded", loader=loader, secret=made.client_secret, **({"old": "1"} if old else {}))
    assert (await shop.press("Embedded checkout"))["mounted"] is True
    await pay(shop, "4000000000000002")
    await expect(frame(shop).get_by_role("alert")).to_have_text("Your card was declined.")
    await pay(shop, "4242424242424242")
    await expect(shop.page.get_by_role("heading")).to_have_text("/back")
    assert shop.page.url.endswith(f"?session={made.id}")
    paid = shop.client.v1.checkout.sessions.retrieve(made.id)
    assert (paid.status, paid.payment_status) == ("complete", "paid")


@in_browser
async def test_the_page_may_stay_when_all_is_paid(shop: Merchant) -> None:
    made = session(shop, redirect_on_completion="never")
    await shop.visit("embedded", secret=made.client_secret)
    await shop.press("Embedded checkout")
    await pay(shop, "4000002760003184")
    await frame(shop).get_by_role("button", name="Complete authentication").click()
    await expect(shop.page.get_by_test_id("result")).to_contain_text('"complete":true')
    await expect(frame(shop).get_by_role("heading")).to_have_text("Thank you")
    assert shop.client.v1.checkout.sessions.retrieve(made.id).status == "complete"


@in_browser
async def test_an_embedded_checkout_comes_and_goes(shop: Merchant) -> None:
    made = session(shop, return_url=shop.url)
    await shop.visit("embedded", secret=made.client_secret)
    await shop.press("Embedded checkout")
    assert "multiple Embedded Checkout" in (await shop.press("Embedded checkout"))["thrown"]
    assert (await shop.press("Unmount"))["frames"] == 1
    gone = await shop.press("Destroy")
    assert (gone["frames"], "destroyed" in gone["message"]) == (0, True)
    assert "client_secret of a Checkout Session" in (await shop.press("Retrieve"))["thrown"]
    await shop.visit("embedded", secret=f"{made.id}_secret_wrong")
    assert "does not match" in (await shop.press("Embedded checkout"))["thrown"]
    await shop.visit("embedded", secret=made.client_secret, old="1")
    assert "createEmbeddedCheckoutPage" in (await shop.press("Embedded checkout"))["thrown"]


@in_browser
async def test_a_react_page_embeds_checkout(shop: Merchant) -> None:
    made = session(shop, return_url=f"{shop.url}/back")
    await shop.visit("react", secret=made.client_secret, kind="checkout")
    await pay(shop, "4242424242424242")
    await expect(shop.page.get_by_role("heading")).to_have_text("/back")


def test_an_embedded_session_has_a_secret_and_no_address(checked: stripe.StripeClient) -> None:
    made = checked.v1.checkout.sessions.create({**EMBEDDED, "return_url": "https://shop.test/back"})
    assert made.url is None
    assert (made.client_secret or "").startswith(f"{made.id}_secret_")
    assert (made.ui_mode, made.redirect_on_completion) == ("embedded_page", "always")


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({}, "return_url"),
        ({"return_url": "https://shop.test", "success_url": "https://shop.test"}, "success_url"),
        ({"return_url": "https://shop.test", "cancel_url": "https://shop.test"}, "cancel_url"),
        ({"return_url": "https://shop.test", "redirect_on_completion": "never"}, "return_url"),
        ({"ui_mode": "hosted_page", "return_url": "https://shop.test"}, "return_url"),
        ({"ui_mode": "elements", "return_url": "https://shop.test"}, "ui_mode"),
        ({"ui_mode": "embedded", "return_url": "https://shop.test"}, "ui_mode"),
    ],
)
def test_contradictions_are_refused(checked: stripe.StripeClient, given: Any, param: str) -> None:
    with (
        refused(400, None, param)
        if param != "return_url" or given
        else refused(400, "parameter_missing", param)
    ):
        checked.v1.checkout.sessions.create(EMBEDDED | given)
