"""Clerk's webhook signature: HMAC-SHA256 over `<stamp>.<body>`, in the header `Clerk-Signature`."""

from __future__ import annotations

import hmac


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt; while a secret is rotated, each living one gives a `v1`."""
    content = b"%d." % stamp + body
    signatures = [f"v1={hmac.digest(secret.encode(), content, 'sha256').hex()}" for secret in secrets]
    return [
        ("Content-Type", "application/json"),
        ("Clerk-Event", event_id),
        ("Clerk-Signature", ",".join([f"t={stamp}", *signatures])),
    ]
