"""Frontend API: members of organisations, invitations to them, and the user's own memberships."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing, errors
from mocks.clerk.browsing import Form, Me, Page
from mocks.clerk.parameters import MemberQuery
from mocks.clerk.resources import (
    belonging,
    enrolment,
    listing,
    member_search,
    memberships,
    organization_invitations,
    views,
)
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.organization_invitations import INVITATIONS

READ, MANAGE = "org:sys_memberships:read", "org:sys_memberships:manage"
Status = Literal["pending", "accepted", "revoked", "expired", "invalid", "completed"]


class Members(Page):
    """Which members."""

    query: str | None = None
    role: list[str] | None = Field(None, max_length=100)


class NewMember(Form):
    """Who joins, as what."""

    user_id: str
    role: str


class Role(Form):
    """The role of a member."""

    role: str


class NewInvitation(Form):
    """Who is invited, as what."""

    email_address: str
    role: str
    notify: bool | None = None


class NewInvitations(Form):
    """Who are invited, as what."""

    email_address: list[str] = Field(max_length=10)
    role: str
    notify: bool | None = None


class Invitations(Page):
    """Which invitations."""

    status: list[Status] | None = Field(None, max_length=10)


# --- members -----------------------------------------------------------------------------------------------------


@browsing.get("/v1/organizations/{organization_id}/memberships", id="ListOrganizationMemberships", tier="P1")
def list_members(tx: Transaction, params: Members, organization_id: str) -> Reply:
    """List an organisation's members."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, READ)
    query = MemberQuery.model_validate(params.model_dump(include={"query", "role"}, exclude_none=True))
    items, total = member_search.search(tx, organization, query, params, "-created_at")
    shown = [views.membership(tx, each) for each in items]
    return browsing.wrapped(tx, me.browser, _page(params, shown, total))


def _page(params: Page, items: list[Json], total: int) -> Json:
    return {"data": items, "total_count": total} if params.paginated else items


@browsing.post(
    "/v1/organizations/{organization_id}/memberships", id="CreateOrganizationMembership", tier="P1"
)
def create_member(tx: Transaction, params: NewMember, organization_id: str) -> Reply:
    """Add a user to an organisation."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    made = memberships.create(tx, organization, params.user_id, params.role)
    return browsing.wrapped(tx, me.browser, views.membership(tx, made))


@browsing.patch(
    "/v1/organizations/{organization_id}/memberships/{user_id}", id="UpdateOrganizationMembership", tier="P1"
)
def update_member(tx: Transaction, params: Role, organization_id: str, user_id: str) -> Reply:
    """Give a member another role."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    membership = memberships.find(tx, organization["id"], user_id)
    memberships.update(tx, membership, params.role)
    return browsing.wrapped(tx, me.browser, views.membership(tx, membership))


@browsing.delete(
    "/v1/organizations/{organization_id}/memberships/{user_id}", id="removeOrganizationMember", tier="P1"
)
def remove_member(tx: Transaction, organization_id: str, user_id: str) -> Reply:
    """Remove a member."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    membership = memberships.find(tx, organization["id"], user_id)
    shown = views.membership(tx, membership)
    memberships.delete(tx, membership)
    return browsing.wrapped(tx, me.browser, shown)


# --- invitations -------------------------------------------------------------------------------------------------


@browsing.get("/v1/organizations/{organization_id}/invitations", id="getOrganizationInvitations", tier="P1")
def list_invitations(tx: Transaction, params: Invitations, organization_id: str) -> Reply:
    """List an organisation's invitations, the newest first."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    found = tx.every(INVITATIONS, organization_id=organization["id"], newest_first=True)
    return _invitations(tx, me, params, list(found))


def _invitations(tx: Transaction, me: Me, params: Invitations, found: list[Json]) -> Reply:
    wanted = [each for each in found if params.status is None or each["status"] in params.status]
    page = wanted[params.offset : params.offset + params.limit]
    shown = [views.invitation(tx, each) for each in page]
    return browsing.wrapped(tx, me.browser, {"data": shown, "total_count": len(wanted)})


