"""API keys: their documents and life. The environment's two keys are named, since each copy of a world has its own."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.engine import parameters
from mocks.algolia.engine.parameters import Wrong

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.algolia.operations.keys import KeyBody

Json = dict[str, Any]

KEYS = Collection("algolia.key")
"""{id, created, until (µs or None), deleted, key}: `id` is the key's value, but `search_key` for the environment's."""

SEARCH = "search_key"
ADMIN = "admin_key"

ACL = (
    *(
        "addObject",
        "analytics",
        "browse",
        "deleteObject",
        "deleteIndex",
        "editSettings",
        "inference",
        "listIndexes",
    ),
    *(
        "logs",
        "personalization",
        "recommendation",
        "search",
        "seeUnretrievableAttributes",
        "settings",
        "usage",
    ),
    *("nluReadAnswers", "nluReadEntity", "nluReadProject", "nluWriteEntity", "nluWriteProject"),
)


def token(tx: Transaction, name: str) -> str:
    """Return one of the environment's keys as it is spelled in this world."""
    value: str = tx.world.accounts["algolia"]["tokens"][name]
    return value


def value_of(tx: Transaction, document: Json) -> str:
    """Return a key's value."""
    return token(tx, SEARCH) if document["id"] == SEARCH else str(document["id"])


def lookup(tx: Transaction, value: str, *, deleted: bool = False) -> Json | None:
    """Return a key that is valid now (or one that was deleted), by its value."""
    document = tx.get(KEYS, SEARCH if value == token(tx, SEARCH) else value)
    if document is None or document["deleted"] is not deleted:
        return None
    expired = document["until"] is not None and document["until"] <= tx.now
    return None if expired and not deleted else document


def find(tx: Transaction, value: str) -> Json:
    """Return a key, or refuse an unknown one."""
    document = lookup(tx, value)
    if document is None:
        raise errors.no_key()
    return document


def valid(tx: Transaction) -> list[Json]:
    """Return all keys that are valid now, in the order in which they were made."""
    return [
        each
        for each in tx.every(KEYS)
        if not each["deleted"] and (each["until"] is None or each["until"] > tx.now)
    ]


def create(tx: Transaction, wanted: KeyBody) -> Json:
    """Make a key."""
    return _insert(tx, tx.token("key.value", 32, "0123456789abcdef"), _checked(wanted))


def open_account(tx: Transaction) -> None:
    """Keep the account's search key, whose value the environment names."""
    _insert(tx, SEARCH, {"acl": ["search"], "description": "Search-only API key"})


def _insert(tx: Transaction, id: str, key: Json) -> Json:
    document = {"id": id, "created": tx.now, "until": _until(tx, key), "deleted": False, "key": key}
    return tx.insert(KEYS, document)


def _until(tx: Transaction, key: Json) -> int | None:
    validity = key.get("validity") or 0
    return tx.now + validity * instants.SECOND if validity else None


def update(tx: Transaction, value: str, wanted: KeyBody) -> None:
    """Replace what a key may do; what is not given returns to its default."""
    document = find(tx, value)
    document["key"] = _checked(wanted)
    document["until"] = _until(tx, document["key"])
    tx.save(KEYS, document)


def delete(tx: Transaction, value: str) -> None:
    """Delete a key; it can be restored."""
    document = find(tx, value)
    document["deleted"] = True
    tx.save(KEYS, document)


def restore(tx: Transaction, value: str) -> Json:
    """Bring a deleted key back, its validity starting anew."""
    document = lookup(tx, value, deleted=True)
    if document is None:
        raise errors.no_key()
    document |= {"deleted": False, "until": _until(tx, document["key"])}
    return tx.save(KEYS, document)


def shown(tx: Transaction, document: Json, *, redacted: bool = False) -> Json:
    """Show a key; one that asks for itself does not see its description."""
    key = document["key"]
    answer: Json = {
        "value": value_of(tx, document),
        "createdAt": instants.seconds(document["created"]),
        "acl": key["acl"],
        "validity": _left(tx, document),
        "description": "<redacted>" if redacted else key.get("description", ""),
        "indexes": key.get("indexes", []),
        "maxHitsPerQuery": key.get("maxHitsPerQuery", 0),
        "maxQueriesPerIPPerHour": key.get("maxQueriesPerIPPerHour", 0),
        "referers": key.get("referers", []),
        "queryParameters": key.get("queryParameters", ""),
    }
    return answer


def _left(tx: Transaction, document: Json) -> int:
    """Return the seconds for which a key is still valid, 0 when it has no end."""
    until = document["until"]
    return 0 if until is None else max(1, (until - tx.now) // instants.SECOND)


def _checked(wanted: KeyBody) -> Json:
    key = wanted.given()
    for each in key["acl"]:
        if each not in ACL:
            raise errors.bad_request(f"Invalid acl: {each}", subject="acl")
    given = parameters.of_query_string(key.get("queryParameters") or "")
    sources = given.pop("restrictSources", "")
    try:
        parameters.of_search(given)
        networks(sources)
    except (Wrong, ValueError) as wrong:
        raise errors.bad_request(f"Invalid queryParameters: {wrong}", subject="queryParameters") from None
    return {name: value for name, value in key.items() if value is not None}


def networks(sources: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Read `restrictSources`: addresses and networks, divided by commas; raise ValueError."""
    return [ipaddress.ip_network(each.strip(), strict=False) for each in sources.split(",") if each.strip()]
