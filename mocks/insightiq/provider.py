"""InsightIQ as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.provider import Credential, Provider, Webhooks
from mocks.insightiq.dialect import InsightiqDialect
from mocks.insightiq.signing import sign

if TYPE_CHECKING:
    from harness.params import Json

SECRET_FORM = "{uuid:2}"  # noqa: S105 - the form of secrets, not one
"""The client secret, which is the API's password and signs the webhooks; like the client id it is a UUID."""

EVENTS = (
    "ACCOUNTS.CONNECTED",
    "ACCOUNTS.DISCONNECTED",
    "ACCOUNTS.REMOVED",
    "SESSION.EXPIRED",
    *(
        f"{group}.{change}"
        for group in (
            "PROFILES",
            "PROFILES_AUDIENCE",
            "CONTENTS",
            "CONTENT-GROUPS",
            "CONTENTS_COMMENTS",
            "TRANSACTIONS",
            "PAYOUTS",
            "BALANCES",
            "ACTIVITY-ARTISTS",
            "ACTIVITY-CONTENTS",
        )
        for change in ("ADDED", "UPDATED")
    ),
    "CONTENTS.PUBLISH_READY",
    "CONTENTS.PUBLISH_SUCCESS",
    "CONTENTS.PUBLISH_FAILURE",
    *(
        f"{job}.{end}"
        for job in (
            "CREATOR_SEARCH_EXPORT",
            "PROFILE_ANALYTICS",
            "EMAIL_LOOKUP",
            "AUDIENCE_OVERLAP",
            "CONTENTS_FETCH",
            "CONTENT_COMMENTS_FETCH",
            "COMMENTS_ANALYTICS",
            "PROFILE_COMMENTS_ANALYTICS",
            "SAFETY_FETCH",
            "CONTENTS_SEARCH",
        )
        for end in ("SUCCESS", "FAILURE")
    ),
)
"""Every event type that an endpoint may ask for; the room's README tells which are announced."""


def _body(event: Json, _endpoint: Json) -> bytes:
    from mocks.insightiq.resources.events import delivery_body

    return delivery_body(event)


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
        body=_body,
        secret=SECRET_FORM,
        retry_seconds=(60, 300, 21_600),
        timeout_seconds=5.0,
        endpoint_id="{uuid:1}",
        events=EVENTS,
    ),
    base_env=("INSIGHTIQ_SANDBOX_URL", "INSIGHTIQ_PROD_URL"),
    package="mocks.insightiq",
)
