"""Payment method domains: create, retrieve, update, validate, list."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import payment_method_domains
from mocks.stripe.resources.payment_method_domains import DOMAINS

PATH = "/v1/payment_method_domains/{payment_method_domain}"


class CreateDomain(StripeParams):
    """POST /v1/payment_method_domains."""

    domain_name: str
    enabled: Boolean = True


class UpdateDomain(StripeParams):
    """POST /v1/payment_method_domains/{payment_method_domain}."""

    enabled: Boolean | None = None


class ListDomains(ListParams):
    """GET /v1/payment_method_domains."""

    domain_name: str | None = None
    enabled: Boolean | None = None


@stripe.post("/v1/payment_method_domains", id="PostPaymentMethodDomains", tier="P2")
def create_domain(tx: Transaction, params: CreateDomain) -> Json:
    """Register a domain."""
    made = payment_method_domains.create(tx, domain_name=params.domain_name, enabled=params.enabled)
    return render(tx, made, params.expand)


@stripe.get(PATH, id="GetPaymentMethodDomainsPaymentMethodDomain", tier="P2")
def retrieve_domain(tx: Transaction, params: StripeParams, payment_method_domain: str) -> Json:
    """Retrieve a domain."""
    return render(tx, _named(tx, payment_method_domain), params.expand)


@stripe.post(PATH, id="PostPaymentMethodDomainsPaymentMethodDomain", tier="P2")
def update_domain(tx: Transaction, params: UpdateDomain, payment_method_domain: str) -> Json:
    """Switch a domain on or off."""
    found = _named(tx, payment_method_domain)
    return render(tx, tx.save(DOMAINS, found | params.given()), params.expand)


@stripe.post(f"{PATH}/validate", id="PostPaymentMethodDomainsPaymentMethodDomainValidate", tier="P2")
def validate_domain(tx: Transaction, params: StripeParams, payment_method_domain: str) -> Json:
    """Ask for a domain to be looked at again: all is active on it already."""
    return render(tx, _named(tx, payment_method_domain), params.expand)


@stripe.get("/v1/payment_method_domains", id="GetPaymentMethodDomains", tier="P2")
def list_domains(tx: Transaction, params: ListDomains) -> Json:
    """List domains, newest first."""
    where = {"domain_name": params.domain_name, "enabled": params.enabled}
    return listing(tx, DOMAINS, params, url="/v1/payment_method_domains", where=where)


def _named(tx: Transaction, id: str) -> Json:
    return requested(tx, "payment_method_domain", id, param="payment_method_domain")
