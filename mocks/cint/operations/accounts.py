"""Accounts, and who and what belongs to them."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors
from mocks.cint.parameters import Query
from mocks.cint.provider import cint
from mocks.cint.resources import accounts


class Users(Query):
    """Which users."""

    user_type: Literal["project_manager"] | None = None


@cint.get("/v1/accounts", id="get_user_accounts", tier="P0")
def get_user_accounts(tx: Transaction) -> Json:
    """List the accounts that the token may use."""
    account = accounts.own(tx)
    return {"accounts": [{"id": account["number"], "name": account["name"]}]}


@cint.get("/v1/accounts/{account_id}/users", id="get_account_users", tier="P1")
def get_account_users(tx: Transaction, params: Users, account_id: str) -> Json:
    """List the users, all of them project managers."""
    return {"users": accounts.find(tx, account_id)["users"]}


@cint.get("/v1/accounts/{account_id}/service-clients", id="get_account_service_clients", tier="P1")
def get_account_service_clients(tx: Transaction, params: Users, account_id: str) -> Json:
    """List the service clients: what uses the API."""
    return {"users": accounts.find(tx, account_id)["service_clients"]}


@cint.get(
    "/v1/accounts/{account_id}/users/{user_id}/business-units",
    id="get_user_account_business_unit_id",
    tier="P1",
)
def get_user_account_business_unit_id(tx: Transaction, account_id: str, user_id: str) -> Json:
    """Tell a user's business unit."""
    account = accounts.find(tx, account_id)
    if user_id not in [each["id"] for each in (*account["users"], *account["service_clients"])]:
        raise errors.not_found()
    return {"business_unit_id": account["business_units"][0]["id"]}


@cint.get("/v1/accounts/{account_id}/business-units", id="get_business_units", tier="P1")
def get_business_units(tx: Transaction, account_id: str) -> Json:
    """List the business units, which set the currency."""
    return {"business_units": accounts.find(tx, account_id)["business_units"]}


@cint.get("/v1/accounts/{account_id}/clients", id="get_clients", tier="P1")
def get_clients(tx: Transaction, account_id: str) -> Json:
    """List the end clients."""
    return {"clients": accounts.find(tx, account_id)["clients"]}
