"""Mirrors of Stripe. Amounts are integers of the currency's minor unit, as Stripe sends them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integrations.models.base import Base, one_of


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
    #: Stripe's word: `cancellation_requested`, `payment_failed` or `payment_disputed`.
    cancellation_reason: Mapped[str | None]
    schedule_id: Mapped[str | None]
    #: The price to which the schedule will change it, and when.
    scheduled_price_id: Mapped[str | None]
    scheduled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime]

    @property
    def ended(self) -> bool:
        """Whether it is over for good."""
        return self.status in ENDED


class Dunning(StrEnum):
    """Where an invoice stands after a failed payment (`billing/dunning.py` derives it).

    `past_due`: the first attempt failed. `retrying`: a later one did, too. `recovered`: it was paid. `cancelled` and
    `unpaid`: Stripe gave up, and the subscription with it. `closed`: nobody collects it any more.
    """

    NONE = "none"
    PAST_DUE = "past_due"
    RETRYING = "retrying"
    RECOVERED = "recovered"
    CANCELLED = "cancelled"
    UNPAID = "unpaid"
    CLOSED = "closed"


#: States in which access is at stake: a payment failed, is still owed, and the subscription has not ended.
OWED = frozenset({Dunning.PAST_DUE, Dunning.RETRYING, Dunning.UNPAID})


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
    dunning: Mapped[Dunning] = mapped_column(one_of(Dunning), default=Dunning.NONE)
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime]


class UsageRecord(Base):
    """Something an organisation used that it pays for: written down first, reported to Stripe's meter afterwards."""

    __tablename__ = "usage_records"

    #: The meter event's identifier, by which Stripe knows a repetition.
    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    #: `event_name` of a meter at Stripe.
    meter: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    #: Stripe refused it: it is not sent again.
    refused: Mapped[bool] = mapped_column(default=False)
    used_at: Mapped[datetime]
    reported_at: Mapped[datetime | None] = mapped_column(index=True)
