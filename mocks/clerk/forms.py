"""Bodies and queries as Clerk reads them: JSON, forms, repeated keys for lists."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from mocks.clerk import errors

if TYPE_CHECKING:
    from harness.messages import Request
    from harness.provider import Operation

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
DEEPEST = 100
"""Levels of nesting that a JSON body may have."""


def read_query(request: Request, operation: Operation) -> Json:
    """Read a query: a key that comes again gives a list where the operation takes one; `name[]` is `name`."""
    return _gathered(operation, parse_qsl(request.query, keep_blank_values=True))


def read_body(request: Request, operation: Operation) -> Any:
    """Read a JSON body (or a form, whose values are JSON where the operation takes no text); empty is `{}`."""
    if not request.body:
        return {}
    content_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type == FORM:
        pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: _typed(operation, name, value) for name, value in _gathered(operation, pairs).items()}
    if content_type and content_type != "application/json":
        raise errors.unsupported_content_type(content_type)
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise errors.malformed() from None
    if request.body.count(b"{") + request.body.count(b"[") > DEEPEST and _deeper(body, DEEPEST):
        raise errors.malformed()
    return body


def _gathered(operation: Operation, pairs: list[tuple[str, str]]) -> Json:
    lists = _lists(operation.id, operation.params)
    found: Json = {}
    for spelled, value in pairs:
        name = spelled.removesuffix("[]")
        if name in lists:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


@cache
def _lists(operation: str, params: Any) -> frozenset[str]:
    fields = params.model_fields if params is not None else {}
    return frozenset(name for name, field in fields.items() if "list[" in str(field.annotation))


def _typed(operation: Operation, name: str, value: Any) -> Any:
    field = operation.params.model_fields.get(name) if operation.params is not None else None
    if field is None or isinstance(value, list) or "str" in str(field.annotation).replace("dict[str", ""):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _deeper(value: Any, levels: int) -> bool:
    """Tell whether lists and objects lie in each other deeper than so many levels."""
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return True
