"""Paying Checkout Sessions: what happens when a customer submits the hosted page.

The payment is tried first. Only when it succeeds are the customer, the subscription with its paid invoice, and the
session's completion written (Stripe docs: since 2025-03-31 Checkout creates the subscription when the session
completes). A declined card leaves the session open.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.resources import (
    bank_debits,
    checkout_completion,
    checkout_payers,
    checkout_sessions,
    checkout_shipping,
    invoice_amounts,
    mandates,
    payment_attempts,
    payment_intents,
    payment_methods,
    setup_intents,
)
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import gathered
from mocks.stripe.resources.intents import asks_authentication, waits_for_payer

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.payment_attempts import Outcome

Json = dict[str, Any]

ORDER = {
    "payment": (
        "charge.succeeded",
        "charge.pending",
        "payment_method.attached",
        "customer.created",
        "payment_intent.succeeded",
        "payment_intent.created",
        "payment_intent.processing",
        "checkout.session.completed",
    ),
    "setup": (
        "customer.created",
        "setup_intent.succeeded",
        "payment_method.attached",
        "customer.updated",
        "checkout.session.completed",
    ),
    "subscription": (
        "charge.succeeded",
        "payment_method.attached",
        "customer.created",
        "customer.updated",
        "checkout.session.completed",
        "customer.subscription.created",
        "payment_intent.created",
        "payment_intent.succeeded",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ),
}
"""How the events of a completion were seen to arrive, by mode (published `stripe listen` logs)."""


def submit(
    tx: Transaction, session: Json, payer: checkout_payers.Payer, *, expected_amount: int | None = None
) -> None:
    """Pay a session as its customer does: afterwards it is complete, or waits for an authentication.

    Raises the 400s of a session that is not open or costs something else, and the 402 of a declined card.
    """
    checkout_sessions.check_open(session)
    if expected_amount is not None and expected_amount != (session["amount_total"] or 0):
        raise errors.invalid(
            "The amount of this Checkout Session has changed: it is not the `expected_amount`. Load the page again.",
            param="expected_amount",
            rule="checkout_amount",
        )
    if payer.method is None and needs_method(session):
        raise errors.missing_parameter("payment_method")
    checkout_shipping.check(session, payer.shipping)
    session["_"] = {**session["_"], "payer": asdict(payer)}
    tx.save(SESSIONS, session)
    with gathered(tx) as events:
        if session["mode"] == "setup":
            events.order = ORDER["setup"]
            _save_method(tx, session)
        elif _due(tx, session):
            outcome = _pay(tx, session)
            if outcome.error is not None:
                raise payment_intents.declined(tx, _intent(tx, session), outcome)
            if outcome.status != "requires_action":
                events.order = ORDER[session["mode"]]
                checkout_completion.complete(tx, session)
        else:
            if payer.method is not None:
                checkout_payers.method_of(tx, session)
            events.order = ORDER[session["mode"]]
            checkout_completion.complete(tx, session)


def needs_method(session: Json) -> bool:
    """Tell whether a session cannot be completed without a payment method."""
    if session["mode"] == "setup" or session["amount_total"]:
        return True
    return bool(session["mode"] == "subscription" and session["payment_method_collection"] == "always")


def waits_for(tx: Transaction, session: Json) -> Json | None:
    """Return the intent of an open session whose customer has to authenticate, None when there is none."""
    held = (intent for intent in checkout_payers.intents_of(tx, session).values() if intent is not None)
    return next((intent for intent in held if waits_for_payer(intent)), None)


def problem_of(tx: Transaction, session: Json) -> str:
    """Return why an open session's last payment or set-up failed; nothing when it waits or none was tried."""
    for intent in checkout_payers.intents_of(tx, session).values():
        error = None if intent is None else intent.get("last_payment_error") or intent.get("last_setup_error")
        if error is not None and waits_for(tx, session) is None:
            return str(error["message"])
    return ""


def authenticate(tx: Transaction, session: Json, *, succeeded: bool) -> None:
    """End the authentication that an open session waits for, as its customer did it."""
    checkout_sessions.check_open(session)
    intent = waits_for(tx, session)
    if intent is None:
        raise errors.invalid(
            "This Checkout Session does not wait for an authentication.", rule="checkout_session_state"
        )
    with gathered(tx) as events:
        card = payment_methods.instrument_of(payment_methods.get(tx, intent["payment_method"]))
        if succeeded and card.after is None and card.decline is None:
            events.order = ORDER[session["mode"]]
            checkout_payers.admit(tx, session, intent)
        authenticate_intent = (
            setup_intents.authenticate if session["mode"] == "setup" else payment_intents.authenticate
        )
        authenticate_intent(tx, intent, succeeded=succeeded)


