"""Mux's webhook signature: HMAC-SHA256 over `<stamp>.<body>`, in the header `Mux-Signature: t=…,v1=…`."""

from __future__ import annotations

import hmac


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt; the key is the secret's text as it is (Mux docs: webhook signatures).

    While a secret is rotated each living one gives a `v1`; receivers take any that fits.
    """
    content = b"%d." % stamp + body
    signatures = [f"v1={hmac.digest(secret.encode(), content, 'sha256').hex()}" for secret in secrets]
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", "Mux Webhooks"),
        ("Mux-Signature", ",".join([f"t={stamp}", *signatures])),
    ]
