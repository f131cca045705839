"""Payments: what each test card leads to, what is announced in which order, and how money moves."""

from typing import Any

import pytest

from harness.collection import events_of
from mocks.stripe.resources import cards, payment_intents, setup_intents
from tests.mocks.stripe.room import Room

CUSTOMERS = "/v1/customers"
INTENTS = "/v1/payment_intents"
SETUPS = "/v1/setup_intents"
REFUNDS = "/v1/refunds"
Json = Any


async def pay(room: Room, card: str = "pm_card_visa", **params: Any) -> Json:
    given = {"amount": 2000, "currency": "usd", "payment_method": card, "confirm": True}
    return await room.ok("POST", INTENTS, given | params)


def news(room: Room, start: int) -> list[str]:
    return room.types()[start:]


def event(room: Room, type: str) -> Json:
    found = [each for each in room.tx().every(events_of("stripe")) if each["type"] == type]
    return found[-1]["body"]["data"]


def authenticate(room: Room, intent: str, *, succeeded: bool) -> None:
    """Answer the bank's challenge as a payer does on the page."""
    tx = room.tx()
    payment_intents.authenticate(tx, payment_intents.get(tx, intent), succeeded=succeeded)
    tx.commit()


# --- cards ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", cards.names())
async def test_each_card_does_what_stripe_says_of_it(room: Room, name: str) -> None:
    card = cards.by_name(name)
    given = {"amount": 2000, "currency": "usd", "payment_method": f"pm_card_{name}", "confirm": True}
    answer = await room.call("POST", INTENTS, given)
    if card.authentication in {"always", "unless_set_up", "on_session"}:
        assert answer.json()["status"] == "requires_action"
    elif card.decline is None:
        assert answer.json()["status"] == "succeeded"
        charge = await room.ok("GET", f"/v1/charges/{answer.json()['latest_charge']}")
        assert charge["outcome"]["risk_level"] == card.risk
        assert charge["payment_method_details"]["card"]["last4"] == card.number[-4:]
    else:
        error = answer.json()["error"]
        assert (answer.status_code, error["type"]) == (402, "card_error")
        assert (error["code"], error["decline_code"]) == (card.decline.code, card.decline.decline_code)
        charge = await room.ok("GET", f"/v1/charges/{error['charge']}")
        assert charge["outcome"]["type"] == ("blocked" if card.blocked else "issuer_declined")
    owner = await room.ok("POST", CUSTOMERS)
    saved = await room.call("POST", f"/v1/payment_methods/pm_card_{name}/attach", {"customer": owner["id"]})
    assert saved.status_code == (200 if card.saves else 402)


async def test_a_decline_tells_all(room: Room) -> None:
    status, error = await room.refused(
        "POST",
        INTENTS,
        {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa_chargeDeclined", "confirm": True},
    )
    intent, log = error.pop("payment_intent"), error.pop("request_log_url")
    method, charge = error.pop("payment_method"), error.pop("charge")
    assert status == 402
    assert log.startswith("https://dashboard.stripe.com/test/logs/req_")
    assert error == {
        "advice_code": "try_again_later",
        "code": "card_declined",
        "decline_code": "generic_decline",
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": "Your card was declined.",
        "network_decline_code": "05",
        "type": "card_error",
    }
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert (intent["latest_charge"], method["card"]["last4"]) == (charge, "0002")
    last = intent["last_payment_error"]
    assert (last["charge"], last["payment_method"]["id"]) == (charge, method["id"])
    failed = await room.ok("GET", f"/v1/charges/{charge}")
    assert (failed["paid"], failed["failure_code"], failed["balance_transaction"]) == (
        False,
        "card_declined",
        None,
    )
    assert failed["outcome"]["network_status"] == "declined_by_network"
    assert room.rules() == []


@pytest.mark.parametrize(
    ("card", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 2020}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
        ({"number": "4000056655665564"}, "card_declined", None),
    ],
)
async def test_impossible_cards_are_402(room: Room, card: Json, code: str, param: str | None) -> None:
    right = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    status, error = await room.refused("POST", "/v1/payment_methods", {"type": "card", "card": right | card})
    assert (status, error["type"], error["code"], error.get("param")) == (402, "card_error", code, param)


