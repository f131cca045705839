"""Frontend API: domains of organisations, suggestions to join them, requests to do so; and the waitlist."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Form, Me, Page
from mocks.clerk.resources import belonging, domains, enrolment, listing, waitlist
from mocks.clerk.resources.domains import DOMAINS

READ, MANAGE = "org:sys_domains:read", "org:sys_domains:manage"


class NewDomain(Form):
    """A domain to add."""

    name: str
    enrollment_mode: str | None = None


class Domains(Page):
    """Which domains."""

    verified: bool | None = None
    enrollment_mode: str | None = None


class Mode(Form):
    """How people with addresses under a domain come in."""

    enrollment_mode: str
    delete_pending: bool | None = None


class Affiliation(Form):
    """The address that a code goes to."""

    affiliation_email_address: str


class Code(Form):
    """The code that came."""

    code: str


class OfStatus(Page):
    """Which suggestions or requests."""

    status: list[Literal["pending", "accepted", "rejected"]] | None = Field(None, max_length=5)


class Waiting(Form):
    """Who joins the waitlist."""

    email_address: str


def _domain(tx: Transaction, organization_id: str, domain_id: str, permission: str) -> tuple[Me, Json]:
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, permission)
    return me, domains.find(tx, organization, domain_id)


@browsing.get("/v1/organizations/{organization_id}/domains", id="ListOrganizationDomains", tier="P1")
def list_domains(tx: Transaction, params: Domains, organization_id: str) -> Reply:
    """List an organisation's domains."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, READ)
    proven = None if params.verified is None else f"{organization['id']}/{str(params.verified).lower()}"
    items, total = listing.window(
        tx,
        DOMAINS,
        params,
        organization_id=organization["id"],
        proven=proven,
        enrollment_mode=params.enrollment_mode,
    )
    shown = [domains.shown(tx, each) for each in items]
    return browsing.wrapped(tx, me.browser, {"data": shown, "total_count": total})


@browsing.post("/v1/organizations/{organization_id}/domains", id="CreateOrganizationDomain", tier="P1")
def create_domain(tx: Transaction, params: NewDomain, organization_id: str) -> Reply:
    """Add a domain, which has to be verified."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, MANAGE)
    made = domains.create(tx, organization, params.name, params.enrollment_mode)
    return browsing.wrapped(tx, me.browser, domains.shown(tx, made))


@browsing.get(
    "/v1/organizations/{organization_id}/domains/{domain_id}", id="GetOrganizationDomain", tier="P1"
)
def retrieve_domain(tx: Transaction, organization_id: str, domain_id: str) -> Reply:
    """Show a domain."""
    me, domain = _domain(tx, organization_id, domain_id, READ)
    return browsing.wrapped(tx, me.browser, domains.shown(tx, domain))


@browsing.delete(
    "/v1/organizations/{organization_id}/domains/{domain_id}", id="deleteOrganizationDomain", tier="P1"
)
def delete_domain(tx: Transaction, organization_id: str, domain_id: str) -> Reply:
    """Remove a domain."""
    me, domain = _domain(tx, organization_id, domain_id, MANAGE)
    return browsing.wrapped(tx, me.browser, domains.delete(tx, domain))


@browsing.post(
    "/v1/organizations/{organization_id}/domains/{domain_id}/update_enrollment_mode",
    id="UpdateOrganizationDomainEnrollmentMode",
    tier="P1",
)
def update_enrollment_mode(tx: Transaction, params: Mode, organization_id: str, domain_id: str) -> Reply:
    """Change how people with addresses under a domain come in."""
    me, domain = _domain(tx, organization_id, domain_id, MANAGE)
    domains.update(tx, domain, mode=params.enrollment_mode, verified=None)
    return browsing.wrapped(tx, me.browser, domains.shown(tx, domain))


@browsing.post(
    "/v1/organizations/{organization_id}/domains/{domain_id}/prepare_affiliation_verification",
    id="prepareOrganizationDomainVerification",
    tier="P1",
)
def prepare_affiliation(tx: Transaction, params: Affiliation, organization_id: str, domain_id: str) -> Reply:
    """Send a code to an address under a domain."""
    me, domain = _domain(tx, organization_id, domain_id, MANAGE)
    domains.prepare(tx, domain, params.affiliation_email_address, me.user)
    return browsing.wrapped(tx, me.browser, domains.shown(tx, domain))


@browsing.post(
    "/v1/organizations/{organization_id}/domains/{domain_id}/attempt_affiliation_verification",
    id="attemptOrganizationDomainVerification",
    tier="P1",
)
def attempt_affiliation(tx: Transaction, params: Code, organization_id: str, domain_id: str) -> Reply:
    """Prove by that code that a domain is the organisation's."""
    me, domain = _domain(tx, organization_id, domain_id, MANAGE)
    domains.attempt(tx, domain, params.code)
    return browsing.wrapped(tx, me.browser, domains.shown(tx, domain))


