"""Deployment: which secrets were replaced at Vercel, when, by whom, and how to go back. No value is kept in the clear."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from integrations.identifiers import new_id
from integrations.models.base import Base, one_of


class RotationStatus(StrEnum):
    """Where a rotation stands; `FAILED` is one whose own changes could not all be taken back."""

    RUNNING = "running"
    DONE = "done"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class StepStatus(StrEnum):
    """What became of one change; `UNCERTAIN` is one that was begun, and whose answer nobody has heard."""

    UNCERTAIN = "uncertain"
    APPLIED = "applied"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    STUCK = "stuck"


class KeyRotation(Base):
    """One replacement of secrets."""

    __tablename__ = "key_rotations"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    actor: Mapped[str]
    reason: Mapped[str]
    targets: Mapped[list[str]] = mapped_column(JSON)
    status: Mapped[RotationStatus] = mapped_column(one_of(RotationStatus))
    error: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class KeyRotationStep(Base):
    """One variable that was changed or made. Fingerprints are the first digits of a value's SHA-256."""

    __tablename__ = "key_rotation_steps"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    rotation_id: Mapped[str] = mapped_column(ForeignKey("key_rotations.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    targets: Mapped[list[str]] = mapped_column(JSON)
    variable_id: Mapped[str]
    created: Mapped[bool]
    #: The value before, encrypted with ROTATION_KEY; None where it was not known or the variable was made.
    previous: Mapped[str | None]
    before: Mapped[str | None]
    after: Mapped[str]
    status: Mapped[StepStatus] = mapped_column(one_of(StepStatus))
    at: Mapped[datetime]
