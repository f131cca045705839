"""Checkout Sessions through stripe-python: every answer is checked against Stripe's own document."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.billing import Journal, price, subscriber
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]
START = 1772355600
URLS = {
    "success_url": "https://app.test/done?id={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://app.test/cancel",
}
OK = {"cardNumber": "4242 4242 4242 4242", "cardExpiry": "12 / 34", "cardCvc": "123", "billingName": "Ada"}


def opened(client: stripe.StripeClient, **given: Any) -> Any:
    """Open a session with the usual addresses."""
    return client.v1.checkout.sessions.create({**URLS, **given})  # type: ignore[typeddict-item]


def confirm(client: stripe.StripeClient, session: str, **given: Any) -> Any:
    """Pay a session headlessly, as Stripe's own page does."""
    answer = client.raw_request("post", f"/v1/payment_pages/{session}/confirm", **given)
    return client.deserialize(answer, api_mode="V1").to_dict()


def retrieved(client: stripe.StripeClient, session: str, *expand: str) -> Any:
    return client.v1.checkout.sessions.retrieve(session, {"expand": list(expand)})


def test_a_payment_is_opened_shown_and_paid(
    checked: stripe.StripeClient, newest: stripe.StripeClient
) -> None:
    one = price(checked, 1500, recurring=None)
    journal = Journal(checked)
    session = opened(
        checked,
        mode="payment",
        line_items=[{"price": one.id, "quantity": 2}],
        client_reference_id="user_1",
        metadata={"campaign": "7"},
        payment_intent_data={"metadata": {"order": "9"}, "description": "Two of them"},
        expand=["line_items"],
    )
    assert journal.types() == []
    assert (session.status, session.payment_status, session.amount_total, session.currency) == (
        "open",
        "unpaid",
        3000,
        "usd",
    )
    assert (session.ui_mode, session.payment_intent, session.customer_details) == ("hosted_page", None, None)
    assert (session.expires_at, session.customer_creation) == (START + 86400, "if_required")
    assert [(each.quantity, each.amount_total, each.description) for each in session.line_items.data] == [
        (2, 3000, "Pro")
    ]
    page = confirm(
        newest, session.id, payment_method="pm_card_visa", email="ada@studio.test", expected_amount="3000"
    )
    assert (page["status"], page["success_url"]) == ("complete", f"https://app.test/done?id={session.id}")
    assert journal.types() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_intent.created",
        "checkout.session.completed",
    ]
    done = retrieved(checked, session.id, "payment_intent")
    assert (done.status, done.payment_status, done.url, done.customer) == ("complete", "paid", None, None)
    assert (done.client_reference_id, done.metadata.to_dict()) == ("user_1", {"campaign": "7"})
    assert done.customer_details.email == "ada@studio.test"
    assert (done.payment_intent.amount_received, done.payment_intent.metadata.to_dict()) == (
        3000,
        {"order": "9"},
    )


