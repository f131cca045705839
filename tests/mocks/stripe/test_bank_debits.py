"""Debits of bank accounts: they are under way until the bank answers, and need a mandate."""

from typing import Any

import pytest

from tests.mocks.stripe.debits import CURRENCIES, DISPUTED, FAILS, PERMITTED, SUCCEEDS, account, debit, saved
from tests.mocks.stripe.room import Room

Json = Any
KINDS = sorted(SUCCEEDS)
FEES = {"bacs_debit": 20, "sepa_debit": 35, "us_bank_account": 16}


@pytest.mark.parametrize("kind", KINDS)
async def test_the_money_comes_when_the_bank_answers(room: Room, kind: str) -> None:
    intent = await debit(room, kind, SUCCEEDS[kind])
    assert (intent["status"], intent["amount_received"]) == ("processing", 0)
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    assert (charge["status"], charge["paid"], charge["balance_transaction"]) == ("pending", False, None)
    assert charge["id"].startswith("py_3")
    mandate = await room.ok("GET", f"/v1/mandates/{charge['payment_method_details'][kind]['mandate']}")
    assert mandate["payment_method"] == intent["payment_method"]
    await room.advance(5)
    intent = await room.ok("GET", f"/v1/payment_intents/{intent['id']}")
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 2000)
    assert (charge["status"], charge["paid"]) == ("succeeded", True)
    entry = await room.ok("GET", f"/v1/balance_transactions/{charge['balance_transaction']}")
    assert (entry["type"], entry["amount"], entry["fee"]) == ("payment", 2000, FEES[kind])
    types = room.types()
    for earlier, later in (
        ("payment_intent.created", "charge.pending"),
        ("charge.pending", "payment_intent.processing"),
        ("payment_intent.processing", "charge.succeeded"),
        ("charge.succeeded", "payment_intent.succeeded"),
    ):
        assert types.index(earlier) < types.index(later)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_debit_fails_when_the_bank_answers(room: Room, kind: str) -> None:
    intent = await debit(room, kind, FAILS[kind])
    await room.advance(5)
    intent = await room.ok("GET", f"/v1/payment_intents/{intent['id']}")
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert intent["last_payment_error"]["charge"] == charge["id"]
    assert (charge["status"], charge["failure_code"]) == ("failed", intent["last_payment_error"]["code"])
    assert (charge["captured"], charge["amount_captured"]) == (False, 0)
    assert room.types()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    assert (await room.ok("GET", "/v1/balance"))["pending"] == [
        {"amount": 0, "currency": "usd", "source_types": {"card": 0}}
    ]


@pytest.mark.parametrize(("number", "status"), [("AT321904300235473204", "succeeded"),
                                                ("AT051904300235473205", "requires_payment_method")])  # fmt: skip
async def test_some_banks_answer_after_three_minutes(room: Room, number: str, status: str) -> None:
    intent = await debit(room, "sepa_debit", number)
    await room.advance(179)
    assert (await room.ok("GET", f"/v1/payment_intents/{intent['id']}"))["status"] == "processing"
    await room.advance(1)
    assert (await room.ok("GET", f"/v1/payment_intents/{intent['id']}"))["status"] == status


async def test_a_bank_may_never_answer(room: Room) -> None:
    intent = await debit(room, "us_bank_account", "000000000009")
    await room.advance(30 * 86_400)
    assert (await room.ok("GET", f"/v1/payment_intents/{intent['id']}"))["status"] == "processing"


async def test_nobody_is_debited_without_a_mandate(room: Room) -> None:
    method = await room.ok("POST", "/v1/payment_methods", account("sepa_debit", SUCCEEDS["sepa_debit"]))
    given = {"amount": 2000, "currency": "eur", "payment_method_types": ["sepa_debit"], "confirm": True}
    given |= {"payment_method": method["id"]}
    before = room.state()
    _, error = await room.refused("POST", "/v1/payment_intents", given)
    assert (error["code"], error["param"]) == ("payment_intent_mandate_invalid", "mandate_data")
    assert room.state() == before