@browsing.post(
    "/v1/organizations/{organization_id}/invitations", id="createOrganizationInvitations", tier="P1"
)
def create_invitation(tx: Transaction, params: NewInvitation, organization_id: str) -> Reply:
    """Invite somebody."""
    made = _invite(tx, organization_id, [params.email_address], params)
    return made[0]


def _invite(
    tx: Transaction, organization_id: str, addresses: list[str], params: NewInvitation | NewInvitations
) -> tuple[Reply, Reply]:
    """Invite addresses; return how one invitation is answered, and how several are."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    each: Json = {"role": params.role, "inviter_user_id": me.user["id"], "notify": params.notify}
    wanted = [{"email_address": address, **each} for address in addresses]
    made = [
        views.invitation(tx, one) for one in organization_invitations.create_all(tx, organization, wanted)
    ]
    one = made[0] if made else None
    return browsing.wrapped(tx, me.browser, one), browsing.wrapped(tx, me.browser, made)


@browsing.post(
    "/v1/organizations/{organization_id}/invitations/bulk", id="bulkCreateOrganizationInvitations", tier="P1"
)
def create_invitations(tx: Transaction, params: NewInvitations, organization_id: str) -> Reply:
    """Invite several people."""
    return _invite(tx, organization_id, params.email_address, params)[1]


@browsing.get(
    "/v1/organizations/{organization_id}/invitations/pending",
    id="getAllPendingOrganizationInvitations",
    tier="P2",
)
def list_pending_invitations(tx: Transaction, organization_id: str) -> Reply:
    """List the invitations that are not accepted yet, bare."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    found = tx.every(INVITATIONS, waiting=organization["id"], newest_first=True)
    return browsing.wrapped(tx, me.browser, [views.invitation(tx, each) for each in found])


@browsing.post(
    "/v1/organizations/{organization_id}/invitations/{invitation_id}/revoke",
    id="revokePendingOrganizationInvitation",
    tier="P1",
)
def revoke_invitation(tx: Transaction, organization_id: str, invitation_id: str) -> Reply:
    """Take an invitation back."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    invitation = organization_invitations.find(tx, organization, invitation_id)
    organization_invitations.revoke(tx, invitation, me.user["id"])
    return browsing.wrapped(tx, me.browser, views.invitation(tx, invitation))


# --- the user's own ----------------------------------------------------------------------------------------------


@browsing.get("/v1/me/organization_memberships", id="getOrganizationMemberships", tier="P1")
def list_my_memberships(tx: Transaction, params: Page) -> Reply:
    """List the organisations of the user."""
    me = browsing.me(tx)
    items, total = listing.window(tx, MEMBERSHIPS, params, user_id=me.user["id"])
    shown = [views.membership(tx, each) for each in items]
    return browsing.wrapped(tx, me.browser, _page(params, shown, total))


@browsing.delete(
    "/v1/me/organization_memberships/{organization_id}", id="deleteOrganizationMemberships", tier="P1"
)
def leave_organization(tx: Transaction, organization_id: str) -> Reply:
    """Leave an organisation."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id)
    membership = memberships.find(tx, organization["id"], me.user["id"])
    memberships.delete(tx, membership)
    gone = {"object": "organization_membership", "id": membership["id"], "deleted": True}
    return browsing.wrapped(tx, me.browser, gone)


@browsing.get("/v1/me/organization_invitations", id="getUsersOrganizationInvitations", tier="P1")
def list_my_invitations(tx: Transaction, params: Invitations) -> Reply:
    """List the invitations to the user's addresses, those by an address's domain included."""
    me = browsing.me(tx)
    enrolment.invite_automatically(tx, me.user)
    return _invitations(tx, me, params, organization_invitations.of_user(tx, me.user))


@browsing.post(
    "/v1/me/organization_invitations/{invitation_id}/accept", id="acceptOrganizationInvitation", tier="P1"
)
def accept_invitation(tx: Transaction, invitation_id: str) -> Reply:
    """Accept an invitation."""
    me = browsing.me(tx)
    found = [each for each in organization_invitations.of_user(tx, me.user) if each["id"] == invitation_id]
    if not found:
        told = "No organization invitation was found with the given id."
        raise errors.conflict("organization_invitation_not_found", "not found", told, status=404)
    organization_invitations.accept(tx, found[0])
    return browsing.wrapped(tx, me.browser, views.invitation(tx, found[0]))
