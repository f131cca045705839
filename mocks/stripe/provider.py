"""Stripe as the harness finds it: hosts, credentials, dialect and webhook delivery."""

from __future__ import annotations

from harness.provider import Api, Credential, Feed, Pin, Provider, Webhooks, event_types, late
from mocks.stripe.dialect import StripeDialect
from mocks.stripe.signing import sign

KEY = "51{alnum:97}"
"""Stripe's longer keys: account-sharded, 107 characters with `sk_test_` (facts: publishable keys need ≥ 50)."""


stripe = Provider(
    name="stripe",
    title="Stripe",
    port=7,
    hosts=(
        *("api.stripe.com", "files.stripe.com", "js.stripe.com", "checkout.stripe.com", "hooks.stripe.com"),
        *("invoice.stripe.com", "pay.stripe.com", "billing.stripe.com", "buy.stripe.com"),
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
        body=late("mocks.stripe.resources.events:delivery_body"),
        secret="whsec_{alnum:32}",
        endpoint_id="we_1{alnum:23}",
        retry_seconds=(300, 1800, 7200),
        timeout_seconds=10.0,
        events=event_types(__file__),
    ),
    feed=Feed(
        path="/stripecli/sockets",
        subprotocol="stripecli-devproxy-v1",
        admit=late("mocks.stripe.resources.cli_sessions:admit"),
        frames=late("mocks.stripe.resources.cli_sessions:frames"),
    ),
    sdks=("stripe",),
    api=Api(
        late("mocks.stripe.versions:served"),
        (
            Pin("stripe", "stripe/_api_version.py", r'CURRENT = "([^"]+)"'),
            Pin("stripe", "esm/apiVersion.js", r"ApiVersion = '([^']+)'", node=True),
        ),
        account="2026-05-27.dahlia",
    ),
    max_body=20 << 20,
    package="mocks.stripe",
)
