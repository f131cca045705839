"""API keys: the account's own, which the environment names, and those that consumers create."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from harness.dialect import bearer_of
from mocks.resend import errors
from mocks.resend.dialect import timestamp
from mocks.resend.resources.domains import DOMAINS

if TYPE_CHECKING:
    from harness.dialect import Grant
    from harness.transaction import Transaction
    from mocks.resend.parameters import NewApiKey

Json = dict[str, Any]

API_KEYS = Collection("resend.api_key")

ACCOUNT_KEY = "7d1f0a52-3c64-4b8e-9a07-5e2b61c9d840"
"""The id of the account's own key, the same in every world: its token is drawn before there is a document of it."""

USE_NOTED_EVERY = instants.MINUTE
"""`last_used_at` is exact to a minute, so that not every request has to write."""


def open_account_key(tx: Transaction) -> None:
    """Keep the account's own key, with full access."""
    tx.insert(API_KEYS, _document(ACCOUNT_KEY, "Greenroom", "full_access", None, tx.now))


def create(tx: Transaction, wanted: NewApiKey) -> tuple[Json, str]:
    """Make a key; return it with its token, which is never shown again."""
    if wanted.domain_id is not None and tx.get(DOMAINS, wanted.domain_id) is None:
        raise errors.not_found("Domain")
    permission = wanted.permission or "full_access"
    restriction = wanted.domain_id if permission == "sending_access" else None
    key = _document(tx.uuid("api_key.id"), wanted.name, permission, restriction, tx.now)
    # Worlds of one seed must not hand out the same credentials: the purpose names the world.
    drawn = tx.token(f"api_key.token.{tx.world.id}", 32)
    token = f"re_{drawn[:8]}_{drawn[8:]}"
    tx.grant(token, "api_key", {"id": key["id"]})
    return tx.insert(API_KEYS, key), token


def remove(tx: Transaction, id: str) -> None:
    """Delete a key: requests with it are refused from now on."""
    tx.delete(API_KEYS, id)


def use(tx: Transaction, grant: Grant) -> Json | None:
    """Return the key of a request's grant, None when it was deleted; note that it was used."""
    key = tx.get(API_KEYS, grant.data.get("id", ACCOUNT_KEY))
    if key is None:
        return None
    if key["last_used"] is None or tx.now - key["last_used"] >= USE_NOTED_EVERY:
        key["last_used"] = tx.now
        tx.save(API_KEYS, key)
    return key


def check_domain(tx: Transaction, name: str) -> None:
    """Refuse to send from a domain that the request's key is not for."""
    key = _of_request(tx)
    if key is None or key["domain_id"] is None:
        return
    domain = tx.get(DOMAINS, key["domain_id"])
    if domain is None or domain["name"] != name:
        raise errors.domain_restricted(name)


def _of_request(tx: Transaction) -> Json | None:
    if tx.request is None:
        return None
    grant = tx.world.directory.find("resend", bearer_of(tx.request))
    return None if grant is None else tx.get(API_KEYS, grant.data.get("id", ACCOUNT_KEY))


def shown(key: Json) -> Json:
    """Show a key in a list."""
    return {
        "id": key["id"],
        "name": key["name"],
        "created_at": timestamp(key["created"]),
        "last_used_at": None if key["last_used"] is None else timestamp(key["last_used"]),
    }


def _document(id: str, name: str, permission: str, domain_id: str | None, now: int) -> Json:
    return {
        "id": id,
        "name": name,
        "permission": permission,
        "domain_id": domain_id,
        "created": now,
        "last_used": None,
    }
