"""Charges: one attempt each to move money from a payment method, succeeded or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import (
    addresses,
    balance,
    bank_debits,
    bank_shape,
    customers,
    money,
    payment_methods,
    unserved_links,
)
from mocks.stripe.resources.bank_accounts import BankAccount
from mocks.stripe.resources.cards import Card, Decline
from mocks.stripe.resources.events import emit, updated
from mocks.stripe.resources.shapes import shipping
from mocks.stripe.versions import since

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CHARGES = Collection("stripe.charge", "customer", "payment_intent", "transfer_group")
REFUNDS = Collection("stripe.refund", "charge", "payment_intent")

SETTLE_SECONDS = 2
"""After how long the balance transaction of an asynchronously captured charge appears, with `charge.updated`."""

DESCRIPTOR = "GREENROOM"
"""The account's statement descriptor."""


_BLANK: Json = {
    "id": "",
    "object": "charge",
    "amount": 0,
    "amount_captured": 0,
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "billing_details": {},
    "calculated_statement_descriptor": None,
    "captured": False,
    "created": 0,
    "currency": "",
    "customer": None,
    "description": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "livemode": False,
    "metadata": {},
    "on_behalf_of": None,
    "outcome": None,
    "paid": False,
    "payment_intent": None,
    "payment_method": None,
    "payment_method_details": {},
    "radar_options": {},
    "receipt_email": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "",
    "transfer_data": None,
    "transfer_group": None,
}
"""Every field of a charge, in Stripe's order; never changed in place."""


_DEBITED: Json = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "not_assessed",
    "seller_message": "Payment complete.",
    "type": "authorized",
}
"""The outcome of a debit: its risk is not judged."""


def _view(tx: Transaction, charge: Json) -> Json:
    """Return a charge as the API shows it: one that was paid with the address of its receipt."""
    return charge | {"receipt_url": addresses.receipt(charge["id"]) if charge["paid"] else None}


def _link(tx: Transaction, shown: Json) -> None:
    if shown["receipt_url"] is not None:
        shown["receipt_url"] = addresses.reachable(tx, shown["receipt_url"])


def _refunds(tx: Transaction, charge: Json) -> Json:
    url = f"/v1/charges/{charge['id']}/refunds"
    page = tx.page(REFUNDS, where={"charge": charge["id"]}, limit=10)
    return {"object": "list", "data": page.items, "has_more": page.has_more, "url": url}


register(
    Resource(
        "charge",
        CHARGES,
        expands={
            "balance_transaction": "balance_transaction",
            "customer": "customer",
            "failure_balance_transaction": "balance_transaction",
            "payment_intent": "payment_intent",
            "payment_method_details.us_bank_account.mandate": "mandate",
            **unserved_links.of("charge"),
        },
        includes={"refunds": _refunds},
        view=_view,
        link=_link,
    )
)


@since("2026-06-24.dahlia", "charge")
def _link_of_transactions(charge: Json) -> None:
    if charge["payment_method_details"]["type"] == "card":
        charge["payment_method_details"]["card"].setdefault("transaction_link_id", None)


def get(tx: Transaction, id: str, *, param: str = "charge") -> Json:
    """Return a charge named in a parameter; raise the 400 when there is none."""
    found = tx.get(CHARGES, id)
    if found is None:
        raise errors.no_such("charge", id, param=param)
    return found


def save(tx: Transaction, charge: Json) -> bool:
    """Keep a changed charge and announce `charge.updated`; nothing happens when nothing changed."""
    return updated(tx, "charge.updated", CHARGES, charge)


def change(tx: Transaction, charge: Json, given: Json) -> Json:
    """Apply sent parameters to a charge and keep it; `charge.updated` is announced when that changed anything."""
    for name, value in given.items():
        match name:
            case "metadata":
                charge[name] = merged(charge[name], value)
            case "shipping":
                charge[name] = shipping(value, parcel=True)
            case "fraud_details":
                report = value.get("user_report")
                charge[name] = {} if report is None else {"user_report": report}
            case "customer":
                if charge[name] is not None:
                    raise errors.invalid(
                        f"The charge {charge['id']} belongs to a customer already.",
                        param=name,
                        rule="charge_of_customer",
                    )
                charge[name] = customers.get(tx, value)["id"]
            case _:
                charge[name] = value
    save(tx, charge)
    return charge


def create(
    tx: Transaction,
    intent: Json,
    method: Json,
    *,
    captured: bool = True,
    decline: Decline | None = None,
    authenticated: bool = False,
    pending: bool = False,
) -> Json:
    """Write the charge of an attempt to pay an intent, without its event and without its balance transaction.

    A debit is `pending` until its bank answers.
    """
    debit = bank_debits.is_debit(method)
    taken = decline is None
    paid = taken and not pending
    mandate = intent.get("_", {}).get("mandate")
    charge = _BLANK | {
        "id": new_id(tx, "py" if debit else "ch"),
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if taken and captured else 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": _descriptor(intent) if taken else None,
        "captured": taken and captured,
        "created": tx.seconds,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "failure_code": None if decline is None else decline.code,
        "failure_message": None if decline is None else decline.message,
        "metadata": intent["metadata"],
        "outcome": dict(_DEBITED) if debit else _outcome(tx, payment_methods.card_of(method), decline),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": bank_shape.charged(tx, method, mandate)
        if debit
        else _details(tx, intent, method, authenticated=authenticated, paid=paid),
        "receipt_email": intent["receipt_email"],
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending" if pending else "succeeded" if paid else "failed",
        "transfer_group": intent["transfer_group"],
    }
    return tx.insert(CHARGES, charge)


