"""Erasing a user: what the vendor does when it is asked to, for which its API has no operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.insightiq.resources import accounts, content_groups, contents, dialog, publishing, users

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

OF_ACCOUNT = (
    accounts.PROFILES,
    contents.CONTENTS,
    content_groups.CONTENT_GROUPS,
    publishing.PUBLICATIONS,
)
OF_USER = (users.TOKENS, dialog.INVITES)


def erase(tx: Transaction, user: Json) -> None:
    """Remove a user with all that is known through them. Accounts are disconnected first, so that consumers are told."""
    for account in list(tx.every(accounts.ACCOUNTS, user_id=user["id"])):
        accounts.disconnect(tx, account)
        for collection in OF_ACCOUNT:
            for each in list(tx.every(collection, account_id=account["id"])):
                tx.delete(collection, each["id"])
        tx.delete(accounts.ACCOUNTS, account["id"])
    for collection in OF_USER:
        for each in [each for each in tx.every(collection) if each["user_id"] == user["id"]]:
            tx.delete(collection, each["id"])
    tx.delete(users.USERS, user["id"])