async def test_a_number_has_one_fingerprint_in_a_world(room: Room) -> None:
    first, again = [
        await room.ok("POST", "/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})
        for _ in "ab"
    ]
    other = await room.ok("POST", "/v1/payment_methods", {"type": "card", "card": {"token": "tok_amex"}})
    assert first["id"] != again["id"]
    assert first["card"]["fingerprint"] == again["card"]["fingerprint"] != other["card"]["fingerprint"]


# --- authentication --------------------------------------------------------------------------------------------------------


async def test_a_challenge_is_won_or_lost(room: Room) -> None:
    won, lost = [
        await pay(room, "pm_card_threeDSecure2Required", return_url="http://127.0.0.1:1/") for _ in "ab"
    ]
    assert won["next_action"]["redirect_to_url"]["return_url"] == "http://127.0.0.1:1/"
    start = len(room.types())
    authenticate(room, won["id"], succeeded=True)
    authenticate(room, lost["id"], succeeded=False)
    assert news(room, start) == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
    ]
    paid = await room.ok("GET", f"{INTENTS}/{won['id']}", {"expand": ["latest_charge"]})
    assert (paid["status"], paid["next_action"]) == ("succeeded", None)
    secure = paid["latest_charge"]["payment_method_details"]["card"]["three_d_secure"]
    assert (secure["result"], secure["authentication_flow"]) == ("authenticated", "challenge")
    failed = await room.ok("GET", f"{INTENTS}/{lost['id']}")
    assert (failed["status"], failed["latest_charge"]) == ("requires_payment_method", None)
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"


