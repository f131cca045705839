"""Clerk's own OpenAPI documents, as far as they tell what answers and events look like."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mocks.clerk.provider import clerk

Json = Any
MISPRINTED = {"createApiKey": "200"}
"""Statuses that the document has and Clerk's own SDK does not take."""

METHODS = ("get", "post", "put", "patch", "delete")


def read(folder: Path, name: str) -> Json:
    """Return a document."""
    return yaml.load((folder / name).read_text("utf-8"), Loader=yaml.CSafeLoader)


@cache
def published(folder: Path) -> Published:
    """Return the documents of a folder, read once."""
    return Published(folder)


class Published:
    """The schemas of answers and events, turned from OpenAPI 3.0 into JSON Schema."""

    def __init__(self, folder: Path) -> None:
        api, hooks = read(folder, "clerk.bapi.yaml"), read(folder, "clerk.webhooks.yaml")
        self.api = api
        self.operations = {
            operation["operationId"]: (f"/v1{path}", method.upper(), operation)
            for path, item in api["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }
        self.responses = api["components"]["responses"]
        self.schemas = components(api["components"]["schemas"])
        self.hook_schemas = components(hooks["components"]["schemas"])
        self.events = {
            name: converted(item["post"]["requestBody"]["content"]["application/json"]["schema"])
            for name, item in hooks["x-webhooks"].items()
        }

    def answer(self, operation: str, status: int) -> Json:
        """Return the schema of an operation's answer, None for one without body; fail for a status it does not have."""
        described = self.operations[operation][2]["responses"][MISPRINTED.get(operation, str(status))]
        if "$ref" in described:
            described = self.responses[described["$ref"].rpartition("/")[2]]
        content = described.get("content")
        return None if content is None else converted(content["application/json"]["schema"])

    def check(self, method: str, path: str, status: int, body: Json) -> None:
        """Hold a success of a served operation against its schema."""
        found = clerk.routes.find(method, path.partition("?")[0])
        assert isinstance(found, tuple)
        id = found[0].id
        if id in self.operations and "paginated=true" not in path:
            schema = self.answer(id, status)
            if schema is not None:
                self.validate(body, schema)

    def validate(self, value: Json, schema: Json) -> None:
        """Raise jsonschema.ValidationError when a value does not fit a schema of the API's document."""
        _validate(value, schema, self.schemas)

    def check_event(self, body: Json) -> None:
        """Raise jsonschema.ValidationError when an event is not as Clerk's document says."""
        if body["type"] == "session.pending":
            # The document of webhooks has the event, and lacks the status that gives it its name; the API's has it.
            assert body["data"]["status"] == "pending"
            body = body | {"data": body["data"] | {"status": "active"}}
        _validate(body, self.events[body["type"]], self.hook_schemas)

    def properties(self, schema: Json) -> set[str]:
        """Return the names of the properties of an object's schema, or of the objects in a list."""
        if "items" in schema:
            return self.properties(schema["items"])
        if "$ref" in schema:
            return self.properties(self.schemas[schema["$ref"].rpartition("/")[2]])
        below = [self.properties(each) for each in schema.get("allOf", ())]
        return set(schema.get("properties", ())).union(*below)


@cache
def frontend(folder: Path) -> Frontend:
    """Return the Frontend API's document of a folder, read once."""
    return Frontend(folder)


class Frontend:
    """The schemas of what the Frontend API answers."""

    def __init__(self, folder: Path) -> None:
        document = read(folder, "clerk.fapi.yaml")
        self.document = document
        self.operations = {
            operation["operationId"]: (path, method.upper(), operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }
        self.responses = document["components"]["responses"]
        self.schemas = components(document["components"]["schemas"])

    def answer(self, operation: str, status: int) -> Json:
        """Return the schema of an operation's JSON, None for one without; fail for a status it does not have."""
        described = self.operations[operation][2]["responses"][str(status)]
        if "$ref" in described:
            described = self.responses[described["$ref"].rpartition("/")[2]]
        content = described.get("content", {}).get("application/json")
        return None if content is None else converted(content["schema"])

    def check(self, operation: str, status: int, body: Json) -> None:
        """Hold an answer against the document."""
        schema = self.answer(operation, status)
        if schema is not None:
            _validate(body, schema, self.schemas)

    def lacking(self, operation: str, body: Json) -> set[str]:
        """Return the properties that an operation's answer could have at any depth and has not."""
        schema = self.answer(operation, 200)
        return set() if schema is None else set(lacking(schema, body, self.schemas))


def lacking(schema: Json, value: Json, schemas: Json) -> Iterator[str]:
    """Yield the properties of a schema's objects that a value has not, each as `type.name`."""
    if "$ref" in schema:
        yield from lacking(schemas[schema["$ref"].rpartition("/")[2]], value, schemas)
    for each in schema.get("allOf", ()):
        yield from lacking(each, value, schemas)
    for each in schema.get("anyOf", ()):
        if value is not None and each != {"type": "null"}:
            yield from lacking(each, value, schemas)
    if isinstance(value, list):
        for each in value:
            yield from lacking(schema.get("items", {}), each, schemas)
    if isinstance(value, dict):
        for name, each in schema.get("properties", {}).items():
            if name in value:
                yield from lacking(each, value[name], schemas)
            else:
                yield f"{value.get('object', '')}.{name}"


def _validate(value: Json, schema: Json, schemas: Json) -> None:
    whole = {"allOf": [schema], "components": {"schemas": schemas}}
    jsonschema.Draft202012Validator(whole).validate(value)


OPEN = "__open"
"""Ends the name under which a schema lies a second time, with further properties allowed."""


def components(schemas: Json) -> Json:
    """Return all schemas of a document, each as it is and opened."""
    found = {}
    for name, each in schemas.items():
        found[name] = converted(each)
        found[name + OPEN] = converted(
            {key: value for key, value in each.items() if key != "additionalProperties"}
        )
    return found


def converted(schema: Json) -> Json:
    """Turn a schema of OpenAPI 3.0 into JSON Schema.

    `nullable` becomes a further type. The members of an `allOf` are opened, since each forbids what the others have.
    """
    if isinstance(schema, list):
        return [converted(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result: Json = {}
    for name, value in schema.items():
        if name == "properties":
            result[name] = {key: converted(each) for key, each in value.items()}
        elif name == "allOf":
            result[name] = [_opened(each) for each in value]
        elif name not in ("nullable", "example"):
            result[name] = value if name in ("enum", "required", "default") else converted(value)
    return {"anyOf": [result, {"type": "null"}]} if schema.get("nullable") is True else result


def _opened(schema: Json) -> Json:
    if "$ref" in schema:
        return {"$ref": schema["$ref"] + OPEN}
    return converted({key: value for key, value in schema.items() if key != "additionalProperties"})
