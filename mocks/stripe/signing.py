"""Stripe's webhook signature: `Stripe-Signature: t=…,v1=…[,v1=…],v0=…`."""

from __future__ import annotations

from harness.signatures import digest, stamped


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one delivery attempt; `stamp` is real unix seconds, `body` the exact bytes sent.

    v1 is HMAC-SHA256 of `<t>.<body>` keyed by the whole secret, `whsec_` included; one v1 for each secret that
    lives while a secret is rolled. Sandbox deliveries also carry a v0 that no verifier may accept: here the same
    message under a key nobody has. (Stripe docs: webhooks, verify manually; stripe-python `_webhook.py`.)
    """
    signature = f"{stamped(secrets, stamp, body)},v0={digest(event_id, stamp, body)}"
    return [
        ("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
        ("Accept", "*/*; q=0.5, application/xml"),
        ("Cache-Control", "no-cache"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Stripe-Signature", signature),
    ]
