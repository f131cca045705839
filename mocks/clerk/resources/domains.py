"""Domains of organisations: whose mail addresses lead to an invitation, to a suggestion, or to neither.

An organisation proves to own a domain by a code that goes to an address under it (affiliation). From then on, people
with verified addresses there are invited, or may ask to join, as the domain's enrolment mode says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import codes, events, ids, instance, organizations
from mocks.clerk.resources.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DOMAINS = Collection(
    "clerk.organization_domain",
    "organization_id",
    "name",
    "enrollment_mode",
    proven=lambda domain: f"{domain['organization_id']}/{str(is_verified(domain)).lower()}",
)
MODES = ("manual_invitation", "automatic_invitation", "automatic_suggestion")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
COMMON = frozenset({"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "proton.me"})
"""Providers of mail addresses, whose domains are nobody's."""


def is_verified(domain: Json) -> bool:
    """Tell whether an organisation has proved that a domain is its own."""
    found = domain["verification"]
    return found is not None and found["status"] == "verified"


def create(
    tx: Transaction, organization: Json, name: str, mode: str | None, *, verified: bool = False
) -> Json:
    """Add a domain to an organisation; refuse one that another holds, or that is a mail provider's."""
    name = name.strip().lower()
    settings = instance.settings(tx)["organizations"]
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise errors.invalid("name", "name must be a valid domain name.", code="form_param_format_invalid")
    if name in COMMON:
        told = f"{name} is a common email provider domain and cannot be used."
        raise errors.broken(422, "organization_domain_common", "common domain", told, param="name")
    if tx.first(DOMAINS, name=name) is not None:
        told = f"The domain {name} is already used by an organization."
        raise errors.broken(422, "organization_domain_exists", "domain exists", told, param="name")
    limit = settings["max_allowed_domains"]
    if limit and tx.count(DOMAINS, organization_id=organization["id"]) >= limit:
        told = f"You have reached your limit of {limit} domains per organization."
        raise errors.conflict("organization_domain_quota_exceeded", "quota exceeded", told, status=403)
    made: Json = {
        "object": "organization_domain",
        "id": ids.new(tx, "orgdmn"),
        "organization_id": organization["id"],
        "name": name,
        "enrollment_mode": checked_mode(mode or MODES[0]),
        "affiliation_email_address": None,
        "affiliation_verification": None,
        "ownership_verification": None,
        "verification": _proof(tx, "admin", "verified") if verified else None,
        "total_pending_invitations": 0,
        "total_pending_suggestions": 0,
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "internal": {"code": None, "expire_at": None},
    }
    tx.insert(DOMAINS, made, fresh=True)
    events.emit(tx, "organizationDomain.created", shown(tx, made))
    return made


def checked_mode(mode: str) -> str:
    """Return an enrolment mode; refuse an unknown one."""
    if mode not in MODES:
        told = (
            f"{mode[:100]} does not match the allowed values for parameter enrollment_mode. Allowed values: "
        )
        raise errors.invalid("enrollment_mode", told + ", ".join(MODES))
    return mode


def _proof(tx: Transaction, strategy: str, status: str) -> Json:
    done = status == "verified"
    return {
        "status": status,
        "strategy": strategy,
        "attempts": None if done and strategy in ("admin", "manual_override") else 0,
        "expire_at": None if done else milliseconds(tx.now + codes.LIFETIME),
        "verified_at": milliseconds(tx.now) if done else None,
    }


def find(tx: Transaction, organization: Json, id: str) -> Json:
    """Return a domain of an organisation; refuse an unknown one."""
    domain = tx.get(DOMAINS, id)
    if domain is None or domain["organization_id"] != organization["id"]:
        raise errors.not_found("Organization domain not found", "not found")
    return domain


def save(tx: Transaction, domain: Json) -> None:
    """Keep a changed domain and announce it."""
    domain["updated_at"] = milliseconds(tx.now)
    tx.save(DOMAINS, domain)
    events.emit(tx, "organizationDomain.updated", shown(tx, domain))


def update(tx: Transaction, domain: Json, *, mode: str | None, verified: bool | None) -> None:
    """Change how people enrol, or vouch for a domain."""
    if mode is not None:
        domain["enrollment_mode"] = checked_mode(mode)
    if verified is not None and verified != is_verified(domain):
        domain["verification"] = _proof(tx, "admin", "verified") if verified else None
    save(tx, domain)


def own(tx: Transaction, domain: Json) -> None:
    """Take a domain for the organisation's own, by the word of an administrator; doing so again changes nothing."""
    if domain["ownership_verification"] is None:
        domain["ownership_verification"] = _proof(tx, "manual_override", "verified")
        save(tx, domain)


def delete(tx: Transaction, domain: Json) -> Json:
    """Remove a domain; return the deleted object."""
    tx.delete(DOMAINS, domain["id"])
    gone = {"object": "organization_domain", "id": domain["id"], "deleted": True}
    events.emit(tx, "organizationDomain.deleted", gone)
    return gone


def drop_all(tx: Transaction, organization_id: str) -> None:
    """Remove the domains of an organisation that is being deleted."""
    for domain in list(tx.every(DOMAINS, organization_id=organization_id)):
        tx.delete(DOMAINS, domain["id"])


def prepare(tx: Transaction, domain: Json, address: str, user: Json) -> None:
    """Send a code to an address under a domain."""
    address = validation.email(address, "affiliation_email_address")
    if address.partition("@")[2] != domain["name"]:
        told = f"affiliation_email_address must be an address of {domain['name']}."
        raise errors.invalid("affiliation_email_address", told, code="form_param_format_invalid")
    _, code = codes.send(tx, "email_code", address, user=user)
    domain["affiliation_email_address"] = address
    domain["affiliation_verification"] = _proof(tx, "affiliation_email_code", "unverified")
    domain["internal"] = {"code": code}
    save(tx, domain)


def attempt(tx: Transaction, domain: Json, given: str) -> None:
    """Check the code; a right one proves that the domain is the organisation's."""
    proof, code = domain["affiliation_verification"], domain["internal"]["code"]
    if proof is None or code is None:
        told = "You need to send a verification code before attempting to verify."
        raise errors.conflict("verification_missing", "missing verification", told)
    if milliseconds(tx.now) >= proof["expire_at"]:
        told = "This verification has expired. You must create a new verification."
        raise errors.conflict("verification_expired", "expired", told)
    proof["attempts"] += 1
    if given != code:
        tx.save(DOMAINS, domain)
        raise errors.incorrect_code()
    proof |= {"status": "verified", "verified_at": milliseconds(tx.now)}
    domain["verification"] = dict(proof)
    domain["internal"] = {"code": None}
    save(tx, domain)


def for_user(tx: Transaction, user: Json, mode: str) -> list[Json]:
    """Return the proven domains of a mode that a user has a verified address under."""
    from mocks.clerk.resources.identifications import is_verified as is_proven

    names = {each["email_address"].partition("@")[2] for each in user["email_addresses"] if is_proven(each)}
    found = [tx.first(DOMAINS, name=name) for name in sorted(names)]
    return [
        each for each in found if each is not None and each["enrollment_mode"] == mode and is_verified(each)
    ]


def shown(tx: Transaction, domain: Json) -> Json:
    """Show a domain."""
    organization = tx.get(ORGANIZATIONS, domain["organization_id"])
    assert organization is not None  # noqa: S101 - domains go with their organisation
    answer = {name: value for name, value in domain.items() if name != "internal"}
    return answer | {"public_organization_data": organizations.public_data(organization)}
