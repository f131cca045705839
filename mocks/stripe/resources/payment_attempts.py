"""Attempts to pay a payment intent: authentication, the charge or its decline, and all that follows from either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from harness import instants
from mocks.stripe.resources import bank_debits, cards, charges, disputes, payment_methods
from mocks.stripe.resources.bank_accounts import BankAccount
from mocks.stripe.resources.cards import Decline
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.intents import (
    PAYMENT_INTENTS,
    asks_authentication,
    chosen_method,
    error_fields,
    next_action,
    unexpected_state,
    waits_for_payer,
    wrong_status,
)

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CAPTURE_SECONDS = 7 * 86400
"""How long a card authorization holds (Stripe docs: place a hold on a payment method)."""

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")

_FAILED_AUTHENTICATION = Decline(
    "payment_intent_authentication_failure",
    "",
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again.",
)


_NOT_PERMITTED = Decline(
    "payment_intent_mandate_invalid",
    "",
    "This PaymentIntent requires a mandate, but no existing mandate was found.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt to pay ended: the intent's new status, the charge if one was made, the error of a decline."""

    status: Literal["succeeded", "processing", "requires_capture", "requires_action", "declined"]
    charge: Json | None = None
    error: Json | None = None


ON_SETTLED: list[Callable[[Transaction, Json, Outcome], None]] = []
"""What follows when the payer has confirmed or authenticated an intent: for its invoice, its Checkout Session."""


def settled(tx: Transaction, intent: Json, outcome: Outcome) -> Outcome:
    """Let what an intent belongs to follow up what its payer did."""
    for follow_up in ON_SETTLED:
        follow_up(tx, intent, outcome)
    return outcome


def attempt(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    off_session: bool = False,
    return_url: str | None = None,
    error_on_requires_action: bool = False,
    mandate: str | None = None,
    mandate_data: Json | None = None,
    strict: bool = True,
) -> Outcome:
    """Try to pay: writes charge, intent and events, and returns how it ended, without raising on a decline.

    `mandate` or `mandate_data` permit a debit. Raises the 400s of an intent in another state, of a payment method that
    cannot be used with it, and (if `strict`, else it is a decline) of a debit that nobody has permitted.
    """
    _check_confirmable(tx, intent)
    method = chosen_method(tx, intent, payment_method)
    if bank_debits.is_debit(method):
        permission = bank_debits.permission(tx, intent, method, mandate_data, mandate)
        if permission is None and strict:
            raise bank_debits.no_mandate("payment_intent")
        if permission is None:
            return _declined(tx, intent, method, _NOT_PERMITTED, charged=False)
        intent["_"] = {**intent.get("_", {}), "mandate": permission["id"]}
        return _debit(tx, intent, method)
    if not asks_authentication(intent, method, off_session=off_session):
        return _charge(tx, intent, method, payment_methods.card_of(method).decline)
    if off_session or error_on_requires_action:
        refusal = cards.decline("authentication_required")
        return _declined(tx, intent, method, refusal, charged=off_session)
    intent |= {"status": "requires_action", "next_action": next_action(tx, intent, return_url)}
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "payment_intent.requires_action", PAYMENT_INTENTS, intent)
    return Outcome("requires_action")


def authenticate(tx: Transaction, intent: Json, *, succeeded: bool) -> Outcome:
    """End the authentication that an intent in requires_action waits for, as the payer did it; then charge."""
    if intent["status"] != "requires_action" or not waits_for_payer(intent):
        raise unexpected_state(tx, intent, "This PaymentIntent does not wait for an authentication.")
    method = payment_methods.get(tx, intent["payment_method"])
    intent["next_action"] = None
    if not succeeded:
        return settled(tx, intent, _declined(tx, intent, method, _FAILED_AUTHENTICATION, charged=False))
    card = payment_methods.card_of(method)
    return settled(tx, intent, _charge(tx, intent, method, card.after or card.decline, authenticated=True))


def verify(tx: Transaction, intent: Json, amounts: list[int] | None, code: str | None) -> Outcome:
    """Take what a customer tells of the deposits that came in; then debit. Raises the 400s of what is wrong."""
    bank_debits.check_deposits(intent, amounts, code)
    method = payment_methods.get(tx, intent["payment_method"])
    bank_debits.prove(tx, method)
    return settled(tx, intent, _debit(tx, intent, method))