async def test_a_won_challenge_may_still_be_declined(room: Room) -> None:
    asked = await pay(room, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    assert asked["next_action"]["type"] == "use_stripe_sdk"
    authenticate(room, asked["id"], succeeded=True)
    failed = await room.ok("GET", f"{INTENTS}/{asked['id']}")
    assert failed["last_payment_error"]["decline_code"] == "insufficient_funds"


async def test_a_card_that_was_set_up_is_charged_off_session(room: Room) -> None:
    owner = await room.ok("POST", CUSTOMERS)
    given = {
        "customer": owner["id"],
        "payment_method": "pm_card_authenticationRequiredOnSetup",
        "confirm": True,
    }
    setup = await room.ok("POST", SETUPS, given | {"return_url": "http://127.0.0.1:1/"})
    assert setup["status"] == "requires_action"
    start = len(room.types())
    tx = room.tx()
    found = tx.get(setup_intents.SETUP_INTENTS, setup["id"])
    assert found is not None
    setup_intents.authenticate(tx, found, succeeded=True)
    tx.commit()
    assert news(room, start) == ["payment_method.attached", "setup_intent.succeeded"]
    method = (await room.ok("GET", f"{SETUPS}/{setup['id']}"))["payment_method"]
    assert (await pay(room, method, customer=owner["id"], off_session=True))["status"] == "succeeded"


async def test_off_session_a_challenge_is_a_decline(room: Room) -> None:
    params = {
        "amount": 900,
        "currency": "usd",
        "payment_method": "pm_card_authenticationRequired",
        "confirm": True,
    }
    status, error = await room.refused("POST", INTENTS, params | {"off_session": "recurring"})
    assert (status, error["code"], error["decline_code"]) == (
        402,
        "authentication_required",
        "authentication_required",
    )
    assert room.types()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    status, error = await room.refused("POST", INTENTS, params | {"error_on_requires_action": True})
    assert (status, error["code"], "charge" in error) == (402, "authentication_required", False)


async def test_a_merchant_may_ask_for_authentication(room: Room) -> None:
    options = {"payment_method_options": {"card": {"request_three_d_secure": "any"}}}
    assert (await pay(room, "pm_card_threeDSecureOptional"))["status"] == "succeeded"
    assert (await pay(room, "pm_card_threeDSecureOptional", **options))["status"] == "requires_action"
    assert (await pay(room, "pm_card_amex_threeDSecureNotSupported", **options))["status"] == "succeeded"


# --- whose card ------------------------------------------------------------------------------------------------------------


async def test_a_card_pays_for_its_own_customer_only(room: Room) -> None:
    ada, bo = [await room.ok("POST", CUSTOMERS) for _ in "ab"]
    method = await room.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": ada["id"]})
    for owner in ({}, {"customer": bo["id"]}):
        params = {"amount": 900, "currency": "usd", "payment_method": method["id"], **owner}
        assert (await room.refused("POST", INTENTS, params))[1]["param"] == "payment_method"
    taken = await room.refused("POST", f"/v1/payment_methods/{method['id']}/attach", {"customer": bo["id"]})
    assert taken[1]["message"] == "The payment method you provided has already been attached to a customer."
    default = {"invoice_settings": {"default_payment_method": method["id"]}}
    assert (await room.refused("POST", f"{CUSTOMERS}/{bo['id']}", default))[1]["code"] == "resource_missing"
    assert (await room.refused("POST", CUSTOMERS, default))[1]["code"] == "resource_missing"
    path = f"{CUSTOMERS}/{bo['id']}/payment_methods/{method['id']}"
    assert (await room.refused("GET", path))[0] == 404
    assert (await room.ok("GET", f"{CUSTOMERS}/{ada['id']}/payment_methods/{method['id']}"))["id"] == method[
        "id"
    ]


async def test_a_deleted_customer_leaves_its_cards_useless(room: Room) -> None:
    owner = await room.ok("POST", CUSTOMERS, {"payment_method": "pm_card_visa"})
    (method,) = (await room.ok("GET", f"{CUSTOMERS}/{owner['id']}/payment_methods"))["data"]
    await room.ok("DELETE", f"{CUSTOMERS}/{owner['id']}")
    assert (await room.ok("GET", f"/v1/payment_methods/{method['id']}"))["customer"] is None
    params = {"amount": 900, "currency": "usd", "payment_method": method["id"]}
    assert (await room.refused("POST", INTENTS, params))[1]["param"] == "payment_method"


async def test_a_card_of_nobody_pays_once(room: Room) -> None:
    method = await room.ok("POST", "/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})
    await pay(room, method["id"])
    status, error = await room.refused(
        "POST", INTENTS, {"amount": 900, "currency": "usd", "payment_method": method["id"], "confirm": True}
    )
    assert (status, error["message"][:62]) == (
        400,
        "The provided PaymentMethod was previously used with a PaymentI",
    )


async def test_future_usage_saves_the_card(room: Room) -> None:
    owner = await room.ok("POST", CUSTOMERS)
    start = len(room.types())
    paid = await pay(room, customer=owner["id"], setup_future_usage="off_session")
    assert news(room, start) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_method.attached",
        "payment_intent.succeeded",
    ]
    saved = await room.ok("GET", "/v1/payment_methods", {"customer": owner["id"]})
    assert [each["id"] for each in saved["data"]] == [paid["payment_method"]]


# --- money -----------------------------------------------------------------------------------------------------------------


async def test_capturing_less_releases_the_rest(room: Room) -> None:
    held = await pay(room, capture_method="manual", amount=3000)
    assert (held["status"], held["amount_capturable"], held["amount_received"]) == (
        "requires_capture",
        3000,
        0,
    )
    status, error = await room.refused("POST", f"{INTENTS}/{held['id']}/capture", {"amount_to_capture": 3001})
    assert (status, error["code"], error["param"]) == (400, "amount_too_large", "amount_to_capture")
    start = len(room.types())
    await room.ok("POST", f"{INTENTS}/{held['id']}/capture", {"amount_to_capture": 2500})
    assert news(room, start) == ["charge.captured", "payment_intent.succeeded"]
    told = event(room, "charge.captured")
    assert told["previous_attributes"]["captured"] is False
    charge = await room.ok("GET", f"/v1/charges/{held['latest_charge']}", {"expand": ["balance_transaction"]})
    assert (charge["amount_captured"], charge["amount_refunded"], charge["refunded"]) == (2500, 500, False)
    assert charge["balance_transaction"]["net"] == 2500 - 103
    over = await room.refused("POST", REFUNDS, {"charge": charge["id"], "amount": 2501})
    assert over[1]["message"].startswith("Refund amount ($25.01 usd) is greater than unrefunded amount")
    assert (await room.ok("POST", REFUNDS, {"charge": charge["id"]}))["amount"] == 2500


async def test_an_authorization_expires_after_a_week(room: Room) -> None:
    held = await pay(room, capture_method="manual")
    await room.advance(7 * 86_400 - 1)
    assert (await room.ok("GET", f"{INTENTS}/{held['id']}"))["status"] == "requires_capture"
    start = len(room.types())
    await room.advance(1)
    gone = await room.ok("GET", f"{INTENTS}/{held['id']}")
    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "automatic")
    assert news(room, start) == ["charge.expired", "payment_intent.canceled"]
    (last,) = (await room.ok("GET", "/v1/events", {"limit": 1}))["data"]
    assert last["request"] == {"id": None, "idempotency_key": None}