async def test_a_saved_account_is_debited_again_by_its_mandate(room: Room) -> None:
    customer = await room.ok("POST", "/v1/customers")
    for kind in KINDS:
        method = await saved(room, customer["id"], kind, SUCCEEDS[kind])
        given = {"amount": 900, "currency": CURRENCIES[kind], "customer": customer["id"], "confirm": True}
        intent = await room.ok(
            "POST", "/v1/payment_intents", given | {"payment_method": method, "off_session": True}
        )
        assert (intent["status"], intent["payment_method_types"]) == ("processing", ["card", kind])


async def test_a_mandate_of_bacs_waits_for_the_bank(room: Room) -> None:
    customer = await room.ok("POST", "/v1/customers")
    await saved(room, customer["id"], "bacs_debit", SUCCEEDS["bacs_debit"])
    [setup] = (await room.ok("GET", "/v1/setup_intents", {"expand": ["data.mandate"]}))["data"]
    assert (setup["mandate"]["status"], setup["mandate"]["type"]) == ("pending", "multi_use")
    await room.advance(5)
    assert (await room.ok("GET", f"/v1/mandates/{setup['mandate']['id']}"))["status"] == "active"
    assert "mandate.updated" in room.types()


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("sepa_debit", "AT611904300234573202", "invalid_bank_account_iban"),
        ("sepa_debit", "GB82WEST12345698765432", "account_number_invalid"),
        ("bacs_debit", "12345678", "account_number_invalid"),
        ("us_bank_account", "123456789", "account_number_invalid"),
    ],
)
async def test_only_test_accounts_are_taken(room: Room, kind: str, number: str, code: str) -> None:
    status, error = await room.refused("POST", "/v1/payment_methods", account(kind, number))
    assert (status, error["code"]) == (400, code)


@pytest.mark.parametrize("wrong", [{"amounts": [32, 46]}, {"descriptor_code": "SM99ZZ"}, {}])
async def test_wrong_deposits_prove_nothing(room: Room, wrong: Json) -> None:
    method = await room.ok("POST", "/v1/payment_methods", account("us_bank_account", "000123456789"))
    given = {"amount": 2000, "currency": "usd", "payment_method_types": ["us_bank_account"], "confirm": True}
    given |= {"payment_method": method["id"], "mandate_data": PERMITTED}
    intent = await room.ok("POST", "/v1/payment_intents", given)
    status, _ = await room.refused("POST", f"/v1/payment_intents/{intent['id']}/verify_microdeposits", wrong)
    assert status == 400
    assert (await room.ok("GET", f"/v1/payment_intents/{intent['id']}"))["status"] == "requires_action"


async def test_what_an_intent_does_not_take_is_refused(room: Room) -> None:
    base = {"amount": 2000, "currency": "usd"}
    _, error = await room.refused(
        "POST", "/v1/payment_intents", base | {"payment_method_types": ["sepa_debit"]}
    )
    assert error["param"] == "currency"
    method = await room.ok("POST", "/v1/payment_methods", account("sepa_debit", SUCCEEDS["sepa_debit"]))
    for given in ({"payment_method_types": ["card"]}, {}):
        _, error = await room.refused(
            "POST", "/v1/payment_intents", base | given | {"payment_method": method["id"]}
        )
        assert "is not allowed for this PaymentIntent" in error["message"]
    euros = {"amount": 2000, "currency": "eur", "payment_method_types": ["sepa_debit"]}
    _, error = await room.refused(
        "POST", "/v1/payment_intents", euros | {"payment_method": method["id"], "capture_method": "manual"}
    )
    assert error["param"] == "capture_method"


