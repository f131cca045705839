"""Paying Checkout Sessions: what happens when a customer submits the hosted page.

The payment is tried first. Only when it succeeds are the customer, the subscription with its paid invoice, and the
session's completion written (Stripe docs: since 2025-03-31 Checkout creates the subscription when the session
completes). A declined card leaves the session open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    bank_debits,
    billing_cycle,
    checkout_sessions,
    customers,
    discounts,
    invoice_amounts,
    mandates,
    payment_attempts,
    payment_intents,
    payment_methods,
    setup_intents,
    shapes,
    subscribing,
    subscription_shape,
)
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import difference, emit, gathered
from mocks.stripe.resources.intents import (
    PAYMENT_INTENTS,
    SETUP_INTENTS,
    asks_authentication,
    waits_for_payer,
)
from mocks.stripe.resources.prices import PRICES
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

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


ON_COMPLETED: list[Callable[[Transaction, Json], None]] = []
"""What follows when a session has been completed: for the payment link that it came from."""


@dataclass(frozen=True, slots=True)
class Payer:
    """What a customer enters: the payment method's id (none where nothing is to be paid or saved), and who they are."""

    method: str | None
    email: str | None = None
    name: str | None = None
    address: Json | None = None


def submit(tx: Transaction, session: Json, payer: Payer, *, expected_amount: int | None = None) -> None:
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
                _complete(tx, session)
        else:
            if payer.method is not None:
                _method(tx, session)
            events.order = ORDER[session["mode"]]
            _complete(tx, session)


def needs_method(session: Json) -> bool:
    """Tell whether a session cannot be completed without a payment method."""
    if session["mode"] == "setup" or session["amount_total"]:
        return True
    return bool(session["mode"] == "subscription" and session["payment_method_collection"] == "always")


def intents_of(tx: Transaction, session: Json) -> dict[str, Json | None]:
    """Return the `payment_intent` and `setup_intent` that a session pays or saves with, None where it has none."""
    collections = {"payment_intent": PAYMENT_INTENTS, "setup_intent": SETUP_INTENTS}
    ids = {name: session["_"].get(name) for name in collections}
    return {name: None if id is None else tx.get(collections[name], id) for name, id in ids.items()}


def waits_for(tx: Transaction, session: Json) -> Json | None:
    """Return the intent of an open session whose customer has to authenticate, None when there is none."""
    held = (intent for intent in intents_of(tx, session).values() if intent is not None)
    return next((intent for intent in held if waits_for_payer(intent)), None)


def problem_of(tx: Transaction, session: Json) -> str:
    """Return why an open session's last payment or set-up failed; nothing when it waits or none was tried."""
    for intent in intents_of(tx, session).values():
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
            _admit_customer(tx, session, intent)
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
        _complete(tx, session)
    elif session["status"] == "complete" and session["payment_status"] == "unpaid":
        _heard_of_bank(tx, session, outcome)


def method_saved(tx: Transaction, intent: Json) -> None:
    """Complete the open session that a setup intent saves a payment method for."""
    session = tx.first(SESSIONS, intent=intent["id"])
    if session is not None and session["status"] == "open":
        _complete(tx, session)


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
    held = intents_of(tx, session)["payment_intent"]
    if held is not None and held["status"] != "canceled":
        due = _due(tx, session)
        return held if held["amount"] == due else payment_intents.change(tx, held, {"amount": due})
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
        shipping=shapes.shipping(data.get("shipping"), parcel=True),
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
    intent, method = _intent(tx, session), _method(tx, session)
    if payment_methods.instrument_of(method).decline is None and not asks_authentication(
        intent, method, off_session=False
    ):
        _admit_customer(tx, session, intent)
    accepted = mandates.ON_PAGE if bank_debits.is_debit(method) else None
    return payment_intents.attempt(tx, intent, payment_method=method["id"], mandate_data=accepted)


def _save_method(tx: Transaction, session: Json) -> None:
    intent = intents_of(tx, session)["setup_intent"]
    if intent is None:
        raise LookupError(f"the setup intent of {session['id']} is gone")
    method = _method(tx, session)
    saves = payment_methods.instrument_of(method).saves
    if saves and not asks_authentication(intent, method, off_session=False):
        _admit_customer(tx, session, intent)
    accepted = mandates.ON_PAGE if bank_debits.is_debit(method) else None
    setup_intents.confirm(tx, intent, payment_method=method["id"], mandate_data=accepted)


def _method(tx: Transaction, session: Json) -> Json:
    """Return the payment method that was submitted, with who the payer is; a template has become a method of its own.

    Checkout asks a bank at once whose account it is.
    """
    payer = session["_"]["payer"]
    method = payment_methods.get(tx, payer["method"])
    known = {name: payer[name] for name in ("address", "email", "name") if payer[name] is not None}
    details = method["billing_details"]
    missing = {name: value for name, value in known.items() if name == "address" or details[name] is None}
    if missing and method["customer"] is None:
        method["billing_details"] = details | missing
        tx.save(payment_methods.PAYMENT_METHODS, method)
    if bank_debits.is_debit(method):
        bank_debits.prove(tx, method)
    session["_"] = {**session["_"], "payer": payer | {"method": method["id"]}}
    tx.save(SESSIONS, session)
    return method


