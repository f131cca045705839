"""Sign-in tokens and actor tokens: links that sign a user in once, or let somebody act as a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.chance import ALPHANUMERIC
from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance, memberships, organizations, tokens, users

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SIGN_IN_TOKENS = Collection("clerk.sign_in_token")
ACTOR_TOKENS = Collection("clerk.actor_token")
MONTH, HOUR = 2_592_000, 3600
"""Seconds that sign-in tokens and actor tokens live."""


def sign_in(tx: Transaction, user_id: str, organization: str | None, seconds: int | None) -> Json:
    """Make a token that signs a user in once, into an organisation of the user's if one is given."""
    users.find(tx, user_id)
    if organization is not None:
        organization = organizations.find(tx, organization)["id"]
        memberships.find(tx, organization, user_id)
    made = _ticket(tx, "sign_in_token", "sit", user_id, MONTH if seconds is None else seconds)
    return tx.insert(SIGN_IN_TOKENS, made | {"organization_id": organization}, fresh=True)


def act(tx: Transaction, user_id: str, actor: Json, seconds: int | None) -> Json:
    """Make a token that lets the actor's `sub` sign in as a user."""
    users.find(tx, user_id)
    made = _ticket(tx, "actor_token", "act", user_id, HOUR if seconds is None else seconds)
    return tx.insert(ACTOR_TOKENS, made | {"actor": actor}, fresh=True)


def _ticket(tx: Transaction, kind: str, prefix: str, user_id: str, seconds: int) -> Json:
    id = ids.new(tx, prefix)
    ticket = tokens.ticket(tx, kind, id, seconds * instants.SECOND)
    return {
        "object": kind,
        "id": id,
        "status": "pending",
        "user_id": user_id,
        "token": ticket,
        "url": f"{instance.frontend_url(tx)}/v1/tickets/accept?ticket={ticket}",
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
    }


def revoke(tx: Transaction, collection: Collection, id: str) -> Json:
    """Take a token back; only pending ones can be."""
    found = tx.get(collection, id)
    kind = collection.kind.partition(".")[2]
    words = kind.replace("_", " ").capitalize()
    if found is None:
        raise errors.not_found(f"No {words.lower()} was found with id {id}")
    if found["status"] != "pending":
        told = f"{words} cannot be revoked because its status is {found['status']}. Only pending tokens can be revoked."
        raise errors.conflict(f"{kind}_cannot_be_revoked_code", "cannot revoke", told)
    found |= {"status": "revoked", "updated_at": milliseconds(tx.now)}
    return tx.save(collection, found)


def shown(token: Json) -> Json:
    """Show a sign-in token; the organisation that it leads into is not told."""
    return {name: value for name, value in token.items() if name != "organization_id"}


def testing(tx: Transaction) -> Json:
    """Return a testing token, which lets tests past the bot protection; it lives for an hour."""
    token = f"{tx.seconds}-c_{tx.token('testing_token', 43, ALPHANUMERIC)}"
    return {"object": "testing_token", "token": token, "expires_at": tx.seconds + HOUR}