def test_a_subscription_begins_when_its_session_is_paid(
    checked: stripe.StripeClient, newest: stripe.StripeClient, advance: Advance
) -> None:
    plan = price(checked)
    journal = Journal(checked)
    session = opened(
        checked,
        mode="subscription",
        line_items=[{"price": plan.id, "quantity": 3}],
        customer_email="ada@studio.test",
        subscription_data={"metadata": {"team": "a"}},
    )
    assert (session.subscription, session.customer, session.amount_total) == (None, None, 6000)
    assert session.customer_details.email == "ada@studio.test"
    confirm(newest, session.id, payment_method="pm_card_visa", name="Ada")
    assert journal.types() == [
        "charge.succeeded",
        "payment_method.attached",
        "customer.created",
        "customer.updated",
        "checkout.session.completed",
        "customer.subscription.created",
        "payment_intent.created",
        "payment_intent.succeeded",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    done = retrieved(checked, session.id, "subscription", "invoice", "customer")
    assert (done.payment_status, done.payment_intent) == ("paid", None)
    assert (done.subscription.status, done.subscription.metadata.to_dict()) == ("active", {"team": "a"})
    assert (done.customer.email, done.customer.name, done.customer.currency) == (
        "ada@studio.test",
        "Ada",
        "usd",
    )
    assert (done.invoice.amount_paid, done.invoice.status) == (6000, "paid")
    assert checked.v1.payment_intents.list({"customer": done.customer.id}).data[0].status == "succeeded"
    advance(days=31, hours=1)
    renewal = checked.v1.invoices.list({"subscription": done.subscription.id}).data[0]
    assert (renewal.billing_reason, renewal.status, renewal.amount_paid) == (
        "subscription_cycle",
        "paid",
        6000,
    )


def test_a_card_is_set_up_for_a_customer(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    customer = checked.v1.customers.create(
        {"email": "ada@studio.test", "metadata": {"justifyUserId": "user_1"}}
    )
    journal = Journal(checked)
    session = opened(
        checked,
        mode="setup",
        customer=customer.id,
        payment_method_types=["card"],
        setup_intent_data={"metadata": {"why": "billing"}},
        customer_update={"address": "auto", "name": "auto"},
    )
    assert (session.amount_total, session.payment_status, session.currency) == (
        None,
        "no_payment_required",
        None,
    )
    (created,) = journal.take()
    assert (created.type, created.data.object.id) == ("setup_intent.created", session.setup_intent)
    confirm(newest, session.id, payment_method="pm_card_visa", name="Ada Byron")
    assert journal.types() == [
        "setup_intent.succeeded",
        "payment_method.attached",
        "customer.updated",
        "checkout.session.completed",
    ]
    done = retrieved(checked, session.id, "setup_intent.payment_method", "customer")
    assert (done.status, done.customer.name) == ("complete", "Ada Byron")
    assert (done.setup_intent.status, done.setup_intent.metadata.to_dict()) == (
        "succeeded",
        {"why": "billing"},
    )
    assert done.setup_intent.payment_method.customer == customer.id


@pytest.mark.parametrize("mode", ["payment", "subscription", "setup"])
def test_a_declined_card_leaves_the_session_open(
    checked: stripe.StripeClient, newest: stripe.StripeClient, mode: str
) -> None:
    given: dict[str, Any] = {"mode": mode, "customer_email": "ada@studio.test"}
    if mode == "setup":
        given["currency"] = "usd"
    else:
        recurring = {"interval": "month"} if mode == "subscription" else None
        given["line_items"] = [{"price": price(checked, recurring=recurring).id, "quantity": 1}]
    session = opened(checked, **given)
    journal = Journal(checked)
    with refused(402, "card_declined"):
        confirm(newest, session.id, payment_method="pm_card_visa_chargeDeclined")
    failed = ["setup_intent.setup_failed"]
    assert journal.types() == (
        failed
        if mode == "setup"
        else ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    )
    assert retrieved(checked, session.id).status == "open"
    assert checked.v1.customers.list().data == []
    assert confirm(newest, session.id, payment_method="pm_card_visa")["status"] == "complete"
    assert "payment_intent.created" not in journal.types()
    with refused(400):
        confirm(newest, session.id, payment_method="pm_card_visa")


def test_a_free_trial_needs_no_payment(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    session = opened(
        checked,
        mode="subscription",
        line_items=[{"price": price(checked).id, "quantity": 1}],
        subscription_data={"trial_period_days": 7},
        customer_email="ada@studio.test",
    )
    assert session.amount_total == 0
    confirm(newest, session.id, payment_method="pm_card_visa")
    done = retrieved(checked, session.id, "subscription.default_payment_method", "invoice")
    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "trialing")
    assert (done.subscription.default_payment_method.customer, done.invoice.total) == (done.customer, 0)


def test_a_session_expires_by_itself_or_by_hand(
    checked: stripe.StripeClient, newest: stripe.StripeClient, advance: Advance
) -> None:
    line_items = [{"price": price(checked, recurring=None).id, "quantity": 1}]
    first = opened(checked, mode="payment", line_items=line_items, expires_at=START + 1800)
    second = opened(checked, mode="setup", currency="usd")
    journal = Journal(checked)
    assert checked.v1.checkout.sessions.expire(second.id).status == "expired"
    assert journal.types() == ["checkout.session.expired", "setup_intent.canceled"]
    with refused(400):
        checked.v1.checkout.sessions.expire(second.id)
    advance(seconds=1800)
    (expired,) = journal.take()
    assert (expired.type, expired.data.object.id, expired.data.object.url) == (
        "checkout.session.expired",
        first.id,
        None,
    )
    with refused(400):
        confirm(newest, first.id, payment_method="pm_card_visa")
    assert advance(days=3)["timers_run"] == 0


def test_sessions_are_listed_and_filtered(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked), price(checked)
    line_items = [{"price": plan.id, "quantity": 1}]
    first = opened(checked, mode="subscription", line_items=line_items, customer=customer.id)
    second = opened(checked, mode="subscription", line_items=line_items, customer_email="b@studio.test")
    confirm(newest, first.id, payment_method="pm_card_visa")
    done = retrieved(checked, first.id)

    def found(**filters: Any) -> list[str]:
        return [each.id for each in checked.v1.checkout.sessions.list(filters).data]  # type: ignore[arg-type]

    assert found() == [second.id, first.id]
    assert (
        found(customer=customer.id)
        == found(status="complete")
        == found(subscription=done.subscription)
        == [first.id]
    )
    assert found(customer_details={"email": "b@studio.test"}) == [second.id]
    (item,) = checked.v1.checkout.sessions.line_items.list(first.id).data
    assert (item.price.id, item.amount_total) == (plan.id, 2000)


def test_items_described_in_place_are_sold(checked: stripe.StripeClient) -> None:
    journal = Journal(checked)
    data = {"currency": "eur", "product_data": {"name": "Report"}, "unit_amount": 900}
    session = opened(checked, line_items=[{"price_data": data, "quantity": 2}], expand=["line_items"])
    assert (session.mode, session.amount_total, session.currency) == ("payment", 1800, "eur")
    assert (session.line_items.data[0].description, session.line_items.data[0].price.active) == (
        "Report",
        False,
    )
    assert journal.types() == ["product.created", "price.created"]


REFUSED: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"line_items": None}, "parameter_missing", "line_items"),
    ({"success_url": None}, "parameter_missing", "success_url"),
    ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
    ({"cancel_url": "app.test"}, "url_invalid", "cancel_url"),
    ({"mode": "pay"}, None, "mode"),
    ({"mode": "subscription"}, None, "mode"),
    ({"line_items": [{"price": "plan", "quantity": 1}], "mode": "payment"}, None, "mode"),
    ({"line_items": [{"price": "price_no", "quantity": 1}]}, "resource_missing", "line_items[0][price]"),
    ({"line_items": [{"price": "one"}]}, "parameter_missing", "line_items[0][quantity]"),
    ({"line_items": [{"price": "cheap", "quantity": 1}]}, "amount_too_small", "line_items"),
    ({"line_items": [{"price": "one", "quantity": 99999}]}, "amount_too_large", "line_items"),
    ({"mode": "setup"}, None, "line_items"),
    ({"mode": "setup", "line_items": None}, "parameter_missing", "currency"),
    ({"customer": "cus_no"}, "resource_missing", "customer"),
    ({"customer": "known", "customer_email": "a@b.test"}, "parameters_exclusive", "customer"),
    ({"customer_update": {"address": "auto"}}, None, "customer_update"),
    ({"subscription_data": {"trial_period_days": 3}}, None, "subscription_data"),
    ({"expires_at": START + 1799}, None, "expires_at"),
    ({"expires_at": START + 86401}, None, "expires_at"),
    ({"ui_mode": "hosted"}, None, "ui_mode"),
    ({"ui_mode": "elements"}, "parameter_unknown", "ui_mode"),
    ({"allow_promotion_codes": True}, "parameter_unknown", "allow_promotion_codes"),
    ({"automatic_tax": {"enabled": True}}, "parameter_unknown", "automatic_tax[enabled]"),
    ({"discounts": [{"coupon": "x"}]}, "resource_missing", "discounts[0][coupon]"),
    ({"payment_method_types": ["cheque"]}, None, "payment_method_types[0]"),
]


