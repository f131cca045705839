"""What was asked of the providers and came from them: who, what, why, and how it ended."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from integrations.models.base import Base, one_of


class Direction(StrEnum):
    """Whether we called a provider (`outgoing`), or a provider delivered to us (`incoming`)."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


class AuditEntry(Base):
    """One call of a provider, its repetitions included, or one delivery. There is no column for contents."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_at", "at"), Index("ix_audit_entries_actor", "actor"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    direction: Mapped[Direction] = mapped_column(one_of(Direction))
    provider: Mapped[str]
    #: The layer's own name of a call ("create customer"), or the type of an event; None where it could not be read.
    operation: Mapped[str | None]
    #: On whose behalf: a Clerk user id, or `platform`, `sweep`, `webhook`, `operator`, the provider's name of a delivery.
    actor: Mapped[str]
    #: The route, event or sweep that led to it.
    reason: Mapped[str]
    organisation_id: Mapped[str | None]
    #: `ok`, or the kind of failure; of a delivery what became of it.
    outcome: Mapped[str]
    status: Mapped[int | None]
    code: Mapped[str | None]
    #: The provider's own name of the request or the event, to ask its support with.
    reference: Mapped[str | None]
    attempts: Mapped[int]
    milliseconds: Mapped[int]
