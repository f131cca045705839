"""Search parameters and index settings: which there are, and how their values are read from JSON and from query strings."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import orjson

from harness import jsons

Json = Any

LONGEST_QUERY = 512
"""Bytes of a query (Algolia: service limits)."""


class Wrong(Exception):
    """A parameter that Algolia does not know, or a value that it does not take; the message is Algolia's own."""

    def __init__(self, message: str, name: str, *, unknown: bool = False) -> None:
        """`name` is the parameter's."""
        super().__init__(message)
        self.message = message
        self.name = name
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `scope` says where it may be given: `settings`, `search`, or `both`."""

    name: str
    scope: str
    kind: str
    choices: tuple[str, ...] = ()
    least: int = -(2**63)
    greatest: int = 2**63 - 1


@cache
def _table() -> dict[str, Json]:
    return tomllib.loads((Path(__file__).parent / "parameters.toml").read_text("utf-8"))


@cache
def known() -> dict[str, Parameter]:
    """Return all parameters by name."""
    table, found = _table(), {}
    for scope in ("settings", "both", "search"):
        for kind, names in table[scope].items():
            for name in names:
                choices = tuple(names[name]) if kind == "choice" else ()
                least, greatest = table["bounds"].get(name, (-(2**63), 2**63 - 1))
                found[name] = Parameter(name, scope, kind, choices, least, greatest)
    return found


@cache
def defaults() -> dict[str, Json]:
    """Return the settings that an index has when nobody has set any."""
    defaults: dict[str, Json] = _table()["defaults"]
    return defaults


def of_search(given: dict[str, Json]) -> dict[str, Json]:
    """Check the parameters of a search, as JSON values or as texts of a query string; a null is as good as absent."""
    read = {}
    for name, value in given.items():
        parameter = known().get(name)
        if parameter is None or parameter.scope == "settings":
            raise Wrong(f"Unknown parameter: {name}", name, unknown=True)
        if value is not None:
            read[name] = checked(parameter, value)
    return read


def of_query_string(text: str) -> dict[str, str]:
    """Return the fields of a URL-encoded text such as `query=a&hitsPerPage=2`; of repeated ones the last."""
    return dict(parse_qsl(text, keep_blank_values=True))


def to_query_string(given: dict[str, Json]) -> str:
    """Write parameters as answers repeat them: URL-encoded, lists and objects as JSON."""
    return "&".join(f"{name}={quote_plus(_text(value))}" for name, value in given.items())


def _text(value: Json) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def checked(parameter: Parameter, value: Json) -> Json:
    """Return a value in the form that the engine works with; raise Wrong."""
    return _READERS[parameter.kind](parameter, value)


# --- one reader for each kind ------------------------------------------------------------------------------------


def _wrong(parameter: Parameter, expected: str) -> Wrong:
    return Wrong(f'Invalid value for "{parameter.name}" parameter, expected {expected}', parameter.name)


def _string(parameter: Parameter, value: Json) -> str:
    if not isinstance(value, str):
        raise _wrong(parameter, "string")
    if parameter.name == "query" and len(value.encode("utf-8", "replace")) > LONGEST_QUERY:
        raise _wrong(parameter, f"string shorter than {LONGEST_QUERY} bytes")
    return value


def _boolean(parameter: Parameter, value: Json) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "1", 1):
        return True
    if value in ("false", "0", 0):
        return False
    raise _wrong(parameter, "boolean")


def _integer(parameter: Parameter, value: Json) -> int:
    number = _number_of(value)
    if number is None:
        raise _wrong(parameter, f"integer between {parameter.least} and {parameter.greatest}")
    for bound, wrong in (("small", number < parameter.least), ("large", number > parameter.greatest)):
        if wrong:
            raise Wrong(
                f'Value too {bound} for "{parameter.name}" parameter, expected integer between'
                f" {parameter.least} and {parameter.greatest}",
                parameter.name,
            )
    return number


def _number_of(value: Json) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def _strings(parameter: Parameter, value: Json) -> list[str]:
    if isinstance(value, str):
        if parameter.name == "optionalWords":
            return [value]
        read = _json(value) if value.startswith("[") else value.split(",") if value else []
        value = [each.strip() if isinstance(each, str) else each for each in read] if read else []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(parameter, "array of strings")
    return value


def _object(parameter: Parameter, value: Json) -> dict[str, Json]:
    read = _json(value) if isinstance(value, str) else value
    if not isinstance(read, dict):
        raise _wrong(parameter, "object")
    return read


def _lists(parameter: Parameter, value: Json) -> dict[str, list[str]]:
    read = _object(parameter, value)
    if not all(
        isinstance(each, list) and all(isinstance(one, str) for one in each) for each in read.values()
    ):
        raise _wrong(parameter, "object of arrays of strings")
    return read


def _languages(parameter: Parameter, value: Json) -> bool | list[str]:
    if isinstance(value, bool) or value in ("true", "false"):
        return value in (True, "true")
    return _strings(parameter, value)


def _typos(parameter: Parameter, value: Json) -> bool | str:
    if isinstance(value, bool) or value in ("true", "false"):
        return value in (True, "true")
    if value not in ("min", "strict"):
        raise _wrong(parameter, "true, false, min or strict")
    return str(value)


def _distinct(parameter: Parameter, value: Json) -> int:
    number = int(value) if isinstance(value, bool) else {"true": 1, "false": 0}.get(str(value), value)
    number = _number_of(number)
    if number is None or number < 0:
        raise _wrong(parameter, "boolean or positive integer")
    return min(number, 4)


def _choice(parameter: Parameter, value: Json) -> str:
    if value not in parameter.choices:
        raise _wrong(parameter, f"one of {', '.join(parameter.choices)}")
    return str(value)


def _radius(parameter: Parameter, value: Json) -> int | str:
    number = _number_of(value)
    if value == "all":
        return "all"
    if number is None or number < 1:
        raise _wrong(parameter, 'positive integer or "all"')
    return number


def _precision(parameter: Parameter, value: Json) -> Json:
    read = _json(value) if isinstance(value, str) else value
    if isinstance(read, list) and all(
        isinstance(each, dict)
        and _number_of(each.get("from")) is not None
        and (_number_of(each.get("value")) or 0) > 0
        for each in read
    ):
        return read
    number = _number_of(read)
    if number is None or number < 1:
        raise _wrong(parameter, "positive integer or array of ranges")
    return number


def _area(parameter: Parameter, value: Json) -> list[list[float]]:
    """Read shapes: lists of four numbers (boxes), or of six and more (polygons); a text holds one or more shapes."""
    boxes = parameter.name == "insideBoundingBox"
    if isinstance(value, str):
        value = _json(value) if value.lstrip().startswith("[") else [value.split(",")]
    if not isinstance(value, list):
        raise _wrong(parameter, "array of arrays of numbers")
    shapes = [
        _numbers(parameter, each) for each in (value if not value or isinstance(value[0], list) else [value])
    ]
    for shape in shapes:
        if boxes and len(shape) % 4:
            raise _wrong(parameter, "groups of four numbers")
        if not boxes and (len(shape) < 6 or len(shape) % 2):
            raise _wrong(parameter, "at least three points of two numbers")
    return [shape[at : at + 4] for shape in shapes for at in range(0, len(shape), 4)] if boxes else shapes


def _numbers(parameter: Parameter, shape: Json) -> list[float]:
    try:
        found = [float(number) for number in shape]
    except (TypeError, ValueError):
        raise _wrong(parameter, "array of arrays of numbers") from None
    if not all(math.isfinite(number) for number in found):
        raise _wrong(parameter, "finite numbers")
    return found


def _filters(parameter: Parameter, value: Json) -> Json:
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _json(value)
    if not isinstance(value, str | list):
        raise _wrong(parameter, "string or array of strings")
    return value


def _any(_parameter: Parameter, value: Json) -> Json:
    return value


def _json(text: str) -> Json:
    try:
        return jsons.read(text)
    except ValueError:
        return None


_READERS: dict[str, Callable[[Parameter, Json], Json]] = {
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "strings": _strings,
    "object": _object,
    "lists": _lists,
    "languages": _languages,
    "typos": _typos,
    "distinct": _distinct,
    "choice": _choice,
    "radius": _radius,
    "precision": _precision,
    "area": _area,
    "filters": _filters,
    "any": _any,
}
