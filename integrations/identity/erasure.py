"""Forgetting a person: what the GDPR's right to erasure asks of the platform's own tables."""

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from integrations.models import (
    ERASED,
    AuditEntry,
    ClerkInvitation,
    ConnectedAccount,
    CreatorUser,
    Customer,
    InboxEvent,
    Invoice,
    Mail,
    MailEvent,
    Organisation,
    UndeliverableAddress,
    User,
)

#: Where mail of an organisation goes that has no address; nobody reads it.
NOBODY = "nobody@invalid"


def erase_traces(session: Session, clerk_user_id: str, email: str | None) -> None:
    """Erase what is kept of a person: mails, invitations, connected accounts, and webhook bodies that name them.

    An address that an organisation is billed at stays with that organisation and its invoices: for those the law
    asks for ten years.
    """
    named = InboxEvent.payload.contains(clerk_user_id, autoescape=True)
    if email is not None:
        named = or_(named, InboxEvent.payload.contains(email, autoescape=True))
        session.execute(delete(ClerkInvitation).where(ClerkInvitation.email == email))
        _erase_mails(session, email)
    session.execute(update(InboxEvent).where(named).values(payload=ERASED))
    session.execute(update(AuditEntry).where(AuditEntry.actor == clerk_user_id).values(actor=ERASED))
    _erase_connections(session, clerk_user_id)


def _erase_connections(session: Session, external_id: str) -> None:
    """Forget the accounts that somebody connected; who that was remains until a sweep has disconnected them, too."""
    user = session.get(CreatorUser, external_id)
    if user is not None:
        theirs = ConnectedAccount.insightiq_user_id == user.insightiq_id
        session.execute(delete(ConnectedAccount).where(theirs))
        user.name = ERASED


def _erase_mails(session: Session, email: str) -> None:
    billed = session.scalars(
        select(Organisation.id).where(Organisation.billing_email == email).limit(1)
    ).first()
    theirs = [Mail.recipient == email]
    if billed is not None:
        theirs.append(Mail.organisation_id.is_(None))
    else:
        session.execute(delete(UndeliverableAddress).where(UndeliverableAddress.address == email.lower()))
    _blank_mails(session, *theirs)


def _blank_mails(session: Session, *which: ColumnElement[bool]) -> None:
    """Take the contents out of mails; their rows stay, so that the same mail is never written again."""
    mails = session.scalars(select(Mail.id).where(*which)).all()
    session.execute(update(MailEvent).where(MailEvent.mail_id.in_(mails)).values(detail={}))
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mails))
        .values(recipient=ERASED, subject=ERASED, html=ERASED, text=ERASED, error=None)
    )


def erase_organisation(session: Session, organisation: Organisation) -> None:
    """Anonymise an organisation: its name, its people, its mails, its customers, and the webhook bodies about them.

    What it subscribed to and was billed stays, without a name: the law asks for ten years.
    """
    email = organisation.billing_email
    organisation.name, organisation.billing_email = ERASED, NOBODY
    session.flush()
    theirs = Customer.organisation_id == organisation.id
    names = [organisation.id, *session.scalars(select(Customer.stripe_id).where(theirs))]
    session.execute(
        update(AuditEntry).where(AuditEntry.organisation_id == organisation.id).values(actor=ERASED)
    )
    for rows in (User, ClerkInvitation):
        session.execute(delete(rows).where(rows.organisation_id == organisation.id))
    session.execute(update(Customer).where(theirs).values(email=None, name=None, default_payment_method=None))
    session.execute(
        update(Invoice).where(Invoice.organisation_id == organisation.id).values(hosted_invoice_url=None)
    )
    _blank_mails(session, Mail.organisation_id == organisation.id)
    if email != NOBODY:
        _erase_mails(session, email)
    _erase_connections(session, organisation.id)
    named = or_(*(InboxEvent.payload.contains(name, autoescape=True) for name in names))
    session.execute(update(InboxEvent).where(named).values(payload=ERASED))
