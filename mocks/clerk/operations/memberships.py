"""Memberships of organisations."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Listing, MemberQuery, Metadata, Object, Ordered
from mocks.clerk.provider import clerk
from mocks.clerk.resources import listing, member_search, memberships, organizations
from mocks.clerk.resources.memberships import MEMBERSHIPS


class NewRole(Body):
    """The body of `PATCH /organizations/{id}/memberships/{user_id}`."""

    role: str


class NewMembership(NewRole):
    """The body of `POST /organizations/{id}/memberships`."""

    user_id: str
    public_metadata: Object | None = None
    private_metadata: Object | None = None


class MemberList(MemberQuery, Listing):
    """The query of `GET /organizations/{id}/memberships`."""

    order_by: str = "-created_at"


@clerk.get("/v1/organizations/{organization_id}/memberships", id="ListOrganizationMemberships", tier="P0")
def list_memberships(tx: Transaction, params: MemberList, organization_id: str) -> Json:
    """List an organisation's members."""
    organization = organizations.find(tx, organization_id)
    items, total = member_search.search(tx, organization, params, params, params.order_by)
    return counted(items, total, lambda each: memberships.shown(tx, each))


@clerk.post("/v1/organizations/{organization_id}/memberships", id="CreateOrganizationMembership", tier="P1")
def create_membership(tx: Transaction, params: NewMembership, organization_id: str) -> Json:
    """Add a user to an organisation."""
    organization = organizations.find(tx, organization_id)
    made = memberships.create(tx, organization, params.user_id, params.role, given=params.given())
    return memberships.shown(tx, made)


@clerk.patch(
    "/v1/organizations/{organization_id}/memberships/{user_id}",
    id="UpdateOrganizationMembership",
    tier="P1",
)
def update_membership(tx: Transaction, params: NewRole, organization_id: str, user_id: str) -> Json:
    """Give a member another role."""
    membership = memberships.find(tx, organizations.find(tx, organization_id)["id"], user_id)
    memberships.update(tx, membership, params.role)
    return memberships.shown(tx, membership)


@clerk.delete(
    "/v1/organizations/{organization_id}/memberships/{user_id}",
    id="DeleteOrganizationMembership",
    tier="P1",
)
def delete_membership(tx: Transaction, organization_id: str, user_id: str) -> Json:
    """Remove a member; answers the membership as it was."""
    membership = memberships.find(tx, organizations.find(tx, organization_id)["id"], user_id)
    return memberships.delete(tx, membership)


@clerk.patch(
    "/v1/organizations/{organization_id}/memberships/{user_id}/metadata",
    id="UpdateOrganizationMembershipMetadata",
    tier="P1",
)
def merge_metadata(tx: Transaction, params: Metadata, organization_id: str, user_id: str) -> Json:
    """Merge into a membership's metadata, deeply."""
    membership = memberships.find(tx, organizations.find(tx, organization_id)["id"], user_id)
    memberships.merge_metadata(tx, membership, params.given())
    return memberships.shown(tx, membership)


@clerk.get("/v1/organization_memberships", id="InstanceGetOrganizationMemberships", tier="P1")
def list_all_memberships(tx: Transaction, params: Ordered) -> Json:
    """List the memberships of all organisations."""
    _, descending = listing.ordered(params.order_by, ("created_at",))
    items, total = listing.window(tx, MEMBERSHIPS, params, newest_first=descending)
    return counted(items, total, lambda each: memberships.shown(tx, each))
