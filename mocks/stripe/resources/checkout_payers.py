"""Who pays a Checkout Session: what they enter, and the customer that they are or become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    bank_debits,
    customers,
    payment_intents,
    payment_methods,
    setup_intents,
    shapes,
)
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.intents import PAYMENT_INTENTS, SETUP_INTENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Payer:
    """What a customer enters: the payment method's id (none where nothing is to be paid or saved), and who they are.

    `shipping` is to whom goods are sent: `name` and `address`.
    """

    method: str | None
    email: str | None = None
    name: str | None = None
    address: Json | None = None
    shipping: Json | None = None


def intents_of(tx: Transaction, session: Json) -> dict[str, Json | None]:
    """Return the `payment_intent` and `setup_intent` that a session pays or saves with, None where it has none."""
    collections = {"payment_intent": PAYMENT_INTENTS, "setup_intent": SETUP_INTENTS}
    ids = {name: session["_"].get(name) for name in collections}
    return {name: None if id is None else tx.get(collections[name], id) for name, id in ids.items()}


def method_of(tx: Transaction, session: Json) -> Json:
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


def admit(tx: Transaction, session: Json, intent: Json | None = None) -> None:
    """Create the customer that a session needs and does not have; its intent is then theirs."""
    if session["customer"] is not None:
        return
    data = session["_"].get("payment_intent_data") or {}
    if session["customer_creation"] != "always" and data.get("setup_future_usage") is None:
        return
    payer = known(tx, session)
    given = {name: payer[name] for name in ("address", "email", "name", "shipping")}
    customer = customers.create(tx, given)
    session["customer"] = customer["id"]
    tx.save(SESSIONS, session)
    if intent is not None:
        change = setup_intents.change if intent["object"] == "setup_intent" else payment_intents.change
        change(tx, intent, {"customer": customer["id"]})


def known(tx: Transaction, session: Json) -> Json:
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
        "shipping": entered.get("shipping"),
    }


def update_customer(tx: Transaction, session: Json, payer: Json) -> None:
    """Keep what the customer entered where the session asks for that (`customer_update[…]=auto`)."""
    wanted = session["_"].get("customer_update") or {}
    customer = tx.get(CUSTOMERS, session["customer"]) if session["customer"] else None
    if customer is None:
        return
    earlier = snapshot(tx, customer)
    for name in ("address", "name", "shipping"):
        if wanted.get(name) == "auto" and payer[name] is not None:
            customer[name] = shapes.shipping(payer[name]) if name == "shipping" else payer[name]
    changes = difference(earlier, customer)
    if changes:
        tx.save(CUSTOMERS, customer)
        emit(tx, "customer.updated", CUSTOMERS, customer, previous=changes)
