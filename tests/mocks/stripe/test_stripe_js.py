"""Stripe.js in a real browser, loaded by the official loaders under Stripe's own host name: a shop's pages pay by it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests import needs
from tests.harness.serving import Served
from tests.mocks.stripe.merchant import Merchant, bundle, opened

VISA, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000002500003155"
COMPLETE, FAIL = "Complete authentication", "Fail authentication"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of the shop's pages."""
    reason = needs.missing_node()
    needs.require("node", available=reason is None, reason=reason or "")
    folder = tmp_path_factory.mktemp("scripts")
    bundle(folder)
    return folder


@pytest.fixture
async def shop(server: Served, scripts: Path) -> AsyncIterator[Merchant]:
    """A shop, and a customer's browser."""
    async with opened(server, scripts) as merchant:
        yield merchant


# --- the card element ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loader", ["newest", "platform"])
async def test_a_card_element_pays(shop: Merchant, loader: str) -> None:
    intent = shop.intent()
    await shop.visit("card", loader=loader, secret=intent.client_secret)
    assert (await shop.result())["ready"] is True
    await shop.pay_by(VISA)
    await expect(shop.page.get_by_test_id("state")).to_have_text(
        '{"brand":"visa","complete":true,"error":null}'
    )
    paid = await shop.press("Pay")
    assert paid["paymentIntent"]["status"] == "succeeded"
    assert "charges" not in paid["paymentIntent"]
    assert "metadata" not in paid["paymentIntent"]
    assert paid["log"][:2] == ["card ready", "card focus"]
    charge = shop.client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]}).latest_charge
    assert charge.billing_details.name == "Ada Quill"
    assert charge.billing_details.address.postal_code == "94107"
