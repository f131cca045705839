"""Stripe.js in a real browser, loaded by the official loaders under Stripe's own host name: a shop's pages pay by it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests import needs
from tests.harness.serving import Served
from tests.mocks.stripe.merchant import Merchant, browsing, bundle, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(server: Served) -> AsyncIterator[Browser]:
    """A browser in which Stripe's host names lead to the server."""
    async with browsing(server) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def shop(server: Served, browser: Browser, scripts: Path) -> AsyncIterator[Merchant]:
    """A shop, and a customer in its pages."""
    async with opened(server, browser, scripts) as merchant:
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


async def test_a_decline_is_told_in_the_words_of_the_api(shop: Merchant) -> None:
    intent = shop.intent()
    await shop.visit("card", secret=intent.client_secret)
    await shop.result()
    await shop.pay_by(DECLINED)
    error = (await shop.press("Pay"))["error"]
    assert error["message"] == "Your card was declined."
    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["decline_code"] == "generic_decline"
    assert error["payment_intent"]["status"] == "requires_payment_method"


async def test_what_is_incomplete_or_mistyped_does_not_reach_the_api(shop: Merchant) -> None:
    intent = shop.intent()
    await shop.visit("card", secret=intent.client_secret)
    await shop.result()
    error = (await shop.press("Pay"))["error"]
    assert (error["type"], error["code"]) == ("validation_error", "incomplete_number")
    await shop.frame().get_by_label("card number").fill("4242 4242 4242 4241")
    await expect(shop.page.get_by_test_id("state")).to_contain_text("invalid_number")
    await expect(shop.page.locator(".StripeElement")).to_have_class(re.compile("StripeElement--invalid"))
    await shop.frame().get_by_label("card number").fill("378282246310005")
    assert await shop.frame().get_by_label("card number").input_value() == "3782 822463 10005"
    await shop.frame().get_by_label("expiration date").fill("13/40")
    await expect(shop.page.get_by_test_id("state")).to_contain_text("invalid_expiry_month")
    assert shop.client.v1.payment_intents.retrieve(intent.id).last_payment_error is None


@pytest.mark.parametrize("loader", ["newest", "platform"])
@pytest.mark.parametrize(("button", "status"), [(COMPLETE, "succeeded"), (FAIL, "requires_payment_method")])
async def test_the_bank_asks_over_the_page(shop: Merchant, loader: str, button: str, status: str) -> None:
    intent = shop.intent()
    await shop.visit("card", loader=loader, secret=intent.client_secret)
    await shop.result()
    await shop.pay_by(ASKS)
    await shop.page.get_by_role("button", name="Pay", exact=True).click()
    await shop.challenge().get_by_role("button", name=button).click()
    await expect(shop.page.get_by_test_id("result")).to_contain_text(status)
    result = await shop.result()
    if button == COMPLETE:
        assert result["paymentIntent"]["status"] == status
    else:
        assert result["error"]["code"] == "payment_intent_authentication_failure"
        assert result["error"]["payment_intent"]["status"] == status
    assert shop.client.v1.payment_intents.retrieve(intent.id).status == status
    await expect(shop.page.locator("dialog")).to_have_count(0)


async def test_a_payment_begun_on_the_server_is_authenticated_in_the_page(shop: Merchant) -> None:
    intent = shop.intent(confirm=True, payment_method="pm_card_authenticationRequired", use_stripe_sdk=True)
    assert intent.status == "requires_action"
    await shop.visit("card", secret=intent.client_secret)
    await shop.result()
    await shop.page.get_by_role("button", name="Next action").click()
    await shop.challenge().locator("#test-source-authorize-3ds").click()
    await expect(shop.page.get_by_test_id("result")).to_contain_text('"succeeded"')


async def test_three_elements_make_one_card(shop: Merchant) -> None:
    await shop.visit("card", parts="cardNumber,cardExpiry,cardCvc")
    await shop.result()
    for frame, name, value in [
        ("card number", "cardnumber", "5555 5555 5555 4444"),
        ("expiration date", "exp-date", "12/34"),
        ("CVC", "cvc", "123"),
    ]:
        field = shop.page.frame_locator(f"iframe[title='Secure {frame} input frame']")
        await field.locator(f"[name={name}]").fill(value)
    method = (await shop.press("Make payment method"))["paymentMethod"]
    assert (method["card"]["brand"], method["card"]["last4"]) == ("mastercard", "4444")
    assert (method["card"]["exp_month"], method["card"]["exp_year"]) == (12, 2034)


async def test_an_element_comes_and_goes(shop: Merchant) -> None:
    await shop.visit("card")
    await shop.result()
    assert (await shop.press("Unmount"))["frames"] == 0
    assert "destroyed" in (await shop.press("Destroy"))["thrown"]


