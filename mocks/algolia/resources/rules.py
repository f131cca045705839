"""Rules of an index, as the API keeps them; `engine.rules` applies them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.engine import parameters
from mocks.algolia.engine.parameters import Wrong
from mocks.algolia.engine.text import normalise

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

RULES = Collection("algolia.rule", "uid")
"""{id, uid, rule}: `id` is the uid of the index and the objectID, joined by a slash."""

FIELDS = {
    "objectID": str,
    "conditions": list,
    "condition": dict,
    "consequence": dict,
    "description": str,
    "enabled": bool,
    "validity": list,
    "tags": list,
    "scope": str,
}
CONDITION = {"pattern": str, "anchoring": str, "alternatives": bool, "context": str, "filters": str}
CONSEQUENCE = {
    "params": dict,
    "promote": list,
    "filterPromotes": bool,
    "hide": list,
    "redirect": dict,
    "userData": object,
}
ANCHORINGS = ("is", "startsWith", "endsWith", "contains")
MOST_CONDITIONS, MOST_PROMOTED, MOST_HIDDEN = 25, 300, 50
INNER = {"objectIDs": list, "objectID": str, "position": int, "from": int, "until": int}


def read(given: Json, id: str | None = None) -> Json:
    """Check a rule as it is sent and return it as it is kept; `id` is the one in the path."""
    id = id or given.get("objectID")
    if not isinstance(id, str) or not id:
        raise errors.bad_request("Missing mandatory parameter: objectID", subject="objectID")
    kept = {name: value for name, value in given.items() if value is not None} | {"objectID": id}
    _shaped(kept, FIELDS, "rule")
    if "consequence" not in kept:
        raise errors.bad_request("Missing mandatory parameter: consequence", subject="consequence")
    conditions = kept.get("conditions", [kept["condition"]] if "condition" in kept else [])
    for condition in conditions:
        _shaped(condition, CONDITION, "condition")
        _check_condition(condition)
    consequence = kept["consequence"]
    _shaped(consequence, CONSEQUENCE, "consequence")
    _check_params(consequence.get("params", {}))
    for name in ("promote", "hide"):
        for each in consequence.get(name, ()):
            _shaped(each, INNER, name)
            if "objectID" not in each and "objectIDs" not in each:
                raise _wrong(f"consequence.{name}", "objectID")
            if name == "promote" and "position" not in each:
                raise _wrong("consequence.promote", "position")
    for each in kept.get("validity", ()):
        _shaped(each, INNER, "validity")
        if "from" not in each or "until" not in each:
            raise _wrong("validity", "from and until")
    _limit("conditions", conditions, MOST_CONDITIONS)
    _limit("promote", consequence.get("promote", []), MOST_PROMOTED)
    _limit("hide", consequence.get("hide", []), MOST_HIDDEN)
    if not all(isinstance(tag, str) for tag in kept.get("tags", ())):
        raise _wrong("tags", "array of strings")
    return kept


def _shaped(value: Any, fields: dict[str, Any], where: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(where, "object")
    for name, each in value.items():
        if name not in fields:
            raise errors.bad_request(f"Unknown parameter: {where}.{name}", subject=name)
        proper = isinstance(each, fields[name])
        if not proper or (fields[name] is int and isinstance(each, bool)):
            raise _wrong(f"{where}.{name}", fields[name].__name__)


def _check_condition(condition: Json) -> None:
    anchoring = condition.get("anchoring")
    if anchoring is not None and anchoring not in ANCHORINGS:
        raise _wrong("anchoring", f"one of {', '.join(ANCHORINGS)}")
    if ("pattern" in condition) is not (anchoring is not None):
        raise _wrong("condition", "pattern and anchoring together")
    if condition.get("pattern") == "" and anchoring != "is":
        raise _wrong("pattern", "a text, or an empty one with anchoring is")


def _check_params(params: Json) -> None:
    """Check the search parameters of a consequence; two of them, and edits of the query, are rules' own."""
    for name, value in params.items():
        if name == "query" and isinstance(value, dict):
            _check_edits(value)
        elif name in ("automaticFacetFilters", "automaticOptionalFacetFilters"):
            _check_automatic(name, value)
        elif value is not None:
            try:
                parameters.of_search({name: value})
            except Wrong as wrong:
                raise errors.bad_request(wrong.message, subject=name) from None


