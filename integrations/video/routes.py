"""Videos by HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from integrations.access import PROBLEMS, Caller, CallerOf, ServicesOf
from integrations.errors import NotFoundError
from integrations.models import Video
from integrations.services import Services
from integrations.video.mux_gateway import PlaybackFigures
from integrations.video.playback import PlaybackAddresses
from integrations.video.schemas import (
    FiguresView,
    LinkedVideo,
    NewVideo,
    PlaybackView,
    UploadView,
    VideoView,
)

router = APIRouter(responses=PROBLEMS)


def _own_video(video_id: str, caller: Caller, services: Services) -> Video:
    video = services.videos.get(video_id)
    if not caller.may_act_for(video.organisation_id):
        raise NotFoundError("video", video_id)
    return video


@router.post("/videos", status_code=201)
def request_upload(body: NewVideo, caller: CallerOf, services: ServicesOf) -> UploadView:
    """Open an upload to which a browser puts a file."""
    video, url = services.videos.request_upload(
        caller.demand(body.organisation_id),
        title=body.title,
        campaign_id=body.campaign_id,
        protected=body.protected,
    )
    return UploadView(video=VideoView.model_validate(video), upload_url=url)


@router.post("/videos/links", status_code=201, response_model=VideoView)
def import_link(body: LinkedVideo, caller: CallerOf, services: ServicesOf) -> Video:
    """Let Mux fetch a video from an address."""
    return services.videos.import_link(
        caller.demand(body.organisation_id),
        title=body.title,
        url=str(body.url),
        campaign_id=body.campaign_id,
        protected=body.protected,
    )


@router.get("/videos", response_model=list[VideoView])
def list_videos(organisation_id: str, caller: CallerOf, services: ServicesOf) -> list[Video]:
    """List an organisation's videos, newest first."""
    return services.videos.list(caller.demand(organisation_id))


@router.get("/videos/{video_id}", response_model=VideoView)
def show_video(video_id: str, caller: CallerOf, services: ServicesOf) -> Video:
    """Show a video, as Mux's webhooks have told."""
    return _own_video(video_id, caller, services)


@router.post("/videos/{video_id}/refresh", response_model=VideoView)
def refresh_video(video_id: str, caller: CallerOf, services: ServicesOf) -> Video:
    """Read a video from Mux now."""
    _own_video(video_id, caller, services)
    return services.videos.refresh(video_id)


@router.get("/videos/{video_id}/playback", response_model=PlaybackView)
def show_playback(video_id: str, caller: CallerOf, services: ServicesOf) -> PlaybackAddresses:
    """Tell where a video is played and shown, with tokens where it is protected."""
    _own_video(video_id, caller, services)
    video, signed = services.videos.playback(video_id)
    return services.playback.addresses(video.playback_id or "", signed=signed)


@router.get("/videos/{video_id}/figures", response_model=FiguresView)
def show_figures(
    video_id: str,
    caller: CallerOf,
    services: ServicesOf,
    days: Annotated[int, Query(ge=1, le=90)] = 7,
) -> PlaybackFigures:
    """Tell how a video was watched in the last days."""
    _own_video(video_id, caller, services)
    return services.videos.figures(video_id, days)


@router.delete("/videos/{video_id}", status_code=204)
def delete_video(video_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Delete a video, also at Mux."""
    _own_video(video_id, caller, services)
    services.videos.delete(video_id)
