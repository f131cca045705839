"""Roles and permissions of organisations: the system's own, and those that an instance adds."""

from __future__ import annotations

from pydantic import Field

from harness.collection import Collection
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Ordered
from mocks.clerk.provider import clerk
from mocks.clerk.resources import listing, roles
from mocks.clerk.resources.roles import PERMISSIONS, ROLES


class Named(Ordered):
    """The query of lists of roles and permissions."""

    query: str | None = None


@clerk.get("/v1/organization_roles", id="ListOrganizationRoles", tier="P1")
def list_roles(tx: Transaction, params: Named) -> Json:
    """List roles."""
    return _listed(tx, ROLES, params)


@clerk.get("/v1/organization_roles/{organization_role_id}", id="GetOrganizationRole", tier="P1")
def retrieve_role(tx: Transaction, organization_role_id: str) -> Json:
    """Retrieve a role."""
    return roles.find(tx, organization_role_id)


@clerk.get("/v1/organization_permissions", id="ListOrganizationPermissions", tier="P1")
def list_permissions(tx: Transaction, params: Named) -> Json:
    """List permissions."""
    return _listed(tx, PERMISSIONS, params)


@clerk.get("/v1/organization_permissions/{permission_id}", id="GetOrganizationPermission", tier="P1")
def retrieve_permission(tx: Transaction, permission_id: str) -> Json:
    """Retrieve a permission."""
    return roles.find_permission(tx, permission_id)


class NewRole(Body):
    """The body of `POST /organization_roles`."""

    name: str = Field(max_length=256)
    key: str
    description: str | None = Field(None, max_length=1024)
    permissions: list[str] | None = None
    include_in_initial_role_set: bool | None = None


class RoleChanges(Body):
    """The body of `PATCH /organization_roles/{organization_role_id}`."""

    name: str | None = Field(None, max_length=256)
    key: str | None = None
    description: str | None = Field(None, max_length=1024)
    permissions: list[str] | None = None


class NewPermission(Body):
    """The body of `POST /organization_permissions`."""

    name: str = Field(max_length=256)
    key: str
    description: str | None = Field(None, max_length=1024)


class PermissionChanges(Body):
    """The body of `PATCH /organization_permissions/{permission_id}`."""

    name: str | None = Field(None, max_length=256)
    key: str | None = None
    description: str | None = Field(None, max_length=1024)


@clerk.post("/v1/organization_roles", id="CreateOrganizationRole", tier="P1")
def create_role(tx: Transaction, params: NewRole) -> Json:
    """Add a role."""
    return roles.create(tx, params.given())


@clerk.patch("/v1/organization_roles/{organization_role_id}", id="UpdateOrganizationRole", tier="P1")
def update_role(tx: Transaction, params: RoleChanges, organization_role_id: str) -> Json:
    """Change a role."""
    role = roles.find(tx, organization_role_id)
    roles.update(tx, role, params.given())
    return role


@clerk.delete("/v1/organization_roles/{organization_role_id}", id="DeleteOrganizationRole", tier="P1")
def delete_role(tx: Transaction, organization_role_id: str) -> Json:
    """Remove a role that nobody has."""
    return roles.delete(tx, roles.find(tx, organization_role_id))


@clerk.post(
    "/v1/organization_roles/{organization_role_id}/permissions/{permission_id}",
    id="AssignPermissionToOrganizationRole",
    tier="P1",
)
def assign_permission(tx: Transaction, organization_role_id: str, permission_id: str) -> Json:
    """Let a role do something more."""
    role = roles.find(tx, organization_role_id)
    roles.assign(tx, role, roles.find_permission(tx, permission_id))
    return role


@clerk.delete(
    "/v1/organization_roles/{organization_role_id}/permissions/{permission_id}",
    id="RemovePermissionFromOrganizationRole",
    tier="P1",
)
def remove_permission(tx: Transaction, organization_role_id: str, permission_id: str) -> Json:
    """Let a role do something no more."""
    role = roles.find(tx, organization_role_id)
    roles.withdraw(tx, role, roles.find_permission(tx, permission_id))
    return role


@clerk.post("/v1/organization_permissions", id="CreateOrganizationPermission", tier="P1")
def create_permission(tx: Transaction, params: NewPermission) -> Json:
    """Add a permission."""
    return roles.create_permission(tx, params.given())


@clerk.patch("/v1/organization_permissions/{permission_id}", id="UpdateOrganizationPermission", tier="P1")
def update_permission(tx: Transaction, params: PermissionChanges, permission_id: str) -> Json:
    """Change a permission that the instance has added."""
    permission = roles.find_permission(tx, permission_id)
    roles.update_permission(tx, permission, params.given())
    return permission


@clerk.delete("/v1/organization_permissions/{permission_id}", id="DeleteOrganizationPermission", tier="P1")
def delete_permission(tx: Transaction, permission_id: str) -> Json:
    """Remove a permission that the instance has added."""
    return roles.delete_permission(tx, roles.find_permission(tx, permission_id))


def _listed(tx: Transaction, collection: Collection, params: Named) -> Json:
    field, descending = listing.ordered(params.order_by, ("created_at", "name", "key"))
    query = params.query or ""
    found = [
        each
        for each in tx.every(collection)
        if any(listing.contains(each[name], query) for name in ("id", "name", "key"))
    ]
    items, total = listing.sifted(
        found, params, lambda each: (each[field], each["id"]), descending=descending
    )
    return counted(items, total, dict)
