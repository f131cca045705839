"""The JSON of organisations and people."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from integrations.identity.sessions import SessionClaims
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
    def of(cls, session: SessionClaims | None, organisation_id: str | None) -> Self:
        """Show a session; `organisation_id` is the platform's own id."""
        if session is None:
            return cls()
        return cls(
            user_id=session.user_id,
            session_id=session.session_id,
            organisation_id=organisation_id,
            organisation_role=session.organisation_role,
            platform_role=session.platform_role,
        )
