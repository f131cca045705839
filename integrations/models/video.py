"""Videos, mirrored from Mux."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from integrations.identifiers import new_id
from integrations.models.base import Base, one_of


class VideoStatus(StrEnum):
    """Where a video stands. The first two and the last are the platform's own words, the others Mux's."""

    REQUESTED = "requested"
    AWAITING_UPLOAD = "awaiting_upload"
    PREPARING = "preparing"
    READY = "ready"
    ERRORED = "errored"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    DELETED = "deleted"


class Video(Base):
    """A video of an organisation: first an upload of Mux's, then an asset. `duration` is in seconds."""

    __tablename__ = "videos"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="SET NULL"))
    title: Mapped[str]
    status: Mapped[VideoStatus] = mapped_column(one_of(VideoStatus), default=VideoStatus.REQUESTED)
    upload_id: Mapped[str | None] = mapped_column(unique=True)
    asset_id: Mapped[str | None] = mapped_column(unique=True)
    playback_id: Mapped[str | None]
    duration: Mapped[float | None]
    aspect_ratio: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime | None]