async def test_what_is_not_served_says_so(shop: Merchant) -> None:
    await shop.visit("card")
    await shop.result()
    assert "initCheckoutElementsSdk" in (await shop.press("Embedded checkout"))["thrown"]


async def test_a_card_element_makes_tokens(shop: Merchant) -> None:
    await shop.visit("card")
    await shop.result()
    await shop.pay_by(VISA)
    token = (await shop.press("Make token"))["token"]
    assert (token["card"]["last4"], token["card"]["address_zip"]) == ("4242", "94107")
    charge = shop.client.v1.charges.create({"amount": 1999, "currency": "usd", "source": token["id"]})
    assert charge.billing_details.address.postal_code == "94107"
    assert (await shop.press("Make person's token"))["token"]["type"] == "pii"


async def test_a_confirmation_token_is_confirmed_by_the_server(shop: Merchant) -> None:
    await shop.visit("card")
    await shop.result()
    await shop.pay_by(ASKS)
    token = (await shop.press("Make confirmation token"))["confirmationToken"]
    assert token["payment_method_preview"]["billing_details"]["name"] == "Ada Quill"
    intent = shop.intent(confirm=True, confirmation_token=token["id"])
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
    await shop.visit("card", secret=intent.client_secret)
    await shop.result()
    await shop.page.get_by_role("button", name="Next action").click()
    await shop.challenge().locator("#test-source-authorize-3ds").click()
    await expect(shop.page.get_by_test_id("result")).to_contain_text('"succeeded"')


async def test_a_wrong_secret_is_refused(shop: Merchant) -> None:
    intent = shop.intent()
    await shop.visit("card", secret=f"{intent.id}_secret_wrong")
    await shop.result()
    error = (await shop.press("Retrieve"))["error"]
    assert "client_secret provided does not match" in error["message"]
    await shop.visit("card", secret="nonsense")
    await shop.result()
    assert "IntegrationError" in (await shop.press("Retrieve"))["thrown"]


# --- the payment element ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loader", ["newest", "platform"])
async def test_a_payment_element_pays(shop: Merchant, loader: str) -> None:
    intent = shop.intent()
    await shop.visit("payment", loader=loader, secret=intent.client_secret)
    assert (await shop.result())["version"] == {"newest": "endive", "platform": "basil"}[loader]
    await shop.pay_by(DECLINED, "payment")
    assert (await shop.press("Pay"))["error"]["message"] == "Your card was declined."
    await shop.frame().get_by_label("Card number").fill(VISA)
    await expect(shop.page.get_by_test_id("state")).to_have_text('{"complete":true,"type":"card"}')
    assert (await shop.press("Pay"))["paymentIntent"]["status"] == "succeeded"
    error = (await shop.press("Pay"))["error"]
    assert error["code"] == "payment_intent_unexpected_state"
    assert "already succeeded" in error["message"]


async def test_after_paying_the_browser_goes_to_the_return_url(shop: Merchant) -> None:
    intent = shop.intent()
    await shop.visit("payment", secret=intent.client_secret)
    await shop.result()
    await shop.pay_by(ASKS, "payment")
    await shop.page.get_by_role("button", name="Pay and leave").click()
    await shop.challenge().get_by_role("button", name=COMPLETE).click()
    await expect(shop.page.get_by_role("heading")).to_have_text("/back")
    assert shop.page.url == (
        f"{shop.url}/back?payment_intent={intent.id}&payment_intent_client_secret={intent.client_secret}"
        "&redirect_status=succeeded"
    )


async def test_an_intent_may_be_made_after_the_card_was_entered(shop: Merchant) -> None:
    await shop.visit("payment", amount="4200")
    await shop.result()
    await shop.pay_by(VISA, "payment")
    assert "elements.submit()" in (await shop.press("Pay and leave"))["thrown"]
    paid = (await shop.press("Pay late"))["paymentIntent"]
    assert (paid["status"], paid["amount"]) == ("succeeded", 4200)


async def test_an_unknown_intent_is_a_load_error(shop: Merchant) -> None:
    await shop.visit("payment", secret="pi_unknown_secret_unknown")
    assert "No such payment_intent" in (await shop.result())["loaderror"]["message"]


@pytest.mark.parametrize(("loader", "asked"), [("newest", False), ("platform", True)])
async def test_where_postal_codes_are_asked_for_changed_with_clover(
    shop: Merchant, loader: str, *, asked: bool
) -> None:
    await shop.visit("payment", loader=loader, amount="4200")
    await shop.result()
    await expect(shop.frame().get_by_label("Postal code")).to_be_visible()
    await shop.frame().get_by_label("Country").select_option("GB")
    await expect(shop.frame().get_by_label("Postal code")).to_be_visible(visible=asked)
    await shop.frame().get_by_label("Country").select_option("DE")
    await expect(shop.frame().get_by_label("Postal code")).to_be_hidden()


