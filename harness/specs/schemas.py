"""OpenAPI's schemas as JSON Schema has them (2020-12), and values checked against them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError

Json = dict[str, Any]
_VALUES = ("example", "examples", "default", "enum", "const", "x-examples")
"""Below these are values, not schemas."""
_TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})


def modernise(node: Any) -> Any:
    """Turn OpenAPI 3.0's dialect of JSON Schema into today's, in place; what no validator could read is left out.

    `nullable`, boolean `exclusiveMinimum`, empty enums, unknown types, and patterns that are no regular expression here.
    """
    if isinstance(node, list):
        for each in node:
            modernise(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in _VALUES or isinstance(value, dict):
                modernise(value)
        _plain(node)
    return node


def open_parts(tree: Json) -> None:
    """Let the parts of every `allOf` have further properties, in place: closed parts would allow no whole at all."""
    for schema in _all(tree):
        for part in schema.get("allOf", ()) if isinstance(schema.get("allOf"), list) else ():
            _open(tree, part, 8)


def drop_dead(tree: Json) -> None:
    """Forget references that lead nowhere, in place: what they stand for may be anything."""
    for node in _all(tree):
        if isinstance(node.get("$ref"), str) and node is not tree and not follow(tree, node):
            del node["$ref"]


def _open(tree: Json, schema: Json, depth: int) -> None:
    target = follow(tree, schema)
    if target.get("additionalProperties") is False:
        del target["additionalProperties"]
    if depth:
        for key in ("allOf", "oneOf", "anyOf"):
            for part in target.get(key, ()):
                _open(tree, part, depth - 1)


def _all(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _all(each)


def follow(tree: Json, node: Json) -> Json:
    """Return what a reference leads to; what is none comes back itself. A dead reference leads to nothing."""
    for _ in range(16):
        pointer = node.get("$ref")
        if not isinstance(pointer, str):
            return node
        node = _at(tree, pointer)
    return {}


def _at(tree: Json, pointer: str) -> Json:
    found: Any = tree
    for step in pointer.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _plain(schema: Json) -> None:
    for bound in ("Minimum", "Maximum"):
        exclusive = schema.get(f"exclusive{bound}")
        if isinstance(exclusive, bool):
            del schema[f"exclusive{bound}"]
            if exclusive and bound.lower() in schema:
                schema[f"exclusive{bound}"] = schema.pop(bound.lower())
    if schema.get("enum") == []:
        del schema["enum"]
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not _compiles(pattern):
        del schema["pattern"]
    kind = schema.get("type")
    if isinstance(kind, str) and kind not in _TYPES and "properties" not in schema:
        del schema["type"]
    if schema.get("nullable") is True:
        _nullable(schema)


def _nullable(schema: Json) -> None:
    del schema["nullable"]
    kind = schema.get("type")
    if isinstance(kind, str) and not schema.keys() & {"allOf", "anyOf", "oneOf", "$ref", "const"}:
        schema["type"] = [kind, "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return
    told = {name: schema.pop(name) for name in list(schema) if name not in ("description", "title")}
    schema["anyOf"] = [told, {"type": "null"}]


@cache
def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError):
        return False
    return True


def errors(value: Any, schema: Json, components: Json) -> Iterator[ValidationError]:
    """Yield what is wrong with a value; `components` are those of the schema's document.

    `oneOf` is read as `anyOf`: the documents write it for unions whose members overlap (an empty list is of each kind).
    """
    found: Iterator[ValidationError] = _validator()({**schema, "components": components}).iter_errors(value)
    return found


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    make: Any = extend
    return make(Draft202012Validator, {"oneOf": Draft202012Validator.VALIDATORS["anyOf"]})


def valid(value: Any, schema: Json, components: Json) -> bool:
    """Tell whether a value fits a schema."""
    return next(iter(errors(value, schema, components)), None) is None


def types(schema: Json) -> list[str]:
    """Return the types that a schema names, in its order."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return kind
    if isinstance(kind, str):
        return [kind]
    if "properties" in schema:
        return ["object"]
    return ["array"] if "items" in schema else []
