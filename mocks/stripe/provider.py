"""Stripe as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.provider import Api, Credential, Feed, Pin, Provider, Webhooks
from mocks.stripe.dialect import StripeDialect
from mocks.stripe.signing import sign

if TYPE_CHECKING:
    from harness.params import Json
    from harness.transaction import Transaction

KEY = "51{alnum:97}"
"""Stripe's longer keys: account-sharded, 107 characters with `sk_test_` (facts: publishable keys need ≥ 50)."""


def _body(event: Json, endpoint: Json) -> bytes:
    from mocks.stripe.resources.events import delivery_body

    return delivery_body(event, endpoint)


def _versions() -> tuple[str, ...]:
    from mocks.stripe.versions import SERVED

    return SERVED


def _admit(tx: Transaction, ticket: str) -> None:
    from mocks.stripe.resources.cli_sessions import admit

    admit(tx, ticket)


def _frames(tx: Transaction, ticket: str, kind: str, news: Json, stamp: int) -> list[str]:
    from mocks.stripe.resources.cli_sessions import frames

    return frames(tx, ticket, kind, news, stamp)


stripe = Provider(
    name="stripe",
    title="Stripe",
    port=7,
    hosts=(
        "api.stripe.com",
        "files.stripe.com",
        "js.stripe.com",
        "checkout.stripe.com",
        "hooks.stripe.com",
        "invoice.stripe.com",
        "pay.stripe.com",
        "billing.stripe.com",
        "buy.stripe.com",
        "meter-events.stripe.com",
    ),
    dialect=StripeDialect(),
    credentials=(
        Credential(
            "secret_key",
            f"sk_test_{KEY}",
            env=("STRIPE_SECRET_KEY",),
            full="^sk_",
            narrower="a restricted key (rk_test_…)",
        ),
        Credential(
            "publishable_key",
            f"pk_test_{KEY}",
            env=("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", "STRIPE_PUBLISHABLE_KEY"),
        ),
        Credential("webhook_secret", "whsec_{alnum:32}", env=("STRIPE_WEBHOOK_SECRET",), lookup=False),
    ),
    webhooks=Webhooks(
        sign=sign,
        body=_body,
        secret="whsec_{alnum:32}",
        endpoint_id="we_1{alnum:23}",
        retry_seconds=(300, 1800, 7200),
        timeout_seconds=10.0,
        events=tuple(Path(__file__).with_name("event_types.txt").read_text().split()),
    ),
    feed=Feed("/stripecli/sockets", "stripecli-devproxy-v1", _admit, _frames),
    sdks=("stripe",),
    api=Api(
        _versions,
        (
            Pin("stripe", "stripe/_api_version.py", r'CURRENT = "([^"]+)"'),
            Pin("stripe", "esm/apiVersion.js", r"ApiVersion = '([^']+)'", node=True),
        ),
        account="2026-05-27.dahlia",
    ),
    max_body=20 << 20,
    package="mocks.stripe",
)
