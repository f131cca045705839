"""Rules: read, save, delete and search them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia.dialect import timestamp
from mocks.algolia.operations.synonyms import Forward
from mocks.algolia.parameters import Flag, Forwarded, mapping
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, groups, indices, rules

Json = dict[str, Any]


class RuleBatch(Forwarded):
    """Rules to be saved."""

    clearExistingRules: Flag = False


class RuleSearch(Params):
    """What rules are looked for."""

    query: str = ""
    anchoring: str | None = None
    context: str | None = None
    enabled: bool | None = None
    page: int = Field(0, ge=0, le=2**31)
    hitsPerPage: int = Field(20, ge=1, le=1000)


@algolia.get("/1/indexes/{index_name}/rules/{object_id}", id="getRule", tier="P1")
def get_rule(tx: Transaction, index_name: str, object_id: str) -> Json:
    """Read a rule."""
    access.to_index(tx, index_name)
    return rules.find(tx, indices.find(tx, index_name), object_id)


@algolia.put("/1/indexes/{index_name}/rules/{object_id}", id="saveRule", tier="P1")
def save_rule(tx: Transaction, params: Forwarded, index_name: str, object_id: str) -> Json:
    """Add or replace a rule."""
    access.to_index(tx, index_name)
    rule = rules.read(params.fields, object_id)
    task = groups.change(
        tx, index_name, lambda index: rules.put(tx, index, rule), forward=params.forwardToReplicas
    )
    # The real answer has the objectID, too; the published schema has not.
    more = {"objectID": object_id} if tx.live else {}
    return {"taskID": task, "updatedAt": timestamp(tx.now), **more}


@algolia.delete("/1/indexes/{index_name}/rules/{object_id}", id="deleteRule", tier="P1")
def delete_rule(tx: Transaction, params: Forward, index_name: str, object_id: str) -> Json:
    """Delete a rule."""
    access.to_index(tx, index_name)
    task = groups.change(
        tx, index_name, lambda index: rules.remove(tx, index, object_id), forward=params.forwardToReplicas
    )
    return {"taskID": task, "updatedAt": timestamp(tx.now)}


@algolia.post("/1/indexes/{index_name}/rules/batch", id="saveRules", tier="P1")
def save_rules(tx: Transaction, params: RuleBatch, index_name: str) -> Json:
    """Add or replace rules, perhaps in the place of all."""
    access.to_index(tx, index_name)
    read = [rules.read(mapping(each)) for each in groups.items(params.body)]

    def save(index: Json) -> None:
        if params.clearExistingRules:
            rules.clear(tx, index)
        for each in read:
            rules.put(tx, index, each)

    task = groups.change(tx, index_name, save, forward=params.forwardToReplicas)
    return {"taskID": task, "updatedAt": timestamp(tx.now)}


@algolia.post("/1/indexes/{index_name}/rules/clear", id="clearRules", tier="P1")
def clear_rules(tx: Transaction, params: Forward, index_name: str) -> Json:
    """Delete all rules of an index."""
    access.to_index(tx, index_name)
    task = groups.change(
        tx, index_name, lambda index: rules.clear(tx, index), forward=params.forwardToReplicas
    )
    return {"taskID": task, "updatedAt": timestamp(tx.now)}


@algolia.post("/1/indexes/{index_name}/rules/search", id="searchRules", tier="P1")
def search_rules(tx: Transaction, params: RuleSearch, index_name: str) -> Json:
    """Search an index's rules."""
    access.to_index(tx, index_name)
    found = rules.matching(
        tx,
        indices.find(tx, index_name),
        params.query,
        anchoring=params.anchoring,
        context=params.context,
        enabled=params.enabled,
    )
    shown = groups.page(found, params.page, params.hitsPerPage)
    return shown | {"page": params.page, "nbPages": -(-len(found) // params.hitsPerPage)}
