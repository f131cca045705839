"""Vercel as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness.provider import Credential, Provider, Webhooks, event_types, late
from mocks.vercel.dialect import VercelDialect
from mocks.vercel.signing import sign

EVENTS = event_types(__file__)
"""Every event type that an endpoint may ask for; the room's README tells which are announced."""

LARGEST_BODY = 100 << 20
"""Bytes of one request: an uploaded file of a deployment."""

SECRET_FORM = "{alnum:32}"  # noqa: S105 - the form of secrets, not one
RETRY_SECONDS = (60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720)
"""Growing gaps that end within 24 hours, as Vercel describes them; it publishes no figures."""


vercel = Provider(
    name="vercel",
    title="Vercel",
    port=8,
    hosts=("api.vercel.com",),
    dialect=VercelDialect(),
    credentials=(
        Credential("token", "{alnum:24}", env=("VERCEL_TOKEN",), narrower="a token of one team"),
        Credential("webhook_secret", SECRET_FORM, env=("VERCEL_WEBHOOK_SECRET",), lookup=False),
    ),
    webhooks=Webhooks(
        sign=sign,
        body=late("mocks.vercel.resources.events:delivery_body"),
        secret=SECRET_FORM,
        retry_seconds=RETRY_SECONDS,
        timeout_seconds=30.0,
        endpoint_id="account_hook_{alnum:24}",
        events=EVENTS,
    ),
    base_env=("VERCEL_API_URL",),
    max_body=LARGEST_BODY,
    package="mocks.vercel",
)
