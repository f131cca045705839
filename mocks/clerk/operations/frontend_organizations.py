"""Frontend API: organisations, as their members see and change them."""

from __future__ import annotations

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Form, Page
from mocks.clerk.resources import belonging, listing, organizations, roles, views
from mocks.clerk.resources.roles import ROLES


class NewOrganization(Form):
    """What an organisation is called."""

    name: str = Field(max_length=256)
    slug: str | None = None


class Changes(Form):
    """What is changed of an organisation."""

    name: str | None = Field(None, max_length=256)
    slug: str | None = None


@browsing.post("/v1/organizations", id="createOrganization", tier="P1")
def create_organization(tx: Transaction, params: NewOrganization) -> Reply:
    """Make an organisation, whose first member is the user."""
    me = browsing.me(tx)
    belonging.check_may_create(tx, me.user)
    wanted = {"name": params.name, "slug": params.slug or None, "created_by": me.user["id"]}
    return browsing.wrapped(tx, me.browser, views.organization(tx, organizations.create(tx, wanted)))


@browsing.get("/v1/organizations/{organization_id}", id="getOrganization", tier="P1")
def retrieve_organization(tx: Transaction, organization_id: str) -> Reply:
    """Show an organisation of the user's."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id)
    return browsing.wrapped(tx, me.browser, views.organization(tx, organization))


@browsing.patch("/v1/organizations/{organization_id}", id="updateOrganization", tier="P1")
def update_organization(tx: Transaction, params: Changes, organization_id: str) -> Reply:
    """Rename an organisation."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, "org:sys_profile:manage")
    organizations.update(tx, organization, {name: value for name, value in params.given().items() if value})
    return browsing.wrapped(tx, me.browser, views.organization(tx, organization))


@browsing.delete("/v1/organizations/{organization_id}", id="deleteOrganization", tier="P1")
def delete_organization(tx: Transaction, organization_id: str) -> Reply:
    """Delete an organisation."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, "org:sys_profile:delete")
    belonging.check_may_delete(organization)
    return browsing.wrapped(tx, me.browser, organizations.delete(tx, organization))


@browsing.get("/v1/organizations/{organization_id}/roles", id="ListOrganizationRoles", tier="P1")
def list_roles(tx: Transaction, params: Page, organization_id: str) -> Reply:
    """List the roles that members may have."""
    me = browsing.me(tx)
    belonging.of_member(tx, me.user, organization_id, "org:sys_memberships:read")
    items, total = listing.window(tx, ROLES, params, newest_first=False)
    found: Json = {"data": [roles.shown(each) for each in items], "total_count": total}
    return browsing.wrapped(tx, me.browser, found | {"has_role_set_migration": False})
