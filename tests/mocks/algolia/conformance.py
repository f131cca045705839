"""Answers against Algolia's own OpenAPI document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = Any

NOT_IN_DOCUMENT = frozenset({"searchSingleIndexGet", "browseGet"})
"""Served as old clients ask for it, with the answers of the POST."""

DOCUMENTS = ("algolia.search.yaml", "algolia.insights.yaml", "algolia.analytics.yaml")


class _Loader(yaml.CSafeLoader):
    """YAML in which a bare `=` is a text."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


class Document:
    """Algolia's documents of the APIs that are served, as validators by operation and status."""

    def __init__(self, folder: Path) -> None:
        """Read the documents from the folder of the providers' specs."""
        self.registry: Registry[Any] = Registry()
        self.documents: dict[str, Json] = {}
        self.operations: dict[str, tuple[str, str, Json]] = {}
        self.sources: dict[str, str] = {}
        for name in DOCUMENTS:
            # By this class, so that a bare `=` among the analytics is read as the text that it is.
            read = yaml.load((folder / name).read_text("utf-8"), Loader=_Loader)
            self.documents[name] = _satisfiable(read)
            resource = Resource.from_contents(self.documents[name], default_specification=DRAFT202012)
            self.registry = self.registry.with_resource(f"urn:{name}", resource)
            found = {
                operation["operationId"]: (method, path, operation)
                for path, item in read["paths"].items()
                for method, operation in item.items()
                if isinstance(operation, dict)
                and "operationId" in operation
                and not operation.get("x-helper")
            }
            self.sources |= dict.fromkeys(set(found) - set(self.operations), name)
            self.operations = found | self.operations
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
        elif "content" not in response:
            return
        schema = {"$ref": f"urn:{self.sources[id]}{pointer}/content/application~1json/schema"}
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
