"""Where in an answer the things are: the item of a single answer, the array of a list, and the field that names a thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.specs import schemas

if TYPE_CHECKING:
    from harness.specs.document import Document

Json = dict[str, Any]
_ENVELOPES = ("data", "response", "result", "payload", "body")
_ARRAYS = ("data", "results", "items", "hits", "records", "list", "values")
_SIBLINGS = frozenset(
    {
        "hasmore",
        "totalcount",
        "total",
        "count",
        "pagination",
        "metadata",
        "nbhits",
        "nbpages",
        "nextpage",
        "meta",
        "page",
    }
)
_NAMES = (
    "id",
    "uid",
    "key",
    "slug",
    "code",
    "name",
    "value",
    "token",
    "domain",
    "identifier",
    "username",
    "email",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer holds a thing or the things of a list: the way there, and the schema of one of them."""

    way: tuple[str, ...]
    item: Json
    many: bool


def bare(name: str) -> str:
    """Return a name without what spellings differ in: `targetGroup_ID` is `targetgroupid`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def singular(name: str) -> str:
    """Return the singular of an English plural, as far as names of collections need it."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def flat(document: Document, schema: Json, depth: int = 0) -> Json:
    """Return an object schema with the properties of all its parts and alternatives; requirements are not kept."""
    schema = document.follow(schema)
    if depth > 6:
        return schema
    parts = [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not parts:
        return schema
    merged = {key: value for key, value in schema.items() if key not in ("allOf", "anyOf", "oneOf")}
    told: Json = dict(merged.get("properties", {}))
    for part in parts:
        inner = flat(document, part, depth + 1)
        for name, each in inner.get("properties", {}).items():
            told.setdefault(name, each)
        merged.setdefault("items", inner.get("items"))
        kinds = schemas.types(inner)
        if kinds and "type" not in merged and kinds != ["null"]:
            merged["type"] = kinds
    merged["properties"] = told
    if merged.get("items") is None:
        merged.pop("items", None)
    return merged


def place(document: Document, schema: Json, segment: str, *, single: bool) -> Place:
    """Find the things in an answer; `segment` is the path's name for them. `single` says that it cannot be a list."""
    found = None if single else _list(document, schema, segment, (), 0)
    return found or _item(document, schema, segment, (), 0)


def _list(document: Document, schema: Json, segment: str, way: tuple[str, ...], depth: int) -> Place | None:
    told = flat(document, schema)
    if "array" in schemas.types(told):
        items = told.get("items") or {}
        return Place(way, items, many=True) if _is_object(document, items) else None
    arrays = {
        name: each
        for name, each in told.get("properties", {}).items()
        if _is_object(document, flat(document, each).get("items") or {})
    }
    chosen = next((name for name in _ARRAYS if name in arrays), None)
    if chosen is None:
        chosen = next((name for name in arrays if bare(name) == bare(segment)), None)
    if chosen is None and len(arrays) == 1:
        others = {bare(name) for name in told["properties"]} - {bare(next(iter(arrays)))}
        chosen = next(iter(arrays)) if not others or others & _SIBLINGS else None
    if chosen is not None:
        return Place((*way, chosen), flat(document, arrays[chosen]).get("items") or {}, many=True)
    for name in _ENVELOPES:
        if name in told.get("properties", {}) and depth < 2:
            found = _list(document, told["properties"][name], segment, (*way, name), depth + 1)
            if found is not None:
                return found
    return None


def _item(document: Document, schema: Json, segment: str, way: tuple[str, ...], depth: int) -> Place:
    told = flat(document, schema)
    properties = told.get("properties", {})
    if "id" not in properties and depth < 2:
        wanted = (*_ENVELOPES, segment, singular(segment))
        inner = [name for name in properties if bare(name) in {bare(each) for each in wanted}]
        if len(properties) == 1:
            inner = list(properties)
        for name in inner:
            if _is_object(document, properties[name]):
                return _item(document, properties[name], segment, (*way, name), depth + 1)
    return Place(way, schema, many=False)


def _is_object(document: Document, schema: Json) -> bool:
    told = flat(document, schema)
    return "object" in schemas.types(told) and bool(
        told.get("properties") or told.get("additionalProperties")
    )


def names(document: Document, schema: Json) -> Json:
    """Return the properties that a thing may have."""
    told: Json = flat(document, schema).get("properties", {})
    return told


def identity(document: Document, parameter: str, segment: str, *items: Json) -> str | None:
    """Return the field by which a thing is named in paths: what the parameter says, else `id` and its kin.

    `items` are the schemas that show the thing; the surest name that one of them has is taken.
    """
    known: dict[str, str] = {}
    for schema in items:
        told = names(document, schema)
        for name in told:
            if _is_plain(document, told[name]):
                known.setdefault(bare(name), name)
    wanted = bare(parameter)
    if wanted.startswith("idor") and "id" in known:
        return known["id"]
    for each in (wanted, "id", "uid", f"{bare(singular(segment))}id", wanted.removesuffix("id"), *_NAMES[2:]):
        if each and each in known:
            return known[each]
    return None


def _is_plain(document: Document, schema: Json) -> bool:
    kinds = set(schemas.types(flat(document, schema)))
    return not kinds or bool(kinds & {"string", "integer"})


def at(value: Any, way: tuple[str, ...]) -> Any:
    """Return what lies at the end of a way into a value; None where it ends early."""
    for name in way:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def put(value: Any, way: tuple[str, ...], thing: Any) -> Any:
    """Return the value with a thing put at the end of a way."""
    if not way:
        return thing
    whole = dict(value) if isinstance(value, dict) else {}
    whole[way[0]] = put(whole.get(way[0]), way[1:], thing)
    return whole
