"""What a request of an inferred operation says, held against the document; wrong ones are refused in the dialect's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from harness.specs import forms, schemas
from harness.specs.document import JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.exceptions import ValidationError

    from harness.dialect import Dialect
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.specs.document import Described

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
_KINDS = {
    "string": "string_type",
    "integer": "int_type",
    "number": "float_type",
    "boolean": "bool_type",
    "array": "list_type",
    "object": "dict_type",
}
_BOUNDS = {
    "minimum": ("greater_than_equal", "ge"),
    "exclusiveMinimum": ("greater_than", "gt"),
    "maximum": ("less_than_equal", "le"),
    "exclusiveMaximum": ("less_than", "lt"),
    "minLength": ("string_too_short", "min_length"),
    "maxLength": ("string_too_long", "max_length"),
    "minItems": ("too_short", "min_length"),
    "maxItems": ("too_long", "max_length"),
    "pattern": ("string_pattern_mismatch", "pattern"),
}


@dataclass(slots=True)
class Said:
    """What a request says: typed parameters of path and query, and the body (bytes where it is no JSON and no form)."""

    path: Json
    query: Json
    body: Any

    @property
    def fields(self) -> Json:
        """The body's fields; a body that is no object has none."""
        return self.body if isinstance(self.body, dict) else {}


def decoded(described: Described, dialect: Dialect, request: Request) -> Json:
    """Read query and body as the document's content types say; refuse what cannot be read."""
    query = forms.read(request.query)
    sent = (request.header("content-type") or "").partition(";")[0].strip().lower()
    kinds = described.body
    if not request.body or request.method == "GET":
        return {"query": query, "body": None}
    if sent == FORM or (FORM in kinds and sent in ("", FORM)):
        return {"query": query, "body": forms.read(request.body.decode("utf-8", "replace"))}
    if JSON in kinds or "json" in sent or not kinds:
        if sent in kinds and "json" not in sent:
            return {"query": query, "body": request.body.decode("latin-1")}
        try:
            return {"query": query, "body": orjson.loads(request.body)}
        except orjson.JSONDecodeError:
            raise _rule(
                dialect.failure(400, "The request body is not valid JSON."), "malformed_body"
            ) from None
    return {"query": query, "body": request.body.decode("latin-1")}


def said(
    described: Described, dialect: Dialect, operation: Operation, data: Json, values: dict[str, str]
) -> tuple[Said, Refusal | None]:
    """Return what a request says, and the refusal of what the document forbids in it."""
    told, found = read(described, data, values)
    if not found:
        return told, None
    return told, refusal(dialect, operation, found, {**told.query, **told.fields})


def read(described: Described, data: Json, values: dict[str, str]) -> tuple[Said, list[Json]]:
    """Return what a request says, and what the document forbids in it, in pydantic's form."""
    document = described.document
    path = {
        name: forms.typed(text, _schema(described, "path", name), document) for name, text in values.items()
    }
    query = {
        name: forms.typed(value, _schema(described, "query", name), document)
        for name, value in data["query"].items()
    }
    body, schema = data["body"], _body_schema(described)
    if FORM in described.body and isinstance(body, dict):
        body = forms.typed(body, described.body[FORM], document)
    found = [*_of_parameters(described, query), *_of_body(described, schema, body)]
    return Said(path, query, body), found


def _schema(described: Described, place: str, name: str) -> Json:
    for each in described.placed(place):
        if each["name"] in (name, f"{name}[]"):
            if each.get("schema"):
                schema: Json = each["schema"]
                return schema
            return next((media.get("schema", {}) for media in each.get("content", {}).values()), {})
    return {}


def _body_schema(described: Described) -> Json | None:
    for kind in (JSON, FORM):
        if kind in described.body:
            return described.body[kind]
    return None


def _of_parameters(described: Described, query: Json) -> Iterator[Json]:
    for each in described.placed("query"):
        name = each["name"].removesuffix("[]")
        if name in query:
            found = schemas.errors(query[name], each.get("schema") or {}, described.document.components)
            yield from plain(found, (name,))
        elif each.get("required"):
            yield {"type": "missing", "loc": (name,), "msg": "Field required", "input": query}


def _of_body(described: Described, schema: Json | None, body: Any) -> Iterator[Json]:
    if isinstance(body, str) and schema is not None and JSON not in described.body:
        return
    if body is None:
        if schema is None or not described.body_required:
            return
        body = {}
    if schema is not None:
        yield from plain(schemas.errors(body, schema, described.document.components))


def plain(found: Iterable[ValidationError], above: tuple[str | int, ...] = ()) -> Iterator[Json]:
    """Turn a validator's errors into pydantic's form, which every dialect explains."""
    for each in found:
        error: Any = each  # its types say that anything may be unset
        place = (*above, *error.absolute_path)
        if error.validator in ("anyOf", "oneOf", "allOf") and error.context:
            yield from plain([_closest(error.context)], above)
        elif error.validator == "required":
            lacking = next(each for each in error.validator_value if f"'{each}'" in error.message)
            yield {
                "type": "missing",
                "loc": (*place, lacking),
                "msg": "Field required",
                "input": error.instance,
            }
        elif error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {})
            for name in sorted(error.instance.keys() - known.keys()):
                told = "Extra inputs are not permitted"
                yield {
                    "type": "extra_forbidden",
                    "loc": (*place, name),
                    "msg": told,
                    "input": error.instance[name],
                }
        else:
            yield {"loc": place, "input": error.instance, **_kind(error)}


def _closest(found: list[ValidationError]) -> ValidationError:
    """Return the error of the alternative that came furthest."""
    return max(found, key=lambda each: (len(each.absolute_path), each.validator != "type"))


def _kind(error: Any) -> Json:
    told = error.message[:200]
    if error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        kind = next((each for each in wanted if each != "null"), "string")
        return {"type": _KINDS.get(kind, "string_type"), "msg": f"Input should be a valid {kind}", "ctx": {}}
    if error.validator in ("enum", "const"):
        values = error.validator_value if error.validator == "enum" else [error.validator_value]
        names = [f"'{each}'" for each in values if each is not None]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else ""
        return {"type": "literal_error", "msg": f"Input should be {listed}", "ctx": {"expected": listed}}
    if error.validator in _BOUNDS:
        kind, name = _BOUNDS[str(error.validator)]
        context = {name: error.validator_value, "field_type": "List", "actual_length": 0}
        return {"type": kind, "msg": told, "ctx": context}
    return {"type": "value_error", "msg": told, "ctx": {"error": ValueError(told)}}


def refusal(dialect: Dialect, operation: Operation, found: list[Json], data: Json) -> Refusal:
    """Return the provider's refusal of what is wrong."""
    first = found[0]
    where = ".".join(map(str, first["loc"]))
    try:
        made = dialect.invalid(operation, found, data)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        made = dialect.failure(400, f"{where}: {first['msg']}")  # a dialect that has no words for it
    made.subject = made.subject or where
    made.message = made.message or f"{where}: {first['msg']}"
    return _rule(made, "invalid_parameters")


def _rule(made: Refusal, rule: str) -> Refusal:
    made.rule = made.rule or rule
    return made
