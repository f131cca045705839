"""Records: save, change, delete and read them, one by one or in batches."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia import errors
from mocks.algolia.dialect import timestamp
from mocks.algolia.engine import search
from mocks.algolia.parameters import Flag, Free, Names, Query, mapping
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, deleting, indices, moves, records, tasks

Json = dict[str, Any]
Action = Literal[
    "addObject",
    "updateObject",
    "partialUpdateObject",
    "partialUpdateObjectNoCreate",
    "deleteObject",
    "delete",
    "clear",
]


class Retrieved(Query):
    """Which attributes of a record to show."""

    attributesToRetrieve: Names | None = None


class PartialUpdate(Free):
    """Attributes to be changed."""

    createIfNotExists: Flag = True


class BatchRequest(Params):
    """One action of a batch."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    body: dict[str, Any] = {}


class Batch(Params):
    """A batch for one index."""

    requests: list[BatchRequest]


class MultipleBatchRequest(BatchRequest):
    """One action of a batch for several indices."""

    indexName: str


class MultipleBatch(Params):
    """A batch for several indices."""

    requests: list[MultipleBatchRequest]


class ObjectRequest(Params):
    """A record to be read."""

    objectID: str
    indexName: str
    attributesToRetrieve: Names | None = None


class Objects(Params):
    """Records to be read."""

    requests: list[ObjectRequest]


@algolia.post("/1/indexes/{index_name}", id="saveObject", tier="P0", status=201)
def save_object(tx: Transaction, params: Free, index_name: str) -> Json:
    """Add a record; one without objectID gets one, one with a known objectID replaces the record of that."""
    access.to_index(tx, index_name)
    index = indices.to_fill(tx, index_name)
    id = records.put(tx, index, params.fields)
    task = indices.changed(tx, index)
    return {"createdAt": timestamp(tx.now), "taskID": task, "objectID": id}


@algolia.put("/1/indexes/{index_name}/{object_id}", id="addOrUpdateObject", tier="P1")
def add_or_update_object(tx: Transaction, params: Free, index_name: str, object_id: str) -> Json:
    """Add or replace the record of an objectID."""
    access.to_index(tx, index_name)
    index = indices.to_fill(tx, index_name)
    id = records.put(tx, index, params.fields, id=object_id)
    return {"updatedAt": timestamp(tx.now), "taskID": indices.changed(tx, index), "objectID": id}


@algolia.post("/1/indexes/{index_name}/{object_id}/partial", id="partialUpdateObject", tier="P1")
def partial_update_object(tx: Transaction, params: PartialUpdate, index_name: str, object_id: str) -> Json:
    """Change attributes of a record."""
    access.to_index(tx, index_name)
    index = indices.to_fill(tx, index_name)
    records.update(tx, index, object_id, params.fields, create=params.createIfNotExists)
    return {"updatedAt": timestamp(tx.now), "taskID": indices.changed(tx, index), "objectID": object_id}


@algolia.delete("/1/indexes/{index_name}/{object_id}", id="deleteObject", tier="P0")
def delete_object(tx: Transaction, index_name: str, object_id: str) -> Json:
    """Delete a record; an unknown one is as good as deleted."""
    access.to_index(tx, index_name)
    index = indices.to_empty(tx, index_name)
    if index is not None:
        records.remove(tx, index, object_id)
    return {"deletedAt": timestamp(tx.now), "taskID": indices.changed(tx, index)}


@algolia.post("/1/indexes/{index_name}/deleteByQuery", id="deleteBy", tier="P1")
def delete_by(tx: Transaction, params: Free, index_name: str) -> Json:
    """Delete all records that meet filters."""
    access.to_index(tx, index_name)
    task = deleting.by_filters(tx, index_name, params.fields)
    return {"updatedAt": timestamp(tx.now), "taskID": task}