# --- suggestions and requests ------------------------------------------------------------------------------------


@browsing.get("/v1/me/organization_suggestions", id="getOrganizationSuggestions", tier="P1")
def list_suggestions(tx: Transaction, params: OfStatus) -> Reply:
    """List the organisations that the user may ask to join."""
    me = browsing.me(tx)
    found = [
        each
        for each in enrolment.suggestions(tx, me.user)
        if params.status is None or each["status"] in params.status
    ]
    page = found[params.offset : params.offset + params.limit]
    shown = [enrolment.shown(tx, each) for each in page]
    return browsing.wrapped(tx, me.browser, {"data": shown, "total_count": len(found)})


@browsing.post(
    "/v1/me/organization_suggestions/{suggestion_id}/accept", id="acceptOrganizationSuggestion", tier="P1"
)
def accept_suggestion(tx: Transaction, suggestion_id: str) -> Reply:
    """Ask to join an organisation."""
    me = browsing.me(tx)
    found = enrolment.accept(tx, me.user, suggestion_id)
    return browsing.wrapped(tx, me.browser, enrolment.shown(tx, found))


@browsing.get(
    "/v1/organizations/{organization_id}/membership_requests",
    id="listOrganizationMembershipRequests",
    tier="P1",
)
def list_requests(tx: Transaction, params: OfStatus, organization_id: str) -> Reply:
    """List who has asked to join."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, "org:sys_memberships:manage")
    status = params.status[0] if params.status else None
    found = enrolment.requests(tx, organization, status)
    page = found[params.offset : params.offset + params.limit]
    shown = [enrolment.shown_request(tx, each) for each in page]
    return browsing.wrapped(tx, me.browser, {"data": shown, "total_count": len(found)})


def _decide(tx: Transaction, organization_id: str, request_id: str, *, join: bool) -> Reply:
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, "org:sys_memberships:manage")
    request = enrolment.find_request(tx, organization, request_id)
    enrolment.decide(tx, organization, request, join=join)
    return browsing.wrapped(tx, me.browser, enrolment.shown_request(tx, request))


@browsing.post(
    "/v1/organizations/{organization_id}/membership_requests/{request_id}/accept",
    id="acceptOrganizationMembershipRequest",
    tier="P1",
)
def accept_request(tx: Transaction, organization_id: str, request_id: str) -> Reply:
    """Let somebody join."""
    return _decide(tx, organization_id, request_id, join=True)


@browsing.post(
    "/v1/organizations/{organization_id}/membership_requests/{request_id}/reject",
    id="rejectOrganizationMembershipRequest",
    tier="P1",
)
def reject_request(tx: Transaction, organization_id: str, request_id: str) -> Reply:
    """Let somebody not join."""
    return _decide(tx, organization_id, request_id, join=False)


# --- the waitlist ------------------------------------------------------------------------------------------------


@browsing.post("/v1/waitlist", id="joinWaitlist", tier="P1")
def join_waitlist(tx: Transaction, params: Waiting) -> Json:
    """Put an address on the waitlist."""
    entry = waitlist.join(tx, params.email_address, notify=True)
    return {"object": "waitlist_entry", "id": entry["id"]}
