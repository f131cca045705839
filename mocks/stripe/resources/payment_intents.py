"""Payment intents: the life of a payment, from the wish to be paid to the money.

    requires_payment_method → requires_confirmation → (requires_action →) succeeded | requires_capture → succeeded
    a decline leads back to requires_payment_method; whatever is not settled can be canceled

`create`, `confirm` (which raises the 402 of a decline) and `attempt` (which returns it) serve invoices and Checkout
as well as the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from harness import instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import client_secret, new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, render
from mocks.stripe.resources import addresses, cards, charges, customers, money, payment_methods
from mocks.stripe.resources.cards import Decline
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import before, since, without

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

PAYMENT_INTENTS = Collection("stripe.payment_intent", "customer")

CAPTURE_SECONDS = 7 * 86400
"""How long a card authorization holds (Stripe docs: place a hold on a payment method)."""

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")


_CARD_OPTIONS = {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}

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


def _view(tx: Transaction, intent: Json) -> Json:
    shown = {name: value for name, value in intent.items() if name != "_"}
    action = shown["next_action"]
    if action is not None and action["type"] == "redirect_to_url":
        to = action["redirect_to_url"] | {"url": addresses.authentication(tx, intent["id"])}
        shown["next_action"] = action | {"redirect_to_url": to}
    return shown


register(
    Resource(
        "payment_intent",
        PAYMENT_INTENTS,
        expands={"customer": "customer", "payment_method": "payment_method", "latest_charge": "charge"},
        view=_view,
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt to pay ended: the intent's new status, the charge if one was made, the error of a decline."""

    status: Literal["succeeded", "requires_capture", "requires_action", "declined"]
    charge: Json | None = None
    error: Json | None = None


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
    receipt_email: str | None = None,
    shipping: Json | None = None,
    statement_descriptor: str | None = None,
    statement_descriptor_suffix: str | None = None,
    transfer_group: str | None = None,
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async",
    confirmation_method: Literal["automatic", "manual"] = "automatic",
    card_options: Json | None = None,
) -> Json:
    """Create an intent (requires_payment_method, or requires_confirmation with a payment method) and announce it."""
    money.check_currency(currency)
    money.check_charge(amount, currency)
    if customer is not None:
        customers.get(tx, customer)
    id = new_id(tx, "pi")
    method = None if payment_method is None else _own_method(tx, payment_method, customer)
    if payment_method_types is None and automatic_payment_methods is None:
        automatic_payment_methods = {"allow_redirects": "always", "enabled": True}
    intent = _BLANK | {
        "id": id,
        "amount": amount,
        "automatic_payment_methods": automatic_payment_methods,
        "capture_method": capture_method,
        "client_secret": client_secret(tx, id),
        "confirmation_method": confirmation_method,
        "created": tx.seconds,
        "currency": currency,
        "customer": customer,
        "description": description,
        "metadata": merged({}, metadata or {}),
        "payment_method": None if method is None else method["id"],
        "payment_method_options": {"card": _CARD_OPTIONS | (card_options or {})},
        "payment_method_types": payment_method_types or ["card"],
        "receipt_email": receipt_email,
        "setup_future_usage": setup_future_usage,
        "shipping": shipping,
        "statement_descriptor": statement_descriptor,
        "statement_descriptor_suffix": statement_descriptor_suffix,
        "status": "requires_payment_method" if method is None else "requires_confirmation",
        "transfer_group": transfer_group,
    }
    tx.insert(PAYMENT_INTENTS, intent)
    emit(tx, "payment_intent.created", PAYMENT_INTENTS, intent)
    return intent


def confirm(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    off_session: bool = False,
    return_url: str | None = None,
    use_stripe_sdk: bool = False,
    error_on_requires_action: bool = False,
) -> Json:
    """Try to pay and return the intent; a decline raises the 402, what it wrote being kept."""
    outcome = attempt(
        tx,
        intent,
        payment_method=payment_method,
        off_session=off_session,
        return_url=return_url,
        use_stripe_sdk=use_stripe_sdk,
        error_on_requires_action=error_on_requires_action,
    )
    if outcome.error is not None:
        raise declined(tx, intent, outcome)
    return intent


def declined(tx: Transaction, intent: Json, outcome: Outcome) -> Refusal:
    """Return the 402 of an attempt that was declined: the error with the charge and the whole payment intent."""
    fields = {name: value for name, value in (outcome.error or {}).items() if name not in {"type", "doc_url"}}
    return errors.card_error(**fields, payment_intent=render(tx, intent))


