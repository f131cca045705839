"""Signing keys: RSA key pairs whose private half signs playback tokens, told once, when it is made."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.mux import ids

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SIGNING_KEYS = Collection("mux.signing_key")
"""{id, created (unix seconds), public_key (PEM)}."""


def create(tx: Transaction) -> tuple[Json, str]:
    """Make a key pair; return its document, and the private half as Mux tells it: PKCS #1 PEM in base64.

    The pair follows from the world's seed. It takes a few tenths of a second.
    """
    from cryptography.hazmat.primitives import serialization  # here: it is needed seldom, and slow to import

    from harness import keys

    pem = keys.rsa_pem(tx.draw("signing_key.seed", 32).hex())
    private = keys.private_key(pem).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    document = {"id": ids.new(tx, "signing_key"), "created": tx.seconds, "public_key": keys.public_pem(pem)}
    return tx.insert(SIGNING_KEYS, document, fresh=True), b64encode(private).decode()


def shown(key: Json) -> Json:
    """Show a key, without its private half."""
    return {"id": key["id"], "created_at": str(key["created"])}