def _check_edits(query: Json) -> None:
    _shaped(query, {"remove": list, "edits": list}, "query")
    if not all(isinstance(each, str) for each in query.get("remove", ())):
        raise _wrong("query.remove", "array of strings")
    for each in query.get("edits", ()):
        _shaped(each, {"type": str, "delete": str, "insert": str}, "edits")
        if each.get("type") not in ("remove", "replace"):
            raise _wrong("edits.type", "remove or replace")


def _check_automatic(name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise _wrong(name, "array")
    for each in value:
        if isinstance(each, str):
            continue
        _shaped(each, {"facet": str, "score": int, "disjunctive": bool, "negative": bool}, name)
        if "facet" not in each:
            raise _wrong(name, "facet")


def _limit(name: str, value: list[Any], most: int) -> None:
    if len(value) > most:
        raise _wrong(name, f"at most {most} items")


def _wrong(name: str, expected: str) -> Any:
    return errors.bad_request(f'Invalid value for "{name}" parameter, expected {expected}', subject=name)


def find(tx: Transaction, index: Json, id: str) -> Json:
    """Return a rule, or refuse an unknown id."""
    document = tx.get(RULES, f"{index['uid']}/{id}")
    if document is None:
        raise errors.no_object()
    return dict(document["rule"])


def put(tx: Transaction, index: Json, rule: Json) -> None:
    """Add or replace a rule."""
    document = {"id": f"{index['uid']}/{rule['objectID']}", "uid": index["uid"], "rule": rule}
    if tx.get(RULES, document["id"]) is None:
        tx.insert(RULES, document)
    else:
        tx.save(RULES, document)
    index["rules"] = index.get("rules", 0) + 1


def remove(tx: Transaction, index: Json, id: str) -> None:
    """Delete a rule; one that is not there is let be."""
    tx.delete(RULES, f"{index['uid']}/{id}")
    index["rules"] = index.get("rules", 0) + 1


def clear(tx: Transaction, index: Json) -> None:
    """Delete all rules of an index."""
    for document in list(tx.every(RULES, uid=index["uid"])):
        tx.delete(RULES, document["id"])
    index["rules"] = index.get("rules", 0) + 1


def of(tx: Transaction, index: Json) -> list[Json]:
    """Return all rules of an index, in the order in which they came."""
    return [dict(document["rule"]) for document in tx.every(RULES, uid=index["uid"])]


def replace(tx: Transaction, index: Json, rules: Iterable[Json]) -> None:
    """Put these rules in the place of all."""
    clear(tx, index)
    for each in rules:
        put(tx, index, each)


def matching(
    tx: Transaction,
    index: Json,
    query: str,
    *,
    anchoring: str | None = None,
    context: str | None = None,
    enabled: bool | None = None,
) -> list[Json]:
    """Return the rules whose texts hold the query, by the anchoring, context and state asked for."""
    wanted = normalise(query.strip())
    found = []
    for rule in of(tx, index):
        conditions = rule.get("conditions", [rule["condition"]] if "condition" in rule else [])
        texts = [rule["objectID"], rule.get("description", "")]
        texts += [each.get("pattern", "") for each in conditions]
        if wanted not in normalise(" ".join(texts)):
            continue
        if anchoring is not None and all(each.get("anchoring") != anchoring for each in conditions):
            continue
        if context is not None and all(each.get("context") != context for each in conditions):
            continue
        if enabled is None or rule.get("enabled", True) is enabled:
            found.append(rule)
    return found
