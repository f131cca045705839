"""The documentation page of the control API, made from its OpenAPI document; it loads nothing from anywhere."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, Template

from harness.errors import NotFound
from harness.runtime import Runtime

router = APIRouter()
Json = dict[str, Any]


@router.get("/docs", include_in_schema=False)
async def show_docs(request: Request) -> HTMLResponse:
    """Show all operations with their parameters, bodies and answers."""
    document: Json = request.app.openapi()
    page = _template().render(
        info=document["info"],
        groups=groups(document),
        schemas=sorted(document["components"]["schemas"].items()),
        spell=spell,
        pretty=lambda schema: json.dumps(schema, indent=2),
    )
    return HTMLResponse(page)


@router.get("/ca.pem", include_in_schema=False)
async def show_authority(request: Request) -> Response:
    """Return the certificate that a client of the TLS port has to trust."""
    runtime: Runtime = request.app.state.runtime
    if not runtime.settings.tls:
        raise NotFound("this Greenroom serves no TLS: start it without --no-tls")
    content = runtime.authority().certificate.read_bytes()
    return Response(content, media_type="application/x-pem-file")


def groups(document: Json) -> dict[str, list[Json]]:
    """Return the operations by tag, each with `method`, `path`, `body` and `answers` beside its own fields."""
    grouped: dict[str, list[Json]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            )
            answers = [
                (status, answer.get("content", {}).get("application/json", {}).get("schema"))
                for status, answer in operation["responses"].items()
                if status != "4XX"
            ]
            line = {**operation, "method": method.upper(), "path": path, "body": body, "answers": answers}
            grouped.setdefault(operation["tags"][0], []).append(line)
    return grouped


def spell(schema: Json | None) -> str:
    """Write a schema in a word or two: `string`, `integer | null`, `Event[]`, the name of a model."""
    if not schema:
        return "any"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(spell(each) for each in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"{spell(schema.get('items'))}[]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {spell(schema['additionalProperties'])}"
    return str(schema.get("const") or schema.get("type") or "any")


@cache
def _template() -> Template:
    loader = PackageLoader("harness.control", "pages")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "docs.html"
    )
