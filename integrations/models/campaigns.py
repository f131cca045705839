"""Campaigns, and what has to be told to the search engine."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.identifiers import new_id
from integrations.models.base import Base, one_of


class CampaignStatus(StrEnum):
    """Where a campaign stands; only a submitted one can be studied."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"


class Kpi(StrEnum):
    """What a campaign wants to move, and what a question measures (the platform's own words)."""

    AD_RECALL = "AD_RECALL"
    BRAND_AWARENESS = "BRAND_AWARENESS"
    CONSIDERATION = "CONSIDERATION"
    MESSAGE_ASSOCIATION = "MESSAGE_ASSOCIATION"
    BRAND_PREFERENCE = "BRAND_PREFERENCE"
    PURCHASE_INTENT = "PURCHASE_INTENT"
    ACTION_INTENT = "ACTION_INTENT"
    RECOMMENDATION_INTENT = "RECOMMENDATION_INTENT"
    ADVOCACY = "ADVOCACY"


class Platform(StrEnum):
    """Where a campaign runs."""

    INSTAGRAM = "INSTAGRAM"
    YOUTUBE = "YOUTUBE"
    TIKTOK = "TIKTOK"


class Campaign(Base):
    """A campaign of an organisation. Budgets are whole units of the currency."""

    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[CampaignStatus] = mapped_column(one_of(CampaignStatus), default=CampaignStatus.DRAFT)
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    time_zone: Mapped[str | None]
    primary_kpi: Mapped[Kpi | None] = mapped_column(one_of(Kpi))
    brand: Mapped[str | None]
    platform: Mapped[Platform | None] = mapped_column(one_of(Platform))
    currency: Mapped[str | None]
    total_budget: Mapped[int | None] = mapped_column(BigInteger)
    social_media_budget: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IndexKind(StrEnum):
    """What is searched; each kind has an index at Algolia."""

    CAMPAIGNS = "campaigns"
    STUDIES = "studies"


class SearchChange(Base):
    """That an object changed and the search engine has not heard of it. At most one row for each object.

    It is written in the transaction of the change, and removed once the object has been indexed as it is then.
    """

    __tablename__ = "search_changes"
    __table_args__ = (UniqueConstraint("kind", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IndexKind] = mapped_column(one_of(IndexKind))
    object_id: Mapped[str]
    #: Grows with every change: a change while the object is being indexed must not be lost.
    version: Mapped[int] = mapped_column(default=1)
    attempts: Mapped[int] = mapped_column(default=0)
    #: No worker takes it before: it is being indexed, or waits after a failure.
    due_at: Mapped[datetime] = mapped_column(index=True)
    #: Algolia refused this record: it is left alone until the object changes.
    refused: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None]
    changed_at: Mapped[datetime]
