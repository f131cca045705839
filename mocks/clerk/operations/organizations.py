"""Organisations."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import METADATA_APART, counted, version
from mocks.clerk.parameters import Body, Metadata, Object, Ordered, Query
from mocks.clerk.provider import clerk
from mocks.clerk.resources import organization_search, organizations
from mocks.clerk.validation import METADATA


class Counting(Query):
    """What is shown of organisations beside themselves."""

    include_members_count: bool = False
    include_missing_member_with_elevated_permissions: bool = False


class OrganizationList(Ordered, Counting):
    """The query of `GET /organizations`."""

    query: str | None = None
    user_id: list[str] | None = Field(None, max_length=100)
    organization_id: list[str] | None = Field(None, max_length=100)


class OrganizationChanges(Body):
    """The body of `PATCH /organizations/{id}`."""

    name: str | None = Field(None, max_length=organizations.LONGEST_NAME)
    slug: str | None = None
    max_allowed_memberships: int | None = Field(None, ge=0, le=1 << 31)
    admin_delete_enabled: bool | None = None
    created_at: str | None = None
    role_set_key: str | None = None
    public_metadata: Object | None = None
    private_metadata: Object | None = None


class NewOrganization(Body):
    """The body of `POST /organizations`."""

    name: str = Field(max_length=organizations.LONGEST_NAME)
    created_by: str | None = None
    public_metadata: Object | None = None
    private_metadata: Object | None = None
    slug: str | None = None
    max_allowed_memberships: int | None = Field(None, ge=0, le=1 << 31)
    created_at: str | None = None
    role_set_key: str | None = None


@clerk.get("/v1/organizations", id="ListOrganizations", tier="P0")
def list_organizations(tx: Transaction, params: OrganizationList) -> Json:
    """List organisations."""
    items, total = organization_search.search(
        tx, params, params.order_by, params.query, params.user_id, params.organization_id
    )
    count, missing = params.include_members_count, params.include_missing_member_with_elevated_permissions
    return counted(items, total, lambda each: organizations.shown(tx, each, count=count, missing=missing))


@clerk.post("/v1/organizations", id="CreateOrganization", tier="P1")
def create_organization(tx: Transaction, params: NewOrganization) -> Json:
    """Make an organisation."""
    return organizations.shown(tx, organizations.create(tx, params.given()), count=True)


@clerk.get("/v1/organizations/{organization_id}", id="GetOrganization", tier="P1")
def retrieve_organization(tx: Transaction, params: Counting, organization_id: str) -> Json:
    """Retrieve an organisation by its id or slug."""
    missing = params.include_missing_member_with_elevated_permissions
    found = organizations.find(tx, organization_id)
    return organizations.shown(tx, found, count=True, missing=missing)


@clerk.patch("/v1/organizations/{organization_id}", id="UpdateOrganization", tier="P1")
def update_organization(tx: Transaction, params: OrganizationChanges, organization_id: str) -> Json:
    """Change an organisation; the newest versions of the API take metadata elsewhere."""
    organization, given = organizations.find(tx, organization_id), params.given()
    if version(tx.request) >= METADATA_APART:
        for kind in METADATA:
            if kind in given:
                tx.deviation(errors.unknown(kind, " Use the metadata endpoint of this resource instead."))
    organizations.update(tx, organization, given)
    return organizations.shown(tx, organization, count=True)


@clerk.delete("/v1/organizations/{organization_id}", id="DeleteOrganization", tier="P1")
def delete_organization(tx: Transaction, organization_id: str) -> Json:
    """Remove an organisation."""
    return organizations.delete(tx, organizations.find(tx, organization_id))


@clerk.patch("/v1/organizations/{organization_id}/metadata", id="MergeOrganizationMetadata", tier="P1")
def merge_metadata(tx: Transaction, params: Metadata, organization_id: str) -> Json:
    """Merge into an organisation's metadata, deeply."""
    organization = organizations.find(tx, organization_id)
    organizations.merge_metadata(tx, organization, params.given())
    return organizations.shown(tx, organization, count=True)


@clerk.put("/v1/organizations/{organization_id}/metadata", id="ReplaceOrganizationMetadata", tier="P1")
def replace_metadata(tx: Transaction, params: Metadata, organization_id: str) -> Json:
    """Replace kinds of an organisation's metadata."""
    organization = organizations.find(tx, organization_id)
    organizations.replace_metadata(tx, organization, params.given())
    return organizations.shown(tx, organization, count=True)
