"""The platform's own data: who its customers are, what the providers say about them, and what was sent to them.

Instants are stored in UTC. Amounts are integers of the currency's minor unit, as Stripe sends them.
"""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from integrations.identifiers import new_id

#: PostgreSQL's own limit of names is 63 characters; naming all constraints lets migrations drop them by name.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite, which knows no time zones, stores it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware instant into UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware instant, whatever the database returned."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _one_of(values: type[StrEnum]) -> Enum:
    """Store an enumeration as its text, so that adding a member needs no change of type in the database."""
    return Enum(
        values, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
    )


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way to declare it
        datetime: UtcDateTime(),
        str: Text(),
    }


class Organisation(Base):
    """A company that uses the platform and pays for it."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    billing_email: Mapped[str]
    #: Part of the idempotency key under which its Stripe customer is made; grows when a new customer is wanted.
    customer_generation: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class User(Base):
    """A person who works for an organisation."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("organisation_id", "email"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    email: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]


class Customer(Base):
    """The mirror of a Stripe customer. An organisation has at most one that is not deleted."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(
            "uq_customers_live",
            "organisation_id",
            unique=True,
            sqlite_where=text("NOT deleted"),
            postgresql_where=text("NOT deleted"),
        ),
    )

    stripe_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    email: Mapped[str | None]
    name: Mapped[str | None]
    default_payment_method: Mapped[str | None]
    delinquent: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    mirrored_at: Mapped[datetime]


#: Statuses from which a subscription never returns.
ENDED = frozenset({"canceled", "incomplete_expired"})


class Subscription(Base):
    """The mirror of a Stripe subscription. `status` is Stripe's own word, also one that is not known here yet."""

    __tablename__ = "subscriptions"

    stripe_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    customer_id: Mapped[str]
    status: Mapped[str]
    price_id: Mapped[str | None]
    current_period_start: Mapped[datetime | None]
    current_period_end: Mapped[datetime | None]
    cancel_at_period_end: Mapped[bool]
    cancel_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime]

    @property
    def ended(self) -> bool:
        """Whether it is over for good."""
        return self.status in ENDED


class Dunning(StrEnum):
    """Where an invoice stands after a failed payment; `closed` means nobody collects it any more."""

    NONE = "none"
    PAST_DUE = "past_due"
    RECOVERED = "recovered"
    CLOSED = "closed"


class Invoice(Base):
    """The mirror of a Stripe invoice, and its dunning."""

    __tablename__ = "invoices"

    stripe_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    customer_id: Mapped[str]
    subscription_id: Mapped[str | None]
    status: Mapped[str | None]
    currency: Mapped[str]
    amount_due: Mapped[int] = mapped_column(BigInteger)
    amount_paid: Mapped[int] = mapped_column(BigInteger)
    amount_remaining: Mapped[int] = mapped_column(BigInteger)
    attempt_count: Mapped[int]
    next_payment_attempt: Mapped[datetime | None]
    hosted_invoice_url: Mapped[str | None]
    #: The highest attempt Stripe has reported as failed; 0 when none has.
    last_failed_attempt: Mapped[int] = mapped_column(default=0)
    dunning: Mapped[Dunning] = mapped_column(_one_of(Dunning), default=Dunning.NONE)
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime]


class MirrorRead(Base):
    """Orders the reads of one provider object, so that an older answer never replaces a newer one."""

    __tablename__ = "mirror_reads"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    #: Number of the last read that began.
    issued: Mapped[int]
    #: Number of the read whose answer the mirror holds.
    applied: Mapped[int] = mapped_column(default=0)


class InboxStatus(StrEnum):
    """What became of a webhook event."""

    RECEIVED = "received"
    PROCESSED = "processed"
    FAILED = "failed"


class InboxEvent(Base):
    """A webhook event as it came, authentic and unchanged, with what became of it."""

    __tablename__ = "inbox_events"
    __table_args__ = (UniqueConstraint("provider", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    event_id: Mapped[str]
    type: Mapped[str]
    payload: Mapped[str]
    status: Mapped[InboxStatus] = mapped_column(_one_of(InboxStatus), default=InboxStatus.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]


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
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    template: Mapped[str]
    recipient: Mapped[str] = mapped_column(index=True)
    #: What the mail is about; a second mail about the same is never written.
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    resend_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[MailStatus] = mapped_column(_one_of(MailStatus), default=MailStatus.QUEUED, index=True)
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


class UndeliverableAddress(Base):
    """An address that bounced for good, complained, or that Resend suppresses: nothing is sent to it any more."""

    __tablename__ = "undeliverable_addresses"

    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    detail: Mapped[str | None]
    since: Mapped[datetime]
