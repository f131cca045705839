"""Stripe's webhook signature: `Stripe-Signature: t=…,v1=…[,v1=…],v0=…`."""

from __future__ import annotations

import hmac
from hashlib import sha256


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one delivery attempt; `stamp` is real unix seconds, `body` the exact bytes sent.

    v1 is HMAC-SHA256 of `<t>.<body>` keyed by the whole secret, `whsec_` included; one v1 for each secret that
    lives while a secret is rolled. Sandbox deliveries also carry a v0 that no verifier may accept: here the same
    message under a key nobody has. (Stripe docs: webhooks, verify manually; stripe-python `_webhook.py`.)
    """
    message = b"%d." % stamp + body
    parts = [f"t={stamp}"]
    parts += [f"v1={hmac.new(secret.encode(), message, sha256).hexdigest()}" for secret in secrets]
    parts.append(f"v0={hmac.new(event_id.encode(), message, sha256).hexdigest()}")
    return [
        ("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
        ("Accept", "*/*; q=0.5, application/xml"),
        ("Cache-Control", "no-cache"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Stripe-Signature", ",".join(parts)),
    ]
