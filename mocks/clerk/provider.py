"""Clerk as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness import svix
from harness.provider import Api, Credential, Pin, Provider, Webhooks, event_types, late
from mocks.clerk.dialect import VERSIONS, ClerkDialect
from mocks.clerk.keys import spelled
from mocks.clerk.signing import sign

EVENTS = event_types(__file__)
"""Every event type that an endpoint may ask for; the room's README tells which are announced."""


clerk = Provider(
    name="clerk",
    title="Clerk",
    port=3,
    hosts=("api.clerk.com", "api.clerk.dev", "img.clerk.com", "*.clerk.accounts.dev", "*.accounts.dev"),
    dialect=ClerkDialect(),
    credentials=(
        Credential("secret_key", "sk_test_{alnum:42}", env=("CLERK_SECRET_KEY",)),
        Credential(
            "publishable_key",
            "{hex:10}",
            env=("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "CLERK_PUBLISHABLE_KEY"),
            spell=spelled,
        ),
        Credential(
            "webhook_secret",
            svix.SECRET_FORM,
            env=("CLERK_WEBHOOK_SECRET", "CLERK_WEBHOOK_SIGNING_SECRET"),
            lookup=False,
        ),
    ),
    webhooks=Webhooks(
        sign=sign,
        secret=svix.SECRET_FORM,
        retry_seconds=svix.RETRY_SECONDS,
        timeout_seconds=svix.TIMEOUT_SECONDS,
        jitter=svix.JITTER,
        endpoint_id="ep_{alnum:27}",
        events=EVENTS,
    ),
    base_env=("CLERK_API_URL",),
    max_body=11 << 20,  # an image may have 10 MB
    lacks=late("mocks.clerk.resources.scripts:lacking"),
    sdks=("clerk-backend-api", "svix"),
    api=Api(
        lambda: VERSIONS,
        (
            Pin(
                "clerk-backend-api",
                "clerk_backend_api/_hooks/clerk_before_request_hook.py",
                r'"Clerk-API-Version"\] = "([^"]+)"',
            ),
            Pin("@clerk/backend", "dist/constants.d.ts", r'SUPPORTED_BAPI_VERSION = "([^"]+)"', node=True),
        ),
    ),
    package="mocks.clerk",
)
