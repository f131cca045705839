"""Setup intents: saving a payment method for later, authenticated if its issuer asks for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from mocks.stripe.ids import client_secret, new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import bank_debits, customers, intents, payment_methods, unserved_links
from mocks.stripe.resources.cards import Decline
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.intents import (
    SETUP_INTENTS,
    asks_authentication,
    chosen_method,
    declined,
    error_fields,
    link,
    next_action,
    own_method,
    unexpected_state,
    view,
    waits_for_payer,
    wrong_status,
)
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

SETUP_ATTEMPTS = Collection("stripe.setup_attempt", "setup_intent")

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")

_CARD_OPTIONS = {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}

_FAILED_AUTHENTICATION = Decline(
    "setup_intent_authentication_failure",
    "",
    "The latest attempt to set up the payment method has failed because authentication failed.",
)

_BLANK: Json = {
    "id": "",
    "object": "setup_intent",
    "application": None,
    "automatic_payment_methods": None,
    "cancellation_reason": None,
    "client_secret": "",
    "created": 0,
    "customer": None,
    "customer_account": None,
    "description": None,
    "excluded_payment_method_types": None,
    "flow_directions": None,
    "last_setup_error": None,
    "latest_attempt": None,
    "livemode": False,
    "managed_payments": None,
    "mandate": None,
    "metadata": {},
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "payment_method_types": [],
    "single_use_mandate": None,
    "status": "",
    "usage": "off_session",
}
"""Every field of a setup intent, in Stripe's order; never changed in place."""


register(
    Resource(
        "setup_intent",
        SETUP_INTENTS,
        expands={
            "customer": "customer",
            "latest_attempt": "setup_attempt",
            "mandate": "mandate",
            "payment_method": "payment_method",
            **unserved_links.of("setup_intent"),
        },
        view=view,
        link=link,
    )
)
register(
    Resource(
        "setup_attempt",
        SETUP_ATTEMPTS,
        expands={
            "application": "application",
            "customer": "customer",
            "on_behalf_of": "account",
            "payment_method": "payment_method",
            "setup_intent": "setup_intent",
            **unserved_links.of("setup_attempt"),
        },
    )
)

before("2025-10-29.clover", "setup_intent")(without("excluded_payment_method_types"))


ON_SUCCEEDED: list[Callable[[Transaction, Json], None]] = []
"""What follows when a payment method has been saved: for the Checkout Session or subscription that waits for it."""


def create(
    tx: Transaction,
    *,
    customer: str | None = None,
    payment_method: str | None = None,
    metadata: dict[str, str] | None = None,
    description: str | None = None,
    usage: Literal["off_session", "on_session"] = "off_session",
    payment_method_types: list[str] | None = None,
    automatic_payment_methods: Json | None = None,
    payment_method_configuration: str | None = None,
    method_options: Json | None = None,
) -> Json:
    """Create an intent (requires_payment_method, or requires_confirmation with a payment method) and announce it."""
    if customer is not None:
        customers.get(tx, customer)
    method = None if payment_method is None else own_method(tx, payment_method, customer, "setup_intent")
    taken = intents.kinds_of(
        tx, payment_method_types, automatic_payment_methods, payment_method_configuration
    )
    id, kinds = new_id(tx, "seti"), taken["payment_method_types"]
    intent = _BLANK | {
        "id": id,
        "client_secret": client_secret(tx, id),
        "created": tx.seconds,
        "customer": customer,
        "description": description,
        "metadata": merged({}, metadata or {}),
        "payment_method": None if method is None else method["id"],
        "payment_method_options": intents.options_of(kinds, _CARD_OPTIONS, method_options),
        "status": "requires_payment_method" if method is None else "requires_confirmation",
        "usage": usage,
        **taken,
    }
    if method is not None:
        intents.allow(intent, method)
    tx.insert(SETUP_INTENTS, intent)
    emit(tx, "setup_intent.created", SETUP_INTENTS, intent)
    return intent


def change(tx: Transaction, intent: Json, given: Json) -> Json:
    """Apply sent parameters to an intent that is still open, without an event (Stripe has none for it)."""
    if intent["status"] not in OPEN:
        raise _wrong_status(tx, intent, "updated")
    if "payment_method_configuration" in given:
        intents.reconfigure(tx, intent, given["payment_method_configuration"])
    for name, value in given.items():
        if name == "payment_method_configuration":
            continue
        if name == "metadata":
            intent[name] = merged(intent[name], value)
        elif name == "payment_method":
            method = own_method(tx, value, given.get("customer") or intent["customer"], "setup_intent")
            intents.allow(intent, method)
            intent |= {
                "payment_method": method["id"],
                "status": "requires_confirmation",
                "next_action": None,
            }
        elif name == "customer":
            intent[name] = customers.get(tx, value)["id"]
        elif name == "method_options":
            intents.change_options(intent, value)
        elif name == "use_stripe_sdk":
            intent["_"] = {**intent.get("_", {}), "use_stripe_sdk": value}
        else:
            intent[name] = value
    return tx.save(SETUP_INTENTS, intent)


def confirm(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    return_url: str | None = None,
    mandate_data: Json | None = None,
) -> Json:
    """Save the payment method, or ask for authentication first; a decline raises the 402, what it wrote being kept.

    A bank account is saved with the mandate that `mandate_data` tells of.
    """
    if intent["status"] not in OPEN:
        raise _wrong_status(tx, intent, "confirmed")
    method = chosen_method(tx, intent, payment_method)
    if bank_debits.is_debit(method):
        return _permitted(tx, intent, method, mandate_data)
    card = payment_methods.card_of(method)
    if not card.saves and card.decline is not None:
        _failed(tx, intent, method, card.decline)
        raise declined(tx, intent, intent["last_setup_error"])
    if card.authentication != "on_session" and asks_authentication(intent, method, off_session=False):
        intent |= {"status": "requires_action", "next_action": next_action(tx, intent, return_url)}
        _attempted(tx, intent, method, "requires_action")
        tx.save(SETUP_INTENTS, intent)
        emit(tx, "setup_intent.requires_action", SETUP_INTENTS, intent)
        return intent
    return _succeeded(tx, intent, method, authenticated=card.authentication == "on_session")


