"""Videos by HTTP."""

from fastapi import APIRouter

from integrations.access import PROBLEMS, Caller, CallerOf, ServicesOf
from integrations.errors import NotFoundError
from integrations.models import Video
from integrations.services import Services
from integrations.video.schemas import NewVideo, UploadView, VideoView

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
        caller.demand(body.organisation_id), title=body.title, campaign_id=body.campaign_id
    )
    return UploadView(video=VideoView.model_validate(video), upload_url=url)


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


@router.delete("/videos/{video_id}", status_code=204)
def delete_video(video_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Delete a video, also at Mux."""
    _own_video(video_id, caller, services)
    services.videos.delete(video_id)
