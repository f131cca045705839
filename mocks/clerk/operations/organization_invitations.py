"""Invitations to organisations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Listing, Object, Ordered
from mocks.clerk.provider import clerk
from mocks.clerk.resources import listing, organization_invitations, organizations
from mocks.clerk.resources.organization_invitations import INVITATIONS

Status = Literal["pending", "accepted", "revoked", "expired"]
MOST_AT_ONCE = 10


class NewInvitation(Body):
    """The body of `POST /organizations/{id}/invitations`."""

    email_address: str
    role: str
    inviter_user_id: str | None = None
    public_metadata: Object | None = None
    private_metadata: Object | None = None
    redirect_url: str | None = None
    expires_in_days: int | None = Field(None, ge=1, le=365)
    notify: bool | None = None


class NewInvitations(Body):
    """The body of `POST /organizations/{id}/invitations/bulk`, which is an array."""

    items: list[NewInvitation]


class Revocation(Body):
    """The body of `POST /organizations/{id}/invitations/{id}/revoke`."""

    requesting_user_id: str | None = None


class InvitationList(Ordered):
    """The query of `GET /organizations/{id}/invitations`."""

    status: Status | None = None
    email_address: str | None = None


class AllInvitations(Ordered):
    """The query of `GET /organization_invitations`."""

    status: Status | None = None
    query: str | None = None


@clerk.post("/v1/organizations/{organization_id}/invitations", id="CreateOrganizationInvitation", tier="P1")
def create_invitation(tx: Transaction, params: NewInvitation, organization_id: str) -> Json:
    """Invite somebody to an organisation."""
    organization = organizations.find(tx, organization_id)
    (made,) = organization_invitations.create_all(tx, organization, [params.given()])
    return organization_invitations.shown(tx, made)


@clerk.post(
    "/v1/organizations/{organization_id}/invitations/bulk",
    id="CreateOrganizationInvitationBulk",
    tier="P1",
)
def create_invitations(tx: Transaction, params: NewInvitations, organization_id: str) -> Json:
    """Invite up to ten people to an organisation."""
    organization = organizations.find(tx, organization_id)
    if len(params.items) > MOST_AT_ONCE:
        raise errors.bulk_size_exceeded(MOST_AT_ONCE)
    made = organization_invitations.create_all(tx, organization, [each.given() for each in params.items])
    return counted(made, len(made), lambda each: organization_invitations.shown(tx, each))


@clerk.get("/v1/organizations/{organization_id}/invitations", id="ListOrganizationInvitations", tier="P1")
def list_invitations(tx: Transaction, params: InvitationList, organization_id: str) -> Json:
    """List an organisation's invitations."""
    organization = organizations.find(tx, organization_id)
    _, descending = listing.ordered(params.order_by, ("created_at",))
    address = params.email_address.strip().lower() if params.email_address else None
    items, total = listing.window(
        tx,
        INVITATIONS,
        params,
        newest_first=descending,
        organization_id=organization["id"],
        status=params.status,
        email_address=address,
    )
    return counted(items, total, lambda each: organization_invitations.shown(tx, each))


@clerk.get(
    "/v1/organizations/{organization_id}/invitations/pending",
    id="ListPendingOrganizationInvitations",
    tier="P1",
)
def list_pending_invitations(tx: Transaction, params: Listing, organization_id: str) -> Json:
    """List an organisation's invitations that nobody has accepted yet."""
    organization = organizations.find(tx, organization_id)
    items, total = listing.window(tx, INVITATIONS, params, waiting=organization["id"])
    return counted(items, total, lambda each: organization_invitations.shown(tx, each))


@clerk.get(
    "/v1/organizations/{organization_id}/invitations/{invitation_id}",
    id="GetOrganizationInvitation",
    tier="P1",
)
def retrieve_invitation(tx: Transaction, organization_id: str, invitation_id: str) -> Json:
    """Retrieve an invitation."""
    organization = organizations.find(tx, organization_id)
    found = organization_invitations.find(tx, organization, invitation_id)
    return organization_invitations.shown(tx, found)


@clerk.post(
    "/v1/organizations/{organization_id}/invitations/{invitation_id}/revoke",
    id="RevokeOrganizationInvitation",
    tier="P1",
)
def revoke_invitation(tx: Transaction, params: Revocation, organization_id: str, invitation_id: str) -> Json:
    """Take an invitation back."""
    organization = organizations.find(tx, organization_id)
    invitation = organization_invitations.find(tx, organization, invitation_id)
    organization_invitations.revoke(tx, invitation, params.requesting_user_id)
    return organization_invitations.shown(tx, invitation)


@clerk.get("/v1/organization_invitations", id="ListInstanceOrganizationInvitations", tier="P1")
def list_all_invitations(tx: Transaction, params: AllInvitations) -> Json:
    """List the invitations of all organisations; `query` looks into addresses and ids."""
    field, descending = listing.ordered(params.order_by, ("created_at", "email_address"))
    if field == "created_at" and not params.query:
        items, total = listing.window(tx, INVITATIONS, params, newest_first=descending, status=params.status)
    else:
        found = [each for each in tx.every(INVITATIONS, status=params.status) if _matches(each, params.query)]
        items, total = listing.sifted(
            found, params, lambda each: (each[field], each["id"]), descending=descending
        )
    return counted(items, total, lambda each: organization_invitations.shown_with_organization(tx, each))


def _matches(invitation: Json, query: str | None) -> bool:
    names = ("id", "email_address", "organization_id")
    return not query or any(listing.contains(invitation[name], query) for name in names)
