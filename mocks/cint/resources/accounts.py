"""Accounts: who may use them, their business units (which set the currency), and the end clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.cint import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ACCOUNTS = Collection("cint.account")
CURRENCIES = ("USD", "GBP", "EUR")


def open_account(tx: Transaction) -> Json:
    """Make a world's account: project managers, a service client, a business unit for each currency."""
    number = int(tx.token("account.id", 4, "0123456789")) + 10_000
    first_unit = number * 10 + 1
    account = {
        "id": str(number),
        "number": number,
        "name": "Greenroom Research",
        "users": [_user(tx, "Robin Field"), _user(tx, "Sam Panel")],
        "service_clients": [_user(tx, "Greenroom API client")],
        "business_units": [
            {
                "id": first_unit + place,
                "name": f"Greenroom {currency}",
                "currency_code": currency,
                "pricing_models": ["dynamic"],
            }
            for place, currency in enumerate(CURRENCIES)
        ],
        "clients": [{"id": number * 10 + 7, "name": "Northwind Coffee"}],
        "compat_overview_statistics": False,
    }
    return tx.insert(ACCOUNTS, account)


def _user(tx: Transaction, name: str) -> Json:
    email = f"{name.lower().replace(' ', '.')}@greenroom.test"
    return {"id": tx.uuid("user.id"), "email": email, "name": name}


def find(tx: Transaction, account_id: str) -> Json:
    """Return the account of a path; any other than the token's own is forbidden."""
    account = tx.get(ACCOUNTS, account_id)
    if account is None:
        raise errors.forbidden()
    return account


def own(tx: Transaction) -> Json:
    """Return the world's one account."""
    return next(tx.every(ACCOUNTS))


def user_id(account: Json) -> str:
    """Return who acts through the API: the account's service client."""
    found: str = account["service_clients"][0]["id"]
    return found


def business_unit(account: Json, id: str) -> Json:
    """Return one of the account's business units; refuse an unknown one."""
    for unit in account["business_units"]:
        if str(unit["id"]) == id:
            found: Json = unit
            return found
    detail = f"There is no business unit {id[:20]}."
    raise errors.bad_request(detail, "business_unit_id", rule="unknown_business_unit")
