"""Signing keys, at their address of today and at the old one below `/video/v1`."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import data, find, gone, listed
from mocks.mux.parameters import Listing
from mocks.mux.provider import mux
from mocks.mux.resources import signing_keys
from mocks.mux.resources.signing_keys import SIGNING_KEYS

PATH, OLD = "/system/v1/signing-keys", "/video/v1/signing-keys"


@mux.post(PATH, id="create-signing-key", tier="P1", status=201)
@mux.post(OLD, id="create-url-signing-key", tier="P1", status=201)
def create_signing_key(tx: Transaction) -> Json:
    """Create a signing key; its private half is told here only."""
    key, private = signing_keys.create(tx)
    return data(signing_keys.shown(key) | {"private_key": private})


@mux.get(PATH, id="list-signing-keys", tier="P1")
@mux.get(OLD, id="list-url-signing-keys", tier="P1")
def list_signing_keys(tx: Transaction, params: Listing) -> Json:
    """List signing keys, newest first."""
    return listed(tx, SIGNING_KEYS, params, signing_keys.shown)


@mux.get(f"{PATH}/{{signing_key_id}}", id="get-signing-key", tier="P1")
@mux.get(f"{OLD}/{{signing_key_id}}", id="get-url-signing-key", tier="P1")
def retrieve_signing_key(tx: Transaction, signing_key_id: str) -> Json:
    """Retrieve a signing key."""
    return data(signing_keys.shown(find(tx, SIGNING_KEYS, signing_key_id)))


@mux.delete(f"{PATH}/{{signing_key_id}}", id="delete-signing-key", tier="P1", status=204)
@mux.delete(f"{OLD}/{{signing_key_id}}", id="delete-url-signing-key", tier="P1", status=204)
def delete_signing_key(tx: Transaction, signing_key_id: str) -> Reply:
    """Delete a signing key: tokens signed with it are good no more."""
    tx.delete(SIGNING_KEYS, find(tx, SIGNING_KEYS, signing_key_id)["id"])
    return gone()
