"""What happens to indices as a whole: deleting, copying and moving."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.resources import indices, records, rules, settings, synonyms

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def delete(tx: Transaction, name: str) -> None:
    """Delete an index with all that belongs to it; its replicas become indices of their own."""
    index = tx.get(indices.INDICES, name)
    if index is None:
        return
    for replica in indices.replicas(tx, index):
        settings.detach(tx, replica)
    if index["primary"] is not None:
        _leave(tx, index)
    _empty(tx, index)
    tx.delete(indices.INDICES, name)


def _leave(tx: Transaction, replica: Json) -> None:
    """Strike a replica off its primary's list."""
    primary = indices.source(tx, replica)
    listed = primary["settings"].get("replicas") or []
    kept = [each for each in listed if indices.replica_name(each)[0] != replica["name"]]
    primary["settings"]["replicas"] = kept
    tx.save(indices.INDICES, primary)


def _empty(tx: Transaction, index: Json) -> None:
    records.clear(tx, index)
    synonyms.clear(tx, index)
    rules.clear(tx, index)


def copy(tx: Transaction, source: str, destination: str, scope: list[str]) -> None:
    """Copy an index, or only some of its settings, synonyms and rules; a missing source makes an empty index."""
    _check(source, destination)
    existing = tx.get(indices.INDICES, destination)
    if existing is not None and indices.replicas(tx, existing):
        message = f"Cannot copy to index {destination}, it has replicas"
        raise errors.bad_request(message, rule="copy_onto_primary", subject="destination")
    index = tx.get(indices.INDICES, source)
    target = indices.to_change(tx, destination) if scope else indices.to_fill(tx, destination)
    if index is None:
        return
    if not scope:
        records.clear(tx, target)
        records.copied(tx, index, target)
    for part in scope or indices.PART:
        _copy_part(tx, index, target, part)
    tx.save(indices.INDICES, target)


def _copy_part(tx: Transaction, index: Json, target: Json, part: str) -> None:
    if part == "settings":
        own = indices.settings_in_effect(tx, index)
        kept = {name: value for name, value in target["settings"].items() if name in settings.OF_ONE_INDEX}
        copied = {name: value for name, value in own.items() if name not in settings.OF_ONE_INDEX}
        target["settings"] = deepcopy(copied) | kept
    elif part == "synonyms":
        synonyms.replace(tx, target, synonyms.of(tx, index))
    else:
        rules.replace(tx, target, rules.of(tx, index))


def move(tx: Transaction, source: str, destination: str) -> None:
    """Rename an index, over one of the new name if there is; that one's replicas go on as replicas."""
    _check(source, destination)
    index = tx.get(indices.INDICES, source)
    if index is None:
        return
    if index["primary"] is not None:
        message = f"Index {source} is a replica of {index['primary']} and cannot be moved"
        raise errors.bad_request(message, rule="replica_written", subject="indexName")
    replaced = tx.get(indices.INDICES, destination)
    if replaced is not None and replaced["primary"] is not None:
        message = f"Index {destination} is a replica of {replaced['primary']}, its records cannot be changed"
        raise errors.bad_request(message, rule="replica_written", subject="destination")
    for replica in indices.replicas(tx, index):
        settings.detach(tx, replica)
    kept = {}
    if replaced is not None:
        kept = {name: value for name, value in replaced["settings"].items() if name in settings.OF_ONE_INDEX}
        _empty(tx, replaced)
        tx.delete(indices.INDICES, destination)
    tx.delete(indices.INDICES, source)
    own = {name: value for name, value in index["settings"].items() if name not in settings.OF_ONE_INDEX}
    moved = {**index, "name": destination, "updated": tx.now, "settings": own | kept}
    moved["created"] = index["created"] if replaced is None else replaced["created"]
    tx.insert(indices.INDICES, moved)


def _check(source: str, destination: str) -> None:
    indices.check_name(destination)
    if source == destination:
        message = "Source and destination indices are the same"
        raise errors.bad_request(message, subject="destination")
