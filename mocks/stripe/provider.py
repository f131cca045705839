"""Stripe as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.provider import Credential, Provider, Webhooks
from mocks.stripe.dialect import StripeDialect
from mocks.stripe.signing import sign

if TYPE_CHECKING:
    from harness.params import Json
    from harness.transaction import Transaction

KEY = "51{alnum:97}"
"""Stripe's longer keys: account-sharded, 107 characters with `sk_test_` (facts: publishable keys need ≥ 50)."""


def _account(tx: Transaction) -> dict[str, str]:
    from mocks.stripe.seed import open_account

    return open_account(tx)


def _populate(tx: Transaction, story: Json) -> dict[str, str]:
    from mocks.stripe.seed import populate

    return populate(tx, story)


def _body(event: Json, endpoint: Json) -> bytes:
    from mocks.stripe.resources.events import delivery_body

    return delivery_body(event, endpoint)


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
        "billing.stripe.com",
        "buy.stripe.com",
    ),
    dialect=StripeDialect(),
    credentials=(
        Credential("secret_key", f"sk_test_{KEY}", env=("STRIPE_SECRET_KEY",)),
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
    sdks=("stripe",),
    account=_account,
    populate=_populate,
    max_body=20 << 20,
    package="mocks.stripe",
)
