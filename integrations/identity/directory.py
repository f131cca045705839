"""The mirror of Clerk: its organisations become ours, its members our users, and who is deleted is forgotten.

Webhooks only say what changed. The object is read again (`mirror.py` orders the reads), and what Clerk no longer
knows is taken as deleted, so that events may come late, twice and in any order.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from integrations.billing.closing import Closing
from integrations.billing.customers import Customers
from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import ProviderError
from integrations.identifiers import new_id
from integrations.identity.clerk_gateway import ClerkGateway, OrganisationState, PersonState
from integrations.identity.erasure import NOBODY, erase_traces
from integrations.mail.messages import SignedUp
from integrations.mail.service import MailService
from integrations.mirror import Mirror
from integrations.models import ClerkMembership, ClerkOrganisation, ClerkUser, Organisation, User
from integrations.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person as mirrored, None where they are not yet; and their role in an organisation, such as `org:admin`."""

    person: ClerkUser | None
    role: str | None


class Directory:
    """Mirrors people, organisations and memberships from Clerk."""

    def __init__(
        self,
        database: Database,
        clerk: ClerkGateway,
        mirror: Mirror,
        mail: MailService,
        customers: Customers,
        closing: Closing,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clerk = clerk
        self._customers = customers
        self._closing = closing
        self._mirror = mirror
        self._mail = mail
        self._settings = settings
        self._clock = clock

    def person(self, clerk_user_id: str) -> ClerkUser | None:
        """Return a person as mirrored, or None; a deleted one has nothing but its id."""
        with self._database.transaction() as session:
            return session.get(ClerkUser, clerk_user_id)

    def organisation_of(self, clerk_organisation_id: str | None) -> str | None:
        """Return our id of a Clerk organisation, which is mirrored now if its webhook has not come yet."""
        if clerk_organisation_id is None:
            return None
        with self._database.transaction() as session:
            found = session.get(ClerkOrganisation, clerk_organisation_id)
        if found is None and self.refresh_organisation(clerk_organisation_id):
            with self._database.transaction() as session:
                found = session.get(ClerkOrganisation, clerk_organisation_id)
        return None if found is None or found.deleted else found.organisation_id

    def standing(self, clerk_user_id: str, clerk_organisation_id: str | None) -> Standing:
        """Return what the mirror knows of a person, and their role in an organisation of Clerk's.

        A membership that is not mirrored is looked up now: its webhook may not have come yet, or tell of its end.
        """
        key = None if clerk_organisation_id is None else (clerk_organisation_id, clerk_user_id)
        with self._database.transaction() as session:
            person = session.get(ClerkUser, clerk_user_id)
            membership = None if key is None else session.get(ClerkMembership, key)
        if key is not None and membership is None and self.refresh_membership(*key):
            with self._database.transaction() as session:
                membership = session.get(ClerkMembership, key)
                person = session.get(ClerkUser, clerk_user_id)
        return Standing(person=person, role=None if membership is None else membership.role)

    # People

    def refresh_person(self, clerk_user_id: str) -> bool:
        """Read a user from Clerk into the mirror; say whether they exist. A new one is welcomed by mail, once.

        Organisations that are billed at their address follow it to the new one. When the last person of an
        organisation is deleted, it is closed; of others that were billed at their address, another takes over.
        """
        number = self._mirror.begin_read(clerk_user_id)
        state = self._clerk.user(clerk_user_id)
        deserted = self._deserted_by(clerk_user_id) if state is None else frozenset[str]()
        mail_id, concerned = None, list[str]()
        with self._database.transaction() as session:
            if not self._mirror.claim(session, clerk_user_id, number):
                return state is not None
            if state is None:
                concerned = self._forget_person(session, clerk_user_id, deserted)
            else:
                concerned = self._follow(session, state)
                mail_id = self._write_person(session, state)
        self._mail.deliver(mail_id)
        self._tell_stripe(concerned)
        return state is not None

    def _tell_stripe(self, organisation_ids: Sequence[str]) -> None:
        """Do at Stripe what a change asks for. That it is due is written down: a sweep repeats what fails here."""
        for organisation_id in organisation_ids:
            try:
                self._closing.finish(organisation_id)
                self._customers.push(organisation_id)
            except ProviderError as error:
                _log.warning("organisation %s is not yet changed at Stripe: %s", organisation_id, error)

    def _follow(self, session: Session, state: PersonState) -> list[str]:
        """Let the organisations that are billed at a person's former address be billed at the new one."""
        known = session.get(ClerkUser, state.id)
        if known is None or None in {known.email, state.email} or known.email == state.email:
            return []
        query = _organisations_of(state.id).where(Organisation.billing_email == known.email)
        found = session.execute(query).all()
        for organisation, _ in found:
            organisation.billing_email = state.email or NOBODY
            organisation.customer_outdated_since = self._clock.now()
        return [organisation.id for organisation, _ in found]

    def erase(self, clerk_user_id: str) -> None:
        """Delete a person at Clerk and erase what is known of them here; repeating it is harmless."""
        self._clerk.delete_user(clerk_user_id)
        self.refresh_person(clerk_user_id)

    def _write_person(self, session: Session, state: PersonState) -> str | None:
        session.merge(
            ClerkUser(
                clerk_id=state.id,
                email=state.email,
                name=state.name,
                platform_role=state.platform_role,
                banned=state.banned,
                deleted=False,
                mirrored_at=self._clock.now(),
            )
        )
        memberships = select(ClerkMembership).where(ClerkMembership.clerk_user_id == state.id)
        for membership in session.scalars(memberships):
            self._link_user(session, membership, state.email, state.name)
        if state.email is None:
            return None
        return self._mail.enqueue(
            session,
            organisation_id=None,
            recipient=state.email,
            message=SignedUp(
                name=state.name or state.email, dashboard_url=f"{self._settings.app_url}/dashboard"
            ),
            dedupe_key=f"signed_up:{state.id}",
        )

    def _deserted_by(self, clerk_user_id: str) -> frozenset[str]:
        """Ask Clerk which of a deleted person's organisations have nobody left: the mirror may not know all members."""
        query = select(ClerkMembership.clerk_organisation_id).where(
            ClerkMembership.clerk_user_id == clerk_user_id
        )
        with self._database.transaction() as session:
            theirs = session.scalars(query).all()
        return frozenset(each for each in theirs if not self._clerk.has_members(each))

    def _forget_person(self, session: Session, clerk_user_id: str, deserted: frozenset[str]) -> list[str]:
        known = session.get(ClerkUser, clerk_user_id)
        left = session.execute(_organisations_of(clerk_user_id)).all()
        memberships = select(ClerkMembership).where(ClerkMembership.clerk_user_id == clerk_user_id)
        for membership in session.scalars(memberships).all():
            self._end_membership(session, membership)
        for organisation, clerk_organisation_id in left:
            if clerk_organisation_id in deserted:
                self._closing.mark(organisation)
            elif known is not None and organisation.billing_email == known.email:
                self._hand_over(session, organisation)
        session.flush()
        erase_traces(session, clerk_user_id, None if known is None else known.email)
        session.merge(
            ClerkUser(
                clerk_id=clerk_user_id,
                email=None,
                name=None,
                platform_role=None,
                banned=False,
                deleted=True,
                mirrored_at=self._clock.now(),
            )
        )

        return [organisation.id for organisation, _ in left]

    def _hand_over(self, session: Session, organisation: Organisation) -> None:
        """Bill an organisation at the address of who has been in it longest; one may also be known later."""
        users = select(User.email).where(User.organisation_id == organisation.id)
        heir = session.scalars(users.order_by(User.created_at, User.id).limit(1)).first()
        organisation.billing_email = heir or NOBODY
        organisation.customer_outdated_since = self._clock.now()

    # Organisations

    def refresh_organisation(self, clerk_organisation_id: str) -> bool:
        """Read an organisation from Clerk into the mirror; say whether it exists.

        A new one becomes an organisation of ours under Clerk's id, billed at its creator's address. One that is
        deleted is closed: its row and its invoices remain, without a name.
        """
        number = self._mirror.begin_read(clerk_organisation_id)
        state = self._clerk.organisation(clerk_organisation_id)
        creator = None
        if state is not None and state.created_by is not None:
            creator = self._known_person(state.created_by)
        with self._database.transaction() as session:
            if self._mirror.claim(session, clerk_organisation_id, number):
                if state is None:
                    self._forget_organisation(session, clerk_organisation_id)
                else:
                    self._write_organisation(session, state, creator)
            link = session.get(ClerkOrganisation, clerk_organisation_id)
        self._tell_stripe([] if link is None else [link.organisation_id])
        return state is not None

    def _write_organisation(
        self, session: Session, state: OrganisationState, creator: ClerkUser | None
    ) -> None:
        link = session.get(ClerkOrganisation, state.id)
        organisation_id = state.id if link is None else link.organisation_id
        email = creator.email if creator is not None else None
        insert_if_absent(
            session,
            Organisation,
            {
                "id": organisation_id,
                "name": state.name,
                "billing_email": email or NOBODY,
                "customer_generation": 0,
                "created_at": self._clock.now(),
            },
        )
        organisation = session.get_one(Organisation, organisation_id)
        before = organisation.name, organisation.billing_email
        organisation.name = state.name
        if organisation.billing_email == NOBODY and email is not None:
            organisation.billing_email = email
        if (organisation.name, organisation.billing_email) != before:
            organisation.customer_outdated_since = self._clock.now()
        session.merge(
            ClerkOrganisation(
                clerk_id=state.id,
                organisation_id=organisation_id,
                slug=state.slug,
                deleted=False,
                mirrored_at=self._clock.now(),
            )
        )

    def _forget_organisation(self, session: Session, clerk_organisation_id: str) -> None:
        link = session.get(ClerkOrganisation, clerk_organisation_id)
        if link is None:
            return
        self._closing.mark(session.get_one(Organisation, link.organisation_id))
        link.deleted = True
        link.mirrored_at = self._clock.now()
        members = select(ClerkMembership).where(
            ClerkMembership.clerk_organisation_id == clerk_organisation_id
        )
        for membership in session.scalars(members).all():
            self._end_membership(session, membership)

    # Memberships

    def refresh_membership(self, clerk_organisation_id: str, clerk_user_id: str) -> bool:
        """Read from Clerk whether a person belongs to an organisation, and make or remove our user accordingly."""
        # Its webhook may overtake those of the two it joins.
        organisation_id = self.organisation_of(clerk_organisation_id)
        person = self._known_person(clerk_user_id)
        key = f"{clerk_organisation_id}:{clerk_user_id}"
        number = self._mirror.begin_read(key)
        role = self._clerk.membership_role(clerk_organisation_id, clerk_user_id)
        if role is None:
            # Whoever was deleted loses their memberships first: what follows from that needs to know of them.
            self.refresh_person(clerk_user_id)
        with self._database.transaction() as session:
            if not self._mirror.claim(session, key, number):
                return role is not None
            membership = session.get(ClerkMembership, (clerk_organisation_id, clerk_user_id))
            if role is None or organisation_id is None or person is None:
                if membership is not None:
                    self._end_membership(session, membership)
                return False
            if membership is None:
                membership = ClerkMembership(
                    clerk_organisation_id=clerk_organisation_id, clerk_user_id=clerk_user_id
                )
                session.add(membership)
            membership.role = role
            membership.mirrored_at = self._clock.now()
            self._link_user(session, membership, person.email, person.name)
        self._tell_stripe([organisation_id])
        return True

    def _known_person(self, clerk_user_id: str) -> ClerkUser | None:
        """Return a person who exists, mirrored now if they were not yet."""
        person = self.person(clerk_user_id)
        if person is None:
            self.refresh_person(clerk_user_id)
            person = self.person(clerk_user_id)
        return None if person is None or person.deleted else person

    def _link_user(
        self, session: Session, membership: ClerkMembership, email: str | None, name: str | None
    ) -> None:
        """Make, find or bring up to date the user of ours that a member is; without address there is none."""
        if email is None:
            return
        user = None if membership.user_id is None else session.get(User, membership.user_id)
        if user is not None:
            user.email, user.name = email, name or email
            return
        link = session.get_one(ClerkOrganisation, membership.clerk_organisation_id)
        insert_if_absent(
            session,
            User,
            {
                "id": new_id(),
                "organisation_id": link.organisation_id,
                "email": email,
                "name": name or email,
                "created_at": self._clock.now(),
            },
        )
        # Somebody may have been added by hand before they joined at Clerk: that is the same person.
        same = select(User).where(User.organisation_id == link.organisation_id, User.email == email)
        membership.user_id = session.scalars(same).one().id
        organisation = session.get_one(Organisation, link.organisation_id)
        if organisation.billing_email == NOBODY and organisation.closing_since is None:
            organisation.billing_email = email
            organisation.customer_outdated_since = self._clock.now()

    @staticmethod
    def _end_membership(session: Session, membership: ClerkMembership) -> None:
        user_id = membership.user_id
        session.delete(membership)
        session.flush()
        if user_id is not None:
            session.execute(delete(User).where(User.id == user_id))


def _organisations_of(clerk_user_id: str) -> Select[Organisation, str]:
    """Select the organisations that a person belongs to, each with its id at Clerk."""
    return (
        select(Organisation, ClerkOrganisation.clerk_id)
        .join(ClerkOrganisation, ClerkOrganisation.organisation_id == Organisation.id)
        .join(ClerkMembership, ClerkMembership.clerk_organisation_id == ClerkOrganisation.clerk_id)
        .where(ClerkMembership.clerk_user_id == clerk_user_id, Organisation.closing_since.is_(None))
    )
