"""API keys: list, make, change, delete and restore them."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia import errors
from mocks.algolia.dialect import KEY, credential, timestamp
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, api_keys

Json = dict[str, Any]
COUNT = Field(None, ge=0, le=2**31)


class KeyBody(Params):
    """What a key may do. What is not given has its default."""

    model_config = ConfigDict(extra="forbid")

    acl: list[str]
    description: str | None = None
    indexes: list[str] | None = None
    maxHitsPerQuery: int | None = COUNT
    maxQueriesPerIPPerHour: int | None = COUNT
    queryParameters: str | None = None
    referers: list[str] | None = None
    validity: int | None = COUNT


@algolia.get("/1/keys", id="listApiKeys", tier="P1")
def list_api_keys(tx: Transaction) -> Json:
    """List the application's keys; the admin key is none of them."""
    return {"keys": [api_keys.shown(tx, each) for each in api_keys.valid(tx)]}


@algolia.post("/1/keys", id="addApiKey", tier="P1")
def add_api_key(tx: Transaction, params: KeyBody) -> Json:
    """Make a key."""
    document = api_keys.create(tx, params)
    return {"key": document["id"], "createdAt": timestamp(document["created"])}


@algolia.get("/1/keys/{key}", id="getApiKey", tier="P1")
def get_api_key(tx: Transaction, key: str) -> Json:
    """Read a key; one that is not the admin key may read itself alone."""
    if access.of(tx).admin:
        return api_keys.shown(tx, api_keys.find(tx, key))
    own = credential(tx.request, KEY) if tx.request else ""
    if own != key:
        raise errors.method_not_allowed_with_key()
    return api_keys.shown(tx, api_keys.find(tx, key), redacted=True)


@algolia.put("/1/keys/{key}", id="updateApiKey", tier="P1")
def update_api_key(tx: Transaction, params: KeyBody, key: str) -> Json:
    """Replace what a key may do."""
    api_keys.update(tx, key, params)
    return {"key": key, "updatedAt": timestamp(tx.now)}


@algolia.delete("/1/keys/{key}", id="deleteApiKey", tier="P1")
def delete_api_key(tx: Transaction, key: str) -> Json:
    """Delete a key."""
    api_keys.delete(tx, key)
    return {"deletedAt": timestamp(tx.now)}


@algolia.post("/1/keys/{key}/restore", id="restoreApiKey", tier="P1")
def restore_api_key(tx: Transaction, key: str) -> Json:
    """Restore a deleted key."""
    document = api_keys.restore(tx, key)
    return {"key": key, "createdAt": timestamp(document["created"])}
