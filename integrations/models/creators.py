"""Creators: what InsightIQ says about them, and how risky it looks to work with them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.identifiers import new_id
from integrations.models.base import Base, one_of
from integrations.models.campaigns import Platform


class RiskLevel(StrEnum):
    """How a risk score reads: below 30, below 60, and above."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class Creator(Base):
    """A creator on one platform, known by their handle there (lower case). Rates and shares are between 0 and 1."""

    __tablename__ = "creators"
    __table_args__ = (UniqueConstraint("platform", "handle"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    platform: Mapped[Platform] = mapped_column(one_of(Platform))
    handle: Mapped[str]
    full_name: Mapped[str | None]
    url: Mapped[str | None]
    image_url: Mapped[str | None]
    is_verified: Mapped[bool | None]
    follower_count: Mapped[int | None] = mapped_column(BigInteger)
    engagement_rate: Mapped[float | None]
    credibility: Mapped[float | None]
    fake_follower_share: Mapped[float | None]
    safety_rating: Mapped[str | None]
    flagged_share: Mapped[float | None]
    risk_score: Mapped[int | None]
    risk_level: Mapped[RiskLevel | None] = mapped_column(one_of(RiskLevel))
    #: The parts of the score: {factor: {"points", "weight", "reason"}}.
    risk_factors: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: The answer to the last analytics job, as InsightIQ gave it.
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Where and when what is kept was observed: {"follower_count": {"source", "at"}, "report": {…}}.
    observed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]


class JobKind(StrEnum):
    """What an InsightIQ job finds out about a creator."""

    ANALYTICS = "analytics"
    SCREENING = "screening"


class JobStatus(StrEnum):
    """Where a job stands; the words are InsightIQ's."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class CreatorJob(Base):
    """A job of InsightIQ's about a creator."""

    __tablename__ = "creator_jobs"

    job_id: Mapped[str] = mapped_column(primary_key=True)
    creator_id: Mapped[str] = mapped_column(ForeignKey("creators.id"), index=True)
    kind: Mapped[JobKind] = mapped_column(one_of(JobKind))
    status: Mapped[JobStatus] = mapped_column(one_of(JobStatus), default=JobStatus.IN_PROGRESS, index=True)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class CreatorUser(Base):
    """A user at InsightIQ, under whom a creator connects accounts; `external_id` is whatever the platform calls them."""

    __tablename__ = "creator_users"

    external_id: Mapped[str] = mapped_column(primary_key=True)
    insightiq_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class ConnectedAccount(Base):
    """The mirror of an account that a creator connected; `status` is InsightIQ's word."""

    __tablename__ = "connected_accounts"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    insightiq_user_id: Mapped[str] = mapped_column(index=True)
    work_platform_id: Mapped[str | None]
    username: Mapped[str | None]
    status: Mapped[str]
    follower_count: Mapped[int | None] = mapped_column(BigInteger)
    profile: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    mirrored_at: Mapped[datetime]
