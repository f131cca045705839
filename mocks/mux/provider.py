"""Mux as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.provider import Credential, Provider, Webhooks
from mocks.mux.dialect import MuxDialect
from mocks.mux.signing import sign

if TYPE_CHECKING:
    from harness.params import Json

_FAMILIES = {
    "video.asset": (
        *("created", "ready", "errored", "updated", "deleted", "live_stream_completed", "warning"),
        "non_standard_input_detected",
    ),
    "video.asset.static_renditions": ("preparing", "ready", "errored", "deleted"),
    "video.asset.static_rendition": ("created", "ready", "errored", "deleted", "skipped"),
    "video.asset.master": ("preparing", "ready", "errored", "deleted"),
    "video.asset.track": ("created", "ready", "errored", "deleted"),
    "video.asset.shots": ("created", "ready", "skipped", "errored", "deleted"),
    "video.upload": ("created", "asset_created", "cancelled", "errored"),
    "video.live_stream": (
        *("created", "connected", "recording", "active", "disconnected", "idle", "updated"),
        *("enabled", "disabled", "deleted", "warning"),
    ),
    "video.live_stream.simulcast_target": (
        *("created", "idle", "starting", "broadcasting", "errored", "deleted", "updated"),
    ),
    "video.delivery": ("high_traffic",),
}
EVENTS = tuple(f"{family}.{name}" for family, names in _FAMILIES.items() for name in names)
"""Mux Video's event types. Uploads and assets are announced; shots, live streams and traffic are not served."""

LARGEST_UPLOAD = 8 << 30
"""Bytes of a chunk of a direct upload, or of a whole file that is sent in one piece; they go to disk as they come."""

SECRET_FORM = "{lower:32}"  # noqa: S105 - the form of secrets, not one
RETRY_SECONDS = (30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
"""Growing gaps that end after 24 hours, as Mux describes them; it publishes no figures."""


def _body(event: Json, _endpoint: Json) -> bytes:
    from mocks.mux.resources.events import delivery_body

    return delivery_body(event)


def _retried(event: Json, endpoint: Json, attempts: list[Json]) -> bytes:
    from mocks.mux.resources.events import retried_body

    return retried_body(event, endpoint, attempts, most=len(RETRY_SECONDS) + 1)


mux = Provider(
    name="mux",
    title="Mux",
    port=5,
    hosts=(
        *("api.mux.com", "stream.mux.com", "image.mux.com", "stats.mux.com", "direct-uploads.mux.com"),
        *("*.production.mux.com", "master.mux.com", "*.litix.io"),
    ),
    dialect=MuxDialect(),
    credentials=(
        Credential("token_id", "{uuid:1}", env=("MUX_TOKEN_ID",)),
        Credential(
            "token_secret",
            "{alnum:75}",
            env=("MUX_TOKEN_SECRET",),
            narrower="an access token with these permissions alone",
        ),
        Credential(
            "webhook_secret",
            SECRET_FORM,
            env=("MUX_WEBHOOK_SIGNING_SECRET", "MUX_WEBHOOK_SECRET"),
            lookup=False,
        ),
    ),
    webhooks=Webhooks(
        sign=sign,
        body=_body,
        retried=_retried,
        secret=SECRET_FORM,
        retry_seconds=RETRY_SECONDS,
        timeout_seconds=5.0,
        events=EVENTS,
        endpoint_id="{alnum:27}",
    ),
    base_env=("MUX_BASE_URL",),
    sdks=("mux_python",),
    uploads="/upload/",
    max_upload=LARGEST_UPLOAD,
    package="mocks.mux",
)
