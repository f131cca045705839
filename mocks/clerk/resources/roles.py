"""Roles and permissions: the system's own, which every instance begins with, and those that are added."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, instance

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


# --- what an instance adds ---------------------------------------------------------------------------------------


def create(tx: Transaction, wanted: Json) -> Json:
    """Add a role."""
    limit = instance.settings(tx)["organizations"]["max_allowed_roles"]
    if tx.count(ROLES) >= limit:
        told = f"You have reached your limit of {limit} organization roles."
        raise errors.conflict("organization_role_quota_exceeded", "quota exceeded", told, status=403)
    role = _thing(tx, "role", "role", _name(wanted["name"]), _key(tx, ROLES, wanted["key"]))
    role |= {
        "description": wanted.get("description"),
        "is_creator_eligible": False,
        "permissions": _permissions(tx, wanted.get("permissions")),
    }
    _settle(role)
    tx.insert(ROLES, role, fresh=True)
    events.emit(tx, "role.created", role)
    return role


def update(tx: Transaction, role: Json, given: Json) -> None:
    """Change a role; what holds members and invitations to it follows its key."""
    old = role["key"]
    if given.get("name") is not None:
        role["name"] = _name(given["name"])
    if given.get("key") is not None and given["key"] != old:
        role["key"] = _key(tx, ROLES, given["key"])
    if "description" in given:
        role["description"] = given["description"]
    if given.get("permissions") is not None:
        role["permissions"] = _permissions(tx, given["permissions"])
    _settle(role)
    _save(tx, role)
    if role["key"] != old:
        _follow(tx, old, role["key"])


def _follow(tx: Transaction, old: str, new: str) -> None:
    from mocks.clerk.resources import memberships, organization_invitations

    for collection in (memberships.MEMBERSHIPS, organization_invitations.INVITATIONS):
        for each in [each for each in tx.every(collection) if each["role"] == old]:
            each["role"] = new
            tx.save(collection, each)


def _save(tx: Transaction, role: Json) -> None:
    role["updated_at"] = milliseconds(tx.now)
    tx.save(ROLES, role)
    events.emit(tx, "role.updated", role)


def _settle(role: Json) -> None:
    """Let a role make organisations when it may do what each needs a member for."""
    role["is_creator_eligible"] = {each["key"] for each in role["permissions"]} >= ELEVATED


def delete(tx: Transaction, role: Json) -> Json:
    """Remove a role that nobody has; return the deleted object."""
    from mocks.clerk.resources import memberships, organization_invitations

    settings = instance.settings(tx)["organizations"]
    if role["key"] in (settings["creator_role"], settings["domains_default_role"]):
        told = "The organization role is used as the creator or default role of the instance."
        raise errors.broken(422, "organization_role_used_as_default_or_creator_role", "role is in use", told)
    if any(each["role"] == role["key"] for each in tx.every(memberships.MEMBERSHIPS)):
        told = "The organization role is currently assigned to one or more organization members."
        raise errors.broken(
            422, "organization_role_assigned_members", "role is assigned to organization members", told
        )
    invited = tx.every(organization_invitations.INVITATIONS, status="pending")
    if any(each["role"] == role["key"] for each in invited):
        told = (
            "The organization role exists in one or more pending organization invitations. Please revoke these "
            "invitations to proceed."
        )
        code, message = (
            "organization_role_exists_in_invitations",
            "role exists in pending organization invitations",
        )
        raise errors.broken(422, code, message, told)
    tx.delete(ROLES, role["id"])
    gone = {"object": "role", "id": role["id"], "deleted": True}
    events.emit(tx, "role.deleted", gone)
    return gone


def assign(tx: Transaction, role: Json, permission: Json) -> None:
    """Let a role do something more."""
    if any(each["id"] == permission["id"] for each in role["permissions"]):
        told = "The permission is already associated with the role."
        raise errors.broken(422, "organization_permission_already_assigned", "already assigned", told)
    role["permissions"].append(permission)
    _settle(role)
    _save(tx, role)


def withdraw(tx: Transaction, role: Json, permission: Json) -> None:
    """Let a role do something no more."""
    if not any(each["id"] == permission["id"] for each in role["permissions"]):
        raise errors.not_found("Organization permission not found")
    role["permissions"] = [each for each in role["permissions"] if each["id"] != permission["id"]]
    _settle(role)
    _save(tx, role)


def create_permission(tx: Transaction, wanted: Json) -> Json:
    """Add a permission."""
    limit = instance.settings(tx)["organizations"]["max_allowed_permissions"]
    if tx.count(PERMISSIONS) - len(SYSTEM_PERMISSIONS) >= limit:
        told = f"You have reached your limit of {limit} organization permissions."
        raise errors.conflict("organization_permission_quota_exceeded", "quota exceeded", told, status=403)
    key = _key(tx, PERMISSIONS, wanted["key"])
    made = _thing(tx, "permission", "perm", _name(wanted["name"]), key)
    made |= {"description": wanted.get("description") or "", "type": "user"}
    tx.insert(PERMISSIONS, made, fresh=True)
    events.emit(tx, "permission.created", made)
    return made


def update_permission(tx: Transaction, permission: Json, given: Json) -> None:
    """Change a permission that the instance has added."""
    _check_own(permission)
    if given.get("name") is not None:
        permission["name"] = _name(given["name"])
    if given.get("key") is not None and given["key"] != permission["key"]:
        permission["key"] = _key(tx, PERMISSIONS, given["key"])
    if given.get("description") is not None:
        permission["description"] = given["description"]
    permission["updated_at"] = milliseconds(tx.now)
    tx.save(PERMISSIONS, permission)
    for role in list(tx.every(ROLES)):
        if any(each["id"] == permission["id"] for each in role["permissions"]):
            role["permissions"] = [
                permission if each["id"] == permission["id"] else each for each in role["permissions"]
            ]
            tx.save(ROLES, role)
    events.emit(tx, "permission.updated", permission)


def delete_permission(tx: Transaction, permission: Json) -> Json:
    """Remove a permission that the instance has added, from the roles too; return the deleted object."""
    _check_own(permission)
    for role in list(tx.every(ROLES)):
        if any(each["id"] == permission["id"] for each in role["permissions"]):
            role["permissions"] = [each for each in role["permissions"] if each["id"] != permission["id"]]
            _save(tx, role)
    tx.delete(PERMISSIONS, permission["id"])
    gone = {"object": "permission", "id": permission["id"], "deleted": True}
    events.emit(tx, "permission.deleted", gone)
    return gone


def _check_own(permission: Json) -> None:
    if permission["type"] == "system":
        told = "System permissions cannot be modified."
        raise errors.conflict(
            "organization_system_permission_not_modifiable", "not modifiable", told, status=403
        )


def _permissions(tx: Transaction, named: list[str] | None) -> list[Json]:
    """Return permissions by their ids or keys, each once."""
    found = [
        tx.get(PERMISSIONS, each) or tx.first(PERMISSIONS, key=each) for each in dict.fromkeys(named or ())
    ]
    missing = [each for each in found if each is None]
    if missing:
        raise errors.missing_resource("permissions")
    return list({each["id"]: each for each in found if each is not None}.values())


def _name(text: str) -> str:
    if not text.strip():
        raise errors.invalid("name", "name is invalid. Must be not empty")
    return text.strip()


def _key(tx: Transaction, collection: Collection, key: str) -> str:
    if not (_ROLE_KEY if collection is ROLES else _PERMISSION_KEY).fullmatch(key) or key.startswith(
        "org:sys_"
    ):
        form = "'org:<role>'" if collection is ROLES else "'org:<feature>:<permission>'"
        told = f"key must have the format {form}, in lower-case letters, digits and underscores."
        raise errors.invalid("key", told, code="form_param_format_invalid")
    if tx.first(collection, key=key) is not None:
        raise errors.already_exists("key", f"A {collection.kind.partition('.')[2]} with key {key}")
    return key


_ROLE_KEY = re.compile(r"org:[a-z0-9_]{1,120}")
_PERMISSION_KEY = re.compile(r"org:[a-z0-9_]{1,60}:[a-z0-9_]{1,60}")


# --- what they are for -------------------------------------------------------------------------------------------


def granted(tx: Transaction, key: str) -> list[str]:
    """Return the keys of what a role allows."""
    role = tx.first(ROLES, key=key)
    return [] if role is None else [each["key"] for each in role["permissions"]]


def elevated(tx: Transaction) -> list[str]:
    """Return the keys of the roles of which an organisation needs a member."""
    return [
        role["key"] for role in tx.every(ROLES) if {each["key"] for each in role["permissions"]} >= ELEVATED
    ]


def shown(role: Json) -> Json:
    """Show a role to members of an organisation; its description is never null there."""
    return role | {"description": role["description"] or ""}
