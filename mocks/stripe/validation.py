"""Turning what the typed parameters found wrong into Stripe's refusal: one error, the first in Stripe's own order."""

from __future__ import annotations

import difflib
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from mocks.stripe import errors as refusals

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.provider import Operation

Json = dict[str, Any]
Error = dict[str, Any]


def explain(operation: Operation, errors: list[Error], data: Json) -> Refusal:
    """Return the refusal for pydantic's errors: unknown parameters first, then missing ones, then bad values."""
    unknown = [each for each in errors if each["type"] == "extra_forbidden"]
    if unknown:
        return _unknown(operation, unknown)
    missing = next((each for each in errors if each["type"] == "missing"), None)
    if missing is not None:
        return refusals.missing_parameter(spelled(missing["loc"]))
    error = errors[0]
    param = spelled(error["loc"])
    build = _KINDS.get(error["type"])
    return _other(param, error) if build is None else build(param, error)


def spelled(location: tuple[int | str, ...]) -> str:
    """Return a parameter's name as it is sent: `items[0][price]`."""
    first, *rest = location or ("",)
    return f"{first}{''.join(f'[{each}]' for each in rest)}"


def _unknown(operation: Operation, unknown: list[Error]) -> Refusal:
    for each in unknown:
        model = _model_at(operation.params, each["loc"][:-1])
        if each["loc"][-1] in getattr(model, "unsupported", ()):
            return refusals.unsupported(spelled(each["loc"]))
    names = [spelled(each["loc"]) for each in unknown]
    if len(names) > 1:
        message = f"Received unknown parameters: {', '.join(names)}"
    else:
        message = f"Received unknown parameter: {names[0]}"
        model = _model_at(operation.params, unknown[0]["loc"][:-1])
        known = list(model.model_fields) if model is not None else []
        close = difflib.get_close_matches(str(unknown[0]["loc"][-1]), known, n=1, cutoff=0.7)
        if close:
            message += f". Did you mean {spelled((*unknown[0]['loc'][:-1], close[0]))}?"
    return refusals.invalid(message, param=names[0], code="parameter_unknown", rule="parameter_unknown")


def _model_at(model: Any, location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the model that holds the parameters below `location`."""
    for step in location:
        if isinstance(step, int):
            continue
        info = getattr(model, "model_fields", {}).get(step)
        model = None if info is None else _model_in(info.annotation)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, types.UnionType, Annotated, list, dict}:
        return next((found for each in get_args(annotation) if (found := _model_in(each)) is not None), None)
    return None


def _empty(param: str, error: Error) -> Refusal:
    return refusals.invalid(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value.",
        param=param,
        code="parameter_invalid_empty",
        rule="parameter_invalid_empty",
    )


def _integer(param: str, error: Error) -> Refusal:
    value = error["input"]
    if value == "":
        return _empty(param, error)
    if isinstance(value, dict | list):
        return _other(param, error)
    return refusals.invalid(
        f"Invalid integer: {value}",
        param=param,
        code="parameter_invalid_integer",
        rule="parameter_invalid_integer",
    )


def _boolean(param: str, error: Error) -> Refusal:
    return _empty(param, error) if error["input"] == "" else _value("boolean", param, error)


def _value(kind: str, param: str, error: Error) -> Refusal:
    return refusals.invalid(f"Invalid {kind}: {_short(error['input'])}", param=param)


def _string(param: str, error: Error) -> Refusal:
    return refusals.invalid(
        f"Invalid string: {_short(error['input'])}",
        param=param,
        code="parameter_invalid_string",
        rule="parameter_invalid_string",
    )


def _enum(param: str, error: Error) -> Refusal:
    if error["input"] == "":
        return _empty(param, error)
    expected = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    choices = expected[0] if len(expected) == 1 else f"{', '.join(expected[:-1])}, or {expected[-1]}"
    if len(expected) == 2:
        choices = f"{expected[0]} or {expected[1]}"
    return refusals.invalid(f"Invalid {param}: must be one of {choices}", param=param, rule="invalid_enum")


def _bounds(param: str, error: Error) -> Refusal:
    context = error["ctx"]
    bound = next(iter(context.values()))
    words = {
        "ge": "greater than or equal to",
        "gt": "greater than",
        "le": "less than or equal to",
        "lt": "less than",
    }
    word = words[next(iter(context))]
    return refusals.invalid(
        f"This value must be {word} {bound}.",
        param=param,
        code="parameter_invalid_integer",
        rule="parameter_invalid_integer",
    )


def _too_long(param: str, error: Error) -> Refusal:
    return refusals.invalid(
        f"Invalid string: {_short(error['input'])}; must be at most {error['ctx']['max_length']} characters",
        param=param,
        rule="parameter_too_long",
    )


def _metadata_key(param: str, error: Error) -> Refusal:
    return refusals.invalid(
        f"Metadata keys can be between 1 and 40 characters long, and yours is {len(error['ctx']['key'])}.",
        param=param,
        rule="metadata_too_large",
    )


def _metadata_value(param: str, error: Error) -> Refusal:
    return refusals.invalid(
        f"Metadata values can have up to 500 characters, but you passed in a longer one for {error['ctx']['key']}.",
        param=f"{param}[{error['ctx']['key']}]",
        rule="metadata_too_large",
    )


def _out_of_range(param: str, error: Error) -> Refusal:
    context = error["ctx"]
    return refusals.invalid(
        f"This value must be between {context['low']} and {context['high']}.",
        param=param,
        code="parameter_invalid_integer",
        rule="parameter_invalid_integer",
    )


def _too_many(param: str, error: Error) -> Refusal:
    most = error["ctx"]["max_length"]
    return refusals.invalid(f"Invalid array: {param} may have at most {most} elements.", param=param)


def _metadata_nested(param: str, error: Error) -> Refusal:
    name = f"{param}[{error['ctx']['key']}]"
    return refusals.invalid(f"Metadata values must be strings, and {name} is not.", param=name)


def _other(param: str, error: Error) -> Refusal:
    """Say what a parameter should have been, by the kind of pydantic's error."""
    if error["input"] == "":
        return _empty(param, error)
    kind = error["type"]
    if kind.startswith(("list_", "tuple_")):
        return refusals.invalid("Invalid array", param=param)
    if kind.startswith(("dict_", "model_")):
        return refusals.invalid("Invalid object", param=param)
    return _value("decimal" if kind.startswith("float_") else "value", param, error)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


_KINDS: dict[str, Callable[[str, Error], Refusal]] = {
    "not_served": lambda param, _: refusals.unsupported(param),
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "string_type": _string,
    "string_pattern_mismatch": _string,
    "out_of_range": _out_of_range,
    "too_long": _too_many,
    "metadata_nested": _metadata_nested,
    "int_parsing": _integer,
    "int_type": _integer,
    "int_from_float": _integer,
    "int_parsing_size": _integer,
    "invalid_integer": _integer,
    "bool_parsing": _boolean,
    "bool_type": _boolean,
    "invalid_boolean": _boolean,
    "literal_error": _enum,
    "greater_than_equal": _bounds,
    "greater_than": _bounds,
    "less_than_equal": _bounds,
    "less_than": _bounds,
    "metadata_key": _metadata_key,
    "metadata_value": _metadata_value,
}