async def test_a_debit_is_refunded_by_a_transfer(room: Room) -> None:
    intent = await debit(room, "sepa_debit", SUCCEEDS["sepa_debit"])
    _, error = await room.refused("POST", "/v1/refunds", {"payment_intent": intent["id"]})
    assert "has not been paid" in error["message"]
    await room.advance(5)
    refund = await room.ok("POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 500})
    assert refund["id"].startswith("pyr_3")
    assert refund["destination_details"]["type"] == "eu_bank_transfer"
    entry = await room.ok("GET", f"/v1/balance_transactions/{refund['balance_transaction']}")
    assert (entry["type"], entry["net"]) == ("payment_refund", -500)
    await room.advance(300)
    refund = await room.ok("GET", f"/v1/refunds/{refund['id']}")
    assert refund["destination_details"]["eu_bank_transfer"]["reference_status"] == "available"


async def test_a_debit_can_be_withdrawn_before_the_bank_answers(room: Room) -> None:
    intent = await debit(room, "bacs_debit", SUCCEEDS["bacs_debit"])
    canceled = await room.ok("POST", f"/v1/payment_intents/{intent['id']}/cancel")
    assert canceled["status"] == "canceled"
    await room.advance(60)
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    assert (charge["status"], charge["balance_transaction"]) == ("failed", None)


async def test_templates_of_american_accounts_are_verified(room: Room) -> None:
    given = {"amount": 2000, "currency": "usd", "payment_method_types": ["us_bank_account"], "confirm": True}
    given |= {"payment_method": "pm_usBankAccount_success", "mandate_data": PERMITTED}
    intent = await room.ok("POST", "/v1/payment_intents", given)
    assert intent["status"] == "processing"
    asked = {"payment_method_options": {"us_bank_account": {"verification_method": "microdeposits"}}}
    intent = await room.ok("POST", "/v1/payment_intents", given | asked)
    assert intent["next_action"]["type"] == "verify_with_microdeposits"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_disputed_debit_is_lost_at_once(room: Room, kind: str) -> None:
    intent = await debit(room, kind, DISPUTED[kind])
    await room.advance(5)
    assert (await room.ok("GET", f"/v1/payment_intents/{intent['id']}"))["status"] == "succeeded"
    [dispute] = (await room.ok("GET", "/v1/disputes", {"expand": ["data.charge"]}))["data"]
    assert (dispute["status"], dispute["reason"], dispute["amount"]) == ("lost", "debit_not_authorized", 2000)
    assert (dispute["charge"]["disputed"], dispute["is_charge_refundable"]) == (True, False)
    assert dispute["evidence_details"]["due_by"] is None
    [entry] = dispute["balance_transactions"]
    assert (entry["amount"], entry["fee"], entry["net"]) == (-2000, 1500, -3500)
    told = [each for each in room.types() if each.startswith("charge.dispute.")]
    assert told == [f"charge.dispute.{each}" for each in ("created", "funds_withdrawn", "closed")]
    for path, params in (("", {"evidence": {"uncategorized_text": "winning_evidence"}}), ("/close", {})):
        await room.refused("POST", f"/v1/disputes/{dispute['id']}{path}", params)
    _, error = await room.refused("POST", "/v1/refunds", {"payment_intent": intent["id"]})
    assert error["code"] == "charge_disputed"
    await room.advance(200 * 86_400)
    assert (await room.ok("GET", f"/v1/disputes/{dispute['id']}"))["status"] == "lost"


async def test_the_mandate_of_a_disputed_american_debit_ends(room: Room) -> None:
    customer = await room.ok("POST", "/v1/customers")
    method = await saved(room, customer["id"], "us_bank_account", DISPUTED["us_bank_account"])
    given: Json = {"amount": 900, "currency": "usd", "customer": customer["id"], "confirm": True}
    given |= {"payment_method": method, "off_session": True}
    await room.ok("POST", "/v1/payment_intents", given)
    await room.advance(5)
    assert "mandate.updated" in room.types()
    _, error = await room.refused("POST", "/v1/payment_intents", given)
    assert error["code"] == "payment_intent_mandate_invalid"
    again = await room.ok(
        "POST", "/v1/payment_intents", given | {"off_session": False, "mandate_data": PERMITTED}
    )
    assert again["status"] == "processing"
