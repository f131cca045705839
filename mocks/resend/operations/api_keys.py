"""API keys."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import Listing, NewApiKey, Renamed
from mocks.resend.provider import resend
from mocks.resend.resources import api_keys
from mocks.resend.resources.api_keys import API_KEYS


@resend.post("/api-keys", id="api-keys/create", tier="P1", status=201)
def create_api_key(tx: Transaction, params: NewApiKey) -> Json:
    """Create an API key; its token is shown this once."""
    key, token = api_keys.create(tx, params)
    return {"id": key["id"], "token": token}


@resend.get("/api-keys", id="api-keys/list", tier="P1")
def list_api_keys(tx: Transaction, params: Listing) -> Json:
    """List API keys, newest first."""
    return listed(tx, API_KEYS, params, api_keys.shown)


@resend.patch("/api-keys/{api_key_id}", id="api-keys/update", tier="P1")
def update_api_key(tx: Transaction, params: Renamed, api_key_id: str) -> Json:
    """Rename an API key."""
    key = find(tx, API_KEYS, api_key_id, "API key")
    tx.save(API_KEYS, key | {"name": params.name})
    return {"object": "api_key", "id": key["id"]}


@resend.delete("/api-keys/{api_key_id}", id="api-keys/remove", tier="P1")
def remove_api_key(tx: Transaction, api_key_id: str) -> Json:
    """Delete an API key."""
    key = find(tx, API_KEYS, api_key_id, "API key")
    api_keys.remove(tx, key["id"])
    return {"object": "api_key", "id": key["id"], "deleted": True}
