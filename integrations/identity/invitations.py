"""Invitations to organisations: made and taken back at Clerk, which mails the links; mirrored from its webhooks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, NotFoundError, ProviderRefusedError
from integrations.identity.clerk_gateway import ClerkGateway, InvitationState
from integrations.identity.directory import Directory
from integrations.identity.organisations import require_organisation
from integrations.mirror import Mirror
from integrations.models import ClerkInvitation, ClerkOrganisation
from integrations.settings import Settings


class Invitations:
    """Invites people to organisations that Clerk knows, and mirrors what becomes of it."""

    def __init__(
        self,
        database: Database,
        clerk: ClerkGateway,
        mirror: Mirror,
        directory: Directory,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clerk = clerk
        self._mirror = mirror
        self._directory = directory
        self._settings = settings
        self._clock = clock

    def invite(
        self, organisation_id: str, *, email: str, role: str, invited_by: str | None = None
    ) -> ClerkInvitation:
        """Invite an address to an organisation; `role` as in `org:member`, `invited_by` is a user's id at Clerk.

        Raises `NotFoundError` for an unknown organisation, `ConflictError` for one that is not Clerk's, and for an
        address that belongs to it or is invited already.
        """
        clerk_organisation_id = self._at_clerk(organisation_id)
        try:
            state = self._clerk.invite(
                clerk_organisation_id,
                email,
                role,
                invited_by=invited_by,
                redirect_url=f"{self._settings.app_url}/sign-up",
            )
        except ProviderRefusedError as error:
            if error.code in {"duplicate_record", "already_a_member_in_organization"}:
                raise ConflictError(f"{email} is invited already, or belongs to the organisation.") from error
            raise
        return self._keep(state, organisation_id)

    def revoke(
        self, organisation_id: str, invitation_id: str, *, revoked_by: str | None = None
    ) -> ClerkInvitation:
        """Take an invitation back. Raises `NotFoundError`, or `ConflictError` when it is pending no more."""
        clerk_organisation_id = self._at_clerk(organisation_id)
        try:
            state = self._clerk.revoke_invitation(clerk_organisation_id, invitation_id, revoked_by=revoked_by)
        except ProviderRefusedError as error:
            if error.status == 400:
                raise ConflictError(f"Invitation {invitation_id} is pending no more.") from error
            raise
        if state is None:
            raise NotFoundError("invitation", invitation_id)
        return self._keep(state, organisation_id)

    def list(self, organisation_id: str, status: str | None = None) -> list[ClerkInvitation]:
        """Return an organisation's invitations, the newest first; raises `NotFoundError`."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = select(ClerkInvitation).where(ClerkInvitation.organisation_id == organisation_id)
            if status is not None:
                query = query.where(ClerkInvitation.status == status)
            ordered = query.order_by(ClerkInvitation.created_at.desc(), ClerkInvitation.clerk_id)
            return list(session.scalars(ordered))

    def refresh(self, clerk_organisation_id: str, invitation_id: str) -> bool:
        """Read an invitation from Clerk into the mirror; say whether it exists. One that is gone is gone here, too."""
        organisation_id = self._directory.organisation_of(clerk_organisation_id)
        number = self._mirror.begin_read(invitation_id)
        state = self._clerk.invitation(clerk_organisation_id, invitation_id)
        with self._database.transaction() as session:
            if self._mirror.claim(session, invitation_id, number):
                if state is not None and organisation_id is not None:
                    self._write(session, state, organisation_id)
                elif (known := session.get(ClerkInvitation, invitation_id)) is not None:
                    session.delete(known)
        return state is not None

    def _at_clerk(self, organisation_id: str) -> str:
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = select(ClerkOrganisation.clerk_id).where(
                ClerkOrganisation.organisation_id == organisation_id, ClerkOrganisation.deleted.is_(False)
            )
            found = session.scalars(query).first()
        if found is None:
            raise ConflictError(f"Organisation {organisation_id} is not one of Clerk's.")
        return found

    def _keep(self, state: InvitationState, organisation_id: str) -> ClerkInvitation:
        number = self._mirror.begin_read(state.id)
        with self._database.transaction() as session:
            if self._mirror.claim(session, state.id, number):
                self._write(session, state, organisation_id)
            session.flush()
            return session.get_one(ClerkInvitation, state.id)

    def _write(self, session: Session, state: InvitationState, organisation_id: str) -> None:
        session.merge(
            ClerkInvitation(
                clerk_id=state.id,
                organisation_id=organisation_id,
                clerk_organisation_id=state.organisation_id,
                email=state.email,
                role=state.role,
                status=state.status,
                invited_by=state.invited_by,
                expires_at=state.expires_at,
                created_at=state.created_at,
                mirrored_at=self._clock.now(),
            )
        )