@pytest.mark.parametrize(("wrong", "code", "param"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_opened_is_refused(
    checked: stripe.StripeClient, wrong: dict[str, Any], code: str | None, param: str | None
) -> None:
    names = {
        "one": price(checked, recurring=None).id,
        "plan": price(checked).id,
        "cheap": price(checked, 10, recurring=None).id,
        "known": subscriber(checked, None).id,
    }
    given: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"price": "one", "quantity": 1}],
        **URLS,
        **wrong,
    }
    for item in given["line_items"] or ():
        item["price"] = names.get(item["price"], item["price"])
    given["customer"] = names.get(given.get("customer", ""), given.get("customer"))
    with refused(400, code, param):
        checked.v1.checkout.sessions.create(
            {name: value for name, value in given.items() if value is not None}
        )  # type: ignore[arg-type]
    assert checked.v1.checkout.sessions.list().data == []


def test_switches_that_are_off_are_taken(checked: stripe.StripeClient) -> None:
    off = {"enabled": False}
    session = opened(
        checked,
        mode="payment",
        line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}],
        allow_promotion_codes=False,
        automatic_tax=off,
        phone_number_collection=off,
        tax_id_collection=off,
        invoice_creation=off,
        locale="auto",
        submit_type="pay",
        ui_mode="hosted_page",
    )
    assert (session.allow_promotion_codes, session.locale, session.submit_type) == (False, "auto", "pay")