def settle(tx: Transaction, charge: Json) -> Json:
    """Write the balance transaction of a captured charge and save the charge, without an event."""
    amount, kind = charge["amount_captured"], charge["payment_method_details"]["type"]
    now = tx.seconds if instrument_of(tx, charge).available_now else None
    entry = balance.record(
        tx,
        type="charge" if kind == "card" else "payment",
        source=charge,
        amount=amount,
        fee=money.fee(amount) if kind == "card" else bank_debits.fee(kind, amount),
        available_on=now,
        category="charge",
        description=charge["description"],
    )
    charge["balance_transaction"] = entry["id"]
    if now is not None:
        emit(tx, "balance.available", balance.LEDGERS, balance.balance(tx))
    return tx.save(CHARGES, charge)


def clear(tx: Transaction, charge: Json) -> Json:
    """Let a pending debit's money come, and settle it, without an event."""
    charge |= {"paid": True, "status": "succeeded"}
    return settle(tx, charge)


def fail(tx: Transaction, charge: Json, failure: Decline) -> Json:
    """Let a pending debit fail, without an event: nothing was captured."""
    charge |= {
        "amount_captured": 0,
        "captured": False,
        "failure_code": failure.code,
        "failure_message": failure.message,
        "outcome": _DEBITED
        | {
            "network_status": "declined_by_network",
            "reason": failure.code,
            "seller_message": f"The bank returned the decline code `{failure.code}`.",
            "type": "issuer_declined",
        },
        "status": "failed",
    }
    return tx.save(CHARGES, charge)


def settle_later(tx: Transaction, charge: Json) -> None:
    """Have the balance transaction appear a little later, as Stripe's asynchronous capture does."""
    at = tx.now + SETTLE_SECONDS * instants.SECOND
    tx.schedule("charge.settle", at, {"charge": charge["id"]}, key=f"settle:{charge['id']}")


def settled(tx: Transaction, charge: Json) -> Json:
    """Settle a charge now, if it is not settled yet, and announce what that changed."""
    if charge["balance_transaction"] is None and charge["captured"]:
        tx.unschedule(f"settle:{charge['id']}")
        settle(tx, charge)
        previous = {"balance_transaction": None}
        emit(tx, "charge.updated", CHARGES, charge, previous=previous)
    return charge


def capture(tx: Transaction, charge: Json, amount: int) -> Json:
    """Capture an authorized charge, settle it, and announce `charge.captured`; the rest of the amount is released."""
    released = charge["amount"] - amount
    charge |= {"captured": True, "amount_captured": amount, "amount_refunded": released}
    settle(tx, charge)
    emit(tx, "charge.captured", CHARGES, charge)
    return charge


def release(tx: Transaction, charge: Json, event: str) -> Json:
    """Give up an authorization: nothing was captured, all of it counts as refunded; announce it as `event`."""
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    tx.save(CHARGES, charge)
    emit(tx, event, CHARGES, charge)
    return charge


def refundable(charge: Json) -> int:
    """Return what is left to refund of a captured charge."""
    released: int = charge["amount"] - charge["amount_captured"]
    left: int = charge["amount_captured"] - (charge["amount_refunded"] - released)
    return left


def instrument_of(tx: Transaction, charge: Json) -> Card | BankAccount:
    """Return the test card or bank account that was charged."""
    method = tx.get(payment_methods.PAYMENT_METHODS, charge["payment_method"]) or {}
    return payment_methods.instrument_of(method)


def _descriptor(intent: Json) -> str:
    whole: str = intent["statement_descriptor"] or DESCRIPTOR
    suffix = intent["statement_descriptor_suffix"]
    return f"{whole}* {suffix}"[:22] if suffix else whole


def _outcome(tx: Transaction, card: Card, decline: Decline | None) -> Json:
    """Return who decided on a charge, and why (Stripe docs: charge.outcome)."""
    score = {"normal": 0, "elevated": 65, "highest": 75}[card.risk] + int(
        tx.fraction("charge.risk_score") * 25
    )
    outcome: Json = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": card.risk,
        "risk_score": score,
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if decline is None:
        return outcome
    if card.blocked:
        words = {"network_status": "not_sent_to_network", "reason": "highest_risk_level", "type": "blocked"}
        return outcome | words | {"seller_message": "Stripe blocked this payment as too risky."}
    generic = decline.decline_code == "generic_decline"
    told = "did not return any further details with this decline."
    return outcome | {
        "advice_code": decline.advice,
        "network_decline_code": decline.network,
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": f"The bank {told}"
        if generic
        else f"The bank returned the decline code `{decline.decline_code}`.",
        "type": "issuer_declined",
    }


def _details(tx: Transaction, intent: Json, method: Json, *, authenticated: bool, paid: bool) -> Json:
    """Return `payment_method_details`: the card as it was when it was charged."""
    card = method["card"]
    secure = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": tx.uuid("charge.three_d_secure") if authenticated else None,
        "version": "2.2.0",
    }
    shown = {
        "amount_authorized": intent["amount"] if paid else None,
        "authorization_code": tx.token("charge.authorization", 6, "0123456789") if paid else None,
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": tx.token("charge.network_transaction", 15, "0123456789") if paid else None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": secure if authenticated else None,
        "wallet": None,
    }
    return {"card": shown, "type": "card"}
