"""Forgetting a person: what the GDPR's right to erasure asks of the platform's own tables."""

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from integrations.models import InboxEvent, Mail, MailEvent, Organisation, UndeliverableAddress

#: What stands in place of erased content; a mail's row stays, so that the same mail is never written again.
ERASED = "(erased)"


def erase_traces(session: Session, clerk_user_id: str, email: str | None) -> None:
    """Erase the mails to a person, the webhook bodies that name them, and what is known of their address.

    An address that an organisation is billed at stays with that organisation and its invoices: for those the law
    asks for ten years.
    """
    named = InboxEvent.payload.contains(clerk_user_id, autoescape=True)
    if email is not None:
        named = or_(named, InboxEvent.payload.contains(email, autoescape=True))
        _erase_mails(session, email)
    session.execute(update(InboxEvent).where(named).values(payload=ERASED))


def _erase_mails(session: Session, email: str) -> None:
    billed = session.scalars(
        select(Organisation.id).where(Organisation.billing_email == email).limit(1)
    ).first()
    theirs = [Mail.recipient == email]
    if billed is not None:
        theirs.append(Mail.organisation_id.is_(None))
    else:
        session.execute(delete(UndeliverableAddress).where(UndeliverableAddress.address == email.lower()))
    mails = session.scalars(select(Mail.id).where(*theirs)).all()
    session.execute(update(MailEvent).where(MailEvent.mail_id.in_(mails)).values(detail={}))
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mails))
        .values(recipient=ERASED, subject=ERASED, html=ERASED, text=ERASED, error=None)
    )
