"""Mandates: a customer's permission to debit their bank account, once or again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance, instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources.bank_accounts import ANSWERS_AFTER
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MANDATES = Collection("stripe.mandate", "payment_method")

register(Resource("mandate", MANDATES, expands={"payment_method": "payment_method"}))

ON_PAGE: Json = {"customer_acceptance": {"type": "online", "online": {}}}
"""What a customer accepts on a page of Stripe's."""


def standing(tx: Transaction, method: Json) -> Json | None:
    """Return the mandate by which a bank account may be debited again, None when there is none."""
    held = tx.every(MANDATES, payment_method=method["id"], newest_first=True)
    return next((each for each in held if each["type"] == "multi_use" and each["status"] != "inactive"), None)


def valid(mandate: Json | None) -> Json | None:
    """Return a mandate by which may still be debited, None in place of one that has ended."""
    return None if mandate is None or mandate["status"] == "inactive" else mandate


def accept(tx: Transaction, intent: Json, method: Json, data: Json) -> Json:
    """Write the mandate that a customer has accepted with an intent, from `mandate_data`.

    A debit of an American account without `setup_future_usage` is permitted once; Bacs asks the bank first.
    """
    kind = method["type"]
    given = data["customer_acceptance"]
    once = kind == "us_bank_account" and intent.get("usage") is None and intent["setup_future_usage"] is None
    acceptance: Json = {"accepted_at": given.get("accepted_at") or tx.seconds, "type": given["type"]}
    if given["type"] == "online":
        online = given.get("online") or {}
        acceptance["online"] = {name: online.get(name) for name in ("ip_address", "user_agent")}
    else:
        acceptance["offline"] = {}
    mandate: Json = {
        "id": new_id(tx, "mandate"),
        "object": "mandate",
        "customer_acceptance": acceptance,
        "livemode": False,
        "payment_method": method["id"],
        "payment_method_details": {kind: _details(tx, kind), "type": kind},
        "status": "pending" if kind == "bacs_debit" else "active",
        "type": "single_use" if once else "multi_use",
    }
    mandate["single_use" if once else "multi_use"] = (
        {"amount": intent["amount"], "currency": intent["currency"]} if once else {}
    )
    tx.insert(MANDATES, mandate)
    if kind == "bacs_debit":
        due = tx.now + ANSWERS_AFTER * instants.SECOND
        tx.schedule("mandate.answer", due, {"mandate": mandate["id"]})
    return mandate


def answer(tx: Transaction, mandate: Json) -> None:
    """Let the bank accept a mandate (a timer), and announce it."""
    details = mandate["payment_method_details"]
    previous = {
        "payment_method_details": {"bacs_debit": {"network_status": "pending"}},
        "status": mandate["status"],
    }
    details["bacs_debit"]["network_status"] = "accepted"
    mandate["status"] = "active"
    tx.save(MANDATES, mandate)
    emit(tx, "mandate.updated", MANDATES, mandate, previous=previous)


def revoke(tx: Transaction, charge: Json) -> None:
    """End the mandate of an American debit that its customer disputed (Stripe support: ACH disputes), and announce it."""
    debited = charge["payment_method_details"].get("us_bank_account")
    mandate = None if debited is None else tx.get(MANDATES, debited["mandate"])
    if mandate is None or mandate["status"] == "inactive":
        return
    previous = {"status": mandate["status"]}
    mandate["status"] = "inactive"
    tx.save(MANDATES, mandate)
    emit(tx, "mandate.updated", MANDATES, mandate, previous=previous)


def find(tx: Transaction, id: str) -> Json:
    """Return a mandate named in a parameter; raise the 400 when there is none."""
    found = tx.get(MANDATES, id)
    if found is None:
        raise errors.no_such("mandate", id, param="mandate")
    return found


def _details(tx: Transaction, kind: str) -> Json:
    reference = tx.token("mandate.reference", 16, chance.UPPER)
    if kind == "us_bank_account":
        return {}
    shown: Json = {"reference": reference, "url": f"https://payments.stripe.com/mandate/{reference}"}
    if kind == "sepa_debit":
        return shown
    waiting = {"display_name": None, "network_status": "pending", "revocation_reason": None}
    return waiting | shown | {"service_user_number": None}
