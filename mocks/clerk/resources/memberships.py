"""Memberships: who belongs to an organisation, in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, metadata, roles, users
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MEMBERSHIPS = Collection(
    "clerk.membership",
    "organization_id",
    "user_id",
    pair=lambda membership: f"{membership['organization_id']}/{membership['user_id']}",
    organization_role=lambda membership: f"{membership['organization_id']}/{membership['role']}",
)


def of(tx: Transaction, organization: str, user: str) -> Json | None:
    """Return a user's membership of an organisation, or None."""
    return tx.first(MEMBERSHIPS, pair=f"{organization}/{user}")


def find(tx: Transaction, organization: str, user: str) -> Json:
    """Return a user's membership of an organisation; refuse one that is not there."""
    membership = of(tx, organization, user)
    if membership is None:
        raise errors.not_found("Organization membership not found")
    return membership


def create(
    tx: Transaction,
    organization: Json,
    user_id: str,
    role: str,
    *,
    given: Json | None = None,
    at: int | None = None,
) -> Json:
    """Add a user to an organisation; refuse unknown users and roles, members, and more than the organisation may have."""
    from mocks.clerk.resources import organization_invitations

    user = users.find(tx, user_id)
    roles.of_key(tx, role)
    if of(tx, organization["id"], user_id) is not None:
        told = f"{users.identifier(user) or user_id} is already a member of the organization."
        raise already_a_member(told)
    organization_invitations.check_quota(tx, organization, 1)
    made = milliseconds(tx.now if at is None else at)
    membership: Json = {
        "id": ids.new(tx, "orgmem", at=at),
        "organization_id": organization["id"],
        "user_id": user_id,
        "role": role,
        "public_metadata": (given or {}).get("public_metadata") or {},
        "private_metadata": (given or {}).get("private_metadata") or {},
        "created_at": made,
        "updated_at": made,
    }
    validation.check_metadata(membership)
    tx.insert(MEMBERSHIPS, membership, at=at, fresh=True)
    _announce(tx, "created", membership)
    return membership


def already_a_member(told: str) -> Exception:
    """Return the 400 for a user who belongs to the organisation."""
    return errors.conflict("already_a_member_in_organization", "already a member", told)


def update(tx: Transaction, membership: Json, role: str) -> None:
    """Give a member another role; somebody with elevated permissions must be left."""
    roles.of_key(tx, role)
    if role not in roles.elevated(tx):
        _check_others(tx, membership)
    membership["role"] = role
    save(tx, membership)


def merge_metadata(tx: Transaction, membership: Json, given: Json) -> None:
    """Merge into a membership's metadata."""
    metadata.merge(membership, given)
    save(tx, membership)


def save(tx: Transaction, membership: Json) -> None:
    """Keep a changed membership and announce it."""
    membership["updated_at"] = milliseconds(tx.now)
    tx.save(MEMBERSHIPS, membership)
    _announce(tx, "updated", membership)


def delete(tx: Transaction, membership: Json) -> Json:
    """Remove a member; somebody with elevated permissions must be left. Return what is shown of it."""
    _check_others(tx, membership)
    return _remove(tx, membership)


def _remove(tx: Transaction, membership: Json) -> Json:
    from mocks.clerk.resources import sessions

    answer = shown(tx, membership)
    sessions.leave_organization(tx, membership["organization_id"], membership["user_id"])
    tx.delete(MEMBERSHIPS, membership["id"])
    events.emit(tx, "organizationMembership.deleted", answer)
    return answer


def _check_others(tx: Transaction, membership: Json) -> None:
    """Refuse to take the last member with elevated permissions from an organisation."""
    elevated = roles.elevated(tx)
    if membership["role"] not in elevated:
        return
    organization = membership["organization_id"]
    if sum(tx.count(MEMBERSHIPS, organization_role=f"{organization}/{key}") for key in elevated) <= 1:
        raise errors.conflict(
            "organization_minimum_permissions_needed",
            "minimum organization permissions needed",
            "There has to be at least one organization member with the minimum required permissions",
        )


def leave_all(tx: Transaction, user_id: str) -> None:
    """Remove a user, who is being deleted, from every organisation."""
    for membership in list(tx.every(MEMBERSHIPS, user_id=user_id)):
        _remove(tx, membership)


def drop_all(tx: Transaction, organization_id: str) -> None:
    """Remove the memberships of an organisation that is being deleted; they are not announced one by one."""
    for membership in list(tx.every(MEMBERSHIPS, organization_id=organization_id)):
        tx.delete(MEMBERSHIPS, membership["id"])


def _announce(tx: Transaction, what: str, membership: Json) -> None:
    events.emit(tx, f"organizationMembership.{what}", shown(tx, membership))


def shown(tx: Transaction, membership: Json) -> Json:
    """Show a membership with its organisation and what others see of its user."""
    role = tx.first(roles.ROLES, key=membership["role"])
    user = tx.get(USERS, membership["user_id"])
    assert user is not None  # noqa: S101 - a user's memberships go with the user
    return {
        "object": "organization_membership",
        "id": membership["id"],
        "role": membership["role"],
        "role_name": "" if role is None else role["name"],
        "permissions": [] if role is None else [each["key"] for each in role["permissions"]],
        "public_metadata": membership["public_metadata"],
        "private_metadata": membership["private_metadata"],
        "organization": tx.get(ORGANIZATIONS, membership["organization_id"]),
        "public_user_data": users.public_data(user)
        | {
            "profile_image_url": user["profile_image_url"],
            "username": user["username"],
            "banned": user["banned"],
            "deprovisioned": user["deprovisioned"],
        },
        "created_at": membership["created_at"],
        "updated_at": membership["updated_at"],
    }
