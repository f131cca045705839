"""Answers against Algolia's own OpenAPI document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = Any

NOT_IN_DOCUMENT = frozenset({"searchSingleIndexGet", "browseGet", "pushEvents", "deleteUserToken"})
"""Served as old clients ask for it, with the answers of the POST; and what is in the document of another API."""


class Document:
    """Algolia's document of the Search API, as validators by operation and status."""

    def __init__(self, folder: Path, name: str = "algolia.search.yaml") -> None:
        """Read the document from the folder of the providers' specs."""
        read = yaml.load((folder / name).read_text("utf-8"), Loader=yaml.CSafeLoader)
        self.document = _satisfiable(read)
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:algolia", resource)
        self.operations: dict[str, tuple[str, str, Json]] = {
            operation["operationId"]: (method, path, operation)
            for path, item in read["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation and not operation.get("x-helper")
        }
        self.seen: set[str] = set()

    def check(self, id: str, status: int, body: Json) -> None:
        """Fail unless a success is what the document says of an operation."""
        id = id.removesuffix("Get")
        if id not in self.operations:
            return
        self.seen.add(id)
        method, path, operation = self.operations[id]
        assert str(status) in operation["responses"], f"{id} has no {status} in the document"
        pointer = f"#/paths/{_escaped(path)}/{method}/responses/{status}"
        response = operation["responses"][str(status)]
        if "$ref" in response:
            pointer = response["$ref"]
        schema = {"$ref": f"urn:algolia{pointer}/content/application~1json/schema"}
        found = Draft202012Validator(schema, registry=self.registry).iter_errors(body)
        problems = [f"{error.json_path}: {error.message[:300]}" for error in found]
        assert not problems, f"{id} ({status}):\n" + "\n".join(problems[:8])


def _satisfiable(document: Json) -> Json:
    """Return the document in a form that answers can satisfy.

    Members of `allOf` are closed against each other, `oneOf` lists schemas that are not exclusive, and `nullable` is
    left of OpenAPI 3.0: the document says what it means, but not in its own version's words.
    """
    parts: set[str] = set()
    _collect(document, parts)
    grown = -1
    while grown != len(parts):
        grown = len(parts)
        for name in list(parts):
            schema = document["components"]["schemas"][name]
            for kind in ("allOf", "oneOf", "anyOf"):
                parts |= {_name(each) for each in schema.get(kind, ()) if "$ref" in each}
    for name in parts:
        document["components"]["schemas"][name].pop("additionalProperties", None)
    return _modern(document)


def _collect(node: Json, parts: set[str]) -> None:
    """Gather the names of schemas that are members of an `allOf`, and open members written in place."""
    if isinstance(node, list):
        for each in node:
            _collect(each, parts)
    elif isinstance(node, dict):
        for member in node.get("allOf", ()) if isinstance(node.get("allOf"), list) else ():
            if "$ref" in member:
                parts.add(_name(member))
            else:
                member.pop("additionalProperties", None)
        for value in node.values():
            _collect(value, parts)


def _name(reference: Json) -> str:
    name: str = reference["$ref"].rpartition("/")[2]
    return name


def _modern(node: Json) -> Json:
    if isinstance(node, list):
        return [_modern(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {"anyOf" if name == "oneOf" else name: _modern(value) for name, value in node.items()}
    return {"anyOf": [result, {"type": "null"}]} if node.get("nullable") is True else result


def _escaped(path: str) -> str:
    return (
        path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("*", "%2A")
    )
