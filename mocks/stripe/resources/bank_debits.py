"""Debits of bank accounts: what an intent needs before it debits one, and the bank's answer later.

requires_confirmation → (requires_action: microdeposits →) processing → succeeded | requires_payment_method
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.stripe import errors
from mocks.stripe.resources import mandates, payment_methods
from mocks.stripe.resources.bank_accounts import CURRENCIES, BankAccount

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

AMOUNTS = ([32, 45], [45, 32])
DESCRIPTOR_CODE = "SM11AA"
"""What proves that an account is the customer's (Stripe docs: ACH Direct Debit, testing)."""

_MICRODEPOSITS_AFTER_DAYS = 2


def is_debit(method: Json) -> bool:
    """Tell whether a payment method debits a bank account, so that a payment with it takes days."""
    return method["type"] in CURRENCIES


def check_currency(kinds: list[str], currency: str) -> None:
    """Raise the 400 for a kind of payment method that cannot be charged in a currency."""
    for kind in kinds:
        known = CURRENCIES.get(kind, currency)
        if known != currency:
            raise errors.invalid(
                f"The currency provided ({currency}) is invalid. Payments with {kind} support the following currencies: "
                f"{known}.",
                param="currency",
                rule="currency_of_payment_method",
            )


def fee(kind: str, amount: int) -> int:
    """Return Stripe's fee on a debit: 35 for SEPA, 1 % between 20 and 200 for Bacs, 0.8 % up to 500 for ACH."""
    if kind == "sepa_debit":
        return 35
    if kind == "bacs_debit":
        return min(max((amount + 50) // 100, 20), 200)
    return min((amount * 8 + 500) // 1000, 500)


def unverified(method: Json, intent: Json) -> bool:
    """Tell whether microdeposits have to prove first whose account it is."""
    options = intent["payment_method_options"].get("us_bank_account", {})
    asked = options.get("verification_method") == "microdeposits"
    return is_debit(method) and (not method["_"]["verified"] or (asked and "proved" not in method["_"]))


def deposits(tx: Transaction, intent: Json) -> Json:
    """Return the `next_action` of an intent that waits for its customer to tell two small deposits."""
    day = 86_400
    return {
        "type": "verify_with_microdeposits",
        "verify_with_microdeposits": {
            "arrival_date": (tx.seconds // day + _MICRODEPOSITS_AFTER_DAYS) * day,
            "hosted_verification_url": f"https://payments.stripe.com/microdeposit/{intent['client_secret']}",
            "microdeposit_type": "descriptor_code",
        },
    }


def check_deposits(intent: Json, amounts: list[int] | None, code: str | None) -> None:
    """Raise the 400s of an intent that waits for no microdeposits, and of amounts or a code that are wrong."""
    action = intent["next_action"]
    if action is None or action["type"] != "verify_with_microdeposits":
        state = f"{intent['object']}_unexpected_state"
        raise errors.invalid(
            f"This intent does not wait for microdeposits: it has a status of {intent['status']}.",
            code=state,
            rule=state,
        )
    if amounts is None and code is None:
        raise errors.missing_parameter("amounts")
    if amounts is not None and code is not None:
        raise errors.exclusive("amounts", "descriptor_code")
    if amounts not in (None, *AMOUNTS) or code not in {None, DESCRIPTOR_CODE}:
        wrong = "amounts" if code is None else "descriptor_code"
        raise errors.invalid(
            f"The {wrong} provided do not match the {wrong} that were sent to the bank account.",
            param=wrong,
            code=f"payment_method_microdeposit_verification_{'amounts' if code is None else 'descriptor_code'}_mismatch",
            rule="microdeposits",
        )


def prove(tx: Transaction, method: Json) -> None:
    """Keep that an account has been proved to be its customer's."""
    method["_"] = method["_"] | {"verified": True, "proved": True}
    tx.save(payment_methods.PAYMENT_METHODS, method)


def permission(tx: Transaction, intent: Json, method: Json, data: Json | None, id: str | None) -> Json | None:
    """Return the mandate to debit an account by: that of the intent, a named one, a new one, or one that stands already.

    None where the customer has accepted nothing yet, or has withdrawn it.
    """
    begun = intent.get("_", {}).get("mandate")
    if begun is not None and data is None:
        return mandates.valid(tx.get(mandates.MANDATES, begun))
    if id is not None:
        return mandates.valid(mandates.find(tx, id))
    if data is not None:
        return mandates.accept(tx, intent, method, data)
    return mandates.standing(tx, method)


def no_mandate(object: str) -> Refusal:
    """Return the 400 for a debit that nobody has permitted."""
    name = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}[object]
    return errors.invalid(
        f"This {name} requires a mandate, but no existing mandate was found. Collect mandate acceptance from the customer "
        "and try again, providing acceptance data in the mandate_data parameter.",
        param="mandate_data",
        code=f"{object}_mandate_invalid",
        rule="mandate_missing",
    )


def await_answer(tx: Transaction, intent: Json, method: Json) -> None:
    """Let the bank answer when its time has come."""
    account = payment_methods.instrument_of(method)
    if isinstance(account, BankAccount) and account.answers:
        due = tx.now + account.answers * instants.SECOND
        tx.schedule("bank_debit.answer", due, {"payment_intent": intent["id"]}, key=f"debit:{intent['id']}")