def _admit_customer(tx: Transaction, session: Json, intent: Json | None = None) -> None:
    """Create the customer that a session needs and does not have; its intent is then theirs."""
    if session["customer"] is not None:
        return
    data = session["_"].get("payment_intent_data") or {}
    if session["customer_creation"] != "always" and data.get("setup_future_usage") is None:
        return
    payer = _payer(tx, session)
    customer = customers.create(
        tx, {"email": payer["email"], "name": payer["name"], "address": payer["address"]}
    )
    session["customer"] = customer["id"]
    tx.save(SESSIONS, session)
    if intent is not None:
        change = setup_intents.change if intent["object"] == "setup_intent" else payment_intents.change
        change(tx, intent, {"customer": customer["id"]})


def _payer(tx: Transaction, session: Json) -> Json:
    """Return who pays: what was known before, else what was entered, else what the payment method says."""
    entered = session["_"]["payer"]
    method = payment_methods.get(tx, entered["method"]) if entered["method"] else None
    billing = (
        method["billing_details"] if method is not None else {"email": None, "name": None, "address": None}
    )
    known = session["customer_details"] or {"email": None}
    address = entered["address"] or billing["address"]
    return {
        "email": known["email"] or entered["email"] or billing["email"],
        "name": entered["name"] or billing["name"],
        "address": address if address and any(address.values()) else None,
    }


# --- the completion --------------------------------------------------------------------------------------------------


def _complete(tx: Transaction, session: Json) -> None:
    """Write what a paid session brings, and announce its completion."""
    mode = session["mode"]
    payer = _payer(tx, session)
    if mode == "subscription":
        _admit_customer(tx, session)
        _subscribe(tx, session)
    if mode == "payment":
        for id in session["_"]["discounts"]:
            discounts.count(tx, id)
    _update_customer(tx, session, payer)
    intent = intents_of(tx, session)["payment_intent"]
    status = None if intent is None else intent["status"]
    paid = status == "succeeded" or (mode == "subscription" and status != "processing")
    if mode != "setup" and session["amount_total"]:
        session["payment_status"] = "paid" if paid else "unpaid"
    else:
        session["payment_status"] = "no_payment_required"
    shown = payer if mode != "setup" else payer | {"address": None}
    session |= {"status": "complete", "customer_details": checkout_sessions.details(**shown)}
    tx.unschedule(f"expire:{session['id']}")
    tx.save(SESSIONS, session)
    emit(tx, "checkout.session.completed", SESSIONS, session)
    for follow_up in ON_COMPLETED:
        follow_up(tx, session)


def _heard_of_bank(tx: Transaction, session: Json, outcome: Outcome) -> None:
    """Announce how the debit of a completed session has ended."""
    if outcome.status == "succeeded":
        session["payment_status"] = "paid"
        tx.save(SESSIONS, session)
    if outcome.status in {"succeeded", "declined"}:
        ended = "succeeded" if outcome.status == "succeeded" else "failed"
        emit(tx, f"checkout.session.async_payment_{ended}", SESSIONS, session)


def _subscribe(tx: Transaction, session: Json) -> None:
    customer = customers.get(tx, session["customer"])
    method = session["_"]["payer"]["method"]
    if method is not None:
        payment_methods.attach(tx, payment_methods.get(tx, method), customer["id"])
    items = [_subscribed(tx, line) for line in session["_"]["line_items"]]
    data = session["_"].get("subscription_data") or {}
    chosen = {
        name: value
        for name, value in data.items()
        if name in {"billing_mode", "default_tax_rates", "description", "trial_settings"}
    }
    chosen |= {
        "default_payment_method": method,
        "metadata": merged({}, data.get("metadata") or {}),
        "trial_end": subscribing.end_of_trial(tx, data),
    }
    recurring = [each for each in items if each["price"]["type"] == "recurring"]
    subscription = subscription_shape.build(tx, customer, recurring, chosen)
    subscription["discounts"] = [
        discounts.copy_to(tx, id, customer["id"], ("subscription", subscription["id"]))
        for id in session["_"]["discounts"]
    ]
    once = [each for each in items if each["price"]["type"] == "one_time"]
    subscribing.add_invoice_items(tx, customer, subscription, once)
    billing_cycle.start(
        tx,
        subscription,
        customer,
        behavior="allow_incomplete",
        paid_by=intents_of(tx, session)["payment_intent"],
    )
    begun = tx.get(SUBSCRIPTIONS, subscription["id"]) or subscription
    session |= {"subscription": begun["id"], "invoice": begun["latest_invoice"]}


def _subscribed(tx: Transaction, line: Json) -> Json:
    return {
        "price": tx.get(PRICES, line["price"]),
        "quantity": line["quantity"],
        "metadata": line["metadata"],
        "tax_rates": line["_"]["tax_rates"],
    }


def _update_customer(tx: Transaction, session: Json, payer: Json) -> None:
    """Keep what the customer entered where the session asks for that (`customer_update[…]=auto`)."""
    wanted = session["_"].get("customer_update") or {}
    customer = tx.get(CUSTOMERS, session["customer"]) if session["customer"] else None
    if customer is None:
        return
    earlier = snapshot(tx, customer)
    for name in ("address", "name"):
        if wanted.get(name) == "auto" and payer[name] is not None:
            customer[name] = payer[name]
    changes = difference(earlier, customer)
    if changes:
        tx.save(CUSTOMERS, customer)
        emit(tx, "customer.updated", CUSTOMERS, customer, previous=changes)
