"""Stripe's hosted pages in light and dark: whatever the visitor's system asks for, every text can be read."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.harness.dashboard.test_pages import judged
from tests.mocks.stripe.test_pages import DECLINED, Shop, fill
from tests.mocks.stripe.test_pages import shop as shop  # noqa: PLC0414 - a fixture
from tests.mocks.stripe.test_portal import subscriber

READABLE = 4.5
"""The least contrast of a text with what is behind it (WCAG 2.2, 1.4.3)."""

CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = numbers(color).map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    throw new Error("nothing is painted behind a text");
  };
  const contrast = (color, element) => {
    const [low, high] = [luminance(color), luminance(behind(element))].sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  };
  for (const each of document.querySelectorAll("details")) each.open = true;
  const shown = [...document.body.querySelectorAll("*")].filter((each) => each.checkVisibility());
  const writes = (each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const entry = (each) => each.matches("input:not([type=hidden], [type=radio]), select");
  return shown.flatMap((each) => [
    ...(writes(each) || entry(each) ? [[each.outerHTML, contrast(getComputedStyle(each).color, each)]] : []),
    ...(each.placeholder ? [[each.outerHTML, contrast(getComputedStyle(each, "::placeholder").color, each)]] : []),
  ]);
}"""
"""The contrast of each text, entry and placeholder that a page shows, by the element's own words."""


async def read(page: Page, scheme: Literal["dark", "light"]) -> None:
    """Fail where a text has too little contrast, axe finds anything serious, or the page is not in the scheme asked for."""
    await page.wait_for_load_state()  # a form's answer is there before its style sheet
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(ground) / 3 < 128) == (scheme == "dark")
    contrasts: list[tuple[str, float]] = await page.evaluate(CONTRASTS)
    assert len(contrasts) > 3
    assert [each for each in contrasts if each[1] < READABLE] == []
    assert await judged(page) == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_page_is_readable(shop: Shop, page: Page, scheme: Literal["dark", "light"]) -> None:
    api = shop.client.v1
    await page.emulate_media(color_scheme=scheme)
    await page.goto(shop.checkout(allow_promotion_codes=True).url)
    await page.get_by_label("Email").fill("ada@shop.test")
    await fill(page, DECLINED)
    await page.get_by_role("button", name="Subscribe", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    await read(page, scheme)

    link = api.payment_links.create({"line_items": [{"price": shop.price, "quantity": 1}]})
    await page.goto(link.url)
    await read(page, scheme)

    customer, _ = subscriber(shop.client, shop.price)
    portal = api.billing_portal.sessions.create({"customer": customer, "return_url": f"{shop.url}/account"})
    await page.goto(portal.url)
    await read(page, scheme)
    await page.get_by_role("link", name="Cancel plan").click()
    await read(page, scheme)

    asked: Any = {"amount": 1000, "currency": "usd", "confirm": True, "return_url": f"{shop.url}/back"}
    intent = api.payment_intents.create(asked | {"payment_method": "pm_card_threeDSecure2Required"})
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    await page.goto(str(intent.next_action.redirect_to_url.url))
    await read(page, scheme)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_invoices_and_receipts_are_readable(
    shop: Shop, page: Page, scheme: Literal["dark", "light"]
) -> None:
    api = shop.client.v1
    await page.emulate_media(color_scheme=scheme)
    made = shop.subscription()
    owner = str(made.customer)
    invoice: Any = made.latest_invoice
    await page.goto(invoice.hosted_invoice_url)
    await read(page, scheme)
    api.payment_methods.attach("pm_card_visa", {"customer": owner})
    method = api.payment_methods.list({"customer": owner}).data[0].id
    api.invoices.pay(invoice.id, {"payment_method": method})
    await page.goto(invoice.hosted_invoice_url)
    await read(page, scheme)
    await page.goto(str(api.charges.list({"customer": owner}).data[0].receipt_url))
    await read(page, scheme)
