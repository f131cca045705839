"""Domains of organisations."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import validation
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Listing, Ordered
from mocks.clerk.provider import clerk
from mocks.clerk.resources import domains, listing, organizations
from mocks.clerk.resources.domains import DOMAINS


class NewDomain(Body):
    """The body of `POST /organizations/{organization_id}/domains`."""

    name: str
    enrollment_mode: str = "manual_invitation"
    verified: bool | None = None


class DomainChanges(Body):
    """The body of `PATCH /organizations/{organization_id}/domains/{domain_id}`."""

    enrollment_mode: str | None = None
    verified: bool | None = None


class DomainList(Listing):
    """The query of `GET /organizations/{organization_id}/domains`."""

    verified: bool | None = None
    enrollment_mode: list[str] | None = Field(None, max_length=10)


class AllDomains(Ordered, DomainList):
    """The query of `GET /organization_domains`."""

    organization_id: str | None = None
    query: str | None = None
    domains: list[str] | None = Field(None, max_length=100)


@clerk.get("/v1/organizations/{organization_id}/domains", id="ListOrganizationDomains", tier="P1")
def list_domains(tx: Transaction, params: DomainList, organization_id: str) -> Json:
    """List an organisation's domains, the newest first."""
    found = tx.every(
        DOMAINS, organization_id=organizations.find(tx, organization_id)["id"], newest_first=True
    )
    return _listed(tx, params, list(found))


def _listed(tx: Transaction, params: DomainList, found: list[Json]) -> Json:
    wanted = [
        each
        for each in found
        if (params.verified is None or params.verified == domains.is_verified(each))
        and (params.enrollment_mode is None or each["enrollment_mode"] in params.enrollment_mode)
    ]
    page = wanted[params.offset : params.offset + params.limit]
    return counted(page, len(wanted), lambda each: domains.shown(tx, each))


@clerk.post("/v1/organizations/{organization_id}/domains", id="CreateOrganizationDomain", tier="P1")
def create_domain(tx: Transaction, params: NewDomain, organization_id: str) -> Json:
    """Add a domain to an organisation."""
    organization = organizations.find(tx, organization_id)
    verified = bool(params.verified)
    made = domains.create(tx, organization, params.name, params.enrollment_mode, verified=verified)
    return domains.shown(tx, made)


@clerk.patch(
    "/v1/organizations/{organization_id}/domains/{domain_id}", id="UpdateOrganizationDomain", tier="P1"
)
def update_domain(tx: Transaction, params: DomainChanges, organization_id: str, domain_id: str) -> Json:
    """Change how people enrol, or vouch for a domain."""
    domain = domains.find(tx, organizations.find(tx, organization_id), domain_id)
    domains.update(tx, domain, mode=params.enrollment_mode, verified=params.verified)
    return domains.shown(tx, domain)


@clerk.delete(
    "/v1/organizations/{organization_id}/domains/{domain_id}", id="DeleteOrganizationDomain", tier="P1"
)
def delete_domain(tx: Transaction, organization_id: str, domain_id: str) -> Json:
    """Remove a domain."""
    return domains.delete(tx, domains.find(tx, organizations.find(tx, organization_id), domain_id))


@clerk.post(
    "/v1/organizations/{organization_id}/domains/{domain_id}/verify_ownership",
    id="VerifyOrganizationDomainOwnership",
    tier="P1",
)
def verify_ownership(tx: Transaction, organization_id: str, domain_id: str) -> Json:
    """Vouch for an organisation's owning a domain, without its proof in the DNS."""
    domain = domains.find(tx, organizations.find(tx, organization_id), domain_id)
    domains.own(tx, domain)
    return domains.shown(tx, domain)


@clerk.get("/v1/organization_domains", id="ListAllOrganizationDomains", tier="P1")
def list_all_domains(tx: Transaction, params: AllDomains) -> Json:
    """List the domains of all organisations."""
    field, descending = listing.ordered(params.order_by, ("created_at", "name"))
    found = [
        each
        for each in tx.every(DOMAINS, organization_id=params.organization_id)
        if (params.query is None or listing.contains(each["name"], params.query))
        and (params.domains is None or each["name"] in map(validation.lowered, params.domains))
    ]
    found.sort(key=lambda each: (each[field], each["id"]), reverse=descending)
    return _listed(tx, params, found)
