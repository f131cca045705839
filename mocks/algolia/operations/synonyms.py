"""Synonyms: read, save, delete and search them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia.dialect import timestamp
from mocks.algolia.parameters import Flag, Forwarded, Query, mapping
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, groups, indices, synonyms

Json = dict[str, Any]


class Forward(Query):
    """Whether a change is made on replicas as well."""

    forwardToReplicas: Flag = False


class SynonymBatch(Forwarded):
    """Synonyms to be saved."""

    replaceExistingSynonyms: Flag = False


class SynonymSearch(Params):
    """What synonyms are looked for."""

    query: str = ""
    type: str | None = None
    page: int = Field(0, ge=0, le=2**31)
    hitsPerPage: int = Field(100, ge=1, le=1000)


@algolia.get("/1/indexes/{index_name}/synonyms/{object_id}", id="getSynonym", tier="P1")
def get_synonym(tx: Transaction, index_name: str, object_id: str) -> Json:
    """Read a synonym."""
    access.to_index(tx, index_name)
    return synonyms.find(tx, indices.find(tx, index_name), object_id)


@algolia.put("/1/indexes/{index_name}/synonyms/{object_id}", id="saveSynonym", tier="P1")
def save_synonym(tx: Transaction, params: Forwarded, index_name: str, object_id: str) -> Json:
    """Add or replace a synonym."""
    access.to_index(tx, index_name)
    synonym = synonyms.read(params.fields, object_id)
    task = groups.change(
        tx, index_name, lambda index: synonyms.put(tx, index, synonym), forward=params.forwardToReplicas
    )
    return {"taskID": task, "updatedAt": timestamp(tx.now), "id": object_id}


@algolia.delete("/1/indexes/{index_name}/synonyms/{object_id}", id="deleteSynonym", tier="P1")
def delete_synonym(tx: Transaction, params: Forward, index_name: str, object_id: str) -> Json:
    """Delete a synonym."""
    access.to_index(tx, index_name)
    task = groups.change(
        tx, index_name, lambda index: synonyms.remove(tx, index, object_id), forward=params.forwardToReplicas
    )
    return {"taskID": task, "deletedAt": timestamp(tx.now)}


@algolia.post("/1/indexes/{index_name}/synonyms/batch", id="saveSynonyms", tier="P1")
def save_synonyms(tx: Transaction, params: SynonymBatch, index_name: str) -> Json:
    """Add or replace synonyms, perhaps in the place of all."""
    access.to_index(tx, index_name)
    read = [synonyms.read(mapping(each)) for each in groups.items(params.body)]

    def save(index: Json) -> None:
        if params.replaceExistingSynonyms:
            synonyms.clear(tx, index)
        for each in read:
            synonyms.put(tx, index, each)

    task = groups.change(tx, index_name, save, forward=params.forwardToReplicas)
    return {"taskID": task, "updatedAt": timestamp(tx.now)}


@algolia.post("/1/indexes/{index_name}/synonyms/clear", id="clearSynonyms", tier="P1")
def clear_synonyms(tx: Transaction, params: Forward, index_name: str) -> Json:
    """Delete all synonyms of an index."""
    access.to_index(tx, index_name)
    task = groups.change(
        tx, index_name, lambda index: synonyms.clear(tx, index), forward=params.forwardToReplicas
    )
    return {"taskID": task, "updatedAt": timestamp(tx.now)}


@algolia.post("/1/indexes/{index_name}/synonyms/search", id="searchSynonyms", tier="P1")
def search_synonyms(tx: Transaction, params: SynonymSearch, index_name: str) -> Json:
    """Search an index's synonyms."""
    access.to_index(tx, index_name)
    found = synonyms.matching(tx, indices.find(tx, index_name), params.query, params.type)
    return groups.page(found, params.page, params.hitsPerPage)
