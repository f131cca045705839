"""Roles and permissions of organisations: the system's own."""

from __future__ import annotations

from harness.collection import Collection
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Ordered
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
