"""Redeeming tickets: sign-in tokens, actor tokens and invitations, in a browser that followed their link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import invitations, organization_invitations, tokens, users, waitlist
from mocks.clerk.resources.tickets import ACTOR_TOKENS, SIGN_IN_TOKENS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.collection import Collection
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

TOKENS = {"sign_in_token": SIGN_IN_TOKENS, "actor_token": ACTOR_TOKENS}
INVITATIONS: dict[str, Collection] = {
    "invitation": invitations.INVITATIONS,
    "organization_invitation": organization_invitations.INVITATIONS,
}


@dataclass(frozen=True, slots=True)
class Used:
    """Whom a ticket signs in, who acts as that user if somebody does, and into which organisation."""

    user: Json
    actor: Json | None = None
    organization: str | None = None


def verification() -> Json:
    """Return the verification of who came with a ticket."""
    return {
        "object": "verification_ticket",
        "status": "verified",
        "strategy": "ticket",
        "attempts": None,
        "expire_at": None,
    }


def read(tx: Transaction, ticket: str | None) -> tuple[str, Json]:
    """Return a ticket's kind and what it stands for; refuse forged and expired ones."""
    if not ticket:
        raise errors.missing("ticket")
    body = tokens.verified(tx, ticket) or {}
    kind, id = body.get("st", ""), str(body.get("sid", ""))
    found = tx.get((TOKENS | INVITATIONS)[kind], id) if kind in TOKENS | INVITATIONS else None
    if found is None:
        told = "The URL parameter `__clerk_ticket` is invalid. Please check the link and try again."
        raise errors.conflict("ticket_invalid_code", "ticket is invalid", told)
    if tx.seconds >= body.get("exp", 0):
        told = "This link has expired. Please request a new one."
        raise errors.conflict("ticket_expired_code", "ticket has expired", told)
    return kind, found


def sign_in(tx: Transaction, ticket: str | None) -> Used:
    """Use a ticket to sign in."""
    kind, found = read(tx, ticket)
    if kind in TOKENS:
        return _use_token(tx, kind, found)
    user = tx.first(USERS, email_address=found["email_address"])
    if user is None:
        told = "There is no account for this invitation: sign up instead."
        raise errors.conflict("invitation_account_not_exists", "no account for this invitation", told)
    return Used(user, organization=accept(tx, kind, found, user))


def _use_token(tx: Transaction, kind: str, found: Json) -> Used:
    words = kind.replace("_", " ")
    if found["status"] == "accepted":
        told = f"This {words} has already been used. Each token can only be used once."
        raise errors.conflict(f"{kind}_already_used_code", f"{words} has already been used", told)
    if found["status"] == "revoked":
        told = f"This {words} has been revoked and cannot be used anymore."
        raise errors.conflict(f"{kind}_revoked_code", f"{words} has been revoked", told)
    found |= {"status": "accepted", "updated_at": milliseconds(tx.now)}
    tx.save(TOKENS[kind], found)
    user = tx.get(USERS, found["user_id"])
    if user is None:
        told = f"The user of the {words} no longer exists. Please request a new one."
        raise errors.conflict(f"{kind}_subject_not_found", "user not found", told, status=404)
    return Used(user, found.get("actor"), found.get("organization_id"))


def invitation(tx: Transaction, ticket: str | None) -> tuple[str, Json]:
    """Return the kind and the invitation of a ticket that somebody signs up with."""
    kind, found = read(tx, ticket)
    if kind not in INVITATIONS:
        told = f"{kind.replace('_', ' ').capitalize()}s can only be used during sign in."
        raise errors.conflict(f"{kind}_not_in_sign_in_code", "not in sign in", told)
    _require_pending(kind, found)
    return kind, found


def _require_pending(kind: str, found: Json) -> None:
    if found["status"] == "pending":
        return
    if kind == "organization_invitation":
        raise _not_pending()
    if found["status"] == "revoked":
        raise errors.conflict("invitation_already_revoked", "Invitation is already revoked.")
    told = "Invitation is already accepted, try signing in instead."
    raise errors.conflict("invitation_already_accepted", told)


def _not_pending() -> Refusal:
    told = "This organization invitation is not pending anymore."
    return errors.conflict("organization_invitation_not_pending", "not pending", told)


def accept(tx: Transaction, kind: str, found: Json, user: Json) -> str | None:
    """Let a user accept an invitation; return the organisation that the user has joined with it."""
    _require_pending(kind, found)
    if kind == "organization_invitation":
        return str(organization_invitations.accept(tx, found)["organization_id"])
    invitations.turn(tx, found, "accepted")
    waitlist.complete(tx, found["id"])
    if found["public_metadata"]:
        users.merge_metadata(tx, user, {"public_metadata": found["public_metadata"]})
    return None