def payment_settled(tx: Transaction, intent: Json, outcome: Outcome) -> None:
    """Complete the open session that a payment intent pays, after its customer authenticated; tell of a late payment."""
    session = tx.first(SESSIONS, intent=intent["id"])
    if session is None:
        return
    if session["status"] == "open" and outcome.status in {"succeeded", "processing", "requires_capture"}:
        checkout_completion.complete(tx, session)
    elif session["status"] == "complete" and session["payment_status"] == "unpaid":
        checkout_completion.heard_of_bank(tx, session, outcome)


def method_saved(tx: Transaction, intent: Json) -> None:
    """Complete the open session that a setup intent saves a payment method for."""
    session = tx.first(SESSIONS, intent=intent["id"])
    if session is not None and session["status"] == "open":
        checkout_completion.complete(tx, session)


payment_attempts.ON_SETTLED.append(payment_settled)
setup_intents.ON_SUCCEEDED.append(method_saved)


# --- before the completion -------------------------------------------------------------------------------------------


def _due(tx: Transaction, session: Json) -> int:
    """Return what has to be paid: a subscription's first invoice is lessened by the customer's credit."""
    total: int = session["amount_total"]
    customer = tx.get(CUSTOMERS, session["customer"]) if session["customer"] else None
    if session["mode"] == "payment" or customer is None:
        return total
    return invoice_amounts.owed(total, customer["balance"], session["currency"])[0]


def _intent(tx: Transaction, session: Json) -> Json:
    """Return the payment intent of a session, made when it is first submitted and used again after a decline."""
    held = checkout_payers.intents_of(tx, session)["payment_intent"]
    if held is not None and held["status"] != "canceled":
        due = {"amount": _due(tx, session), "shipping": checkout_shipping.parcel(session)}
        changed = {name: value for name, value in due.items() if held[name] != value}
        return payment_intents.change(tx, held, changed) if changed else held
    data = session["_"].get("payment_intent_data") or {}
    subscribes = session["mode"] == "subscription"
    intent = payment_intents.create(
        tx,
        amount=_due(tx, session),
        currency=session["currency"],
        customer=session["customer"],
        payment_method_types=session["payment_method_types"],
        metadata=data.get("metadata"),
        description="Subscription creation" if subscribes else data.get("description"),
        setup_future_usage="off_session" if subscribes else data.get("setup_future_usage"),
        receipt_email=data.get("receipt_email"),
        shipping=checkout_shipping.parcel(session),
        statement_descriptor=data.get("statement_descriptor"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
        transfer_group=data.get("transfer_group"),
        capture_method=data.get("capture_method") or "automatic_async",
    )
    session["_"] = {**session["_"], "payment_intent": intent["id"]}
    if not subscribes:
        session["payment_intent"] = intent["id"]
    tx.save(SESSIONS, session)
    return intent


def _pay(tx: Transaction, session: Json) -> Outcome:
    intent, method = _intent(tx, session), checkout_payers.method_of(tx, session)
    if payment_methods.instrument_of(method).decline is None and not asks_authentication(
        intent, method, off_session=False
    ):
        checkout_payers.admit(tx, session, intent)
    accepted = mandates.ON_PAGE if bank_debits.is_debit(method) else None
    return payment_intents.attempt(tx, intent, payment_method=method["id"], mandate_data=accepted)


def _save_method(tx: Transaction, session: Json) -> None:
    intent = checkout_payers.intents_of(tx, session)["setup_intent"]
    if intent is None:
        raise LookupError(f"the setup intent of {session['id']} is gone")
    method = checkout_payers.method_of(tx, session)
    saves = payment_methods.instrument_of(method).saves
    if saves and not asks_authentication(intent, method, off_session=False):
        checkout_payers.admit(tx, session, intent)
    accepted = mandates.ON_PAGE if bank_debits.is_debit(method) else None
    setup_intents.confirm(tx, intent, payment_method=method["id"], mandate_data=accepted)
