"""Resend as the harness finds it: host, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness import svix
from harness.provider import Credential, Provider, Webhooks, event_types
from mocks.resend.dialect import ResendDialect
from mocks.resend.signing import sign

EVENTS = event_types(__file__)
"""Every event type that an endpoint may ask for; the room's README tells which are announced."""

LARGEST_BODY = 48 << 20
"""Bytes: 40 MB of attachments in base64 (Resend's limit for one mail), and room for the rest."""

resend = Provider(
    name="resend",
    title="Resend",
    port=6,
    hosts=("api.resend.com",),
    dialect=ResendDialect(),
    credentials=(
        Credential(
            "api_key", "re_{alnum:8}_{alnum:24}", env=("RESEND_API_KEY",), narrower="a key of sending access"
        ),
        Credential("webhook_secret", svix.SECRET_FORM, env=("RESEND_WEBHOOK_SECRET",), lookup=False),
    ),
    webhooks=Webhooks(
        sign=sign,
        secret=svix.SECRET_FORM,
        retry_seconds=svix.RETRY_SECONDS,
        timeout_seconds=svix.TIMEOUT_SECONDS,
        jitter=svix.JITTER,
        endpoint_id="{uuid:1}",
        events=EVENTS,
    ),
    base_env=("RESEND_BASE_URL", "RESEND_API_URL"),
    sdks=("resend", "svix"),
    max_body=LARGEST_BODY,
    package="mocks.resend",
)
