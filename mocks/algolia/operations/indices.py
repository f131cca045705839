"""Indices: list, delete, copy and move them, and their settings."""

from __future__ import annotations

from typing import Any, Literal

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia.dialect import timestamp
from mocks.algolia.parameters import Forwarded, Listing
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, indices, moves, settings, tasks

Json = dict[str, Any]


class IndexOperation(Params):
    """What to do with an index."""

    operation: Literal["copy", "move"]
    destination: str
    scope: list[Literal["settings", "synonyms", "rules"]] | None = None


@algolia.get("/1/indexes", id="listIndices", tier="P0")
def list_indices(tx: Transaction, params: Listing) -> Json:
    """List the indices that the key is for, by name."""
    granted = access.of(tx)
    found = sorted(tx.every(indices.INDICES), key=lambda index: str(index["name"]))
    items = [indices.shown(tx, each) for each in found if granted.sees(each["name"])]
    if params.page is None:
        return {"items": items, "nbPages": 1}
    size, start = params.hitsPerPage, params.page * params.hitsPerPage
    return {"items": items[start : start + size], "nbPages": -(-len(items) // size)}


@algolia.delete("/1/indexes/{index_name}", id="deleteIndex", tier="P1")
def delete_index(tx: Transaction, index_name: str) -> Json:
    """Delete an index; an unknown one is as good as deleted."""
    access.to_index(tx, index_name)
    moves.delete(tx, index_name)
    return {"deletedAt": timestamp(tx.now), "taskID": tasks.new(tx)}


@algolia.post("/1/indexes/{index_name}/operation", id="operationIndex", tier="P1")
def operation_index(tx: Transaction, params: IndexOperation, index_name: str) -> Json:
    """Copy or move an index."""
    access.to_index(tx, index_name, params.destination)
    if params.operation == "copy":
        moves.copy(tx, index_name, params.destination, [*(params.scope or ())])
    else:
        moves.move(tx, index_name, params.destination)
    return {"updatedAt": timestamp(tx.now), "taskID": tasks.new(tx)}


@algolia.get("/1/indexes/{index_name}/settings", id="getSettings", tier="P1")
def get_settings(tx: Transaction, index_name: str) -> Json:
    """Read an index's settings."""
    access.to_index(tx, index_name)
    return settings.shown(tx, indices.find(tx, index_name))


@algolia.put("/1/indexes/{index_name}/settings", id="setSettings", tier="P1")
def set_settings(tx: Transaction, params: Forwarded, index_name: str) -> Json:
    """Change an index's settings, making the index if there is none."""
    access.to_index(tx, index_name)
    index = indices.to_change(tx, index_name)
    settings.change(tx, index, params.fields, forward=params.forwardToReplicas)
    return {"updatedAt": timestamp(tx.now), "taskID": indices.changed(tx, index)}
