"""Cint's own OpenAPI document, as far as it tells what answers look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = Any


class Spec:
    """The document, and validators made of it."""

    def __init__(self, folder: Path) -> None:
        self.raw = yaml.load((folder / "cint.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
        self.document = modern(self.raw)
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:cint", resource)
        self.operations: dict[str, tuple[str, str, Json]] = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def schema(self, id: str, status: int) -> Json | None:
        """Return the schema of an operation's answer, None for one without body; fail for a status it has not."""
        responses = self.operations[id][2]["responses"]
        assert str(status) in responses, f"{id} has no answer {status}"
        answer = self.resolved(responses[str(status)])
        content = answer.get("content", {}).get("application/json")
        return None if content is None else content["schema"]

    def check(self, id: str, status: int, body: Json) -> None:
        """Fail unless an answer is what the document says."""
        schema = self.schema(id, status)
        if schema is None:
            assert body is None, f"{id} ({status}) has no body"
            return
        if status == 400 and "oneOf" in schema:  # an error with invalid_params is an error without them, too
            schema = {"anyOf": schema["oneOf"]}
        validator = Draft202012Validator(_absolute(schema), registry=self.registry)
        problems = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
        assert not problems, f"{id} ({status}):\n" + "\n".join(problems[:8])

    def resolved(self, node: Json) -> Json:
        """Follow a reference."""
        while "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def properties(self, schema: Json) -> set[str]:
        """Return the names of an object schema's properties, those of its parts included."""
        schema = self.resolved(schema)
        found = set(schema.get("properties", ()))
        for part in schema.get("allOf", ()):
            found |= self.properties(part)
        return found


def modern(node: Json) -> Json:
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema says."""
    if isinstance(node, list):
        return [modern(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {name: modern(value) for name, value in node.items() if name != "nullable"}
    if node.get("nullable") is True and "name" not in node:
        return {"anyOf": [result, {"type": "null"}]}
    return result


def _absolute(node: Json) -> Json:
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"urn:cint{value}" if name == "$ref" and isinstance(value, str) else _absolute(value)
        for name, value in node.items()
    }