@algolia.post("/1/indexes/{index_name}/clear", id="clearObjects", tier="P0")
def clear_objects(tx: Transaction, index_name: str) -> Json:
    """Delete all records of an index and keep the rest of it."""
    access.to_index(tx, index_name)
    index = indices.to_empty(tx, index_name)
    if index is not None:
        records.clear(tx, index)
    return {"updatedAt": timestamp(tx.now), "taskID": indices.changed(tx, index)}


@algolia.get("/1/indexes/{index_name}/{object_id}", id="getObject", tier="P1")
def get_object(tx: Transaction, params: Retrieved, index_name: str, object_id: str) -> Json:
    """Read a record."""
    granted = access.to_index(tx, index_name)
    index = indices.find(tx, index_name)
    record = records.get(tx, index, object_id)
    if record is None:
        raise errors.no_object()
    return _shown(tx, granted, index, record, params.attributesToRetrieve)


@algolia.post("/1/indexes/*/objects", id="getObjects", tier="P1")
def get_objects(tx: Transaction, params: Objects) -> Json:
    """Read records of several indices; null for each that there is not."""
    granted = access.to_index(tx, *(each.indexName for each in params.requests))
    if granted.most_hits and len(params.requests) > granted.most_hits:
        raise errors.method_not_allowed_with_key("nbObjects > hitsPerPage")
    results: list[Json | None] = []
    answer: Json = {}
    for each in params.requests:
        index = tx.get(indices.INDICES, each.indexName)
        if index is None:
            answer["message"] = f"Index {each.indexName} does not exist."
            results.append(None)
            continue
        record = records.get(tx, index, each.objectID)
        shown = record and _shown(tx, granted, index, record, each.attributesToRetrieve)
        results.append(shown)
    return {"results": results, **answer}


def _shown(
    tx: Transaction, granted: access.Access, index: Json, record: Json, wanted: list[str] | None
) -> Json:
    settings = indices.settings_in_effect(tx, index)
    see_all = granted.may("seeUnretrievableAttributes")
    return search.retrieved(record, {"attributesToRetrieve": wanted}, settings, see_all=see_all)


# --- batches -----------------------------------------------------------------------------------------------------


@algolia.post("/1/indexes/{index_name}/batch", id="batch", tier="P0")
def batch(tx: Transaction, params: Batch, index_name: str) -> Json:
    """Carry out actions on one index, all or none."""
    steps = [(index_name, each) for each in params.requests]
    started, ids = _carry_out(tx, steps, also=index_name)
    return {"taskID": started[index_name], "objectIDs": ids}


@algolia.post("/1/indexes/*/batch", id="multipleBatch", tier="P1")
def multiple_batch(tx: Transaction, params: MultipleBatch) -> Json:
    """Carry out actions on several indices, all or none."""
    started, ids = _carry_out(tx, [(each.indexName, each) for each in params.requests])
    return {"taskID": started, "objectIDs": ids}


def _carry_out(
    tx: Transaction, steps: list[tuple[str, BatchRequest]], *, also: str | None = None
) -> tuple[dict[str, int], list[str]]:
    """Carry out actions in order; return a task for each index, and an objectID for each action."""
    names = list(dict.fromkeys([*(name for name, _ in steps), *([also] if also is not None else [])]))
    granted = access.to_index(tx, *names)
    for number, (_, step) in enumerate(steps):
        access.to_act(tx, granted, *records.ACL[step.action], number)
    opened: dict[str, Json] = {}
    ids = []
    for position, (name, step) in enumerate(steps):
        if step.action == "delete":
            opened.pop(name, None)
            moves.delete(tx, name)
            ids.append("")
            continue
        if name not in opened:
            opened[name] = indices.to_fill(tx, name)
        ids.append(records.act(tx, opened[name], step.action, mapping(step.body), position))
    for index in opened.values():
        tx.save(indices.INDICES, index)
    return {name: tasks.new(tx) for name in names}, ids
