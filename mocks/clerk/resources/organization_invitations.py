"""Invitations to an organisation: by mail, in a role, accepted by whoever owns the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, mails, memberships, organizations, roles, tokens, users
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

INVITATIONS = Collection(
    "clerk.organization_invitation",
    "organization_id",
    "email_address",
    "status",
    pending=lambda invitation: (
        f"{invitation['organization_id']}/{invitation['email_address']}"
        if invitation["status"] == "pending"
        else None
    ),
    waiting=lambda invitation: invitation["organization_id"] if invitation["status"] == "pending" else None,
)
DAYS = 30
EXPIRE = "organization_invitation.expire"


def create_all(tx: Transaction, organization: Json, wanted: list[Json]) -> list[Json]:
    """Invite several addresses to an organisation, or none when one of them cannot be invited."""
    addresses = [validation.email(each["email_address"]) for each in wanted]
    check_quota(tx, organization, len(wanted))
    for number, (address, each) in enumerate(zip(addresses, wanted, strict=True)):
        roles.of_key(tx, each["role"])
        _check_inviter(tx, organization, each.get("inviter_user_id"))
        _check_new(tx, organization, address)
        if address in addresses[:number]:
            raise errors.duplicates([address])
    return [_create(tx, organization, address, each) for address, each in zip(addresses, wanted, strict=True)]


def _check_inviter(tx: Transaction, organization: Json, user_id: str | None) -> None:
    if user_id is not None:
        users.find(tx, user_id)
        require_member(tx, organization["id"], user_id)


def require_member(tx: Transaction, organization_id: str, user_id: str) -> None:
    """Refuse a user who acts for an organisation without being in it."""
    if memberships.of(tx, organization_id, user_id) is None:
        told = (
            "Current user is not a member of the organization. Only organization members can perform this "
            "action."
        )
        raise errors.conflict("not_a_member_in_organization", "not a member", told, status=403)


def _check_new(tx: Transaction, organization: Json, address: str) -> None:
    known = tx.first(USERS, email_address=address)
    if known is not None and memberships.of(tx, organization["id"], known["id"]) is not None:
        raise memberships.already_a_member(f"{address} is already a member of the organization.")
    if tx.first(INVITATIONS, pending=f"{organization['id']}/{address}") is not None:
        raise errors.duplicates([address])


def check_quota(tx: Transaction, organization: Json, more: int) -> None:
    """Refuse more members, outstanding invitations counted, than the organisation may have; 0 means any number."""
    limit = organization["max_allowed_memberships"]
    if limit == 0:
        return
    members = tx.count(MEMBERSHIPS, organization_id=organization["id"])
    if members + pending(tx, organization["id"]) + more > limit:
        raise errors.conflict(
            "organization_membership_quota_exceeded",
            "organization membership quota exceeded",
            f"You have reached your limit of {limit} organization memberships, including outstanding invitations.",
            status=403,
        )


def pending(tx: Transaction, organization_id: str) -> int:
    """Count the invitations of an organisation that are neither accepted nor over."""
    return tx.count(INVITATIONS, waiting=organization_id)


def _create(tx: Transaction, organization: Json, address: str, wanted: Json) -> Json:
    lifetime = (wanted.get("expires_in_days") or DAYS) * instants.DAY
    id = ids.new(tx, "orginv")
    invitation: Json = {
        "object": "organization_invitation",
        "id": id,
        "email_address": address,
        "role": wanted["role"],
        "organization_id": organization["id"],
        "inviter_id": wanted.get("inviter_user_id"),
        "status": "pending",
        "public_metadata": wanted.get("public_metadata") or {},
        "private_metadata": wanted.get("private_metadata") or {},
        "url": tokens.ticket_url(tx, "organization_invitation", id, lifetime),
        "expires_at": milliseconds(tx.now + lifetime),
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "redirect_url": wanted.get("redirect_url"),
    }
    validation.check_metadata(invitation)
    tx.insert(INVITATIONS, invitation, fresh=True)
    tx.schedule(EXPIRE, tx.now + lifetime, {"invitation": id}, key=f"expire:{id}")
    events.emit(tx, "organizationInvitation.created", shown(tx, invitation))
    if wanted.get("notify") is not False:
        inviter = tx.get(USERS, wanted["inviter_user_id"]) if wanted.get("inviter_user_id") else None
        name = None if inviter is None else _called(inviter)
        mails.invite(tx, "organization_invitation", invitation, name, f"join {organization['name']}")
    return invitation


def invite_once(tx: Transaction, organization: Json, user: Json, domain: str, role: str) -> None:
    """Invite a user by the address under a domain, without a mail, unless that was done before."""
    for each in user["email_addresses"]:
        address = each["email_address"]
        known = tx.every(INVITATIONS, organization_id=organization["id"], email_address=address)
        if address.partition("@")[2] == domain and not any(known):
            _create(tx, organization, address, {"role": role, "notify": False})


def of_user(tx: Transaction, user: Json) -> list[Json]:
    """Return the invitations to any of a user's verified addresses, the newest first."""
    from mocks.clerk.resources.identifications import is_verified

    addresses = [each["email_address"] for each in user["email_addresses"] if is_verified(each)]
    found = [each for address in addresses for each in tx.every(INVITATIONS, email_address=address)]
    return sorted(found, key=lambda each: (each["created_at"], each["id"]), reverse=True)


