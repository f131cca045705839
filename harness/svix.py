"""Svix deliveries (Standard Webhooks with Svix's header names): the signature, its headers and the retry schedule.

Shared by the providers that deliver through Svix. Sources: Svix docs on manual verification and retries; the signer
and verifiers of svix 2.x (PyPI, npm).
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from harness import endpoints, instants
from harness.collection import endpoints_of

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PREFIX = "whsec_"
SECRET_FORM = "whsec_{base64:24}"  # noqa: S105 - the form of secrets, not one
"""What secrets look like (`chance.fill`): standard base64 of 24 bytes, as Svix generates them."""

MESSAGE_ID_LENGTH = 27
"""Characters after `msg_` in a message's id; it stays the same on every retry of the message."""

RETRY_SECONDS = (5, 300, 1800, 7200, 18000, 36000, 36000)
"""Gaps between the eight attempts: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h."""

JITTER = 0.2
"""Each gap is up to a fifth longer or shorter."""

TIMEOUT_SECONDS = 15.0

GRACE_SECONDS = 24 * 3600
"""How long an old secret goes on signing beside the new one, unless the rotation says otherwise."""

MOST_OLD = 10
"""Old secrets that an endpoint may have at a time."""

RETIRED = "endpoint.secret_retired"
"""The timer that a room registers with `retire`."""

_STANDING = (("content-type", "application/json"), ("user-agent", "Svix-Webhooks/1.76.1"))


def key_of(secret: str) -> bytes:
    """Return the HMAC key of a secret: what follows `whsec_`, decoded; raise ValueError when that is not base64."""
    return b64decode(secret.removeprefix(PREFIX), validate=True)


def sign(secrets: list[str], message_id: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of one attempt, their names in lower case.

    `stamp` is real time in unix seconds (receivers allow 300 s either way), `body` the exact bytes sent. While a
    secret is rotated several are alive: each gives one `v1`, the current secret's first.
    """
    content = b"%s.%d." % (message_id.encode(), stamp) + body
    signatures = [b64encode(hmac.digest(key_of(secret), content, "sha256")).decode() for secret in secrets]
    return [
        *_STANDING,
        ("svix-id", message_id),
        ("svix-timestamp", str(stamp)),
        ("svix-signature", " ".join(f"v1,{signature}" for signature in signatures)),
    ]


def rotate(tx: Transaction, endpoint: Json, grace_seconds: int = GRACE_SECONDS) -> str:
    """Give an endpoint a new secret and return it; until the grace is over, in world time, the old ones sign too."""
    webhooks = tx.provider.webhooks
    assert webhooks is not None  # noqa: S101 - a provider with endpoints has webhooks
    fresh, old = endpoints.new_secret(tx, webhooks), endpoint["secrets"][0]
    kept = endpoint["secrets"][:MOST_OLD] if grace_seconds else []
    tx.save(endpoints_of(tx.provider.name), endpoint | {"secrets": [fresh, *kept]})
    if grace_seconds:
        payload = {"endpoint": endpoint["id"], "secret": old}
        tx.schedule(RETIRED, tx.now + grace_seconds * instants.SECOND, payload)
    return fresh


def retire(tx: Transaction, payload: Json) -> None:
    """Let an old secret sign no more."""
    endpoint = tx.get(endpoints_of(tx.provider.name), payload["endpoint"])
    if endpoint is not None and payload["secret"] in endpoint["secrets"][1:]:
        endpoint["secrets"].remove(payload["secret"])
        tx.save(endpoints_of(tx.provider.name), endpoint)
