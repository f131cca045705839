"""Videos: an upload is opened here, filled by a browser, and followed by Mux's webhooks until it can be played."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import or_, select

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, NotFoundError, ProviderRefusedError
from integrations.identifiers import new_id
from integrations.identity.organisations import require_organisation
from integrations.mirror import Mirror
from integrations.models import Video, VideoStatus
from integrations.search.campaigns import require_campaign
from integrations.settings import Settings
from integrations.video.mux_gateway import AssetState, MuxGateway, PlaybackFigures, UploadState

_UPLOADS = {
    "waiting": VideoStatus.AWAITING_UPLOAD,
    "asset_created": VideoStatus.PREPARING,
    "errored": VideoStatus.ERRORED,
    "cancelled": VideoStatus.CANCELLED,
    "timed_out": VideoStatus.TIMED_OUT,
}
_ASSETS = {"ready": VideoStatus.READY, "errored": VideoStatus.ERRORED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a webhook says about whose video it is: our own id (passthrough), and Mux's."""

    video_id: str | None = None
    upload_id: str | None = None
    asset_id: str | None = None


class Videos:
    """Opens, follows and deletes videos."""

    def __init__(
        self, database: Database, mux: MuxGateway, mirror: Mirror, settings: Settings, clock: Clock
    ) -> None:
        self._database = database
        self._mux = mux
        self._mirror = mirror
        self._settings = settings
        self._clock = clock

    def request_upload(
        self, organisation_id: str, *, title: str, campaign_id: str | None = None, protected: bool = False
    ) -> tuple[Video, str]:
        """Open an upload; return the video, and the address to which the browser puts the file.

        A `protected` video is played with tokens only. Raises `NotFoundError` for an unknown organisation, or a campaign
        that is not the organisation's.
        """
        video = self._new(organisation_id, title, campaign_id)
        # Webhooks may overtake this answer: they find the video by the passthrough.
        with self._refusal_noted(video.id):
            upload = self._mux.create_upload(
                passthrough=video.id, cors_origin=self._settings.app_url, signed=protected
            )
        with self._database.transaction() as session:
            found = session.get_one(Video, video.id, with_for_update=True)
            found.upload_id = upload.id
            if found.status is VideoStatus.REQUESTED:
                found.status = VideoStatus.AWAITING_UPLOAD
        return found, upload.url or ""

    def import_link(
        self,
        organisation_id: str,
        *,
        title: str,
        url: str,
        campaign_id: str | None = None,
        protected: bool = False,
    ) -> Video:
        """Let Mux fetch a video from an address; its webhooks tell when it can be played.

        Raises `NotFoundError` as `request_upload` does, `ProviderRefusedError` for an address that Mux does not take.
        """
        video = self._new(organisation_id, title, campaign_id)
        with self._refusal_noted(video.id):
            asset = self._mux.create_asset(passthrough=video.id, url=url, signed=protected)
        with self._database.transaction() as session:
            found = session.get_one(Video, video.id, with_for_update=True)
            found.asset_id = asset.id
            if found.status is VideoStatus.REQUESTED:
                found.status = VideoStatus.PREPARING
        return found

    def playback(self, video_id: str) -> tuple[Video, bool]:
        """Return a video that can be played, and whether that takes a token; Mux is asked for the latter.

        Raises `NotFoundError`, and `ConflictError` for a video that is not ready.
        """
        video = self.get(video_id)
        if video.status is not VideoStatus.READY or video.asset_id is None:
            raise ConflictError(f"The video is {video.status.value.replace('_', ' ')} and cannot be played.")
        asset = self._mux.asset(video.asset_id)
        if asset is None or asset.playback_id is None:
            raise ConflictError("The video cannot be played any more.")
        return video, asset.signed

    def figures(self, video_id: str, days: int) -> PlaybackFigures:
        """Return how a video was watched; nobody can have watched one that Mux has no asset of."""
        video = self.get(video_id)
        if video.asset_id is None:
            raise ConflictError("The video has no file yet, so nobody can have watched it.")
        return self._mux.figures(video.asset_id, days)

    def _new(self, organisation_id: str, title: str, campaign_id: str | None) -> Video:
        video = Video(
            id=new_id(),
            organisation_id=organisation_id,
            campaign_id=campaign_id,
            title=title,
            status=VideoStatus.REQUESTED,
            created_at=self._clock.now(),
        )
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            if (
                campaign_id is not None
                and require_campaign(session, campaign_id).organisation_id != organisation_id
            ):
                raise NotFoundError("campaign", campaign_id)
            session.add(video)
        return video

    @contextmanager
    def _refusal_noted(self, video_id: str) -> Iterator[None]:
        """Note why Mux did not take a video, which would else be listed as one that is to come."""
        try:
            yield
        except ProviderRefusedError as error:
            with self._database.transaction() as session:
                refused = session.get_one(Video, video_id, with_for_update=True)
                refused.status, refused.error = VideoStatus.ERRORED, str(error)
            raise

    def get(self, video_id: str) -> Video:
        """Return a video; raises `NotFoundError`."""
        with self._database.transaction() as session:
            video = session.get(Video, video_id)
        if video is None:
            raise NotFoundError("video", video_id)
        return video

    def list(self, organisation_id: str) -> list[Video]:
        """Return an organisation's videos, newest first, without those that were deleted."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = select(Video).where(
                Video.organisation_id == organisation_id, Video.status != VideoStatus.DELETED
            )
            return list(session.scalars(query.order_by(Video.created_at.desc(), Video.id)))

    def delete(self, video_id: str) -> None:
        """Delete a video here and at Mux; repeating it is harmless."""
        video = self.refresh(video_id)
        if video.asset_id is not None:
            self._mux.delete_asset(video.asset_id)
        elif video.upload_id is not None and video.status is VideoStatus.AWAITING_UPLOAD:
            self._mux.cancel_upload(video.upload_id)
        with self._database.transaction() as session:
            session.get_one(Video, video_id, with_for_update=True).status = VideoStatus.DELETED

    def follow(self, trace: Trace) -> bool:
        """Bring the video that a webhook is about up to date; say whether it is ours."""
        with self._database.transaction() as session:
            video = session.get(Video, trace.video_id) if trace.video_id is not None else None
            if video is None and (trace.upload_id or trace.asset_id):
                by_upload = Video.upload_id == trace.upload_id
                by_asset = Video.asset_id == trace.asset_id
                video = session.scalars(select(Video).where(or_(by_upload, by_asset)).limit(1)).first()
        if video is None:
            return False
        self.refresh(video.id, trace)
        return True

    def refresh(self, video_id: str, trace: Trace | None = None) -> Video:
        """Read a video from Mux into the mirror; raises `NotFoundError`. A deleted one stays deleted, at Mux as well."""
        number = self._mirror.begin_read(f"video:{video_id}")
        video = self.get(video_id)
        upload_id = video.upload_id or (trace.upload_id if trace else None)
        asset_id = video.asset_id or (trace.asset_id if trace else None)
        upload = None
        if asset_id is None and upload_id is not None:
            upload = self._mux.upload(upload_id)
            asset_id = None if upload is None else upload.asset_id
        asset = None if asset_id is None else self._mux.asset(asset_id)
        if asset is not None and not _belongs(asset, video_id, upload_id):
            return video
        with self._database.transaction() as session:
            found = session.get_one(Video, video_id, with_for_update=True)
            if self._mirror.claim(session, f"video:{video_id}", number):
                self._write(found, upload_id, upload, asset_id, asset)
        if found.status is VideoStatus.DELETED and asset is not None:
            # The file arrived when the upload was not to be canceled any more, or its answer was lost.
            self._mux.delete_asset(asset.id)
        return found

    def _write(
        self,
        video: Video,
        upload_id: str | None,
        upload: UploadState | None,
        asset_id: str | None,
        asset: AssetState | None,
    ) -> None:
        video.upload_id = video.upload_id or upload_id
        video.asset_id = video.asset_id or asset_id
        video.mirrored_at = self._clock.now()
        if video.status is VideoStatus.DELETED:
            return
        if asset is not None:
            video.status = _ASSETS.get(asset.status, VideoStatus.PREPARING)
            video.playback_id = asset.playback_id
            video.duration = asset.duration
            video.aspect_ratio = asset.aspect_ratio
            video.error = asset.error
        elif asset_id is not None:
            # Mux had an asset and has none any more: somebody deleted it there.
            video.status = VideoStatus.DELETED
        elif upload is not None:
            video.status = _UPLOADS.get(upload.status, VideoStatus.AWAITING_UPLOAD)
            video.error = upload.error


def _belongs(asset: AssetState, video_id: str, upload_id: str | None) -> bool:
    return asset.passthrough == video_id or (upload_id is not None and asset.upload_id == upload_id)
