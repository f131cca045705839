"""InsightIQ's webhook signature: hex HMAC-SHA256 of the raw body, keyed with the client secret.

Source: the vendor's own receiver (insightiq-ai/iiq-managed-service). There is no time stamp.
"""

from __future__ import annotations

import hmac


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt; while a secret is rotated, each living one gives a digest, comma-separated."""
    digests = [hmac.digest(secret.encode(), body, "sha256").hex() for secret in secrets]
    return [("Content-Type", "application/json"), ("Webhook-Signatures", ",".join(digests))]