def test_versions_shape_sessions(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    line_items: Any = [{"price": price(checked, recurring=None).id, "quantity": 1}]
    old: Any = {"stripe_version": "2025-04-30.basil"}
    given: Any = {**URLS, "mode": "payment", "line_items": line_items, "payment_method_types": ["card"]}
    session = newest.v1.checkout.sessions.create({**given, "ui_mode": "hosted"}, old)
    assert session.ui_mode == "hosted"
    assert "customer_account" not in session
    with refused(400, "payment_method_types_no_longer_supported", "payment_method_types"):
        newest.v1.checkout.sessions.create(given)


def test_a_changed_amount_is_refused(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}])
    with refused(400, None, "expected_amount"):
        confirm(newest, session.id, payment_method="pm_card_visa", expected_amount="1")
    with refused(400, "parameter_missing", "payment_method"):
        confirm(newest, session.id)


def test_the_client_endpoints_take_the_publishable_key(
    server: Served, fresh_world: dict[str, Any], checked: stripe.StripeClient
) -> None:
    session = opened(checked, line_items=[{"price": price(checked, recurring=None).id, "quantity": 1}])
    key = {"Authorization": f"Bearer {fresh_world['env']['STRIPE_PUBLISHABLE_KEY']}"}
    url = f"http://127.0.0.1:{server.port + 7}/v1/payment_pages/{session.id}"
    page = httpx.get(url, headers=key).json()
    assert (page["id"], page["amount_total"], page["stripe_hosted_url"]) == (session.id, 2000, session.url)
    method = httpx.post(
        f"http://127.0.0.1:{server.port + 7}/v1/payment_methods",
        headers=key,
        data={"type": "card", "card[token]": "tok_visa", "billing_details[email]": "ada@studio.test"},
    ).json()
    done = httpx.post(
        f"{url}/confirm", headers=key, data={"payment_method": method["id"], "expected_amount": 2000}
    )
    assert done.json()["payment_intent"]["status"] == "succeeded"
    assert retrieved(checked, session.id).customer_details.email == "ada@studio.test"


def test_a_trigger_completes_the_session(
    server: Served, fresh_world: dict[str, Any], checked: stripe.StripeClient
) -> None:
    session = opened(checked, mode="subscription", line_items=[{"price": price(checked).id, "quantity": 1}])
    body = {
        "provider": "stripe",
        "event": "checkout.session.completed",
        "session": session.id,
        "email": "ada@studio.test",
    }
    answer = server.control(
        "POST",
        f"/worlds/{fresh_world['id']}/trigger",
        body | {"payment_method": "pm_card_authenticationRequired"},
    )
    assert "checkout.session.completed" in [event["type"] for event in answer["events"]]
    done = retrieved(checked, session.id, "customer")
    assert (done.status, done.customer.email) == ("complete", "ada@studio.test")


# --- the hosted page --------------------------------------------------------------------------------------------------


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
