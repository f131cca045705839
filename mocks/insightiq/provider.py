"""InsightIQ as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness.provider import Credential, Provider, Webhooks, event_types
from mocks.insightiq.dialect import InsightiqDialect
from mocks.insightiq.signing import sign

SECRET_FORM = "{uuid:2}"  # noqa: S105 - the form of secrets, not one
"""The client secret, which is the API's password and signs the webhooks; like the client id it is a UUID."""

EVENTS = event_types(__file__)
"""Every event type that an endpoint may ask for; the room's README tells which are announced."""


insightiq = Provider(
    name="insightiq",
    title="InsightIQ",
    port=4,
    hosts=(
        "api.insightiq.ai",
        "api.sandbox.insightiq.ai",
        "api.staging.insightiq.ai",
        "api.getphyllo.com",
        "api.sandbox.getphyllo.com",
        "api.staging.getphyllo.com",
        "cdn.insightiq.ai",
        "cdn.getphyllo.com",
    ),
    dialect=InsightiqDialect(),
    credentials=(
        Credential("client_id", "{uuid:1}", env=("INSIGHTIQ_CLIENT_ID",)),
        Credential("client_secret", SECRET_FORM, env=("INSIGHTIQ_SECRET", "INSIGHTIQ_WEBHOOK_SECRET")),
    ),
    webhooks=Webhooks(
        sign=sign,
        secret=SECRET_FORM,
        retry_seconds=(60, 300, 21_600),
        timeout_seconds=5.0,
        endpoint_id="{uuid:1}",
        events=EVENTS,
    ),
    base_env=("INSIGHTIQ_SANDBOX_URL", "INSIGHTIQ_PROD_URL"),
    package="mocks.insightiq",
)
