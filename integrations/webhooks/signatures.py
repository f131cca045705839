"""Signatures for which the providers' SDKs bring no verifier. All comparisons take constant time."""

import hashlib
import hmac
from datetime import datetime

from integrations.errors import WebhookRejectedError

#: Seconds by which a delivery's stamp may differ from our clock.
TOLERANCE = 300


def verify_stamped(header: str | None, name: str, payload: bytes, secret: str, now: datetime) -> None:
    """Verify `t=<unix seconds>,v1=<hex>`, as Mux and Cint sign: HMAC-SHA256 of `<t>.<raw body>`.

    Several `v1` may stand there while a secret is rotated: one that matches is enough. Raises `WebhookRejectedError`.
    """
    parts = [part.strip().partition("=") for part in (header or "").split(",")]
    stamps = [value for key, _, value in parts if key == "t"]
    given = [value for key, _, value in parts if key == "v1"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit() or not given:
        raise WebhookRejectedError(400, f"The {name} signature is missing or malformed.")
    expected = hmac.new(secret.encode(), f"{stamps[0]}.".encode() + payload, hashlib.sha256).hexdigest()
    if not _any_matches(expected, given):
        raise WebhookRejectedError(400, f"The {name} signature is not valid.")
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE:
        raise WebhookRejectedError(400, f"The {name} signature's timestamp is outside of the tolerance.")


def verify_digests(header: str | None, name: str, payload: bytes, secret: str) -> None:
    """Verify a list of hexadecimal HMAC-SHA256 of the raw body, as InsightIQ signs; raises `WebhookRejectedError`.

    There is no timestamp: only the event's id protects from a replay.
    """
    given = [part.strip().lower() for part in (header or "").split(",") if part.strip()]
    if not given:
        raise WebhookRejectedError(400, f"The {name} signature is missing.")
    expected = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    if not _any_matches(expected, given):
        raise WebhookRejectedError(400, f"The {name} signature is not valid.")


def _any_matches(expected: str, given: list[str]) -> bool:
    # As bytes, for `compare_digest` takes no other text than ASCII.
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)