def authenticate(tx: Transaction, intent: Json, *, succeeded: bool) -> Json:
    """End the authentication that an intent in requires_action waits for, as the payer did it."""
    if intent["status"] != "requires_action" or not waits_for_payer(intent):
        raise unexpected_state(tx, intent, "This SetupIntent does not wait for an authentication.")
    method = payment_methods.get(tx, intent["payment_method"])
    intent["next_action"] = None
    if succeeded:
        return _succeeded(tx, intent, method, authenticated=True)
    return _failed(tx, intent, method, _FAILED_AUTHENTICATION)


def verify(tx: Transaction, intent: Json, amounts: list[int] | None, code: str | None) -> Json:
    """Take what a customer tells of the deposits that came in, and save the account; raises the 400s of what is wrong."""
    bank_debits.check_deposits(intent, amounts, code)
    method = payment_methods.get(tx, intent["payment_method"])
    bank_debits.prove(tx, method)
    intent["next_action"] = None
    return _succeeded(tx, intent, method, authenticated=False)


def _permitted(tx: Transaction, intent: Json, method: Json, data: Json | None) -> Json:
    """Save a bank account with the mandate to debit it, once it is known whose it is."""
    mandate = bank_debits.permission(tx, intent, method, data, intent["mandate"])
    if mandate is None:
        raise bank_debits.no_mandate("setup_intent")
    intent["mandate"] = mandate["id"]
    if not bank_debits.unverified(method, intent):
        return _succeeded(tx, intent, method, authenticated=False)
    intent |= {"status": "requires_action", "next_action": bank_debits.deposits(tx, intent)}
    _attempted(tx, intent, method, "requires_action")
    tx.save(SETUP_INTENTS, intent)
    emit(tx, "setup_intent.requires_action", SETUP_INTENTS, intent)
    return intent


def cancel(tx: Transaction, intent: Json, *, reason: str | None = None) -> Json:
    """Cancel an open intent and announce it; raises the 400 in another state."""
    if intent["status"] not in OPEN:
        raise _wrong_status(tx, intent, "canceled")
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    tx.save(SETUP_INTENTS, intent)
    emit(tx, "setup_intent.canceled", SETUP_INTENTS, intent)
    return intent


def _wrong_status(tx: Transaction, intent: Json, done: str) -> Refusal:
    return wrong_status(tx, intent, f"This SetupIntent could not be {done}", done, OPEN)


def _succeeded(tx: Transaction, intent: Json, method: Json, *, authenticated: bool) -> Json:
    intent |= {"status": "succeeded", "last_setup_error": None}
    _attempted(tx, intent, method, "succeeded", authenticated=authenticated)
    if intent["customer"] is not None:
        payment_methods.attach(tx, method, intent["customer"], set_up=authenticated)
    elif authenticated:
        method["_"] |= {"set_up": True}
        tx.save(payment_methods.PAYMENT_METHODS, method)
    tx.save(SETUP_INTENTS, intent)
    emit(tx, "setup_intent.succeeded", SETUP_INTENTS, intent)
    for follow_up in ON_SUCCEEDED:
        follow_up(tx, intent)
    return intent


def _failed(tx: Transaction, intent: Json, method: Json, decline: Decline) -> Json:
    error = error_fields(method, decline)
    intent |= {
        "status": "requires_payment_method",
        "last_setup_error": error,
        "payment_method": None,
        "next_action": None,
    }
    _attempted(tx, intent, method, "failed", error=error)
    tx.save(SETUP_INTENTS, intent)
    emit(tx, "setup_intent.setup_failed", SETUP_INTENTS, intent)
    return intent


def _attempted(
    tx: Transaction,
    intent: Json,
    method: Json,
    status: str,
    *,
    error: Json | None = None,
    authenticated: bool = False,
) -> None:
    """Write the attempt; the end of an authentication ends the attempt that it began with."""
    running = None if intent["latest_attempt"] is None else tx.get(SETUP_ATTEMPTS, intent["latest_attempt"])
    if (
        running is not None
        and running["status"] == "requires_action"
        and running["payment_method"] == method["id"]
    ):
        running |= {"status": status, "setup_error": error}
        tx.save(SETUP_ATTEMPTS, running)
        return
    attempt = {
        "id": new_id(tx, "setatt"),
        "object": "setup_attempt",
        "application": None,
        "created": tx.seconds,
        "customer": intent["customer"],
        "customer_account": None,
        "flow_directions": None,
        "livemode": False,
        "on_behalf_of": None,
        "payment_method": method["id"],
        "payment_method_details": _details(method),
        "setup_error": error,
        "setup_intent": intent["id"],
        "status": status,
        "usage": intent["usage"],
    }
    tx.insert(SETUP_ATTEMPTS, attempt)
    intent["latest_attempt"] = attempt["id"]


def _details(method: Json) -> Json:
    """Return an attempt's `payment_method_details`: a card as it was; of a bank account no more than its kind."""
    kind = method["type"]
    if kind != "card":
        return {kind: {}, "type": kind}
    card = method["card"]
    names = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    details = {name: card[name] for name in names}
    return {
        "card": details | {"network": card["brand"], "three_d_secure": None, "wallet": None},
        "type": kind,
    }
