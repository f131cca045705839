"""Payment intents: the life of a payment, from the wish to be paid to the money.

    requires_payment_method → requires_confirmation → (requires_action →) succeeded | requires_capture → succeeded
    a decline leads back to requires_payment_method; whatever is not settled can be canceled

`create`, `confirm` (which raises the 402 of a decline) and `attempt` (which returns it) serve invoices and Checkout
as well as the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mocks.stripe import errors
from mocks.stripe.ids import client_secret, new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import bank_debits, charges, customers, disputes, intents, money, unserved_links
from mocks.stripe.resources.cards import Decline
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.intents import (
    PAYMENT_INTENTS,
    link,
    own_method,
    unexpected_state,
    view,
    wrong_status,
)
from mocks.stripe.resources.payment_attempts import Outcome, attempt, authenticate, settled
from mocks.stripe.versions import before, since, without

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

__all__ = [
    "PAYMENT_INTENTS",
    "Outcome",
    "attempt",
    "authenticate",
    "cancel",
    "capture",
    "change",
    "confirm",
    "create",
    "declined",
    "get",
]

Json = dict[str, Any]

CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
CHANGEABLE = ("requires_payment_method", "requires_confirmation", "requires_action")

ALWAYS_CHANGEABLE = frozenset(
    {"description", "metadata", "receipt_email", "shipping", "transfer_group", "use_stripe_sdk"}
)
"""What may be changed of an intent in any state (of the last one, `confirm` judges the state)."""

_CARD_OPTIONS = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}

_WITHDRAWN = Decline(
    "payment_intent_canceled", "", "The debit was withdrawn: its PaymentIntent was canceled."
)

_BLANK: Json = {
    "id": "",
    "object": "payment_intent",
    "amount": 0,
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "client_secret": "",
    "confirmation_method": "automatic",
    "created": 0,
    "currency": "",
    "customer": None,
    "customer_account": None,
    "description": None,
    "excluded_payment_method_types": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "managed_payments": None,
    "metadata": {},
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "payment_method_types": [],
    "processing": None,
    "receipt_email": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "",
    "transfer_data": None,
    "transfer_group": None,
}
"""Every field of a payment intent, in Stripe's order; never changed in place."""


register(
    Resource(
        "payment_intent",
        PAYMENT_INTENTS,
        expands={
            "customer": "customer",
            "latest_charge": "charge",
            "payment_method": "payment_method",
            **unserved_links.of("payment_intent"),
        },
        view=view,
        link=link,
    )
)

before("2025-07-30.basil", "payment_intent")(without("excluded_payment_method_types"))
before("2026-04-22.dahlia", "payment_intent", "setup_intent")(without("managed_payments"))


@since("2026-07-29.dahlia", "payment_intent", "setup_intent")
def _allowed_types(intent: Json) -> None:
    intent["allowed_payment_method_types"] = None


@since("2026-09-30.endive", "payment_intent")
def _record_of_payment(intent: Json) -> None:
    intent["payment_record"] = None


def get(tx: Transaction, id: str, *, param: str = "payment_intent") -> Json:
    """Return an intent named in a parameter; raise the 400 when there is none."""
    found = tx.get(PAYMENT_INTENTS, id)
    if found is None:
        raise errors.no_such("payment_intent", id, param=param)
    return found


def create(
    tx: Transaction,
    *,
    amount: int,
    currency: str,
    customer: str | None = None,
    payment_method: str | None = None,
    metadata: dict[str, str] | None = None,
    description: str | None = None,
    setup_future_usage: Literal["on_session", "off_session"] | None = None,
    payment_method_types: list[str] | None = None,
    automatic_payment_methods: Json | None = None,
    payment_method_configuration: str | None = None,
    receipt_email: str | None = None,
    shipping: Json | None = None,
    statement_descriptor: str | None = None,
    statement_descriptor_suffix: str | None = None,
    transfer_group: str | None = None,
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async",
    confirmation_method: Literal["automatic", "manual"] = "automatic",
    method_options: Json | None = None,
) -> Json:
    """Create an intent (requires_payment_method, or requires_confirmation with a payment method) and announce it."""
    money.check_currency(currency)
    money.check_charge(amount, currency)
    if customer is not None:
        customers.get(tx, customer)
    id = new_id(tx, "pi")
    method = None if payment_method is None else own_method(tx, payment_method, customer, "payment_intent")
    taken = intents.kinds_of(
        tx, payment_method_types, automatic_payment_methods, payment_method_configuration, currency
    )
    kinds = taken["payment_method_types"]
    bank_debits.check_currency(kinds, currency)
    intent = _BLANK | {
        "id": id,
        "amount": amount,
        "capture_method": capture_method,
        "client_secret": client_secret(tx, id),
        "confirmation_method": confirmation_method,
        "created": tx.seconds,
        "currency": currency,
        "customer": customer,
        "description": description,
        "metadata": merged({}, metadata or {}),
        "payment_method": None if method is None else method["id"],
        "payment_method_options": intents.options_of(kinds, _CARD_OPTIONS, method_options),
        "receipt_email": receipt_email,
        "setup_future_usage": setup_future_usage,
        "shipping": shipping,
        "statement_descriptor": statement_descriptor,
        "statement_descriptor_suffix": statement_descriptor_suffix,
        "status": "requires_payment_method" if method is None else "requires_confirmation",
        "transfer_group": transfer_group,
        **taken,
    }
    if method is not None:
        intents.allow(intent, method)
    tx.insert(PAYMENT_INTENTS, intent)
    emit(tx, "payment_intent.created", PAYMENT_INTENTS, intent)
    return intent


