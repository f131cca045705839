"""Payment methods and charges of bank accounts, as they are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from harness import chance, instants
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.resources import bank_accounts
from mocks.stripe.resources.shapes import billing_details

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.bank_accounts import BankAccount

Json = dict[str, Any]

_BANK_CODES = {"AT": (4, 5, 0), "BE": (4, 3, 0), "DE": (4, 8, 0), "ES": (4, 4, 4), "FR": (4, 5, 5)}
_BANK_CODES |= {"IE": (4, 4, 6), "IT": (5, 5, 5), "NL": (4, 4, 0)}
"""Where an IBAN of a country has the bank's code: its position, its length, and that of the branch's code after it."""

_CHARGED = {
    "bacs_debit": ("fingerprint", "last4", "sort_code"),
    "sepa_debit": ("bank_code", "branch_code", "country", "fingerprint", "last4"),
    "us_bank_account": (
        "account_holder_type",
        "account_type",
        "bank_name",
        "fingerprint",
        "last4",
        "routing_number",
    ),
}
"""What a charge tells of the account that it debited."""

_DEBITED_AFTER_DAYS = 2


def shape(tx: Transaction, account: BankAccount, given: Json, *, verified: bool = True) -> Json:
    """Return what a payment method of a test bank account is.

    `given` holds billing_details, metadata, allow_redisplay, and of American accounts `account_type` and
    `account_holder_type`; these are `verified` by microdeposits before they pay.
    """
    return {
        "id": new_id(tx, "pm"),
        "object": "payment_method",
        "allow_redisplay": given.get("allow_redisplay") or "unspecified",
        account.kind: _account(tx, account, given),
        "billing_details": billing_details(given.get("billing_details")),
        "created": tx.seconds,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": merged({}, given.get("metadata", {})),
        "type": account.kind,
        "_": {"account": bank_accounts.name_of(account), "verified": verified},
    }


def charged(tx: Transaction, method: Json, mandate: str | None) -> Json:
    """Return the `payment_method_details` of a charge: the account as it was, and when its bank debits it."""
    kind = method["type"]
    due = instants.moment(tx.now) + timedelta(days=_DEBITED_AFTER_DAYS)
    told = {name: method[kind][name] for name in _CHARGED[kind]}
    if kind == "us_bank_account":
        told |= {"payment_reference": None}
    return {kind: told | {"expected_debit_date": f"{due:%Y-%m-%d}", "mandate": mandate}, "type": kind}


def _account(tx: Transaction, account: BankAccount, given: Json) -> Json:
    mark = chance.spell(chance.draw(tx.world.seed, f"stripe.fingerprint.{account.number}", 0, 16))
    told: Json = {"fingerprint": mark, "last4": account.last4}
    if account.kind == "bacs_debit":
        return told | {"sort_code": bank_accounts.SORT_CODE}
    if account.kind == "us_bank_account":
        return told | {
            "account_holder_type": given.get("account_holder_type") or "individual",
            "account_type": given.get("account_type") or "checking",
            "bank_name": bank_accounts.BANK,
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": bank_accounts.ROUTING_NUMBER,
            "status_details": {},
        }
    start, length, branch = _BANK_CODES[account.number[:2]]
    end = start + length
    return told | {
        "bank_code": account.number[start:end],
        "branch_code": account.number[end : end + branch],
        "country": account.number[:2],
        "generated_from": {"charge": None, "setup_attempt": None},
    }
