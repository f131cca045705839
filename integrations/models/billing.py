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
    dunning: Mapped[Dunning] = mapped_column(one_of(Dunning), default=Dunning.NONE)
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime]
