"""What each API version changed, line by line (the facts' table of changes): before it and from it on."""

from typing import Any

import pytest

from tests.mocks.stripe.room import Room

BASIL, JUNE, CLOVER = "2025-04-30.basil", "2025-06-30.basil", "2025-09-30.clover"
LAST_BASIL, LAST_CLOVER, DAHLIA = "2025-08-27.basil", "2026-02-25.clover", "2026-03-25.dahlia"
ALLOWED, NEWEST = "2026-07-29.dahlia", "2026-10-28.endive"
BACK = "https://shop.test/"
PAID = {"amount": 900, "currency": "usd"}


async def subscribed(room: Room, **version: str) -> Any:
    """Make a subscription with a discount, as a version makes it."""
    payer = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = await room.ok("POST", "/v1/customers", payer)
    coupon = await room.ok("POST", "/v1/coupons", {"percent_off": 25, "duration": "forever"})
    monthly: Any = {"currency": "usd", "unit_amount": 2000, "recurring": {"interval": "month"}}
    price = await room.ok("POST", "/v1/prices", monthly | {"product_data": {"name": "Plan"}})
    items = {"items": [{"price": price["id"]}], "discounts": [{"coupon": coupon["id"]}]}
    asked = {"customer": customer["id"], **items, "expand": ["discounts"]}
    return await room.ok("POST", "/v1/subscriptions", asked, **version)


async def test_basil_has_periods_by_item_and_invoices_with_parents_and_payments(room: Room) -> None:
    made = await subscribed(room, Stripe_Version=BASIL)
    assert not {"current_period_start", "current_period_end", "discount", "billing_mode"} & made.keys()
    assert made["items"]["data"][0]["current_period_end"] > made["items"]["data"][0]["current_period_start"]
    path = f"/v1/invoices/{made['latest_invoice']}"
    invoice = await room.ok("GET", path, {"expand": ["payments"]}, Stripe_Version=BASIL)
    gone = {"subscription", "paid", "charge", "payment_intent", "tax", "total_tax_amounts", "discount"}
    assert not gone & invoice.keys()
    assert invoice["parent"]["subscription_details"]["subscription"] == made["id"]
    assert invoice["payments"]["data"][0]["payment"]["type"] == "payment_intent"
    [line] = invoice["lines"]["data"]
    assert not {"price", "plan", "type", "proration", "subscription_item"} & line.keys()
    assert (line["pricing"]["type"], line["parent"]["type"]) == ("price_details", "subscription_item_details")
    intent = invoice["payments"]["data"][0]["payment"]["payment_intent"]
    assert "invoice" not in await room.ok("GET", f"/v1/payment_intents/{intent}", Stripe_Version=BASIL)


async def test_basil_has_no_upcoming_invoice_no_usage_records_and_no_coupon_of_a_subscription(
    room: Room,
) -> None:
    made = await subscribed(room)
    for path in (
        "/v1/invoices/upcoming",
        f"/v1/subscription_items/{made['items']['data'][0]['id']}/usage_record_summaries",
    ):
        answer = await room.client.get(path, headers={"Stripe-Version": BASIL})
        assert answer.status_code == 404
    path = f"/v1/subscriptions/{made['id']}"
    status, error = await room.refused("POST", path, {"coupon": "x"}, Stripe_Version=BASIL)
    assert (status, error["code"], error["param"]) == (400, "parameter_unknown", "coupon")
    status, error = await room.refused(
        "GET", path, {"expand": ["latest_invoice.payment_intent"]}, Stripe_Version=BASIL
    )
    assert (status, error["param"]) == (400, "expand")


@pytest.mark.parametrize(
    ("version", "mode"),
    [(JUNE, "classic"), (LAST_BASIL, "classic"), (CLOVER, "flexible"), (NEWEST, "flexible")],
)
async def test_subscriptions_are_flexible_from_clover_on(room: Room, version: str, mode: str) -> None:
    made = await subscribed(room, Stripe_Version=version)
    assert made["billing_mode"]["type"] == mode


