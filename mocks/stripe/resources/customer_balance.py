"""Customers' balances: what they owe (above zero) or are owed, to be set off against the next invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import customers
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Kind = Literal[
    "adjustment",
    "applied_to_invoice",
    "credit_note",
    "initial",
    "invoice_too_large",
    "invoice_too_small",
    "unapplied_from_invoice",
]

TRANSACTIONS = Collection("stripe.customer_balance_transaction", "customer", "invoice")

register(
    Resource(
        "customer_balance_transaction",
        TRANSACTIONS,
        expands={
            "credit_note": "credit_note",
            "checkout_session": "checkout.session",
            "customer": "customer",
            "invoice": "invoice",
        },
    )
)
before("2025-09-30.clover", "customer_balance_transaction")(without("customer_account"))


def find(tx: Transaction, customer: str, id: str) -> Json:
    """Return a customer's balance transaction named in the path; raise the 404."""
    found = tx.get(TRANSACTIONS, id)
    if found is None or found["customer"] != customer:
        raise errors.not_found("customer_balance_transaction", id, param="transaction")
    return found


def move(tx: Transaction, customer: Json, amount: int, type: Kind, *, currency: str, **about: Any) -> Json:
    """Change a customer's balance by an amount, keep the transaction and announce the customer.

    `about` are further fields of the transaction: `invoice`, `credit_note`, `description`, `metadata`.
    """
    earlier = customer["balance"]
    customer["balance"] += amount
    tx.save(CUSTOMERS, customer)
    transaction = _record(tx, customer, amount, type, currency, about)
    if amount:
        emit(tx, "customer.updated", CUSTOMERS, customer, previous={"balance": earlier})
    return transaction


def adjust(tx: Transaction, customer: Json, given: Json) -> Json:
    """Adjust a balance at the merchant's wish; raise the 400 for another currency than the customer's."""
    if customer["currency"] not in {None, given["currency"]}:
        raise errors.invalid(
            f"The currency `{given['currency']}` is not the customer's, which is `{customer['currency']}`.",
            param="currency",
            rule="mixed_currencies",
        )
    if customer["currency"] is None:
        customer["currency"] = given["currency"]
    about = {"description": given.get("description"), "metadata": merged({}, given.get("metadata") or {})}
    return move(tx, customer, given["amount"], "adjustment", currency=given["currency"], **about)


def change(tx: Transaction, transaction: Json, given: Json) -> None:
    """Change a transaction's texts."""
    if "metadata" in given:
        transaction["metadata"] = merged(transaction["metadata"], given["metadata"])
    if "description" in given:
        transaction["description"] = given["description"]
    tx.save(TRANSACTIONS, transaction)


def balance_was_set(tx: Transaction, customer: Json, earlier: int | None) -> None:
    """Record that `balance` was set on a customer by itself (`earlier` None: on a new one)."""
    amount = customer["balance"] - (earlier or 0)
    if amount:
        _record(
            tx,
            customer,
            amount,
            "initial" if earlier is None else "adjustment",
            customer["currency"] or "usd",
            {},
        )


def _record(tx: Transaction, customer: Json, amount: int, type: Kind, currency: str, about: Json) -> Json:
    transaction = {
        "id": new_id(tx, "cbtxn"),
        "object": "customer_balance_transaction",
        "amount": amount,
        "checkout_session": None,
        "created": tx.seconds,
        "credit_note": None,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "description": None,
        "ending_balance": customer["balance"],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "type": type,
    }
    return tx.insert(TRANSACTIONS, transaction | about)


customers.ON_BALANCE.append(balance_was_set)
