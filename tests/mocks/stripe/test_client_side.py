"""What Stripe.js and Stripe's CLI lean on, without a browser and without the CLI: challenges, reduced intents, old parameters."""

from __future__ import annotations

import pytest

from tests.mocks.stripe.room import Room

SDK = {
    "amount": 1999,
    "currency": "usd",
    "payment_method": "pm_card_authenticationRequired",
    "confirm": "true",
}


async def test_a_challenge_for_stripe_js_may_be_framed_and_tells_the_page(room: Room) -> None:
    intent = await room.ok("POST", "/v1/payment_intents", {**SDK, "use_stripe_sdk": "true"})
    action = intent["next_action"]
    assert action["type"] == "use_stripe_sdk"
    address = action["use_stripe_sdk"]["stripe_js"]
    shown = await room.client.get(address)
    assert "frame-ancestors" not in shown.headers["content-security-policy"]
    ended = await room.client.post(address, data={"authentication": "succeed"})
    assert (ended.status_code, "authenticated.js" in ended.text) == (200, True)
    paid = await room.ok("GET", f"/v1/payment_intents/{intent['id']}")
    assert (paid["status"], paid["next_action"]) == ("succeeded", None)
    assert (await room.client.get(address)).status_code == 404


async def test_a_challenge_that_leads_back_may_not_be_framed(room: Room) -> None:
    intent = await room.ok("POST", "/v1/payment_intents", {**SDK, "return_url": "https://shop.test/back"})
    shown = await room.client.get(intent["next_action"]["redirect_to_url"]["url"])
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]


async def test_events_hold_stripes_own_address_of_a_challenge(room: Room) -> None:
    await room.ok("POST", "/v1/payment_intents", {**SDK, "use_stripe_sdk": "true"})
    listed = await room.ok("GET", "/v1/events", {"type": "payment_intent.requires_action"})
    action = listed["data"][0]["data"]["object"]["next_action"]
    assert action["use_stripe_sdk"]["stripe_js"].startswith("https://hooks.stripe.com/3d_secure_2/hosted?")


@pytest.mark.parametrize("kind", ["payment_intents", "setup_intents"])
async def test_errors_show_a_publishable_key_as_little_as_answers_do(room: Room, kind: str) -> None:
    given = {"amount": 1999, "currency": "usd"} if kind == "payment_intents" else {}
    intent = await room.ok("POST", f"/v1/{kind}", {**given, "metadata": {"note": "of the server's"}})
    path = f"/v1/{kind}/{intent['id']}/confirm"
    pay = {"client_secret": intent["client_secret"], "use_stripe_sdk": "true"}
    key = {"Authorization": f"Bearer {room.publishable}"}
    _, declined = await room.refused("POST", path, {**pay, "payment_method": "pm_card_chargeDeclined"}, **key)
    assert "metadata" not in declined[kind.removesuffix("s")]
    await room.ok("POST", path, {**pay, "payment_method": "pm_card_visa"}, **key)
    status, again = await room.refused("POST", path, {**pay, "payment_method": "pm_card_visa"}, **key)
    assert (status, again["code"]) == (400, f"{kind.removesuffix('s')}_unexpected_state")
    assert "confirm" in again["message"]
    assert "metadata" not in again[kind.removesuffix("s")]


async def test_a_template_named_twice_is_one_payment_method(room: Room) -> None:
    customer = await room.ok(
        "POST",
        "/v1/customers",
        {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}},
    )
    methods = await room.ok("GET", f"/v1/customers/{customer['id']}/payment_methods")
    assert [each["id"] for each in methods["data"]] == [
        customer["invoice_settings"]["default_payment_method"]
    ]


async def test_customers_take_the_old_parameter_coupon(room: Room) -> None:
    coupon = await room.ok("POST", "/v1/coupons", {"percent_off": 10, "duration": "forever"})
    customer = await room.ok("POST", "/v1/customers", {"coupon": coupon["id"]})
    assert customer["discount"]["source"]["coupon"] == coupon["id"]
    without = await room.ok("POST", f"/v1/customers/{customer['id']}", {"coupon": ""})
    assert without["discount"] is None
    assert (await room.refused("POST", "/v1/customers", {"coupon": "nonsense"}))[0] == 400


async def test_a_session_passes_shipping_on(room: Room) -> None:
    shipping = {"name": "Ada Quill", "address": {"line1": "1 Shop Street", "city": "London"}}
    item = {
        "quantity": 1,
        "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}},
    }
    session = await room.ok(
        "POST",
        "/v1/checkout/sessions",
        {
            "mode": "payment",
            "success_url": "https://shop.test/thanks",
            "line_items": [item],
            "payment_intent_data": {"shipping": shipping},
        },
    )
    path = f"/v1/payment_pages/{session['id']}/confirm"
    await room.client.post(path, data={"payment_method": "pm_card_visa", "expected_amount": "500"})
    paid = await room.ok("GET", f"/v1/checkout/sessions/{session['id']}", {"expand": ["payment_intent"]})
    assert paid["payment_intent"]["shipping"]["name"] == "Ada Quill"


async def test_an_event_is_sent_again_only_where_it_may(room: Room) -> None:
    await room.ok("POST", "/v1/customers", {})
    [event] = (await room.ok("GET", "/v1/events"))["data"]
    path = f"/v1/events/{event['id']}/retry"
    again = await room.client.post(path, data={"for_stripecli": "true"})
    assert again.json()["id"] == event["id"]
    unknown = await room.client.post(path, data={"webhook_endpoint": "we_nobody"})
    assert (unknown.status_code, unknown.json()["error"]["param"]) == (400, "webhook_endpoint")
    assert (await room.client.post("/v1/events/evt_nobody/retry")).status_code == 404


async def test_a_session_of_the_cli_asks_for_what_there_is(room: Room) -> None:
    path = "/v1/stripecli/sessions"
    opened = await room.client.post(path, data={"device_name": "here", "websocket_features[]": "webhooks"})
    told = opened.json()
    assert told["websocket_url"].startswith(
        f"ws://127.0.0.1:4407/~{room.world.name}/stripecli/sockets/cliws_"
    )
    assert told["secret"] == room.world.accounts["stripe"]["tokens"]["webhook_secret"]
    refused = await room.client.post(path, data={"websocket_features[]": "telepathy"})
    assert refused.status_code == 400
