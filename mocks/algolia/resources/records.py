"""Records: kept by index and objectID, written one by one or in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.dialect import place_of_request
from mocks.algolia.resources import indices, partial

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

RECORDS = Collection("algolia.record", "uid")
"""{id, uid, record}: `id` is the uid of the index and the objectID, joined by a slash. They are ordered by the
generation of the index in which they were written."""

REMOVED = Collection("algolia.removed", "uid")
"""{id, uid, objectID}: records that are gone, ordered by the generation in which they were taken out. They let an index
in memory follow; one that was written again later is among the records, too."""

LARGEST = 10_000
"""Bytes of a record as minified JSON (the limit of Algolia's free plan)."""


def object_id(record: Json) -> str | None:
    """Return a record's own objectID as text, None when it has none; refuse what can be none."""
    id = record.get("objectID")
    if id is None:
        return None
    if isinstance(id, bool) or not isinstance(id, str | int):
        raise errors.bad_request("Invalid value for objectID, expected string", subject="objectID")
    if id == "":
        raise errors.bad_request("objectID cannot be empty", subject="objectID")
    return str(id)


def put(
    tx: Transaction, index: Json, record: Json, *, id: str | None = None, position: int | None = None
) -> str:
    """Add or replace a record and return its objectID, which is drawn when neither `id` nor the record has one."""
    id = id or object_id(record) or tx.token("object.id", 32, "0123456789abcdef")
    record = {**record, "objectID": id}
    size = len(orjson.dumps(record))
    if size > LARGEST:
        tx.deviation(errors.record_too_big(size, LARGEST, id, position))
    document = {"id": f"{index['uid']}/{id}", "uid": index["uid"], "record": record}
    known = tx.get(RECORDS, document["id"])
    if known is None:
        tx.insert(RECORDS, document, at=index["generation"])
        index["entries"] += 1
        index["size"] += size
    else:
        index["size"] += size - len(orjson.dumps(known["record"]))
        tx.save(RECORDS, document, at=index["generation"])
    return id


def update(
    tx: Transaction, index: Json, id: str, changes: Json, *, create: bool, position: int | None = None
) -> None:
    """Merge changes into a record; one that does not exist is made if `create` says so."""
    partial.check(changes)
    known = tx.get(RECORDS, f"{index['uid']}/{id}")
    if known is None and not create:
        return
    try:
        merged = partial.merged(None if known is None else known["record"], changes)
    except partial.Ignored:
        return
    put(tx, index, merged, id=id, position=position)


def remove(tx: Transaction, index: Json, id: str) -> None:
    """Take a record out; one that is not there is let be."""
    known = tx.get(RECORDS, f"{index['uid']}/{id}")
    if known is None:
        return
    tx.delete(RECORDS, known["id"])
    index["entries"] -= 1
    index["size"] -= len(orjson.dumps(known["record"]))
    mark = {"id": known["id"], "uid": index["uid"], "objectID": id}
    # Another record of this id may have been taken out before.
    note = tx.insert if tx.get(REMOVED, known["id"]) is None else tx.save
    note(REMOVED, mark, at=index["generation"])


def clear(tx: Transaction, index: Json) -> None:
    """Take all records out."""
    for collection in (RECORDS, REMOVED):
        for document in list(tx.every(collection, uid=index["uid"])):
            tx.delete(collection, document["id"])
    indices.note_emptied(index)


def get(tx: Transaction, index: Json, id: str) -> Json | None:
    """Return a record, None when there is none."""
    document = tx.get(RECORDS, f"{indices.source(tx, index)['uid']}/{id}")
    return None if document is None else document["record"]


def copied(tx: Transaction, origin: Json, target: Json) -> None:
    """Put the records of one index into another, in their order."""
    for document in list(tx.every(RECORDS, uid=indices.source(tx, origin)["uid"])):
        put(tx, target, document["record"])


# --- batches -----------------------------------------------------------------------------------------------------

ACL = {
    "addObject": ("addObject", "add an object"),
    "updateObject": ("addObject", "update an object"),
    "partialUpdateObject": ("addObject", "update an object"),
    "partialUpdateObjectNoCreate": ("addObject", "update an object"),
    "deleteObject": ("deleteObject", "delete an object"),
    "delete": ("deleteIndex", "delete index"),
    "clear": ("deleteIndex", "clear index"),
}
"""What a key must be allowed for each action, and how a refusal calls that."""


def act(tx: Transaction, index: Json, action: str, body: Json, position: int) -> str:
    """Carry out one action of a batch on records and return the objectID that it was for."""
    if action == "clear":
        clear(tx, index)
        return ""
    id = object_id(body)
    if action == "addObject":
        return put(tx, index, body, position=position)
    if id is None:
        sent = tx.request.body if tx.request else b""
        raise errors.object_id_required(action, place_of_request(sent, position))
    if action == "updateObject":
        return put(tx, index, body, position=position)
    if action == "deleteObject":
        remove(tx, index, id)
    else:
        create = action == "partialUpdateObject"
        update(tx, index, id, body | {"objectID": id}, create=create, position=position)
    return id
