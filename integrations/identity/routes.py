"""Organisations, people and sessions by HTTP."""

from fastapi import APIRouter

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.identity.schemas import (
    ChangedOrganisation,
    InvitationView,
    MeView,
    NewInvitation,
    NewOrganisation,
    NewUser,
    OrganisationView,
    UserView,
)
from integrations.models import ClerkInvitation, Organisation, User
from integrations.schemas import ReportView

router = APIRouter(responses=PROBLEMS)


@router.post("/organisations", status_code=201, response_model=OrganisationView)
def create_organisation(body: NewOrganisation, caller: CallerOf, services: ServicesOf) -> Organisation:
    """Create an organisation."""
    caller.demand_everywhere()
    return services.organisations.create(name=body.name, billing_email=body.billing_email)


@router.get("/organisations/{organisation_id}", response_model=OrganisationView)
def show_organisation(organisation_id: str, caller: CallerOf, services: ServicesOf) -> Organisation:
    """Show an organisation."""
    return services.organisations.get(caller.demand(organisation_id))


@router.patch("/organisations/{organisation_id}", response_model=OrganisationView)
def change_organisation(
    organisation_id: str, body: ChangedOrganisation, caller: CallerOf, services: ServicesOf
) -> Organisation:
    """Change an organisation's name or billing address, here and at Stripe."""
    return services.customers.update(
        caller.demand(organisation_id), name=body.name, billing_email=body.billing_email
    )


@router.delete("/organisations/{organisation_id}", status_code=204)
def close_organisation(organisation_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Close an organisation: its subscriptions end, its Stripe customer is deleted, its rows are anonymised."""
    caller.demand_everywhere()
    services.closing.close(organisation_id)


@router.get("/organisations/{organisation_id}/users", response_model=list[UserView])
def list_users(organisation_id: str, caller: CallerOf, services: ServicesOf) -> list[User]:
    """List the people of an organisation."""
    return services.organisations.users(caller.demand(organisation_id))


@router.post("/organisations/{organisation_id}/invitations", status_code=201, response_model=InvitationView)
def invite(
    organisation_id: str, body: NewInvitation, caller: CallerOf, services: ServicesOf
) -> ClerkInvitation:
    """Invite somebody to an organisation; Clerk mails the link. Takes the role `admin` in the organisation."""
    return services.invitations.invite(
        caller.demand_role(organisation_id, "admin"),
        email=body.email,
        role=body.role,
        invited_by=caller.clerk_user_id,
    )


@router.get("/organisations/{organisation_id}/invitations", response_model=list[InvitationView])
def list_invitations(
    organisation_id: str, caller: CallerOf, services: ServicesOf, status: str | None = None
) -> list[ClerkInvitation]:
    """List an organisation's invitations, the newest first."""
    return services.invitations.list(caller.demand(organisation_id), status)


@router.delete("/organisations/{organisation_id}/invitations/{invitation_id}", response_model=InvitationView)
def revoke_invitation(
    organisation_id: str, invitation_id: str, caller: CallerOf, services: ServicesOf
) -> ClerkInvitation:
    """Take an invitation back. Takes the role `admin` in the organisation."""
    organisation_id = caller.demand_role(organisation_id, "admin")
    return services.invitations.revoke(organisation_id, invitation_id, revoked_by=caller.clerk_user_id)


@router.get("/people/comparison")
def compare_with_clerk(caller: CallerOf, services: ServicesOf) -> ReportView:
    """Compare people, organisations and memberships with Clerk."""
    caller.demand_everywhere()
    return ReportView.of(services.comparison.run())


@router.post("/people/comparison")
def mend_from_clerk(caller: CallerOf, services: ServicesOf) -> ReportView:
    """Compare people, organisations and memberships with Clerk, and mend what differs; that fills a new mirror."""
    caller.demand_everywhere()
    return ReportView.of(services.comparison.run(repair=True))


@router.post("/users", status_code=201, response_model=UserView)
def create_user(body: NewUser, caller: CallerOf, services: ServicesOf) -> User:
    """Add a user to an organisation, and invite them if somebody asked for it."""
    return services.organisations.add_user(
        caller.demand(body.organisation_id), email=body.email, name=body.name, invited_by=body.invited_by
    )


@router.get("/me")
def show_me(caller: CallerOf) -> MeView:
    """Show who the caller is, and as what."""
    return MeView.of(caller)


@router.delete("/people/{clerk_user_id}", status_code=204)
def erase_person(clerk_user_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Delete a person at Clerk and erase what is known of them here (GDPR, article 17)."""
    if caller.session is None or caller.session.user_id != clerk_user_id:
        caller.demand_everywhere()
    services.directory.erase(clerk_user_id)
