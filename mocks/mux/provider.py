"""Mux as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness.provider import Credential, Provider, Webhooks, event_types, late
from mocks.mux.dialect import MuxDialect
from mocks.mux.signing import sign

EVENTS = event_types(__file__)
"""Every event type that an endpoint may ask for; the room's README tells which are announced."""

LARGEST_UPLOAD = 8 << 30
"""Bytes of a chunk of a direct upload, or of a whole file that is sent in one piece; they go to disk as they come."""

SECRET_FORM = "{lower:32}"  # noqa: S105 - the form of secrets, not one
RETRY_SECONDS = (30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
"""Growing gaps that end after 24 hours, as Mux describes them; it publishes no figures."""


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
        retried=late("mocks.mux.resources.events:retried_body"),
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
