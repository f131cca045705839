"""Cint's signatures: of webhooks, and of the addresses that respondents return to.

The key of both is the secret's text as it was handed out: the Base64 of a webhook secret is not decoded.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from harness.signatures import stamped

ANSWERED = "rsp_"
"""Ids of the events that carry a respondent's answers to the platform's own route begin so."""


def sign(secrets: list[str], event_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt: `Cint-Signature: t=…,v1=hex(HMAC-SHA256("<t>.<body>"))`.

    Answers for the platform's own inbound route are not Cint's: they carry the shared secret itself.
    """
    headers = [("Content-Type", "application/json"), ("User-Agent", "Cint-Webhooks/1.0")]
    if event_id.startswith(ANSWERED):
        return [*headers, ("x-cint-webhook-secret", secrets[0])]
    return [*headers, ("Cint-Signature", stamped(secrets, stamp, body))]


def redirect_hash(key: str, message: str) -> str:
    """Return the `hash` of a redirect: HMAC-SHA1 in URL-safe Base64 without padding.

    `message` is the whole URL up to and including the `&` before `hash=`.
    """
    return urlsafe_b64encode(hmac.digest(key.encode(), message.encode(), "sha1")).decode().rstrip("=")
