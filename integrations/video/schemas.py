"""The JSON of videos."""

from datetime import datetime

from pydantic import BaseModel

from integrations.models import VideoStatus
from integrations.schemas import Body, Id, Name, View


class NewVideo(Body):
    """Body of POST /videos."""

    organisation_id: Id
    title: Name
    campaign_id: Id | None = None


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
