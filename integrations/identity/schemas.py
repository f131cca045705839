"""The JSON of organisations and people."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, StringConstraints

from integrations.access import Caller
from integrations.schemas import Body, EmailAddress, Id, Name, View


class NewOrganisation(Body):
    """Body of POST /organisations; invoices and mail go to `billing_email`."""

    name: Name
    billing_email: EmailAddress


class ChangedOrganisation(Body):
    """Body of PATCH /organisations/{organisation_id}: what changes."""

    name: Name | None = None
    billing_email: EmailAddress | None = None


class OrganisationView(View):
    """An organisation."""

    id: str
    name: str
    billing_email: str
    created_at: datetime


class NewUser(Body):
    """Body of POST /users; with `invited_by`, the id of a user of the organisation, an invitation is sent."""

    organisation_id: Id
    email: EmailAddress
    name: Name
    invited_by: Id | None = None


class UserView(View):
    """A user."""

    id: str
    organisation_id: str
    email: str
    name: str
    created_at: datetime


class MeView(BaseModel):
    """The caller: by session, or the platform's own server (`user_id` is then null)."""

    user_id: str | None = None
    session_id: str | None = None
    organisation_id: str | None = None
    organisation_role: str | None = None
    platform_role: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Show a caller; `organisation_id` is the platform's own id."""
        if caller.session is None:
            return cls()
        return cls(
            user_id=caller.session.user_id,
            session_id=caller.session.session_id,
            organisation_id=caller.organisation_id,
            organisation_role=caller.role,
            platform_role=caller.platform_role,
        )


class NewInvitation(Body):
    """Body of POST /organisations/{organisation_id}/invitations; `role` as Clerk names it."""

    email: EmailAddress
    role: Annotated[str, StringConstraints(pattern=r"^org:[a-z0-9_]+$", max_length=64)] = "org:member"


class InvitationView(View):
    """An invitation to an organisation at Clerk; `invited_by` is a user's id there."""

    clerk_id: str
    organisation_id: str
    email: str
    role: str
    status: str
    invited_by: str | None
    expires_at: datetime | None
    created_at: datetime
