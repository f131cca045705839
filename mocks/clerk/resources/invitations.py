"""Invitations to the application, by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance, mails, tokens
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

INVITATIONS = Collection(
    "clerk.invitation",
    "status",
    pending=lambda invitation: invitation["email_address"] if invitation["status"] == "pending" else None,
)
DAYS = 30
EXPIRE = "invitation.expire"


def create_all(tx: Transaction, wanted: list[Json]) -> list[Json]:
    """Invite several addresses, or none when one of them cannot be invited."""
    addresses = [validation.email(each["email_address"]) for each in wanted]
    twice = sorted({address for address in addresses if addresses.count(address) > 1})
    invited = [
        address
        for address, each in zip(addresses, wanted, strict=True)
        if not each.get("ignore_existing") and tx.first(INVITATIONS, pending=address) is not None
    ]
    if twice or invited:
        raise errors.duplicates(twice or invited)
    for address, each in zip(addresses, wanted, strict=True):
        if not each.get("ignore_existing") and tx.first(USERS, email_address=address) is not None:
            raise errors.identifier_exists("email_address", "email address")
    return [_create(tx, address, each) for address, each in zip(addresses, wanted, strict=True)]


def _create(tx: Transaction, address: str, wanted: Json) -> Json:
    lifetime = (wanted.get("expires_in_days") or DAYS) * instants.DAY
    id = ids.new(tx, "inv")
    invitation: Json = {
        "object": "invitation",
        "id": id,
        "email_address": address,
        "public_metadata": wanted.get("public_metadata") or {},
        "status": "pending",
        "url": tokens.ticket_url(tx, "invitation", id, lifetime),
        "expires_at": milliseconds(tx.now + lifetime),
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "redirect_url": wanted.get("redirect_url"),
    }
    validation.check_metadata(invitation)
    tx.insert(INVITATIONS, invitation, fresh=True)
    tx.schedule(EXPIRE, tx.now + lifetime, {"invitation": id}, key=f"expire:{id}")
    if wanted.get("notify") is not False:
        slug = wanted.get("template_slug") or "invitation"
        mails.invite(tx, slug, invitation, None, f"join {instance.APPLICATION}")
    return invitation


def find(tx: Transaction, id: str) -> Json:
    """Return an invitation; refuse an unknown id."""
    invitation = tx.get(INVITATIONS, id)
    if invitation is None:
        raise errors.not_found(f"No invitation was found with id {id}.")
    return invitation


def revoke(tx: Transaction, invitation: Json) -> None:
    """Take an invitation back; only pending ones can be."""
    if invitation["status"] == "accepted":
        told = "Invitation is already accepted, try signing in instead."
        raise errors.conflict("invitation_already_accepted", told)
    if invitation["status"] == "revoked":
        raise errors.conflict("invitation_already_revoked", "Invitation is already revoked.")
    turn(tx, invitation, "revoked")


def turn(tx: Transaction, invitation: Json, status: str) -> None:
    """Bring an invitation to its end."""
    tx.unschedule(f"expire:{invitation['id']}")
    invitation |= {"status": status, "updated_at": milliseconds(tx.now)}
    tx.save(INVITATIONS, invitation)


def shown(invitation: Json) -> Json:
    """Show an invitation; only pending ones have a link, only revoked ones say that they are."""
    answer = {name: value for name, value in invitation.items() if name != "redirect_url"}
    if invitation["status"] != "pending":
        del answer["url"]
    if invitation["status"] == "revoked":
        answer["revoked"] = True
    return answer
