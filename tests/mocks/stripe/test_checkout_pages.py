"""The hosted pages of Checkout and of 3D Secure, without a browser: what they show and what their forms do."""

from typing import Any

import httpx
import pytest
import stripe

from tests.mocks.stripe.billing import price, subscriber
from tests.mocks.stripe.checkout import OK, opened, retrieved


def test_the_page_is_shown_in_its_world_with_its_style(
    checked: stripe.StripeClient, fresh_world: dict[str, Any]
) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 3}])
    assert f"/~{fresh_world['name']}/c/pay/{session.id}" in session.url
    page = httpx.get(session.url)
    assert page.status_code == 200
    for shown in ("$60.00", "Card number", "https://app.test/cancel", "4000 0000 0000 9995"):
        assert shown in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = httpx.get(httpx.URL(session.url).join(style))
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    elsewhere = session.url.replace(f"/~{fresh_world['name']}/", "/~default/")
    assert httpx.get(elsewhere).status_code == 404


def test_a_customer_pays_on_the_page_after_a_decline(checked: stripe.StripeClient) -> None:
    session = opened(checked, mode="subscription", line_items=[{"price": price(checked).id, "quantity": 1}])
    form = OK | {"email": "ada@studio.test", "billingCountry": "gb", "billingPostalCode": "LS1 1AA"}
    for wrong, message in (
        ({"email": "ada"}, "Your email is incomplete."),
        ({"cardNumber": "4242 4242 4242 4241"}, "Your card number is incorrect."),
        ({"cardExpiry": "1234"}, "Your card&#39;s expiration date is incomplete."),
        ({"cardExpiry": "01 / 20"}, "Your card&#39;s expiration year is invalid."),
        ({"cardCvc": ""}, "Your card&#39;s security code is incomplete."),
        ({"cardNumber": "4000000000009995"}, "Your card has insufficient funds."),
    ):
        refusal = httpx.post(session.url, data=form | wrong)
        assert refusal.status_code in {400, 402}
        assert message in refusal.text
        assert 'value="gb"' in refusal.text
        assert (form | wrong)["cardNumber"] not in refusal.text.partition("<details>")[0]
    assert retrieved(checked, session.id).status == "open"
    paid = httpx.post(session.url, data=form)
    assert (paid.status_code, paid.headers["location"]) == (303, f"https://app.test/done?id={session.id}")
    done = retrieved(checked, session.id, "subscription.default_payment_method")
    assert (done.status, done.customer_details.name, done.customer_details.address.country) == (
        "complete",
        "Ada",
        "GB",
    )
    assert done.subscription.default_payment_method.card.last4 == "4242"
    assert "paid already" in httpx.get(session.url or httpx.URL(str(paid.url))).text


@pytest.mark.parametrize("mode", ["payment", "subscription", "setup"])
def test_the_page_asks_for_authentication(checked: stripe.StripeClient, mode: str) -> None:
    given: dict[str, Any] = {"mode": mode, "customer": subscriber(checked, None).id}
    if mode == "setup":
        given["currency"] = "usd"
    else:
        recurring = {"interval": "month"} if mode == "subscription" else None
        given["line_items"] = [{"price": price(checked, recurring=recurring).id, "quantity": 1}]
    session = opened(checked, **given)
    form = OK | {"cardNumber": "4000 0027 6000 3184"}
    assert "Complete authentication" in httpx.post(session.url, data=form).text
    failed = httpx.post(session.url, data={"authentication": "fail"})
    assert failed.status_code == 402
    assert "Complete authentication" not in failed.text
    assert 'role="alert"' in failed.text
    httpx.post(session.url, data=form)
    assert "Complete authentication" in httpx.get(session.url).text
    assert httpx.post(session.url, data={"authentication": "succeed"}).status_code == 303
    assert retrieved(checked, session.id).status == "complete"


def test_a_test_card_needs_no_typing(checked: stripe.StripeClient) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}])
    assert httpx.post(session.url, data={"testCard": "pm_card_visa"}).status_code == 303
    assert retrieved(checked, session.id).payment_status == "paid"


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "succeeded"), ("fail", "failed")])
def test_a_payer_authenticates_on_the_page_that_the_intent_names(
    checked: stripe.StripeClient, outcome: str, status: str
) -> None:
    intent = checked.v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": "https://app.test/back?order=7",
        }
    )
    assert intent.next_action is not None
    url = str(intent.next_action.redirect_to_url.url)
    assert "$20.00" in httpx.get(url).text
    back = httpx.post(url, data={"authentication": outcome})
    told = httpx.URL(back.headers["location"]).params
    assert (back.status_code, told["order"], told["payment_intent"]) == (303, "7", intent.id)
    assert (told["redirect_status"], told["payment_intent_client_secret"]) == (status, intent.client_secret)
    ended = checked.v1.payment_intents.retrieve(intent.id).status
    assert ended == ("succeeded" if outcome == "succeed" else "requires_payment_method")
    assert httpx.get(url).status_code == 404


