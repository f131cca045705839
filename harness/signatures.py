"""The webhook signature that several providers write alike: `t=<stamp>,v1=<digest>`, one `v1` for each living secret."""

from __future__ import annotations

import hmac


def stamped(secrets: list[str], stamp: int, body: bytes) -> str:
    """Return the value of the header of one attempt; while a secret is rotated, receivers take any `v1` that fits.

    `stamp` is real time in unix seconds, `body` the exact bytes sent.
    """
    return ",".join([f"t={stamp}", *(f"v1={digest(secret, stamp, body)}" for secret in secrets)])


def digest(secret: str, stamp: int, body: bytes) -> str:
    """Return HMAC-SHA256 over `<stamp>.<body>` in hexadecimal; the key is the secret's text as it was handed out."""
    return hmac.digest(secret.encode(), b"%d." % stamp + body, "sha256").hex()
