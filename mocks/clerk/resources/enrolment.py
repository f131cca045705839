"""Joining an organisation by one's mail address: suggestions to users, and the requests they make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import domains, ids, instance, memberships, organizations, views
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SUGGESTIONS = Collection(
    "clerk.organization_suggestion",
    "user_id",
    "organization_id",
    pair=lambda suggestion: f"{suggestion['organization_id']}/{suggestion['user_id']}",
)
"""A suggestion that its user has accepted is a request that an administrator of the organisation decides."""


def suggestions(tx: Transaction, user: Json) -> list[Json]:
    """Return the suggestions that a user has, those included that the user's addresses give rise to just now."""
    for domain in domains.for_user(tx, user, "automatic_suggestion"):
        organization = domain["organization_id"]
        known = tx.first(SUGGESTIONS, pair=f"{organization}/{user['id']}")
        if known is None and memberships.of(tx, organization, user["id"]) is None:
            made = milliseconds(tx.now)
            suggestion = {
                "object": "organization_suggestion",
                "id": ids.new(tx, "orgsug"),
                "organization_id": organization,
                "user_id": user["id"],
                "status": "pending",
                "request_status": None,
                "created_at": made,
                "updated_at": made,
            }
            tx.insert(SUGGESTIONS, suggestion, fresh=True)
    return list(tx.every(SUGGESTIONS, user_id=user["id"], newest_first=True))


def invite_automatically(tx: Transaction, user: Json) -> None:
    """Invite a user to the organisations that want everybody with an address under their domains."""
    from mocks.clerk.resources import organization_invitations

    for domain in domains.for_user(tx, user, "automatic_invitation"):
        organization = tx.get(ORGANIZATIONS, domain["organization_id"])
        if organization is not None and memberships.of(tx, organization["id"], user["id"]) is None:
            role = instance.settings(tx)["organizations"]["domains_default_role"]
            organization_invitations.invite_once(tx, organization, user, domain["name"], role)


def accept(tx: Transaction, user: Json, id: str) -> Json:
    """Let a user ask to join."""
    found = tx.get(SUGGESTIONS, id)
    if found is None or found["user_id"] != user["id"]:
        raise errors.not_found("Organization suggestion not found", "not found")
    if found["status"] != "pending":
        told = "This organization suggestion has already been accepted."
        raise errors.conflict("organization_suggestion_already_accepted", "already accepted", told)
    found |= {"status": "accepted", "request_status": "pending", "updated_at": milliseconds(tx.now)}
    return tx.save(SUGGESTIONS, found)


def requests(tx: Transaction, organization: Json, status: str | None) -> list[Json]:
    """Return who has asked to join an organisation."""
    found = tx.every(SUGGESTIONS, organization_id=organization["id"], newest_first=True)
    return [
        each
        for each in found
        if each["request_status"] is not None and status in (None, each["request_status"])
    ]


def find_request(tx: Transaction, organization: Json, id: str) -> Json:
    """Return a request that waits to be decided."""
    found = tx.get(SUGGESTIONS, id)
    if found is None or found["organization_id"] != organization["id"] or found["request_status"] is None:
        raise errors.not_found("Organization membership request not found", "not found")
    if found["request_status"] != "pending":
        told = "This organization membership request is not pending anymore."
        raise errors.conflict("organization_membership_request_not_pending", "not pending", told)
    return found


def decide(tx: Transaction, organization: Json, request: Json, *, join: bool) -> None:
    """Let somebody join, or not."""
    if join:
        role = instance.settings(tx)["organizations"]["domains_default_role"]
        memberships.create(tx, organization, request["user_id"], role)
    request |= {"request_status": "accepted" if join else "rejected", "updated_at": milliseconds(tx.now)}
    tx.save(SUGGESTIONS, request)


def shown(tx: Transaction, suggestion: Json) -> Json:
    """Show a suggestion to its user."""
    organization = tx.get(ORGANIZATIONS, suggestion["organization_id"])
    names = ("object", "id", "status", "created_at", "updated_at")
    public = None if organization is None else organizations.public_data(organization)
    return {name: suggestion[name] for name in names} | {"public_organization_data": public}


def shown_request(tx: Transaction, suggestion: Json) -> Json:
    """Show a request to the organisation's administrators."""
    user = tx.get(USERS, suggestion["user_id"])
    return {
        "object": "organization_membership_request",
        "id": suggestion["id"],
        "organization_id": suggestion["organization_id"],
        "status": suggestion["request_status"],
        "public_user_data": None if user is None else views.public_user_data(user),
        "created_at": suggestion["created_at"],
        "updated_at": suggestion["updated_at"],
    }


def forget(tx: Transaction, *, user_id: str | None = None, organization_id: str | None = None) -> None:
    """Remove what a user or an organisation that is being deleted had of this."""
    for each in list(tx.every(SUGGESTIONS, user_id=user_id, organization_id=organization_id)):
        tx.delete(SUGGESTIONS, each["id"])