@pytest.mark.parametrize(("version", "whole"), [(LAST_BASIL, True), (CLOVER, False), (NEWEST, False)])
async def test_discounts_and_promotion_codes_name_their_coupon_from_clover_on(
    room: Room, version: str, whole: bool
) -> None:
    made = await subscribed(room, Stripe_Version=version)
    [discount] = made["discounts"]
    coupon = discount["coupon"]["id"] if whole else discount["source"]["coupon"]
    assert ("source" in discount, "coupon" in discount) == (not whole, whole)
    given = {"coupon": coupon} if whole else {"promotion": {"type": "coupon", "coupon": coupon}}
    code = await room.ok("POST", "/v1/promotion_codes", given, Stripe_Version=version)
    assert ("promotion" in code, "coupon" in code) == (not whole, whole)


async def test_previews_have_an_id_from_clover_on(room: Room) -> None:
    made = await subscribed(room)
    asked = {"subscription": made["id"]}
    old = await room.ok("POST", "/v1/invoices/create_preview", asked, Stripe_Version=LAST_BASIL)
    new = await room.ok("POST", "/v1/invoices/create_preview", asked, Stripe_Version=CLOVER)
    assert "id" not in old
    assert new["id"].startswith("upcoming_in_")


@pytest.mark.parametrize(
    ("version", "sent"), [(LAST_CLOVER, "hosted"), (DAHLIA, "hosted_page"), (NEWEST, "hosted_page")]
)
async def test_checkout_names_its_pages_anew_from_dahlia_on(room: Room, version: str, sent: str) -> None:
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Film"}}}
    asked = {"mode": "payment", "line_items": [line | {"quantity": 1}], "success_url": BACK}
    made = await room.ok("POST", "/v1/checkout/sessions", asked | {"ui_mode": sent}, Stripe_Version=version)
    assert made["ui_mode"] == sent
    other = "hosted_page" if sent == "hosted" else "hosted"
    wrong = asked | {"ui_mode": other}
    status, error = await room.refused("POST", "/v1/checkout/sessions", wrong, Stripe_Version=version)
    assert (status, error["param"]) == (400, "ui_mode")


@pytest.mark.parametrize(("version", "there"), [(LAST_CLOVER, False), (DAHLIA, True)])
async def test_lines_have_a_decimal_quantity_from_dahlia_on(room: Room, version: str, there: bool) -> None:
    made = await subscribed(room)
    invoice = await room.ok("GET", f"/v1/invoices/{made['latest_invoice']}", Stripe_Version=version)
    assert ("quantity_decimal" in invoice["lines"]["data"][0]) == there


@pytest.mark.parametrize(
    ("version", "allowed", "record"),
    [("2026-05-27.dahlia", False, False), (ALLOWED, True, False), (NEWEST, True, True)],
)
async def test_intents_tell_more_in_newer_versions(
    room: Room, version: str, allowed: bool, record: bool
) -> None:
    made = await room.ok("POST", "/v1/payment_intents", PAID, Stripe_Version=version)
    assert ("allowed_payment_method_types" in made, "payment_record" in made) == (allowed, record)


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/setup_intents"])
async def test_kinds_are_not_named_any_more_from_endive_on(room: Room, path: str) -> None:
    given: Any = (PAID if "payment" in path else {}) | {"payment_method_types": ["card"]}
    made = await room.ok("POST", path, given, Stripe_Version="2026-08-26.dahlia")
    status, error = await room.refused("POST", path, given, Stripe_Version="2026-09-30.endive")
    assert (status, error["code"]) == (400, "payment_method_types_no_longer_supported")
    read = await room.ok("GET", f"{path}/{made['id']}", Stripe_Version=NEWEST)
    assert read["payment_method_types"] == ["card"]


async def test_subscriptions_pause_from_endive_on(room: Room) -> None:
    path = f"/v1/subscriptions/{(await subscribed(room))['id']}/pause"
    answer = await room.client.post(path, headers={"Stripe-Version": "2026-08-26.dahlia"})
    assert answer.status_code == 404
    assert (await room.ok("POST", path, {}, Stripe_Version="2026-09-30.endive"))["status"] == "paused"
