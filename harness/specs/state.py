"""The things that inferred operations hold: one document each, under the path that it has."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from harness.collection import Collection

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


@cache
def things(provider: str) -> Collection:
    """Return the collection of a provider's inferred things: {id: its path, set: its collection's, key, fields, made}."""
    return Collection(f"{provider}.inferred", "set")


def get(tx: Transaction, path: str) -> Json | None:
    """Return what is held under a path."""
    return tx.get(things(tx.provider.name), path)


def keep(tx: Transaction, path: str, key: str, fields: Json) -> Json:
    """Hold a thing under a path, in place of what was there."""
    known = get(tx, path)
    if known is not None:
        known["fields"] = fields
        return tx.save(things(tx.provider.name), known)
    held = {"id": path, "set": path.rpartition("/")[0], "key": key, "fields": fields, "made": tx.now}
    return tx.insert(things(tx.provider.name), held)


def remove(tx: Transaction, path: str) -> None:
    """Remove what is under a path, with all that is below it."""
    held = things(tx.provider.name)
    tx.delete(held, path)
    for each in list(tx.every(held)):
        if each["id"].startswith(f"{path}/"):
            tx.delete(held, each["id"])


def every(tx: Transaction, collection: str) -> list[Json]:
    """Return the things of a collection's path, the newest first."""
    return list(tx.every(things(tx.provider.name), newest_first=True, set=collection))
