"""The instance's own domain, with the proxy that browsers may reach its Frontend API through."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import handshakes, instance


class DomainChanges(Body):
    """The body of `PATCH /domains/{domain_id}`."""

    name: str | None = None
    proxy_url: str | None = None
    is_secondary: bool | None = None


def _shown(tx: Transaction) -> Json:
    host = instance.host_of(tx)
    proxy = instance.settings(tx)["environment"]["proxy_url"]
    return {
        "object": "domain",
        "id": instance.domain_of(tx),
        "name": host.partition(".clerk.")[0] + ".accounts.dev",
        "is_satellite": False,
        "frontend_api_url": proxy or instance.issuer(tx),
        "accounts_portal_url": instance.portal_url(tx),
        "proxy_url": proxy,
        "development_origin": "",
        "cname_targets": None,
    }


@clerk.get("/v1/domains", id="ListDomains", tier="P2")
def list_domains(tx: Transaction) -> Json:
    """List the instance's domains: a development instance has one."""
    return {"data": [_shown(tx)], "total_count": 1}


@clerk.patch("/v1/domains/{domain_id}", id="UpdateDomain", tier="P2")
def update_domain(tx: Transaction, params: DomainChanges, domain_id: str) -> Json:
    """Set the proxy that browsers reach the Frontend API through; a development instance keeps its name."""
    if domain_id != instance.domain_of(tx):
        raise errors.not_found(f"No domain was found with id {domain_id}")
    if params.name is not None:
        told = "Request only valid for production instances."
        raise errors.conflict("request_invalid_for_environment", "Invalid request for environment", told)
    if "proxy_url" in params.model_fields_set:
        url = params.proxy_url
        instance.change(
            tx,
            "environment",
            {"proxy_url": handshakes.checked_url(url, "proxy_url").rstrip("/") if url else None},
        )
    return _shown(tx)
