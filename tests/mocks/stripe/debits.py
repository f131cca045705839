"""What the tests of bank debits have in common: a test account of each kind, and a mandate that was accepted."""

from __future__ import annotations

from typing import Any

from tests.mocks.stripe.room import Room

Json = Any

SUCCEEDS = {"bacs_debit": "00012345", "sepa_debit": "AT611904300234573201", "us_bank_account": "000123456789"}
FAILS = {"bacs_debit": "22222227", "sepa_debit": "AT861904300235473202", "us_bank_account": "000222222227"}
DISPUTED = {"bacs_debit": "55555559", "sepa_debit": "AT591904300235473203", "us_bank_account": "000555555559"}
CURRENCIES = {"bacs_debit": "gbp", "sepa_debit": "eur", "us_bank_account": "usd"}
PERMITTED = {"customer_acceptance": {"type": "offline"}}


def account(kind: str, number: str) -> Json:
    """Return the parameters of a payment method of a bank account."""
    details = {
        "bacs_debit": {"account_number": number, "sort_code": "108800"},
        "sepa_debit": {"iban": number},
        "us_bank_account": {"account_number": number, "routing_number": "110000000"},
    }[kind]
    holder = {"name": "Ada Quill", "email": "ada@quill.test"}
    return {"type": kind, kind: details, "billing_details": holder}


async def debit(room: Room, kind: str, number: str, **more: Json) -> Json:
    """Pay 20.00 from a bank account; American ones are proved by their deposits."""
    method = await room.ok("POST", "/v1/payment_methods", account(kind, number))
    given = {"amount": 2000, "currency": CURRENCIES[kind], "payment_method_types": [kind], "confirm": True}
    given |= {"payment_method": method["id"], "mandate_data": PERMITTED, **more}
    intent = await room.ok("POST", "/v1/payment_intents", given)
    if kind == "us_bank_account":
        assert intent["next_action"]["type"] == "verify_with_microdeposits"
        path = f"/v1/payment_intents/{intent['id']}/verify_microdeposits"
        intent = await room.ok("POST", path, {"amounts": [32, 45]})
    return intent


async def saved(room: Room, customer: str, kind: str, number: str) -> str:
    """Save a bank account with a customer, with a mandate to debit it again; return the payment method's id."""
    method = await room.ok("POST", "/v1/payment_methods", account(kind, number))
    given = {"customer": customer, "payment_method": method["id"], "payment_method_types": [kind]}
    given |= {"confirm": True, "mandate_data": PERMITTED}
    setup = await room.ok("POST", "/v1/setup_intents", given)
    if setup["status"] == "requires_action":
        path = f"/v1/setup_intents/{setup['id']}/verify_microdeposits"
        setup = await room.ok("POST", path, {"descriptor_code": "SM11AA"})
    assert setup["status"] == "succeeded"
    id: str = method["id"]
    return id
