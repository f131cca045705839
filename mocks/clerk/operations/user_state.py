"""What becomes of users: banned, locked, with or without a password; and what they belong to."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Listing
from mocks.clerk.provider import clerk
from mocks.clerk.resources import listing, memberships, organization_invitations, user_standing, users
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.organization_invitations import INVITATIONS

MOST_AT_ONCE = 50


class Users(Body):
    """Several users."""

    user_ids: list[str]


class Password(Body):
    """A password to compare."""

    password: str


class PasswordRemoval(Body):
    """What else ends with a password."""

    sign_out_of_other_sessions: bool = False


class InvitationsOfUser(Listing):
    """The query of a user's invitations."""

    status: Literal["pending", "accepted", "revoked", "expired"] | None = None


@clerk.post("/v1/users/{user_id}/ban", id="BanUser", tier="P1")
def ban_user(tx: Transaction, user_id: str) -> Json:
    """Ban a user."""
    user = users.find(tx, user_id)
    user_standing.ban(tx, user)
    return users.shown(tx, user)


@clerk.post("/v1/users/{user_id}/unban", id="UnbanUser", tier="P1")
def unban_user(tx: Transaction, user_id: str) -> Json:
    """Let a banned user in again."""
    user = users.find(tx, user_id)
    user_standing.unban(tx, user)
    return users.shown(tx, user)


@clerk.post("/v1/users/ban", id="UsersBan", tier="P1")
def ban_users(tx: Transaction, params: Users) -> Json:
    """Ban several users, or none when one is unknown."""
    found = _several(tx, params)
    for user in found:
        user_standing.ban(tx, user)
    return [users.shown(tx, user) for user in found]


@clerk.post("/v1/users/unban", id="UsersUnban", tier="P1")
def unban_users(tx: Transaction, params: Users) -> Json:
    """Let several users in again."""
    found = _several(tx, params)
    for user in found:
        user_standing.unban(tx, user)
    return [users.shown(tx, user) for user in found]


def _several(tx: Transaction, params: Users) -> list[Json]:
    if not params.user_ids:
        raise errors.invalid("user_ids", "user_ids is invalid. Must be not empty")
    if len(params.user_ids) > MOST_AT_ONCE:
        raise errors.bulk_size_exceeded(MOST_AT_ONCE)
    return [users.find(tx, id) for id in dict.fromkeys(params.user_ids)]


@clerk.post("/v1/users/{user_id}/lock", id="LockUser", tier="P1")
def lock_user(tx: Transaction, user_id: str) -> Json:
    """Lock a user for an hour."""
    user = users.find(tx, user_id)
    user_standing.lock(tx, user)
    return users.shown(tx, user)


@clerk.post("/v1/users/{user_id}/unlock", id="UnlockUser", tier="P1")
def unlock_user(tx: Transaction, user_id: str) -> Json:
    """Unlock a user."""
    user = users.find(tx, user_id)
    user_standing.unlock(tx, user)
    return users.shown(tx, user)


@clerk.post("/v1/users/{user_id}/verify_password", id="VerifyPassword", tier="P1")
def verify_password(tx: Transaction, params: Password, user_id: str) -> Json:
    """Compare a password with the user's."""
    user_standing.verify_password(users.find(tx, user_id), params.password)
    return {"verified": True}


@clerk.post("/v1/users/{user_id}/remove_password", id="RemoveUserPassword", tier="P1")
def remove_password(tx: Transaction, params: PasswordRemoval, user_id: str) -> Json:
    """Take the password from a user."""
    user = users.find(tx, user_id)
    user_standing.remove_password(tx, user, sign_out=params.sign_out_of_other_sessions)
    return users.shown(tx, user)


@clerk.get("/v1/users/{user_id}/organization_memberships", id="UsersGetOrganizationMemberships", tier="P1")
def list_memberships(tx: Transaction, params: Listing, user_id: str) -> Json:
    """List what a user belongs to."""
    user = users.find(tx, user_id)
    items, total = listing.window(tx, MEMBERSHIPS, params, user_id=user["id"])
    return counted(items, total, lambda each: memberships.shown(tx, each))


@clerk.get("/v1/users/{user_id}/organization_invitations", id="UsersGetOrganizationInvitations", tier="P1")
def list_invitations(tx: Transaction, params: InvitationsOfUser, user_id: str) -> Json:
    """List the invitations to organisations that went to a user's addresses."""
    addresses = [each["email_address"] for each in users.find(tx, user_id)["email_addresses"]]
    found = [
        invitation
        for address in addresses
        for invitation in tx.every(INVITATIONS, email_address=address)
        if params.status in (None, invitation["status"])
    ]
    items, total = listing.sifted(found, params, lambda each: each["created_at"], descending=True)
    return counted(items, total, lambda each: organization_invitations.shown_with_organization(tx, each))
