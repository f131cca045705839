"""The account's balance: one balance transaction for each movement of money, and what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DAY = 86400
PENDING_DAYS = 2
"""Days until a charge's money is available (Stripe docs: United States, T+2)."""

BALANCE_TRANSACTIONS = Collection("stripe.balance_transaction", "source", "type", "currency")
LEDGERS = Collection("stripe.ledger")
"""One document, `balance`: what is available by currency, and what will be, by instant and currency."""


def shown(tx: Transaction, document: Json) -> Json:
    """Return a balance transaction as it is now: pending until its money is available."""
    return document | {"status": "available" if document["available_on"] <= tx.seconds else "pending"}


register(
    Resource(
        "balance_transaction",
        BALANCE_TRANSACTIONS,
        expands={"source": ("charge", "refund", "dispute")},
        view=shown,
    )
)

before("2025-05-28.basil", "balance_transaction")(without("balance_type"))


def record(
    tx: Transaction,
    *,
    type: str,
    source: Json,
    amount: int,
    fee: int = 0,
    available_on: int | None = None,
    category: str | None = None,
    description: str | None = None,
    fee_name: str = "Stripe processing fees",
) -> Json:
    """Write a balance transaction of `source` (a charge, a refund, a dispute) and move the balance by what it nets.

    `amount` is positive for money that comes in. `available_on` (unix seconds) defaults to the usual pending days.
    """
    due = (tx.seconds // DAY + PENDING_DAYS) * DAY if available_on is None else available_on
    currency = source["currency"]
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": fee_name,
            "type": "stripe_fee",
        }
    ]
    entry = {
        "id": new_id(tx, "txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": due,
        "balance_type": "payments",
        "created": tx.seconds,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": category or type,
        "source": source["id"],
        "status": "pending",
        "type": type,
    }
    _post(tx, currency, amount - fee, due)
    return tx.insert(BALANCE_TRANSACTIONS, entry)


def balance(tx: Transaction) -> Json:
    """Return the account's balance as the API shows it."""
    ledger = _ledger(tx)
    available: dict[str, int] = dict(ledger["available"])
    pending = dict.fromkeys(available, 0)
    for due, currency, amount in ledger["pending"]:
        side = available if due <= tx.seconds else pending
        side[currency] = side.get(currency, 0) + amount
        available.setdefault(currency, 0)
        pending.setdefault(currency, 0)
    if not available:
        available, pending = {"usd": 0}, {"usd": 0}
    return {
        "object": "balance",
        "available": _amounts(available),
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in sorted(available)],
        "livemode": False,
        "pending": _amounts(pending),
    }


def _ledger(tx: Transaction) -> Json:
    return tx.get(LEDGERS, "balance") or {"id": "balance", "available": {}, "pending": []}


def _post(tx: Transaction, currency: str, net: int, due: int) -> None:
    """Add to the ledger, and settle what has become available: it never holds more than a few days' instants."""
    ledger = _ledger(tx)
    available: dict[str, int] = ledger["available"]
    waiting: dict[tuple[int, str], int] = {}
    for instant, code, amount in [*ledger["pending"], [due, currency, net]]:
        if instant <= tx.seconds:
            available[code] = available.get(code, 0) + amount
        else:
            waiting[instant, code] = waiting.get((instant, code), 0) + amount
    ledger["pending"] = [[instant, code, amount] for (instant, code), amount in sorted(waiting.items())]
    if tx.get(LEDGERS, "balance") is None:
        tx.insert(LEDGERS, ledger)
    else:
        tx.save(LEDGERS, ledger)


def _amounts(sums: dict[str, int]) -> list[Json]:
    return [
        {"amount": sums[currency], "currency": currency, "source_types": {"card": sums[currency]}}
        for currency in sorted(sums)
    ]