@pytest.mark.parametrize(
    ("card", "at_once", "later", "given"),
    [
        ("pm_card_visa", "succeeded", "succeeded", 2000),
        ("pm_card_pendingRefund", "pending", "succeeded", 2000),
        ("pm_card_refundFail", "succeeded", "failed", 0),
    ],
)
async def test_the_bank_is_heard_of_later(
    room: Room, card: str, at_once: str, later: str, given: int
) -> None:
    paid = await pay(room, card)
    await room.advance(5)
    start = len(room.types())
    refund = await room.ok("POST", REFUNDS, {"payment_intent": paid["id"], "reason": "duplicate"})
    assert (refund["status"], refund["reason"]) == (at_once, "duplicate")
    assert news(room, start) == ["refund.created", "charge.refunded"]
    changed = event(room, "charge.refunded")["previous_attributes"]
    assert (changed["amount_refunded"], changed["refunded"]) == (0, False)
    await room.advance(300)
    assert news(room, start + 2)[-2:] == ["refund.updated", "charge.refund.updated"]
    assert ("refund.failed" in news(room, start)) == (later == "failed")
    assert (await room.ok("GET", f"{REFUNDS}/{refund['id']}"))["status"] == later
    charge = await room.ok("GET", f"/v1/charges/{paid['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (given, given == 2000)


async def test_money_is_pending_for_two_days(room: Room) -> None:
    await pay(room, amount=1050)
    await pay(room, "pm_card_bypassPending")
    await pay(room, amount=500, currency="JPY")
    await room.advance(3)
    shown = await room.ok("GET", "/v1/balance")
    assert [(each["currency"], each["amount"]) for each in shown["available"]] == [("jpy", 0), ("usd", 1912)]
    assert [(each["currency"], each["amount"]) for each in shown["pending"]] == [("jpy", 455), ("usd", 990)]
    await room.advance(2 * 86_400)
    shown = await room.ok("GET", "/v1/balance")
    assert [(each["currency"], each["amount"]) for each in shown["available"]] == [
        ("jpy", 455),
        ("usd", 2902),
    ]
    entries = await room.ok("GET", "/v1/balance_transactions", {"currency": "jpy"})
    assert [each["status"] for each in entries["data"]] == ["available"]


async def test_what_was_never_paid_cannot_be_refunded(room: Room) -> None:
    intent = await room.ok("POST", INTENTS, {"amount": 900, "currency": "usd"})
    held = await pay(room, capture_method="manual")
    for params in ({"payment_intent": intent["id"]}, {"charge": held["latest_charge"]}, {}):
        assert (await room.refused("POST", REFUNDS, params))[0] == 400
    both = {"payment_intent": held["id"], "charge": held["latest_charge"]}
    assert (await room.refused("POST", REFUNDS, both))[1]["code"] == "parameters_exclusive"


async def test_the_same_calls_give_the_same_bytes(room: Room, tmp_path: Any) -> None:
    twin = Room.open(tmp_path / "twin")
    for each in (room, twin):
        owner = await each.ok("POST", CUSTOMERS, {"email": "ada@studio.test"})
        paid = await pay(each, customer=owner["id"], setup_future_usage="off_session")
        await each.ok("POST", REFUNDS, {"payment_intent": paid["id"], "amount": 5})
        await each.advance(400)
    for path in (
        CUSTOMERS,
        INTENTS,
        "/v1/charges",
        REFUNDS,
        "/v1/events",
        "/v1/balance_transactions",
        "/v1/prices",
    ):
        # Addresses of pages name the world that they lie in.
        here, there = [
            (await each.call("GET", path, {"limit": 100})).text.replace(each.world.name, "world")
            for each in (room, twin)
        ]
        assert here == there
    await twin.close()
