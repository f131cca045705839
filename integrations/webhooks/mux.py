"""What arrives from Mux: its signature, its shape, and whose video it is about."""

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from integrations.clock import Clock
from integrations.settings import Settings
from integrations.video.videos import Trace, Videos
from integrations.webhooks.inbox import Inbox, IncomingEvent, Outcome, not_an_event
from integrations.webhooks.signatures import verify_stamped

PROVIDER = "mux"


class MuxEvent(BaseModel):
    """What is read of an event; `data` is a snapshot, and the object itself is read again from the API."""

    id: str = Field(min_length=1)
    type: str = Field(min_length=1)
    data: dict[str, Any]


class UploadData(BaseModel):
    """An upload: its own id stands in `id`, the asset's in `asset_id`."""

    id: str
    asset_id: str | None = None
    new_asset_settings: dict[str, Any] = {}


class AssetData(BaseModel):
    """An asset."""

    id: str
    upload_id: str | None = None
    passthrough: str | None = None


class MuxWebhooks:
    """Takes a delivery from Mux from its raw bytes to its effect."""

    def __init__(self, settings: Settings, inbox: Inbox, videos: Videos, clock: Clock) -> None:
        self._settings = settings
        self._inbox = inbox
        self._videos = videos
        self._clock = clock

    def receive(self, payload: bytes, signature: str | None) -> Outcome:
        """Verify, keep and process one delivery.

        Raises `WebhookRejectedError` for what is not authentic or not an event, `EventFailedError` for what should
        be delivered again, `NotConfiguredError` without MUX_WEBHOOK_SIGNING_SECRET.
        """
        (secret,) = self._settings.required(PROVIDER, "mux_webhook_secret")
        verify_stamped(signature, "Mux-Signature", payload, secret, self._clock.now())
        try:
            event = MuxEvent.model_validate_json(payload)
        except ValidationError as error:
            raise not_an_event(PROVIDER, error) from error
        kept = IncomingEvent(provider=PROVIDER, event_id=event.id, type=event.type, payload=payload.decode())
        return self._inbox.receive(kept, lambda: self._handle(event))

    def _handle(self, event: MuxEvent) -> bool:
        """Bring the video up to date; say whether the event concerned us."""
        match event.type.split("."):
            case ["video", "upload", _]:
                upload = UploadData.model_validate(event.data)
                passthrough = upload.new_asset_settings.get("passthrough")
                return self._videos.follow(
                    Trace(video_id=passthrough, upload_id=upload.id, asset_id=upload.asset_id)
                )
            case ["video", "asset", _]:
                asset = AssetData.model_validate(event.data)
                return self._videos.follow(
                    Trace(video_id=asset.passthrough, upload_id=asset.upload_id, asset_id=asset.id)
                )
            case _:
                # Tracks, renditions, live streams: nothing the platform keeps.
                return False
