"""Mux's webhook signature: HMAC-SHA256 over `<stamp>.<body>`, in the header `Mux-Signature: t=…,v1=…`."""

from __future__ import annotations

from harness.signatures import stamped


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt (Mux docs: webhook signatures)."""
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", "Mux Webhooks"),
        ("Mux-Signature", stamped(secrets, stamp, body)),
    ]
