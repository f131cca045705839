"""Sending domains."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import DomainSettings, Listing, NewDomain
from mocks.resend.provider import resend
from mocks.resend.resources import domains
from mocks.resend.resources.domains import DOMAINS


@resend.post("/domains", id="domains/create", tier="P1", status=201)
def create_domain(tx: Transaction, params: NewDomain) -> Json:
    """Add a domain."""
    return domains.full(domains.create(tx, params))


@resend.get("/domains", id="domains/list", tier="P0")
def list_domains(tx: Transaction, params: Listing) -> Json:
    """List domains, newest first."""
    return listed(tx, DOMAINS, params, domains.summary)


@resend.get("/domains/{domain_id}", id="domains/get", tier="P1")
def retrieve_domain(tx: Transaction, domain_id: str) -> Json:
    """Retrieve a domain with its DNS records."""
    return {"object": "domain", **domains.full(find(tx, DOMAINS, domain_id, "Domain"))}


@resend.patch("/domains/{domain_id}", id="domains/update", tier="P1")
def update_domain(tx: Transaction, params: DomainSettings, domain_id: str) -> Json:
    """Change a domain's settings."""
    domain = find(tx, DOMAINS, domain_id, "Domain")
    domains.update(tx, domain, params)
    return {"object": "domain", "id": domain["id"]}


@resend.delete("/domains/{domain_id}", id="domains/remove", tier="P1")
def remove_domain(tx: Transaction, domain_id: str) -> Json:
    """Delete a domain."""
    domain = find(tx, DOMAINS, domain_id, "Domain")
    domains.remove(tx, domain)
    return {"object": "domain", "id": domain["id"], "deleted": True}


@resend.post("/domains/{domain_id}/verify", id="domains/verify", tier="P1")
def verify_domain(tx: Transaction, domain_id: str) -> Json:
    """Begin to verify a domain."""
    domain = find(tx, DOMAINS, domain_id, "Domain")
    domains.verify(tx, domain)
    return {"object": "domain", "id": domain["id"]}