def change(tx: Transaction, intent: Json, given: Json) -> Json:
    """Apply sent parameters to an intent and keep it, without an event (Stripe has none for it).

    Raises the 400 for what cannot be changed in the intent's state.
    """
    for name in given:
        if name not in ALWAYS_CHANGEABLE and intent["status"] not in CHANGEABLE:
            raise unexpected_state(
                tx,
                intent,
                f"This PaymentIntent's {name} could not be updated because it has a status of {intent['status']}. You "
                f"may only update the {name} of a PaymentIntent with one of the following statuses: "
                f"{', '.join(CHANGEABLE)}.",
            )
    for name, value in given.items():
        match name:
            case "metadata":
                intent[name] = merged(intent[name], value)
            case "customer":
                intent[name] = customers.get(tx, value)["id"]
            case "method_options":
                intents.change_options(intent, value)
            case "use_stripe_sdk":
                intent["_"] = {**intent.get("_", {}), "use_stripe_sdk": value}
            case "payment_method_configuration":
                intents.reconfigure(tx, intent, value)
            case "payment_method":
                continue
            case _:
                intent[name] = value
    if "currency" in given or "amount" in given:
        money.check_currency(intent["currency"])
        money.check_charge(intent["amount"], intent["currency"])
    if "currency" in given or "payment_method_types" in given:
        bank_debits.check_currency(intent["payment_method_types"], intent["currency"])
    if given.get("payment_method") is not None:
        method = own_method(tx, given["payment_method"], intent["customer"], "payment_intent")
        intents.allow(intent, method)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}
    return tx.save(PAYMENT_INTENTS, intent)


def confirm(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    off_session: bool = False,
    return_url: str | None = None,
    error_on_requires_action: bool = False,
    mandate: str | None = None,
    mandate_data: Json | None = None,
) -> Json:
    """Try to pay and return the intent; a decline raises the 402, what it wrote being kept."""
    outcome = attempt(
        tx,
        intent,
        payment_method=payment_method,
        off_session=off_session,
        return_url=return_url,
        error_on_requires_action=error_on_requires_action,
        mandate=mandate,
        mandate_data=mandate_data,
    )
    settled(tx, intent, outcome)
    if outcome.error is not None:
        raise declined(tx, intent, outcome)
    return intent


def declined(tx: Transaction, intent: Json, outcome: Outcome) -> Refusal:
    """Return the 402 of an attempt that was declined: the error with the charge and the whole payment intent."""
    return intents.declined(tx, intent, outcome.error or {})


def cancel(tx: Transaction, intent: Json, *, reason: str | None = None) -> Json:
    """Cancel an intent and announce it, giving up what it authorized; raises the 400 in a terminal state."""
    if intent["status"] not in CANCELABLE:
        raise wrong_status(tx, intent, "You cannot cancel this PaymentIntent", "canceled", CANCELABLE)
    holding, waiting = intent["status"] == "requires_capture", intent["status"] == "processing"
    intent |= {
        "status": "canceled",
        "canceled_at": tx.seconds,
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    tx.save(PAYMENT_INTENTS, intent)
    if holding:
        tx.unschedule(f"expire:{intent['id']}")
        event = "charge.expired" if reason == "automatic" else "charge.refunded"
        charges.release(tx, charges.get(tx, intent["latest_charge"]), event)
    if waiting:
        tx.unschedule(f"debit:{intent['id']}")
        charge = charges.fail(tx, charges.get(tx, intent["latest_charge"]), _WITHDRAWN)
        emit(tx, "charge.failed", charges.CHARGES, charge)
    emit(tx, "payment_intent.canceled", PAYMENT_INTENTS, intent)
    return intent


def capture(tx: Transaction, intent: Json, amount: int | None = None) -> Json:
    """Capture what an intent authorized, or less of it; raises the 400 in another state or for too much."""
    if intent["status"] != "requires_capture":
        could_not = "This PaymentIntent could not be captured"
        raise wrong_status(tx, intent, could_not, "captured", ("requires_capture",))
    amount = intent["amount_capturable"] if amount is None else amount
    if amount > intent["amount_capturable"]:
        raise errors.invalid(
            "The amount to capture must be less than or equal to the amount of the PaymentIntent "
            f"({money.shown(intent['amount_capturable'], intent['currency'])}).",
            param="amount_to_capture",
            code="amount_too_large",
            rule="amount_too_large",
        )
    tx.unschedule(f"expire:{intent['id']}")
    charge = charges.capture(tx, charges.get(tx, intent["latest_charge"]), amount)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "payment_intent.succeeded", PAYMENT_INTENTS, intent)
    disputes.follow(tx, charge)
    return intent
