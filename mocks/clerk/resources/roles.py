"""Roles and permissions: the system's own, which every instance begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ROLES = Collection("clerk.role", "key")
PERMISSIONS = Collection("clerk.permission", "key")

ADMIN, MEMBER = "org:admin", "org:member"

SYSTEM_PERMISSIONS = {
    "org:sys_profile:manage": ("Manage profile", "Permission to manage the organization's profile"),
    "org:sys_profile:delete": ("Delete organization", "Permission to delete an organization"),
    "org:sys_memberships:read": ("Read members", "Permission to read the members of an organization"),
    "org:sys_memberships:manage": ("Manage members", "Permission to manage the members of an organization"),
    "org:sys_domains:read": ("Read domains", "Permission to read the domains of an organization"),
    "org:sys_domains:manage": ("Manage domains", "Permission to manage the domains of an organization"),
    "org:sys_billing:read": ("Read billing", "Permission to read the billing of an organization"),
    "org:sys_billing:manage": ("Manage billing", "Permission to manage the billing of an organization"),
    "org:sys_api_keys:read": ("Read API keys", "Permission to read the API keys of an organization"),
    "org:sys_api_keys:manage": ("Manage API keys", "Permission to manage the API keys of an organization"),
}
"""Each system permission's name and description, by its key."""

SYSTEM_ROLES = (
    (ADMIN, "Admin", "Role with elevated permissions", True, tuple(SYSTEM_PERMISSIONS)),
    (
        MEMBER,
        "Member",
        "Role with non-privileged permissions",
        False,
        ("org:sys_memberships:read", "org:sys_billing:read"),
    ),
)

ELEVATED = frozenset({"org:sys_memberships:read", "org:sys_memberships:manage", "org:sys_profile:delete"})
"""What at least one member of an organisation must be allowed to do."""


def open_account_roles(tx: Transaction) -> None:
    """Keep the system's permissions and roles."""
    kept = {}
    for key, (name, description) in SYSTEM_PERMISSIONS.items():
        kept[key] = {
            **_thing(tx, "permission", "perm", name, key),
            "description": description,
            "type": "system",
        }
        tx.insert(PERMISSIONS, kept[key], fresh=True)
    for key, name, description, creator, permissions in SYSTEM_ROLES:
        role = {
            **_thing(tx, "role", "role", name, key),
            "description": description,
            "is_creator_eligible": creator,
            "permissions": [kept[permission] for permission in permissions],
        }
        tx.insert(ROLES, role, fresh=True)


def _thing(tx: Transaction, kind: str, prefix: str, name: str, key: str) -> Json:
    made = milliseconds(tx.now)
    return {
        "object": kind,
        "id": ids.new(tx, prefix),
        "name": name,
        "key": key,
        "created_at": made,
        "updated_at": made,
    }


def find(tx: Transaction, id: str) -> Json:
    """Return a role by its id; refuse an unknown one."""
    role = tx.get(ROLES, id)
    if role is None:
        raise errors.not_found("Organization role not found")
    return role


def find_permission(tx: Transaction, id: str) -> Json:
    """Return a permission by its id; refuse an unknown one."""
    permission = tx.get(PERMISSIONS, id)
    if permission is None:
        raise errors.not_found("Organization permission not found")
    return permission


def of_key(tx: Transaction, key: str) -> Json:
    """Return the role that a parameter names; refuse an unknown one."""
    role = tx.first(ROLES, key=key)
    if role is None:
        raise errors.not_found("Organization role not found", param="role")
    return role


def granted(tx: Transaction, key: str) -> list[str]:
    """Return the keys of what a role allows."""
    role = tx.first(ROLES, key=key)
    return [] if role is None else [each["key"] for each in role["permissions"]]


def elevated(tx: Transaction) -> list[str]:
    """Return the keys of the roles of which an organisation needs a member."""
    return [
        role["key"] for role in tx.every(ROLES) if {each["key"] for each in role["permissions"]} >= ELEVATED
    ]