@pytest.mark.parametrize(
    ("kind", "currency", "typed"),
    [
        ("sepa_debit", "eur", {"iban": "AT61 1904 3002 3457 3201"}),
        ("bacs_debit", "gbp", {"sortCode": "10-88-00", "accountNumber": "00012345"}),
        ("us_bank_account", "usd", {"routingNumber": "110000000", "accountNumber": "000123456789"}),
    ],
)
def test_a_customer_pays_from_a_bank_account(
    checked: stripe.StripeClient, kind: str, currency: str, typed: dict[str, str]
) -> None:
    items = [{"price": price(checked, currency=currency).id, "quantity": 1}]
    session = opened(checked, mode="subscription", payment_method_types=["card", kind], line_items=items)
    page = httpx.get(session.url).text
    assert all(f'id="{kind}{name}"' in page for name in typed)
    form = {"accountKind": kind, "billingName": "Ada", "email": "ada@studio.test"}
    missing = httpx.post(session.url, data=form)
    assert (missing.status_code, "Missing required param" in missing.text) == (400, True)
    wrong = httpx.post(session.url, data=form | dict.fromkeys(typed, "000999999999"))
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    paid = httpx.post(session.url, data=form | typed)
    assert (paid.status_code, paid.headers["location"]) == (303, f"https://app.test/done?id={session.id}")
    done = retrieved(checked, session.id)
    assert (done.status, done.payment_status, done.customer_details.email) == (
        "complete",
        "unpaid",
        "ada@studio.test",
    )


def test_a_promotion_code_is_typed_on_the_page(checked: stripe.StripeClient) -> None:
    coupon = checked.v1.coupons.create({"percent_off": 25, "duration": "once"})
    given: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    code = checked.v1.promotion_codes.create(given)
    items = [{"price": price(checked, 2000).id, "quantity": 2}]
    session = opened(checked, mode="subscription", line_items=items, allow_promotion_codes=True)
    wrong = httpx.post(session.url, data={"promotionCode": "AUTUMN"})
    assert (wrong.status_code, "This code is invalid." in wrong.text) == (400, True)
    applied = httpx.post(session.url, data={"promotionCode": "spring"})
    assert (applied.status_code, "$30.00" in applied.text) == (200, True)
    shown = retrieved(checked, session.id)
    assert (shown.amount_subtotal, shown.amount_total) == (4000, 3000)
    assert [each.promotion_code for each in shown.discounts] == [code.id]
    assert httpx.post(session.url, data={"promotionCode": ""}).status_code == 200
    assert retrieved(checked, session.id).amount_total == 4000
    httpx.post(session.url, data={"promotionCode": "SPRING"})
    assert httpx.post(session.url, data=OK | {"email": "ada@studio.test"}).status_code == 303
    done = retrieved(checked, session.id, "invoice", "subscription.discounts")
    assert (done.payment_status, done.invoice.amount_paid) == ("paid", 3000)
    assert checked.v1.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_a_session_takes_codes_only_where_it_says_so(checked: stripe.StripeClient) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}])
    assert "Promotion code" not in httpx.get(session.url).text
    refusal = httpx.post(session.url, data={"promotionCode": "SPRING"})
    assert (refusal.status_code, "takes no promotion codes" in refusal.text) == (400, True)
    small = checked.v1.coupons.create({"amount_off": 1960, "currency": "usd", "duration": "once"})
    given: Any = {"promotion": {"type": "coupon", "coupon": small.id}, "code": "ALMOST"}
    checked.v1.promotion_codes.create(given)
    items = [{"price": price(checked, recurring=None).id, "quantity": 1}]
    session = opened(checked, line_items=items, allow_promotion_codes=True)
    refusal = httpx.post(session.url, data={"promotionCode": "ALMOST"})
    assert (refusal.status_code, "must add up to at least" in refusal.text) == (400, True)
    assert retrieved(checked, session.id).amount_total == 2000
