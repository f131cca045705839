"""Queries and forms as nested values: repeated names, `a[b]=c`, `a[]=b`, `a[0][b]=c`; and texts as a schema's types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from harness.specs import schemas

if TYPE_CHECKING:
    from harness.specs.document import Document

Json = dict[str, Any]
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_DEEPEST = 12


def read(text: str) -> Json:
    """Return the fields of a query or form, nested; a name that comes again makes a list."""
    root: Json = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        found = _KEY.match(key)
        path = [key] if found is None else [found[1], *found[2][1:-1].split("][")] if found[2] else [found[1]]
        _put(root, path[:_DEEPEST], value)
    return {name: _lists(value) for name, value in root.items()}


def _put(node: Json, path: list[str], value: str) -> None:
    for name in path[:-1]:
        below = node.setdefault(name or str(len(node)), {})
        if not isinstance(below, dict):
            return
        node = below
    last = path[-1] or str(len(node))
    if last in node:
        known = node[last]
        node[last] = [*known, value] if isinstance(known, list) else [known, value]
    else:
        node[last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(each) for name, each in value.items()}


def typed(value: Any, schema: Json, document: Document, depth: int = 0) -> Any:
    """Return a value of texts as the types of a schema say; what does not fit stays as it is."""
    schema = document.follow(schema)
    if depth > _DEEPEST:
        return value
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return _alternative(value, schema[key], document, depth)
    if schema.get("allOf"):
        for part in schema["allOf"]:
            value = typed(value, part, document, depth + 1)
        return value
    kinds = schemas.types(schema)
    if "object" in kinds and isinstance(value, dict):
        return _object(value, schema, document, depth)
    if "array" in kinds and "string" not in kinds:
        items = schema.get("items") or {}
        listed = value if isinstance(value, list) else [value] if value != "" else value
        return (
            [typed(each, items, document, depth + 1) for each in listed]
            if isinstance(listed, list)
            else value
        )
    return _plain(value, kinds)


def _alternative(value: Any, options: list[Json], document: Document, depth: int) -> Any:
    for option in options:
        made = typed(value, option, document, depth + 1)
        if schemas.valid(made, option, document.components):
            return made
    return value


def _object(value: Json, schema: Json, document: Document, depth: int) -> Json:
    told = schema.get("properties", {})
    further = schema.get("additionalProperties")
    rest = further if isinstance(further, dict) else {}
    return {
        name: typed(each, told.get(name, rest), document, depth + 1) if told.get(name, rest) else each
        for name, each in value.items()
    }


def _plain(value: Any, kinds: list[str]) -> Any:
    if not isinstance(value, str) or "string" in kinds:
        return value
    if "integer" in kinds and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if "number" in kinds and re.fullmatch(r"-?\d{1,18}(?:\.\d{1,18})?", value):
        return float(value) if "." in value else int(value)
    if "boolean" in kinds and value in ("true", "false"):
        return value == "true"
    return value
