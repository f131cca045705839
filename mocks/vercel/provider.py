"""Vercel as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.provider import Credential, Provider, Webhooks
from mocks.vercel.dialect import VercelDialect
from mocks.vercel.signing import sign

if TYPE_CHECKING:
    from harness.params import Json

_FAMILIES = {
    "deployment": (
        *("created", "ready", "succeeded", "error", "canceled", "promoted", "cleanup", "check-rerequested"),
        *("checks.failed", "checks.succeeded", "checkrun.start", "checkrun.cancel"),
        *("integration.action.start", "integration.action.cancel", "integration.action.cleanup"),
    ),
    "project": (
        *("created", "removed", "domain.created", "domain.updated", "domain.deleted", "domain.verified"),
        *("domain.unverified", "domain.moved", "rolling-release.started", "rolling-release.aborted"),
        *("rolling-release.completed", "rolling-release.approved"),
    ),
    "domain": (
        *("created", "dns.records.changed", "transfer-in.started", "transfer-in.completed"),
        *("transfer-in.failed", "certificate.add", "certificate.add.failed", "certificate.renew"),
        *("certificate.renew.failed", "certificate.deleted", "renewal", "renewal.failed"),
        "auto-renew.changed",
    ),
    "budget": ("reached", "reset"),
    "edge-config": ("created", "deleted", "items.updated"),
    "firewall": ("attack",),
    "integration-configuration": ("permission-upgraded", "removed", "scope-change-confirmed"),
    "integration-resource": ("project-connected", "project-disconnected"),
    "marketplace": (
        *("member.changed", "invoice.created", "invoice.paid", "invoice.notpaid", "invoice.refunded"),
    ),
    "observability": (
        *("anomaly", "anomaly-error", "usage-anomaly", "error-anomaly", "anomaly-botId"),
    ),
}  # fmt: skip
_OLD = (
    *("deployment-checks-completed", "deployment-ready", "deployment-prepared", "deployment-error"),
    *("deployment-check-rerequested", "deployment-canceled", "project-created", "project-removed"),
    *("domain-created", "deployment", "integration-configuration-permission-updated"),
    *("integration-configuration-removed", "integration-configuration-scope-change-confirmed"),
    "test-webhook",
)
EVENTS = (*(f"{family}.{name}" for family, names in _FAMILIES.items() for name in names), *_OLD)
"""Every event type that a webhook may ask for. Deployments, their checks, projects and their domains are announced."""

LARGEST_BODY = 100 << 20
"""Bytes of one request: an uploaded file of a deployment."""

SECRET_FORM = "{alnum:32}"  # noqa: S105 - the form of secrets, not one
RETRY_SECONDS = (60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720)
"""Growing gaps that end within 24 hours, as Vercel describes them; it publishes no figures."""


def _body(event: Json, endpoint: Json) -> bytes:
    from mocks.vercel.resources.events import delivery_body

    return delivery_body(event, endpoint)


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
        body=_body,
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
