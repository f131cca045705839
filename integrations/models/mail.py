"""The mails that were written, and what became of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.identifiers import new_id
from integrations.models.base import Base, one_of


class MailStatus(StrEnum):
    """Where a mail stands.

    The first two are the platform's own: not yet accepted by Resend, and kept back because the address is known to
    be undeliverable. The others are Resend's, without their `email.`; `accepted` is its answer to the request.
    """

    QUEUED = "queued"
    WITHHELD = "withheld"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    SENT = "sent"
    DELIVERY_DELAYED = "delivery_delayed"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"

    def rank(self) -> int:
        """Place in this order. A mail's status only ever rises: events come late and out of order."""
        return list(MailStatus).index(self)


class Mail(Base):
    """A mail the platform wants sent. The rendered text is kept: a repeated request must be byte for byte the same."""

    __tablename__ = "mails"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    #: None for a mail to a person who belongs to no organisation yet.
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    template: Mapped[str]
    recipient: Mapped[str] = mapped_column(index=True)
    #: What the mail is about; a second mail about the same is never written.
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    resend_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[MailStatus] = mapped_column(one_of(MailStatus), default=MailStatus.QUEUED, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[datetime]

    events: Mapped[list["MailEvent"]] = relationship(
        back_populates="mail", order_by="MailEvent.occurred_at, MailEvent.id"
    )


class MailEvent(Base):
    """Something Resend reported about a mail."""

    __tablename__ = "mail_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[str] = mapped_column(ForeignKey("mails.id"), index=True)
    #: The `svix-id` of the delivery: the same on every retry.
    event_id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    #: What belongs to this type alone: the bounce, the clicked link, the reason of a failure.
    detail: Mapped[dict[str, object]] = mapped_column(JSON)
    occurred_at: Mapped[datetime]

    mail: Mapped[Mail] = relationship(back_populates="events")


#: The reason of an address whose owner wants no announcements; other mail still goes there.
UNSUBSCRIBED = "unsubscribed"


class UndeliverableAddress(Base):
    """An address that bounced for good, complained, or that Resend suppresses: nothing is sent to it any more.

    To one that is `UNSUBSCRIBED` no announcements are.
    """

    __tablename__ = "undeliverable_addresses"

    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    detail: Mapped[str | None]
    since: Mapped[datetime]
