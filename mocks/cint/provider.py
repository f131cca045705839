"""Cint as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness.provider import Credential, Provider, Webhooks
from mocks.cint.dialect import CintDialect
from mocks.cint.signing import sign

EVENTS = ("target-group-updated", "quota-fill-registered", "session-updated")
"""The events that Cint's webhooks may ask for."""

ANSWERS = "respondent.completed"
"""Not Cint's: a finished respondent with answers, in the form of the platform's own inbound route."""

SECRET = "{base64:32}"  # noqa: S105 - the form of secrets, not one
HALF_A_DAY = 12 * 3600


cint = Provider(
    name="cint",
    title="Cint",
    port=2,
    hosts=(
        "api.cint.com",
        "auth.lucidhq.com",
        "auth.cint.com",
        "s2s.cint.com",
        "samplicio.us",
        "www.samplicio.us",
    ),
    dialect=CintDialect(),
    credentials=(
        Credential("client_id", "{alnum:32}", env=("CINT_CLIENT_ID",)),
        Credential("client_secret", "{alnum:64}", env=("CINT_CLIENT_SECRET",), lookup=False),
        Credential("s2s_api_key", "{uuid:4}", env=("CINT_S2S_API_KEY",)),
        Credential("api_key", "{alnum:40}", env=("CINT_API_KEY",), lookup=False),
        Credential("webhook_secret", SECRET, env=("CINT_WEBHOOK_SECRET",), lookup=False),
    ),
    webhooks=Webhooks(
        sign=sign,
        secret=SECRET,
        endpoint_id="01{digits:24}",
        retry_seconds=(10, 60, 300, 1800, 7200, 21600, *(HALF_A_DAY,) * 13),
        timeout_seconds=10.0,
        events=(*EVENTS, ANSWERS),
    ),
    base_env=("CINT_API_URL", "CINT_AUTH_URL", "CINT_S2S_URL"),
    package="mocks.cint",
)
