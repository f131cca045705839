"""Cash balances: what customers have sent by bank transfer, and what has become of it (by currency, never below zero)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import money, unserved_links
from mocks.stripe.resources.bank_accounts import BANK, SORT_CODE
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

BALANCES = Collection("stripe.cash_balance", key="customer")
TRANSACTIONS = Collection("stripe.cash_balance_transaction", "customer")

register(Resource("cash_balance", BALANCES))
register(
    Resource(
        "customer_cash_balance_transaction",
        TRANSACTIONS,
        expands={"customer": "customer", **unserved_links.of("customer_cash_balance_transaction")},
    )
)
before("2025-09-30.clover", "cash_balance", "customer_cash_balance_transaction")(without("customer_account"))

SENDER = "Ada Quill"

_TRANSFERS: Json = {
    "eur": {"eu_bank_transfer": {"bic": "STRTDE00", "iban_last4": "3201", "sender_name": SENDER}},
    "gbp": {
        "gb_bank_transfer": {"account_number_last4": "2345", "sender_name": SENDER, "sort_code": SORT_CODE}
    },
    "jpy": {"jp_bank_transfer": {"sender_bank": BANK, "sender_branch": "TEST", "sender_name": SENDER}},
    "mxn": {},
    "usd": {"us_bank_transfer": {"network": "ach", "sender_name": SENDER}},
}
"""The transfers that reach a cash balance, by currency (Stripe docs: bank transfers); test money comes from one payer."""


def of(tx: Transaction, customer: str) -> Json:
    """Return a customer's cash balance; one that was never used is empty."""
    return tx.get(BALANCES, customer) or {
        "object": "cash_balance",
        "available": None,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }


def change(tx: Transaction, customer: str, mode: str | None) -> Json:
    """Set whether transfers are matched with payments by themselves; `merchant_default` does as the account does."""
    balance = of(tx, customer)
    if mode is not None:
        own = mode != "merchant_default"
        settings = {"reconciliation_mode": mode if own else "automatic", "using_merchant_default": not own}
        balance["settings"] = settings
        _keep(tx, balance)
    return balance


def fund(tx: Transaction, customer: str, amount: int, currency: str, reference: str | None) -> Json:
    """Let a customer's transfer come in, and announce it; raises the 400 for a currency that is not transferred."""
    money.check_currency(currency)
    if currency not in _TRANSFERS:
        raise errors.invalid(
            f"Customers cannot send {currency} by bank transfer. Use one of: {', '.join(_TRANSFERS)}.",
            param="currency",
            rule="cash_balance_currency",
        )
    balance = of(tx, customer)
    held = (balance["available"] or {}).get(currency, 0) + amount
    balance["available"] = (balance["available"] or {}) | {currency: held}
    _keep(tx, balance)
    details = _TRANSFERS[currency]
    kind = next(iter(details), "mx_bank_transfer")
    transaction: Json = {
        "id": new_id(tx, "ccsbtxn"),
        "object": "customer_cash_balance_transaction",
        "created": tx.seconds,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "ending_balance": held,
        "funded": {"bank_transfer": details | {"reference": reference, "type": kind}},
        "livemode": False,
        "net_amount": amount,
        "type": "funded",
    }
    tx.insert(TRANSACTIONS, transaction)
    emit(tx, "customer_cash_balance_transaction.created", TRANSACTIONS, transaction)
    emit(tx, "cash_balance.funds_available", BALANCES, balance)
    return transaction


def find(tx: Transaction, customer: str, id: str) -> Json:
    """Return a transaction of a customer named in the path; raise the 404."""
    found = tx.get(TRANSACTIONS, id)
    if found is None or found["customer"] != customer:
        raise errors.not_found("customer_cash_balance_transaction", id, param="transaction")
    return found


def _keep(tx: Transaction, balance: Json) -> None:
    if tx.get(BALANCES, balance["customer"]) is None:
        tx.insert(BALANCES, balance)
    else:
        tx.save(BALANCES, balance)