def attempt(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    off_session: bool = False,
    return_url: str | None = None,
    use_stripe_sdk: bool = False,
    error_on_requires_action: bool = False,
) -> Outcome:
    """Try to pay: writes charge, intent and events, and returns how it ended, without raising on a decline.

    Raises the 400s of an intent in another state, or of a payment method that cannot be used with it.
    """
    _check_confirmable(tx, intent)
    chosen = payment_method or intent["payment_method"]
    if chosen is None:
        raise unexpected_state(
            tx,
            intent,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken.",
        )
    method = _own_method(tx, chosen, intent["customer"])
    card = payment_methods.card_of(method)
    intent |= {"payment_method": method["id"], "next_action": None}
    requested = intent["payment_method_options"].get("card", {}).get("request_three_d_secure")
    must = card.must_authenticate(
        set_up=method["_"].get("set_up", False),
        off_session=off_session,
        requested=requested in {"any", "challenge"},
    )
    if not must:
        return _charge(tx, intent, method, card.decline)
    if off_session or error_on_requires_action:
        refusal = cards.decline("authentication_required")
        return _declined(tx, intent, method, refusal, charged=off_session)
    intent |= {"status": "requires_action", "next_action": next_action(tx, return_url, use_stripe_sdk=use_stripe_sdk)}
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "payment_intent.requires_action", PAYMENT_INTENTS, intent)
    return Outcome("requires_action")


def authenticate(tx: Transaction, intent: Json, *, succeeded: bool) -> Outcome:
    """End the authentication that an intent in requires_action waits for, as the payer did it; then charge."""
    if intent["status"] != "requires_action":
        raise unexpected_state(tx, intent, "This PaymentIntent does not wait for an authentication.")
    method = payment_methods.get(tx, intent["payment_method"])
    intent["next_action"] = None
    if not succeeded:
        failed = Decline(
            "payment_intent_authentication_failure",
            "",
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
            "PaymentMethod to attempt to fulfill this PaymentIntent again.",
        )
        return _declined(tx, intent, method, failed, charged=False)
    card = payment_methods.card_of(method)
    return _charge(tx, intent, method, card.after or card.decline, authenticated=True)


def cancel(tx: Transaction, intent: Json, *, reason: str | None = None) -> Json:
    """Cancel an intent and announce it, giving up what it authorized; raises the 400 in a terminal state."""
    if intent["status"] not in CANCELABLE:
        raise wrong_status(tx, intent, "You cannot cancel this PaymentIntent", "canceled", CANCELABLE)
    holding = intent["status"] == "requires_capture"
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
    charges.capture(tx, charges.get(tx, intent["latest_charge"]), amount)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    tx.save(PAYMENT_INTENTS, intent)
    emit(tx, "payment_intent.succeeded", PAYMENT_INTENTS, intent)
    return intent


def next_action(tx: Transaction, return_url: str | None, *, use_stripe_sdk: bool) -> Json:
    """Return how the payer authenticates: by a redirect, or in the page by Stripe.js without a return_url."""
    if return_url is not None and not use_stripe_sdk:
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": None}}
    source = new_id(tx, "src")
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": source}}


def wrong_status(
    tx: Transaction, intent: Json, could_not: str, done: str, allowed: tuple[str, ...]
) -> Refusal:
    """Return the 400 for an action that the intent's status does not allow."""
    return unexpected_state(
        tx,
        intent,
        f"{could_not} because it has a status of {intent['status']}. Only a PaymentIntent with one of the following "
        f"statuses may be {done}: {', '.join(allowed)}.",
    )


def unexpected_state(tx: Transaction, intent: Json, message: str) -> Refusal:
    """Return the 400 `payment_intent_unexpected_state`, which carries the whole intent."""
    stored = tx.before(PAYMENT_INTENTS, intent["id"]) or intent
    return errors.invalid(
        message,
        code="payment_intent_unexpected_state",
        rule="payment_intent_unexpected_state",
        payment_intent=render(tx, stored),
    )


def _check_confirmable(tx: Transaction, intent: Json) -> None:
    if intent["status"] == "succeeded":
        raise unexpected_state(
            tx,
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
        )
    if intent["status"] not in CONFIRMABLE:
        raise wrong_status(tx, intent, "You cannot confirm this PaymentIntent", "confirmed", CONFIRMABLE)


def _own_method(tx: Transaction, id: str, customer: str | None) -> Json:
    """Return a payment method that may pay for a customer (or for nobody); raise the 400 for another's."""
    method = payment_methods.get(tx, id)
    if method["customer"] is not None and method["customer"] != customer:
        words = (
            "Please include the Customer in the `customer` parameter on the PaymentIntent."
            if customer is None
            else f"It cannot be used with the Customer {customer}."
        )
        raise errors.invalid(
            f"The payment method supplied ({id}) belongs to a Customer. {words}",
            param="payment_method",
            rule="payment_method_of_customer",
        )
    payment_methods.check_unspent(method)
    return method


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
    return Outcome("requires_capture" if manual else "succeeded", charge)


def _declined(
    tx: Transaction, intent: Json, method: Json, decline: Decline, *, charged: bool = True, authenticated: bool = False
) -> Outcome:
    """Write the failed charge (if the network was asked at all), the intent's error, and their events."""
    charge = None
    error: Json = {}
    if charged:
        charge = charges.create(tx, intent, method, decline=decline, authenticated=authenticated)
        intent["latest_charge"] = charge["id"]
        error["charge"] = charge["id"]
    error |= {name: value for name, value in payment_methods.decline_fields(decline).items() if value != ""}
    error |= {
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "payment_method": {name: value for name, value in method.items() if name != "_"},
        "type": "card_error" if decline.decline_code else "invalid_request_error",
    }
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
