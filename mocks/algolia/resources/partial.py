"""Partial updates: first-level attributes merged into a record, with Algolia's built-in operations.

An attribute is set to a plain value, or changed by `{"_operation": …, "value": …}` (Algolia: "Built-in operations").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mocks.algolia import errors

Json = Any
Change = Callable[[Json, Json], Json]
CREATING = {"IncrementFrom": lambda value: value == 0, "IncrementSet": lambda value: value > 0}
"""Operations that make a record only for some values."""


class Ignored(Exception):
    """The update does not fit the record as it is, and so is not carried out at all."""


def merged(record: dict[str, Json] | None, update: dict[str, Json]) -> dict[str, Json]:
    """Return a record after an update; raise Ignored when a guarded operation does not hold.

    `record` is None when there is none yet: then attributes start from nothing.
    """
    result = dict(record or {})
    for name, value in update.items():
        if isinstance(value, dict) and "_operation" in value:
            operand = _operand(name, value)
            kind = value["_operation"]
            if record is None and kind in CREATING and not CREATING[kind](operand):
                raise Ignored
            changed = _OPERATIONS[kind](result.get(name), operand)
            if changed is not None:
                result[name] = changed
        else:
            result[name] = value
    return result


def check(update: dict[str, Json]) -> None:
    """Refuse operations that there are not, and values that they cannot take."""
    for name, value in update.items():
        if isinstance(value, dict) and "_operation" in value:
            _operand(name, value)


def _operand(name: str, value: dict[str, Json]) -> Json:
    kind, operand = value["_operation"], value.get("value")
    if not isinstance(kind, str) or kind not in _OPERATIONS:
        raise errors.bad_request(f"Invalid _operation {kind} for attribute {name}", subject=name)
    number = isinstance(operand, int | float) and not isinstance(operand, bool)
    if kind in ("IncrementFrom", "IncrementSet"):
        number = number and isinstance(operand, int) and operand >= 0
    if kind in NUMERIC and not number:
        raise errors.bad_request(f"Invalid value for _operation {kind}, expected number", subject=name)
    if kind not in NUMERIC and (operand is None or isinstance(operand, dict | list | bool)):
        raise errors.bad_request(
            f"Invalid value for _operation {kind}, expected string or number", subject=name
        )
    return operand


def _number(value: Json) -> Json:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _list(value: Json) -> list[Json]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _remove(value: Json, operand: Json) -> Json:
    return None if value is None else [each for each in _list(value) if each != operand]


def _add_unique(value: Json, operand: Json) -> Json:
    found = _list(value)
    return found if operand in found else [*found, operand]


def _increment_from(value: Json, operand: Json) -> Json:
    if _number(value) != operand:
        raise Ignored
    return operand + 1


def _increment_set(value: Json, operand: Json) -> Json:
    if operand <= _number(value):
        raise Ignored
    return operand


NUMERIC = frozenset({"Increment", "Decrement", "IncrementFrom", "IncrementSet"})
_OPERATIONS: dict[str, Change] = {
    "Increment": lambda value, operand: _number(value) + operand,
    "Decrement": lambda value, operand: _number(value) - operand,
    "Add": lambda value, operand: [*_list(value), operand],
    "AddUnique": _add_unique,
    "Remove": _remove,
    "IncrementFrom": _increment_from,
    "IncrementSet": _increment_set,
}
