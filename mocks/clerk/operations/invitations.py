"""Invitations to the application."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import paginated
from mocks.clerk.parameters import Body, Object, Ordered, Paginated
from mocks.clerk.provider import clerk
from mocks.clerk.resources import invitations, listing
from mocks.clerk.resources.invitations import INVITATIONS

MOST_AT_ONCE = 10


class NewInvitation(Body):
    """The body of `POST /invitations`."""

    email_address: str
    public_metadata: Object | None = None
    redirect_url: str | None = None
    notify: bool | None = None
    ignore_existing: bool | None = None
    expires_in_days: int | None = Field(None, ge=1, le=365)
    template_slug: Literal["invitation", "waitlist_invitation"] | None = None


class NewInvitations(Body):
    """The body of `POST /invitations/bulk`, which is an array."""

    items: list[NewInvitation]


class InvitationList(Paginated, Ordered):
    """The query of `GET /invitations`."""

    status: Literal["pending", "accepted", "revoked", "expired"] | None = None
    query: str | None = None


@clerk.post("/v1/invitations", id="CreateInvitation", tier="P1")
def create_invitation(tx: Transaction, params: NewInvitation) -> Json:
    """Invite somebody."""
    (made,) = invitations.create_all(tx, [params.given()])
    return invitations.shown(made)


@clerk.post("/v1/invitations/bulk", id="CreateBulkInvitations", tier="P1")
def create_invitations(tx: Transaction, params: NewInvitations) -> Json:
    """Invite up to ten people."""
    if len(params.items) > MOST_AT_ONCE:
        raise errors.bulk_size_exceeded(MOST_AT_ONCE)
    return [
        invitations.shown(made)
        for made in invitations.create_all(tx, [each.given() for each in params.items])
    ]


@clerk.get("/v1/invitations", id="ListInvitations", tier="P1")
def list_invitations(tx: Transaction, params: InvitationList) -> Json:
    """List invitations."""
    field, descending = listing.ordered(params.order_by, ("created_at", "email_address", "expires_at"))
    if field == "created_at" and not params.query:
        items, total = listing.window(tx, INVITATIONS, params, newest_first=descending, status=params.status)
    else:
        query = params.query or ""
        found = [
            each
            for each in tx.every(INVITATIONS, status=params.status)
            if listing.contains(each["email_address"], query) or listing.contains(each["id"], query)
        ]
        items, total = listing.sifted(
            found, params, lambda each: (each[field], each["id"]), descending=descending
        )
    return paginated(params, items, total, invitations.shown)


@clerk.post("/v1/invitations/{invitation_id}/revoke", id="RevokeInvitation", tier="P1")
def revoke_invitation(tx: Transaction, invitation_id: str) -> Json:
    """Take an invitation back."""
    invitation = invitations.find(tx, invitation_id)
    invitations.revoke(tx, invitation)
    return invitations.shown(invitation)
