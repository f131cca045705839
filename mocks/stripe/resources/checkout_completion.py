"""Completing Checkout Sessions: what is written when all is paid or saved, and what a bank says later.

Only then are the customer and the subscription with its paid invoice made (Stripe docs: since 2025-03-31 Checkout
creates the subscription when the session completes).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mocks.stripe.parameters import merged
from mocks.stripe.resources import (
    billing_cycle,
    checkout_payers,
    checkout_sessions,
    checkout_shipping,
    customers,
    discounts,
    payment_methods,
    subscribing,
    subscription_shape,
)
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.prices import PRICES
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.payment_attempts import Outcome

Json = dict[str, Any]

ON_COMPLETED: list[Callable[[Transaction, Json], None]] = []
"""What follows when a session has been completed: for the payment link that it came from."""


def complete(tx: Transaction, session: Json) -> None:
    """Write what a paid session brings, and announce its completion."""
    mode = session["mode"]
    payer = checkout_payers.known(tx, session)
    if mode == "subscription":
        checkout_payers.admit(tx, session)
        _subscribe(tx, session)
    if mode == "payment":
        for id in session["_"]["discounts"]:
            discounts.count(tx, id)
    checkout_payers.update_customer(tx, session, payer)
    intent = checkout_payers.intents_of(tx, session)["payment_intent"]
    status = None if intent is None else intent["status"]
    paid = status == "succeeded" or (mode == "subscription" and status != "processing")
    if mode != "setup" and session["amount_total"]:
        session["payment_status"] = "paid" if paid else "unpaid"
    else:
        session["payment_status"] = "no_payment_required"
    shown = {name: payer[name] for name in ("address", "email", "name")}
    if mode == "setup":
        shown["address"] = None
    session |= {"status": "complete", "customer_details": checkout_sessions.details(**shown)}
    if payer["shipping"] is not None:
        session["collected_information"] = checkout_shipping.collected(payer["shipping"])
    tx.unschedule(f"expire:{session['id']}")
    tx.save(SESSIONS, session)
    emit(tx, "checkout.session.completed", SESSIONS, session)
    for follow_up in ON_COMPLETED:
        follow_up(tx, session)


def heard_of_bank(tx: Transaction, session: Json, outcome: Outcome) -> None:
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
        paid_by=checkout_payers.intents_of(tx, session)["payment_intent"],
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
