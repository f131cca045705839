"""What came from the providers' webhooks, and the order in which their objects were read again."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.models.base import Base, one_of


class MirrorRead(Base):
    """Orders the reads of one provider object, so that an older answer never replaces a newer one."""

    __tablename__ = "mirror_reads"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    #: Number of the last read that began.
    issued: Mapped[int]
    #: Number of the read whose answer the mirror holds.
    applied: Mapped[int] = mapped_column(default=0)


class EventCursor(Base):
    """Up to which of a provider's events catching up has looked: none before it is missing from the inbox."""

    __tablename__ = "event_cursors"

    provider: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    moved_at: Mapped[datetime]


#: What stands in place of content that was erased.
ERASED = "(erased)"


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
    status: Mapped[InboxStatus] = mapped_column(one_of(InboxStatus), default=InboxStatus.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
