"""Vercel's signature of webhooks and log drains: HMAC-SHA1 over the body, in hexadecimal, without any time stamp."""

from __future__ import annotations

import hmac


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt (Vercel docs: securing webhooks); only the newest secret signs.

    A drain may ask for newline-delimited JSON, which begins with a brace and is told by its own content type.
    """
    lines = body.startswith(b"{") and body.endswith(b"\n")
    return [
        ("Content-Type", "application/x-ndjson" if lines else "application/json"),
        ("User-Agent", "Vercel Webhook"),
        ("x-vercel-signature", hmac.digest(secrets[0].encode(), body, "sha1").hex()),
    ]
