"""What time does by itself: sessions and invitations expire, locks open."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.provider import clerk
from mocks.clerk.resources import invitations, organization_invitations, sessions, user_standing, users


@clerk.timer(sessions.EXPIRE)
def expire_session(tx: Transaction, payload: Json) -> None:
    """End a session after its seven days."""
    session = tx.get(sessions.SESSIONS, payload["session"])
    if session is not None and session["status"] in sessions.ALIVE:
        sessions.end(tx, session, "expired")


@clerk.timer(invitations.EXPIRE)
def expire_invitation(tx: Transaction, payload: Json) -> None:
    """End an invitation that nobody accepted."""
    invitation = tx.get(invitations.INVITATIONS, payload["invitation"])
    if invitation is not None and invitation["status"] == "pending":
        invitations.turn(tx, invitation, "expired")


@clerk.timer(organization_invitations.EXPIRE)
def expire_organization_invitation(tx: Transaction, payload: Json) -> None:
    """End an invitation to an organisation that nobody accepted."""
    invitation = tx.get(organization_invitations.INVITATIONS, payload["invitation"])
    if invitation is not None and invitation["status"] == "pending":
        organization_invitations.turn(tx, invitation, "expired")


@clerk.timer(user_standing.UNLOCK)
def unlock_user(tx: Transaction, payload: Json) -> None:
    """Open the lock of a user after its hour."""
    user = tx.get(users.USERS, payload["user"])
    if user is not None and user["locked"]:
        user_standing.release(tx, user)
