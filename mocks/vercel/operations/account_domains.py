"""Domains of an account and their certificates."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.parameters import Listing
from mocks.vercel.provider import vercel
from mocks.vercel.resources import account_domains


@vercel.get("/v5/domains", id="getDomains", tier="P1")
def list_domains(tx: Transaction, params: Listing) -> Json:
    """List the account's domains, newest first."""
    return account_domains.page(account_domains.every(tx), params, "domains")


@vercel.get("/v5/domains/{domain}", id="getDomain", tier="P1")
@vercel.get("/v4/domains/{domain}", id="getDomain-v4", tier="P1")
def retrieve_domain(tx: Transaction, domain: str) -> Json:
    """Return a domain of the account."""
    return {"domain": account_domains.named(tx, domain)}


@vercel.delete("/v6/domains/{domain}", id="deleteDomain", tier="P1")
@vercel.delete("/v3/domains/{domain}", id="deleteDomain-v3", tier="P1")
def remove_domain(tx: Transaction, domain: str) -> Json:
    """Take a domain from the account."""
    return {"uid": account_domains.remove(tx, domain)["id"]}


@vercel.get("/v4/certs", id="getCerts-v4", tier="P1")
def list_certificates(tx: Transaction, params: Listing) -> Json:
    """List the certificates of the account's domains, newest first."""
    return account_domains.page(account_domains.certificates(tx), params, "certs")
