"""Answers against Stripe's own OpenAPI document: an SDK transport that validates everything that passes through it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

VERSION = "2026-05-27.dahlia"
"""The version of the document."""

Json = Any


class Document:
    """Stripe's document, as validators by method, path and status."""

    def __init__(self, folder: Path) -> None:
        """Read the document from the folder of the providers' specs."""
        with gzip.open(folder / "stripe.openapi.json.gz") as file:
            self.document = _modern(json.load(file))
        self._correct("/v1/billing/credit_balance_transactions")
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:stripe", resource)
        self.paths = [
            (re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path)) + "$"), path)
            for path in sorted(self.document["paths"], key=lambda path: path.count("{"))
        ]
        self.seen: set[str] = set()

    def _correct(self, path: str) -> None:
        """Forget the address that the document gives a list: it is another list's, at which an SDK would go on reading."""
        answer = self.document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        del answer["schema"]["properties"]["url"]["pattern"]

    def operation(self, method: str, path: str) -> tuple[str, Json]:
        """Return the template and the operation that a request is for."""
        for pattern, template in self.paths:
            operation = self.document["paths"][template].get(method.lower())
            if operation is not None and pattern.match(path):
                return template, operation
        raise AssertionError(f"Stripe's document has no {method} {path}")

    def check(self, method: str, path: str, status: int, body: Json) -> None:
        """Fail unless an answer is what the document says, without top-level fields that it does not know."""
        template, operation = self.operation(method, path)
        self.seen.add(operation["operationId"])
        responses = operation["responses"]
        key = str(status) if str(status) in responses else "default"
        pointer = (
            f"#/paths/{_escaped(template)}/{method.lower()}/responses/{key}/content/application~1json/schema"
        )
        validator = Draft202012Validator({"$ref": f"urn:stripe{pointer}"}, registry=self.registry)
        problems = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
        assert not problems, f"{method} {path} ({status}):\n" + "\n".join(problems[:8])
        for found in _objects(body):
            schema = self.document["components"]["schemas"].get(found["object"])
            if schema and "properties" in schema and not found.get("deleted"):
                unknown = set(found) - set(schema["properties"])
                assert not unknown, f"{found['object']} has fields that Stripe's has not: {sorted(unknown)}"

    def check_object(self, body: Json) -> None:
        """Fail unless an object, such as an event's, is what the document says of its kind."""
        name = body["object"]
        validator = Draft202012Validator(
            {"$ref": f"urn:stripe#/components/schemas/{name}"}, registry=self.registry
        )
        problems = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
        assert not problems, f"{name}:\n" + "\n".join(problems[:8])


def _objects(body: Json) -> Iterator[Json]:
    if isinstance(body, dict):
        if isinstance(body.get("object"), str) and "id" in body:
            yield body
        for value in body.values():
            yield from _objects(value)
    elif isinstance(body, list):
        for value in body:
            yield from _objects(value)


def _modern(node: Json) -> Json:
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema says; v2's errors of a name are also the one without a name."""
    if isinstance(node, list):
        return [_modern(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {name: _modern(value) for name, value in node.items() if name != "nullable"}
    if any(each.get("$ref", "").endswith("/v2.error") for each in node.get("oneOf", ())):
        result["anyOf"] = result.pop("oneOf")
    if node.get("nullable") is True:
        return {"anyOf": [result, {"type": "null"}]}
    return result


def _escaped(template: str) -> str:
    return template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


class CheckingClient(stripe.RequestsClient):
    """The SDK's own transport; each answer at the document's version is checked on its way back."""

    def __init__(self, document: Document) -> None:
        """Check against a document."""
        super().__init__()
        self.document = document

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        """Send a request as the SDK does, then check the answer."""
        content, status, answered = super().request(method, url, headers, post_data)
        text = content.decode() if isinstance(content, bytes) else str(content)
        if headers["Stripe-Version"] == VERSION:
            self.document.check(method.upper(), urlsplit(url).path, status, json.loads(text))
        return content, status, answered


@contextmanager
def refused(status: int, code: str | None = None, param: str | None = None) -> Iterator[None]:
    """Expect the SDK to raise a refusal with a status, and perhaps a code and a parameter."""
    try:
        yield
    except stripe.StripeError as error:
        found = (
            error.http_status,
            error.code if code else None,
            getattr(error, "param", None) if param else None,
        )
        if found != (status, code, param):
            raise AssertionError(f"{found}: {error.user_message}") from error
    else:
        raise AssertionError(f"nothing was refused; {status} {code} was expected")