async def test_a_card_is_saved(shop: Merchant) -> None:
    customer = shop.client.v1.customers.create({"email": "ada@shop.test"})
    intent = shop.client.v1.setup_intents.create({"customer": customer.id})
    await shop.visit("payment", secret=str(intent.client_secret))
    await shop.result()
    await shop.pay_by(ASKS, "payment")
    await shop.page.get_by_role("button", name="Save card").click()
    await shop.challenge().get_by_role("button", name=COMPLETE).click()
    await expect(shop.page.get_by_test_id("result")).to_contain_text("succeeded")
    saved = (await shop.result())["setupIntent"]
    methods = shop.client.v1.customers.payment_methods.list(customer.id)
    assert [method.id for method in methods.data] == [saved["payment_method"]]
    assert (methods.data[0].card or {}).last4 == "3155"
    assert (await shop.press("Save card"))["error"]["code"] == "setup_intent_unexpected_state"


async def test_a_card_element_saves_too(shop: Merchant) -> None:
    intent = shop.client.v1.setup_intents.create({})
    await shop.visit("card", secret=str(intent.client_secret))
    await shop.result()
    await shop.pay_by(DECLINED)
    error = (await shop.press("Save card"))["error"]
    assert (error["code"], error["setup_intent"]["status"]) == ("card_declined", "requires_payment_method")
    await shop.frame().get_by_label("card number").fill(VISA)
    assert (await shop.press("Save card"))["setupIntent"]["status"] == "succeeded"


# --- React -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["card", "payment"])
async def test_a_react_page_pays(shop: Merchant, kind: str) -> None:
    intent = shop.intent()
    await shop.visit("react", secret=intent.client_secret, kind=kind)
    await expect(shop.page.get_by_role("button", name="Pay now")).to_be_enabled()
    await expect(shop.page.locator("iframe")).to_have_count(1)
    await shop.pay_by(VISA, kind)
    assert (await shop.press("Pay now"))["paymentIntent"]["status"] == "succeeded"


# --- Checkout --------------------------------------------------------------------------------------------------------


async def test_a_billing_page_leads_to_checkout_and_back(shop: Merchant) -> None:
    await shop.visit("billing", loader="platform")
    await shop.page.get_by_role("button", name="Subscribe").click()
    await shop.page.wait_for_url("https://checkout.stripe.com/**")
    await shop.page.get_by_label("Email").fill("ada@shop.test")
    await shop.page.get_by_label("Card number").fill(VISA)
    await shop.page.get_by_label("Expiry").fill("12 / 34")
    await shop.page.get_by_label("Security code").fill("123")
    await shop.page.get_by_label("Name on card").fill("Ada Quill")
    await shop.page.get_by_role("button", name="Subscribe", exact=True).click()
    await expect(shop.page.get_by_role("heading")).to_have_text("/thanks")
    session = shop.client.v1.checkout.sessions.retrieve(shop.page.url.partition("session=")[2])
    assert (session.status, session.payment_status) == ("complete", "paid")
    await shop.visit("billing", loader="platform", session=session.id)
    assert "complete" in (await shop.press("Subscribe"))["error"]["message"]


async def test_an_unknown_session_is_an_error(shop: Merchant) -> None:
    await shop.visit("billing", loader="platform", session="cs_test_unknown")
    assert "No such checkout.session" in (await shop.press("Subscribe"))["error"]["message"]


async def test_newer_trains_do_not_redirect_to_checkout(shop: Merchant) -> None:
    await shop.visit("billing")
    assert "redirectToCheckout is no longer available" in (await shop.press("Subscribe"))["thrown"]


# --- the plain port --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/stripe/v3/", "/stripe/clover/stripe.js"])
async def test_from_the_plain_port_the_script_asks_where_it_came_from(
    shop: Merchant, server: Served, path: str
) -> None:
    intent = shop.intent()
    page = shop.page
    await page.goto(f"{shop.url}/thanks")
    await page.add_script_tag(url=f"{server.url}{path}")
    call = "([key, secret]) => Stripe(key).confirmCardPayment(secret, {payment_method: 'pm_card_visa'})"
    paid = await page.evaluate(call, [shop.publishable, intent.client_secret])
    assert paid["paymentIntent"]["status"] == "succeeded"
    assert await page.evaluate("Stripe.version") == (3 if "v3" in path else "clover")


@pytest.mark.parametrize("key", ["", "sk_test_123", "pk_live_123"])
async def test_wrong_keys_are_refused_at_once(shop: Merchant, server: Served, key: str) -> None:
    await shop.page.goto(f"{shop.url}/thanks")
    await shop.page.add_script_tag(url=f"{server.provider_url('stripe')}/v3/")
    call = "(key) => { try { Stripe(key) } catch (error) { return error.name } }"
    assert await shop.page.evaluate(call, key) == "IntegrationError"