def _called(user: Json) -> str:
    names = [user["first_name"], user["last_name"]]
    return " ".join(filter(None, names)) or users.identifier(user)


def find(tx: Transaction, organization: Json, id: str) -> Json:
    """Return an organisation's invitation; refuse an unknown id."""
    invitation = tx.get(INVITATIONS, id)
    if invitation is None or invitation["organization_id"] != organization["id"]:
        told = "No organization invitation was found with the given id."
        raise errors.conflict("organization_invitation_not_found", "not found", told, status=404)
    return invitation


def revoke(tx: Transaction, invitation: Json, by: str | None) -> None:
    """Take an invitation back; only pending ones can be."""
    if by is not None:
        users.find(tx, by)
        require_member(tx, invitation["organization_id"], by)
    _require_pending(invitation)
    turn(tx, invitation, "revoked")
    events.emit(tx, "organizationInvitation.revoked", shown(tx, invitation))


def _require_pending(invitation: Json) -> None:
    if invitation["status"] != "pending":
        told = "This organization invitation is not pending anymore."
        raise errors.conflict("organization_invitation_not_pending", "not pending", told)


def accept(tx: Transaction, invitation: Json) -> Json:
    """Let the owner of the address accept: a user is made when there is none, then the membership. Return that."""
    _require_pending(invitation)
    organization = tx.get(ORGANIZATIONS, invitation["organization_id"])
    assert organization is not None  # noqa: S101 - invitations go with their organisation
    user = tx.first(USERS, email_address=invitation["email_address"])
    if user is None:
        user = users.create(tx, {"email_address": [invitation["email_address"]]})
    turn(tx, invitation, "accepted")
    given = {"public_metadata": invitation["public_metadata"]}
    membership = memberships.create(tx, organization, user["id"], invitation["role"], given=given)
    payload = shown(tx, invitation) | {
        "user_id": user["id"],
        "data": {"public_organization_data": organizations.public_data(organization)},
    }
    events.emit(tx, "organizationInvitation.accepted", payload)
    return membership


def turn(tx: Transaction, invitation: Json, status: str) -> None:
    """Bring an invitation to its end."""
    tx.unschedule(f"expire:{invitation['id']}")
    invitation |= {"status": status, "updated_at": milliseconds(tx.now)}
    tx.save(INVITATIONS, invitation)


def drop_all(tx: Transaction, organization_id: str) -> None:
    """Remove the invitations of an organisation that is being deleted."""
    for invitation in list(tx.every(INVITATIONS, organization_id=organization_id)):
        tx.unschedule(f"expire:{invitation['id']}")
        tx.delete(INVITATIONS, invitation["id"])


def shown(tx: Transaction, invitation: Json) -> Json:
    """Show an invitation; only pending ones have a link."""
    role = tx.first(roles.ROLES, key=invitation["role"])
    inviter = tx.get(USERS, invitation["inviter_id"]) if invitation["inviter_id"] else None
    answer = {name: value for name, value in invitation.items() if name != "redirect_url"}
    return answer | {
        "role_name": "" if role is None else role["name"],
        "public_inviter_data": None if inviter is None else users.public_data(inviter),
        "url": invitation["url"] if invitation["status"] == "pending" else None,
    }


def shown_with_organization(tx: Transaction, invitation: Json) -> Json:
    """Show an invitation with what its addressee sees of the organisation."""
    organization = tx.get(ORGANIZATIONS, invitation["organization_id"])
    assert organization is not None  # noqa: S101 - invitations go with their organisation
    public = organizations.public_data(organization)
    return shown(tx, invitation) | {"public_organization_data": public}
