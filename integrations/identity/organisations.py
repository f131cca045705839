"""The platform's own customers: organisations and the people in them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import ConflictError, NotFoundError
from integrations.identifiers import new_id
from integrations.mail.messages import Invitation
from integrations.mail.service import MailService
from integrations.models import Customer, Organisation, User
from integrations.settings import Settings


def require_organisation(session: Session, organisation_id: str) -> Organisation:
    """Return an organisation; raises `NotFoundError`."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFoundError("organisation", organisation_id)
    return organisation


def live_customer(session: Session, organisation_id: str) -> Customer | None:
    """Return the organisation's Stripe customer, unless it has none or it was deleted."""
    return session.scalars(
        select(Customer).where(Customer.organisation_id == organisation_id, ~Customer.deleted)
    ).one_or_none()


def organisation_of_customer(session: Session, customer_id: str) -> Organisation | None:
    """Return whom a Stripe customer stands for, or None: other systems may share the Stripe account."""
    customer = session.get(Customer, customer_id)
    return None if customer is None else session.get(Organisation, customer.organisation_id)


class Organisations:
    """Creates organisations and adds people to them."""

    def __init__(self, database: Database, mail: MailService, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._mail = mail
        self._settings = settings
        self._clock = clock

    def create(self, *, name: str, billing_email: str) -> Organisation:
        """Create an organisation; its Stripe customer is made when it first pays."""
        organisation = Organisation(
            id=new_id(), name=name, billing_email=billing_email, created_at=self._clock.now()
        )
        with self._database.transaction() as session:
            session.add(organisation)
        return organisation

    def get(self, organisation_id: str) -> Organisation:
        """Return an organisation; raises `NotFoundError`."""
        with self._database.transaction() as session:
            return require_organisation(session, organisation_id)

    def users(self, organisation_id: str) -> list[User]:
        """Return an organisation's people, the first to join first; raises `NotFoundError`."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = select(User).where(User.organisation_id == organisation_id)
            return list(session.scalars(query.order_by(User.created_at, User.id)))

    def add_user(self, organisation_id: str, *, email: str, name: str, invited_by: str | None = None) -> User:
        """Add a person, and send an invitation when another user (an id) invites them.

        Raises `NotFoundError` for an unknown organisation or inviter, `ConflictError` when the address is taken.
        """
        user_id = new_id()
        values = {
            "id": user_id,
            "organisation_id": organisation_id,
            "email": email,
            "name": name,
            "created_at": self._clock.now(),
        }
        mail_id = None
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            inviter = None if invited_by is None else _require_member(session, organisation_id, invited_by)
            if not insert_if_absent(session, User, values):
                raise ConflictError(f"{email} belongs to organisation {organisation_id} already.")
            user = session.get_one(User, user_id)
            if inviter is not None:
                mail_id = self._mail.enqueue(
                    session,
                    organisation_id=organisation_id,
                    recipient=email,
                    message=Invitation(
                        organisation=organisation.name,
                        name=name,
                        invited_by=inviter.name,
                        accept_url=f"{self._settings.app_url}/sign-up",
                    ),
                    dedupe_key=f"invitation:{user_id}",
                )
        self._mail.deliver(mail_id)
        return user


def _require_member(session: Session, organisation_id: str, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None or user.organisation_id != organisation_id:
        raise NotFoundError("user of this organisation", user_id)
    return user
