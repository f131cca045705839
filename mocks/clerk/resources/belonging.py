"""What members may see and do of their organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.resources import instance, memberships, roles
from mocks.clerk.resources.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def of_member(tx: Transaction, user: Json, id_or_slug: str, permission: str | None = None) -> Json:
    """Return an organisation of a user's; refuse another's, and a member whose role does not have the permission."""
    found = tx.get(ORGANIZATIONS, id_or_slug) or tx.first(ORGANIZATIONS, slug=id_or_slug)
    membership = None if found is None else memberships.of(tx, found["id"], user["id"])
    if found is None or membership is None:
        raise errors.organization_out_of_reach()
    if permission is not None and permission not in roles.granted(tx, membership["role"]):
        raise errors.missing_permission([permission])
    return found


def check_may_create(tx: Transaction, user: Json) -> None:
    """Refuse a user who may make no (further) organisation."""
    if not instance.settings(tx)["organizations"]["enabled"]:
        told = "The organizations feature is not enabled for this instance. You can enable it at https://dashboard.clerk.com."
        raise errors.conflict("organization_not_enabled_in_instance", "access denied", told, status=403)
    limit = user["create_organizations_limit"]
    made = sum(
        1
        for each in tx.every(memberships.MEMBERSHIPS, user_id=user["id"])
        if (tx.get(ORGANIZATIONS, each["organization_id"]) or {}).get("created_by") == user["id"]
    )
    if not user["create_organization_enabled"] or (limit and made >= limit):
        told = "You are not authorized to create organizations."
        raise errors.conflict("organization_creation_not_allowed", "not allowed", told, status=403)


def check_may_delete(organization: Json) -> None:
    """Refuse to delete an organisation whose administrators may not do that."""
    if not organization["admin_delete_enabled"]:
        told = "Deletion by admin is not enabled for this organization."
        raise errors.conflict(
            "organization_admin_delete_not_enabled", "admin delete not enabled", told, status=403
        )
