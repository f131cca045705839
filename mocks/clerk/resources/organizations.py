"""Organisations: their shape, how they are made, changed and removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, instance, metadata, roles
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ORGANIZATIONS = Collection("clerk.organization", "slug")
LONGEST_NAME = 256
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


def find(tx: Transaction, id_or_slug: str) -> Json:
    """Return an organisation by its id, or by its slug; refuse unknown ones."""
    found = tx.get(ORGANIZATIONS, id_or_slug) or tx.first(ORGANIZATIONS, slug=id_or_slug)
    if found is None:
        raise errors.not_found("Given organization not found.")
    return found


def create(tx: Transaction, wanted: Json) -> Json:
    """Make an organisation; who creates it becomes its first member, in the creator's role."""
    from mocks.clerk.resources import memberships

    settings = instance.settings(tx)["organizations"]
    at = validation.instant(wanted["created_at"], "created_at") if wanted.get("created_at") else None
    creator = wanted.get("created_by")
    if creator is not None and tx.get(USERS, creator) is None:
        told = f"No users found with id {creator}."
        raise errors.conflict("organization_creator_not_found", "creator not found", told)
    limit = wanted.get("max_allowed_memberships")
    made = milliseconds(tx.now if at is None else at)
    name = _name(wanted["name"])
    organization: Json = {
        "object": "organization",
        "id": ids.new(tx, "org", at=at),
        "name": name,
        "slug": _slug(tx, wanted["slug"]) if wanted.get("slug") else _derived_slug(tx, name),
        "image_url": "",
        "has_image": False,
        "max_allowed_memberships": settings["max_allowed_memberships"] if limit is None else limit,
        "admin_delete_enabled": settings["admin_delete_enabled"],
        "public_metadata": wanted.get("public_metadata") or {},
        "private_metadata": wanted.get("private_metadata") or {},
        "created_at": made,
        "updated_at": made,
        "last_active_at": made,
        "role_set_key": wanted.get("role_set_key"),
    }
    if creator is not None:
        organization["created_by"] = creator
    validation.check_metadata(organization)
    tx.insert(ORGANIZATIONS, organization, at=at, fresh=True)
    events.emit(tx, "organization.created", organization)
    if creator is not None:
        memberships.create(tx, organization, creator, settings["creator_role"], at=at)
    return organization


def _name(text: str) -> str:
    if not text.strip():
        raise errors.invalid("name", "name is invalid. Must be not empty")
    return text.strip()


def _slug(tx: Transaction, text: str, own: str | None = None) -> str:
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_NAME:
        told = "slug can only contain lowercase letters, numbers, dashes and underscores."
        raise errors.invalid("slug", told, code="form_param_format_invalid")
    holder = tx.first(ORGANIZATIONS, slug=slug)
    if holder is not None and holder["id"] != own:
        raise errors.identifier_exists("slug", "slug")
    return slug


def _derived_slug(tx: Transaction, name: str) -> str:
    """Return a slug made of a name, with the present's unix seconds behind it where it is taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-") or "org"
    slug, number = plain, instants.seconds(tx.now)
    while tx.first(ORGANIZATIONS, slug=slug) is not None:
        slug, number = f"{plain}-{number}", number + 1
    return slug


def update(tx: Transaction, organization: Json, given: Json) -> None:
    """Change an organisation."""
    if given.get("name") is not None:
        organization["name"] = _name(given["name"])
    if given.get("slug") is not None:
        organization["slug"] = _slug(tx, given["slug"], organization["id"])
    for name in ("max_allowed_memberships", "admin_delete_enabled", "role_set_key"):
        if given.get(name) is not None:
            organization[name] = given[name]
    metadata.replace(organization, {kind: given[kind] for kind in validation.METADATA if kind in given})
    at = None
    if given.get("created_at"):
        at = validation.instant(given["created_at"], "created_at")
        organization["created_at"] = milliseconds(at)
    save(tx, organization, at=at)


def save(tx: Transaction, organization: Json, *, at: int | None = None) -> None:
    """Keep a changed organisation and announce it."""
    organization["updated_at"] = milliseconds(tx.now)
    tx.save(ORGANIZATIONS, organization, at=at)
    events.emit(tx, "organization.updated", organization)


def merge_metadata(tx: Transaction, organization: Json, given: Json) -> None:
    """Merge into an organisation's metadata."""
    metadata.merge(organization, given)
    save(tx, organization)


def replace_metadata(tx: Transaction, organization: Json, given: Json) -> None:
    """Replace kinds of an organisation's metadata."""
    metadata.replace(organization, given)
    save(tx, organization)


def delete(tx: Transaction, organization: Json) -> Json:
    """Remove an organisation with its memberships and invitations; return the deleted object."""
    from mocks.clerk.resources import domains, enrolment, memberships, organization_invitations, sessions

    id = organization["id"]
    sessions.leave_organization(tx, id)
    memberships.drop_all(tx, id)
    organization_invitations.drop_all(tx, id)
    domains.drop_all(tx, id)
    enrolment.forget(tx, organization_id=id)
    tx.delete(ORGANIZATIONS, id)
    gone = {"object": "organization", "id": id, "slug": organization["slug"], "deleted": True}
    events.emit(tx, "organization.deleted", gone)
    return gone


def shown(tx: Transaction, organization: Json, *, count: bool = False, missing: bool = False) -> Json:
    """Show an organisation, with the number of its members and whether one with elevated permissions is missing."""
    from mocks.clerk.resources.memberships import MEMBERSHIPS
    from mocks.clerk.resources.organization_invitations import pending

    answer = organization.copy()
    if count:
        answer["members_count"] = tx.count(MEMBERSHIPS, organization_id=organization["id"])
        answer["pending_invitations_count"] = pending(tx, organization["id"])
    if missing:
        found = (f"{organization['id']}/{key}" for key in roles.elevated(tx))
        answer["missing_member_with_elevated_permissions"] = not any(
            tx.count(MEMBERSHIPS, organization_role=each) for each in found
        )
    return answer


def public_data(organization: Json) -> Json:
    """Show what somebody who is invited sees of an organisation."""
    return {name: organization[name] for name in ("id", "name", "slug", "image_url", "has_image")}
