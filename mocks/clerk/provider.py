"""Clerk as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import svix
from harness.provider import Api, Credential, Pin, Provider, Webhooks
from mocks.clerk.dialect import VERSIONS, ClerkDialect
from mocks.clerk.keys import spelled
from mocks.clerk.signing import sign

if TYPE_CHECKING:
    from harness.params import Json

EVENTS = (
    *("user.created", "user.updated", "user.deleted"),
    *("session.created", "session.pending", "session.ended", "session.removed", "session.revoked"),
    *("organization.created", "organization.updated", "organization.deleted"),
    *("organizationMembership.created", "organizationMembership.updated", "organizationMembership.deleted"),
    *("organizationInvitation.created", "organizationInvitation.accepted", "organizationInvitation.revoked"),
    *("organizationDomain.created", "organizationDomain.updated", "organizationDomain.deleted"),
    *("role.created", "role.updated", "role.deleted"),
    *("permission.created", "permission.updated", "permission.deleted"),
    *("email.created", "sms.created"),
    *("waitlistEntry.created", "waitlistEntry.updated"),
    *("paymentAttempt.created", "paymentAttempt.updated"),
    *("subscription.created", "subscription.updated", "subscription.active", "subscription.pastDue"),
    *("subscriptionItem.abandoned", "subscriptionItem.active", "subscriptionItem.canceled"),
    *("subscriptionItem.ended", "subscriptionItem.freeTrialEnding", "subscriptionItem.incomplete"),
    *("subscriptionItem.pastDue", "subscriptionItem.upcoming", "subscriptionItem.updated"),
)
"""Every event type that an endpoint may ask for. Users, sessions, organisations, their memberships and invitations, and
mails are announced; the rest belongs to operations that are not served."""


def _body(event: Json, _endpoint: Json) -> bytes:
    from mocks.clerk.resources.events import delivery_body

    return delivery_body(event)


def _lacking() -> str | None:
    from mocks.clerk.resources import scripts

    return scripts.lacking()


clerk = Provider(
    name="clerk",
    title="Clerk",
    port=3,
    hosts=("api.clerk.com", "api.clerk.dev", "*.clerk.accounts.dev", "*.accounts.dev"),
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
        body=_body,
        secret=svix.SECRET_FORM,
        retry_seconds=svix.RETRY_SECONDS,
        timeout_seconds=svix.TIMEOUT_SECONDS,
        jitter=svix.JITTER,
        endpoint_id="ep_{alnum:27}",
        events=EVENTS,
    ),
    base_env=("CLERK_API_URL",),
    max_body=11 << 20,  # an image may have 10 MB
    lacks=_lacking,
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
