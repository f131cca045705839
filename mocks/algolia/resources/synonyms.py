"""Synonyms of an index, as the API keeps them; `engine.synonyms` applies them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.engine.text import normalise

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SYNONYMS = Collection("algolia.synonym", "uid")
"""{id, uid, synonym}: `id` is the uid of the index and the objectID, joined by a slash."""

TEXT, TEXTS = "string", "array of strings"
FIELDS: dict[str, dict[str, str]] = {
    "synonym": {"synonyms": TEXTS},
    "onewaysynonym": {"input": TEXT, "synonyms": TEXTS},
    "altcorrection1": {"word": TEXT, "corrections": TEXTS},
    "altcorrection2": {"word": TEXT, "corrections": TEXTS},
    "placeholder": {"placeholder": TEXT, "replacements": TEXTS},
}
"""The fields that each type has, besides `objectID` and `type`."""

SPELLINGS = {each.lower(): each for each in FIELDS}


def read(given: Json, id: str | None = None) -> Json:
    """Check a synonym as it is sent and return it as it is kept; `id` is the one in the path."""
    id = id or given.get("objectID")
    if not isinstance(id, str) or not id:
        raise errors.bad_request("Missing mandatory parameter: objectID", subject="objectID")
    type = SPELLINGS.get(str(given.get("type", "")).lower())
    if type is None:
        raise errors.bad_request('Invalid value for "type" parameter, unknown synonym type', subject="type")
    kept: Json = {"objectID": id, "type": type}
    for name, kind in FIELDS[type].items():
        value = given.get(name)
        texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if not (isinstance(value, str) if kind is TEXT else texts):
            raise errors.bad_request(f'Invalid value for "{name}" parameter, expected {kind}', subject=name)
        kept[name] = value
    return kept


def find(tx: Transaction, index: Json, id: str) -> Json:
    """Return a synonym, or refuse an unknown id."""
    document = tx.get(SYNONYMS, f"{index['uid']}/{id}")
    if document is None:
        raise errors.no_synonym()
    return dict(document["synonym"])


def put(tx: Transaction, index: Json, synonym: Json) -> None:
    """Add or replace a synonym."""
    document = {"id": f"{index['uid']}/{synonym['objectID']}", "uid": index["uid"], "synonym": synonym}
    if tx.get(SYNONYMS, document["id"]) is None:
        tx.insert(SYNONYMS, document)
    else:
        tx.save(SYNONYMS, document)
    index["synonyms"] += 1


def remove(tx: Transaction, index: Json, id: str) -> None:
    """Delete a synonym; one that is not there is let be."""
    tx.delete(SYNONYMS, f"{index['uid']}/{id}")
    index["synonyms"] += 1


def clear(tx: Transaction, index: Json) -> None:
    """Delete all synonyms of an index."""
    for document in list(tx.every(SYNONYMS, uid=index["uid"])):
        tx.delete(SYNONYMS, document["id"])
    index["synonyms"] += 1


def of(tx: Transaction, index: Json) -> list[Json]:
    """Return all synonyms of an index, in the order in which they came."""
    return [dict(document["synonym"]) for document in tx.every(SYNONYMS, uid=index["uid"])]


def replace(tx: Transaction, index: Json, synonyms: Iterable[Json]) -> None:
    """Put these synonyms in the place of all."""
    clear(tx, index)
    for each in synonyms:
        put(tx, index, each)


def matching(tx: Transaction, index: Json, query: str, type: str | None) -> list[Json]:
    """Return the synonyms with a text in which the query's letters stand, of a type if one is given."""
    wanted = normalise(query.strip())
    kind = None if type is None else SPELLINGS.get(type.lower(), type)
    return [
        each for each in of(tx, index) if kind in (None, each["type"]) and wanted in normalise(_texts(each))
    ]


def _texts(synonym: Json) -> str:
    found = [synonym["objectID"]]
    for name in FIELDS[synonym["type"]]:
        value = synonym[name]
        found += value if isinstance(value, list) else [value]
    return " ".join(found)
