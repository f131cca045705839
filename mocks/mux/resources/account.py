"""The account that a world has at Mux: an organization with one environment, whose id is in every event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.mux import ids

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ACCOUNTS = Collection("mux.account")
"""One document `account`: {environment_id, organization_id}."""

ENVIRONMENT = "Development"
PERMISSIONS = ("video:read", "video:write", "data:read", "data:write", "system:read", "system:write")


def open_account(tx: Transaction) -> None:
    """Keep the account of a new world."""
    document = {
        "id": "account",
        "environment_id": tx.token("environment.id", 6, chance.LOWER),
        "organization_id": ids.new(tx, "organization", 16),
    }
    tx.insert(ACCOUNTS, document)


def environment(tx: Transaction) -> Json:
    """Return the environment as events name it."""
    return {"name": ENVIRONMENT, "id": _account(tx)["environment_id"]}


def described(tx: Transaction) -> Json:
    """Return what Mux tells about an access token."""
    account = _account(tx)
    return {
        "permissions": list(PERMISSIONS),
        "organization_name": "Greenroom",
        "organization_id": account["organization_id"],
        "environment_type": "development",
        "environment_name": ENVIRONMENT,
        "environment_id": account["environment_id"],
        "access_token_name": "Greenroom",
    }


def _account(tx: Transaction) -> Json:
    account = tx.get(ACCOUNTS, "account")
    assert account is not None  # noqa: S101 - every world's account was opened with it
    return account
