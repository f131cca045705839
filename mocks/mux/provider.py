"""Mux as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.provider import Credential, Provider, Webhooks
from mocks.mux.dialect import MuxDialect
from mocks.mux.signing import sign

if TYPE_CHECKING:
    from harness.transaction import Transaction

EVENTS = ("thing.created", "thing.deleted", "thing.finished")
SECRET_FORM = "whsec_{alnum:32}"  # noqa: S105 - the form of secrets, not one


def _account(tx: Transaction) -> dict[str, str]:
    from mocks.mux.seed import open_account

    return open_account(tx)


def _body(event: dict[str, Any], endpoint: dict[str, Any]) -> bytes:
    return orjson.dumps(event["body"])


mux = Provider(
    name="mux",
    title="Mux",
    port=5,
    hosts=("api.mux.example",),
    dialect=MuxDialect(),
    credentials=(
        Credential("api_key", "mux_test_{alnum:32}", env=("MUX_API_KEY",)),
        Credential("webhook_secret", SECRET_FORM, env=("MUX_WEBHOOK_SECRET",), lookup=False),
    ),
    webhooks=Webhooks(
        sign=sign,
        body=_body,
        secret=SECRET_FORM,
        retry_seconds=(60, 600, 3600),
        timeout_seconds=10.0,
        events=EVENTS,
    ),
    base_env=("MUX_BASE_URL",),
    account=_account,
    package="mocks.mux",
)
