"""The JSON of videos."""

from datetime import datetime

from pydantic import BaseModel, HttpUrl

from integrations.models import VideoStatus
from integrations.schemas import Body, Id, Name, View


class NewVideo(Body):
    """Body of POST /videos."""

    organisation_id: Id
    title: Name
    campaign_id: Id | None = None
    protected: bool = False


class LinkedVideo(NewVideo):
    """Body of POST /videos/links: Mux fetches the file from an address that it can reach."""

    url: HttpUrl


class PlaybackView(View):
    """Where a video is played and shown; `tokens` (for a protected one) are what mux-player takes."""

    playback_id: str
    stream_url: str
    thumbnail_url: str
    animated_url: str
    storyboard_url: str
    tokens: dict[str, str]
    expires_at: datetime | None


class FiguresView(View):
    """How a video was watched; times are in milliseconds, shares and score from 0 to 1."""

    views: int
    unique_viewers: int
    started_views: int
    watch_time: int
    playing_time: int
    startup_time: float | None
    failed: float | None
    rebuffering: float | None
    score: float | None


class VideoView(View):
    """A video; `duration` is in seconds."""

    id: str
    organisation_id: str
    campaign_id: str | None
    title: str
    status: VideoStatus
    upload_id: str | None
    asset_id: str | None
    playback_id: str | None
    duration: float | None
    aspect_ratio: str | None
    error: str | None
    created_at: datetime


class UploadView(BaseModel):
    """A video that waits for its file, and where the browser puts it (resumable PUT)."""

    video: VideoView
    upload_url: str