def answer(tx: Transaction, intent: Json) -> None:
    """Let the bank answer a debit (a timer): the money comes, or the payment fails."""
    if intent["status"] != "processing":
        return
    method = payment_methods.get(tx, intent["payment_method"])
    account = payment_methods.instrument_of(method)
    charge = charges.get(tx, intent["latest_charge"])
    failure = account.failure if isinstance(account, BankAccount) else None
    if failure is not None:
        charges.fail(tx, charge, failure)
        settled(tx, intent, _refused(tx, intent, charge, error_fields(method, failure)))
        return
    charges.clear(tx, charge)
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "charge.succeeded", CHARGES, charge)
    emit(tx, "payment_intent.succeeded", PAYMENT_INTENTS, intent)
    disputes.follow(tx, charge)
    settled(tx, intent, Outcome("succeeded", charge))


def _check_confirmable(tx: Transaction, intent: Json) -> None:
    if intent["status"] == "succeeded":
        raise unexpected_state(
            tx,
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
        )
    if intent["status"] not in CONFIRMABLE:
        raise wrong_status(tx, intent, "You cannot confirm this PaymentIntent", "confirmed", CONFIRMABLE)


def _charge(
    tx: Transaction, intent: Json, method: Json, decline: Decline | None, *, authenticated: bool = False
) -> Outcome:
    """Charge a payment method for an intent, with all that follows from it."""
    if decline is not None:
        return _declined(tx, intent, method, decline, authenticated=authenticated)
    manual = intent["capture_method"] == "manual"
    charge = charges.create(tx, intent, method, captured=not manual, authenticated=authenticated)
    intent |= {"latest_charge": charge["id"], "last_payment_error": None}
    if manual:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        expiry = tx.now + CAPTURE_SECONDS * instants.SECOND
        payload = {"payment_intent": intent["id"]}
        tx.schedule("payment_intent.expire", expiry, payload, key=f"expire:{intent['id']}")
    else:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        if intent["capture_method"] == "automatic":
            charges.settle(tx, charge)
        else:
            charges.settle_later(tx, charge)
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "charge.succeeded", CHARGES, charge)
    if intent["setup_future_usage"] is not None and intent["customer"] is not None:
        payment_methods.attach(tx, method, intent["customer"], set_up=authenticated)
    payment_methods.spend(tx, method)
    event = "payment_intent.amount_capturable_updated" if manual else "payment_intent.succeeded"
    emit(tx, event, PAYMENT_INTENTS, intent)
    if not manual:
        disputes.follow(tx, charge)
    return Outcome("requires_capture" if manual else "succeeded", charge)


def _debit(tx: Transaction, intent: Json, method: Json) -> Outcome:
    """Ask the bank for the money, once it is known whose account it is: it answers later."""
    if bank_debits.unverified(method, intent):
        intent |= {"status": "requires_action", "next_action": bank_debits.deposits(tx, intent)}
        tx.save(PAYMENT_INTENTS, intent)
        emit(tx, "payment_intent.requires_action", PAYMENT_INTENTS, intent)
        return Outcome("requires_action")
    charge = charges.create(tx, intent, method, pending=True)
    intent |= {
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
        "status": "processing",
    }
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "charge.pending", CHARGES, charge)
    if intent["setup_future_usage"] is not None and intent["customer"] is not None:
        payment_methods.attach(tx, method, intent["customer"])
    payment_methods.spend(tx, method)
    emit(tx, "payment_intent.processing", PAYMENT_INTENTS, intent)
    bank_debits.await_answer(tx, intent, method)
    return Outcome("processing", charge)


def _declined(
    tx: Transaction,
    intent: Json,
    method: Json,
    decline: Decline,
    *,
    charged: bool = True,
    authenticated: bool = False,
) -> Outcome:
    """Write the failed charge (if the network was asked at all), the intent's error, and their events."""
    charge = None
    error = error_fields(method, decline)
    if charged:
        charge = charges.create(tx, intent, method, decline=decline, authenticated=authenticated)
    return _refused(tx, intent, charge, error)


def _refused(tx: Transaction, intent: Json, charge: Json | None, error: Json) -> Outcome:
    """Write that an attempt has failed, with its charge if there is one, and announce both."""
    if charge is not None:
        intent["latest_charge"] = charge["id"]
        error["charge"] = charge["id"]
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "payment_method": None,
        "next_action": None,
    }
    tx.save(PAYMENT_INTENTS, intent)
    if charge is not None:
        emit(tx, "charge.failed", CHARGES, charge)
    emit(tx, "payment_intent.payment_failed", PAYMENT_INTENTS, intent)
    return Outcome("declined", charge, error)
