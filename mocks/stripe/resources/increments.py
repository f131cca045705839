"""Raising an authorization: a hotel's bill grows while its guest stays (Stripe docs: increment an authorization)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.resources import charges, money
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.intents import PAYMENT_INTENTS, wrong_status

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MOST = 10
"""How many times an authorization can be raised."""


def increment(tx: Transaction, intent: Json, given: Json) -> Json:
    """Raise the amount that an authorized intent holds, and announce it; raise the 400s of one that cannot be raised."""
    if intent["status"] != "requires_capture":
        could_not = "This PaymentIntent's authorization could not be incremented"
        raise wrong_status(tx, intent, could_not, "incremented", ("requires_capture",))
    options = intent["payment_method_options"].get("card", {})
    times = intent.get("_", {}).get("increments", 0)
    if options.get("request_incremental_authorization") != "if_available" or times >= MOST:
        raise errors.invalid(
            "This PaymentIntent is not eligible for an incremental authorization: ask for it by "
            "`payment_method_options[card][request_incremental_authorization]=if_available`, and raise it "
            f"{MOST} times at most.",
            rule="incremental_authorization",
        )
    if given["amount"] <= intent["amount"]:
        raise errors.invalid(
            "The amount must be greater than the currently authorized amount "
            f"({money.shown(intent['amount'], intent['currency'])}).",
            param="amount",
            code="amount_too_small",
            rule="incremental_authorization",
        )
    money.check_charge(given["amount"], intent["currency"])
    charge = charges.get(tx, intent["latest_charge"])
    charge["amount"] = given["amount"]
    intent |= {"amount": given["amount"], "amount_capturable": given["amount"]}
    intent["_"] = intent.get("_", {}) | {"increments": times + 1}
    for name in ("description", "statement_descriptor"):
        if given.get(name) is not None:
            intent[name] = given[name]
    if "metadata" in given:
        intent["metadata"] = merged(intent["metadata"], given["metadata"])
    tx.save(PAYMENT_INTENTS, intent)
    charges.save(tx, charge)
    emit(tx, "payment_intent.amount_capturable_updated", PAYMENT_INTENTS, intent)
    return intent
