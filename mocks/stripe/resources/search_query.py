"""Stripe's search query language: reading a query into clauses, and testing objects with them.

    email:"ada@studio.test" AND created>1700000000      -status:"canceled"      metadata["order"]:"7" OR metadata["order"]:null

Clauses are joined by AND (or a space) or by OR, never both. (Stripe docs: search query language.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mocks.stripe.errors import invalid

Json = dict[str, Any]

MOST_CLAUSES = 10
SHORTEST_SUBSTRING = 3

Kind = Literal["token", "string", "numeric"]
"""Tokens are compared whole, strings also by parts, numbers also by size; letters' case never counts."""


@dataclass(frozen=True, slots=True)
class Field:
    """What can be searched for: its kind, and how it is read from an object."""

    kind: Kind
    read: Callable[[Json], Any]


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition; `value` is None for `null`."""

    field: str
    key: str | None
    operator: str
    value: str | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What an object must be like: all of the clauses, or any."""

    clauses: tuple[Clause, ...]
    any: bool


_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_CLAUSE = re.compile(
    rf"(?P<negated>-)?(?P<field>[a-z_]\w*(?:\.\w+)*)(?:\[\s*(?P<key>{_QUOTED})\s*\])?\s*(?P<operator>:|~|>=|<=|>|<)\s*"
    rf"(?P<value>{_QUOTED}|null\b|-?\d+(?:\.\d+)?(?![\w.]))",
    re.ASCII | re.DOTALL,
)
_JOIN = re.compile(r"\s+(?:(AND|OR)\s+)?", re.IGNORECASE)


def read(text: str, fields: dict[str, Field], resource: str) -> Query:
    """Read a query over the fields of a resource (`customers`); raise the 400 of one that cannot be."""
    text = text.strip()
    clauses: list[Clause] = []
    joins: set[str] = set()
    place = 0
    while True:
        match = _CLAUSE.match(text, place)
        if match is None:
            raise _unreadable()
        clauses.append(_clause(match, fields, resource))
        place = match.end()
        if place == len(text):
            break
        join = _JOIN.match(text, place)
        if join is None:
            raise _unreadable()
        joins.add((join[1] or "and").lower())
        place = join.end()
    if len(joins) > 1:
        raise _refused("You cannot combine AND and OR in one search query.")
    if len(clauses) > MOST_CLAUSES:
        raise _refused(f"A search query can have up to {MOST_CLAUSES} clauses; yours has {len(clauses)}.")
    return Query(tuple(clauses), joins == {"or"})


def _clause(match: re.Match[str], fields: dict[str, Field], resource: str) -> Clause:
    name, operator, value = match["field"], match["operator"], match["value"]
    key = None if match["key"] is None else _unquoted(match["key"])
    field = fields.get(name)
    if field is None or (name == "metadata") is (key is None):
        raise _refused(
            f"Field `{name}` is an unsupported search field for resource `{resource}`. See "
            f"http://stripe.com/docs/search#query-fields-for-{resource.replace('_', '')} for a list of supported fields."
        )
    quoted = value[0] in "\"'"
    if operator == "~" and field.kind != "string":
        raise _refused(f"Field `{name}` does not support substring matching with the operator `~`.")
    if operator not in {":", "~"} and field.kind != "numeric":
        raise _refused(f"Field `{name}` does not support the operator `{operator}`: it is not numeric.")
    if value == "null":
        if operator != ":":
            raise _unreadable()
        return Clause(name, key, operator, None, match["negated"] is not None)
    read = _unquoted(value) if quoted else value
    if field.kind == "numeric" and not re.fullmatch(r"-?\d{1,18}(?:\.\d{1,18})?", read, re.ASCII):
        raise _refused(f"Field `{name}` is numeric, and `{read[:80]}` is not a number.")
    if field.kind != "numeric" and not quoted:
        raise _unreadable()
    if operator == "~" and len(read) < SHORTEST_SUBSTRING:
        raise _refused(
            f"Substring matching needs at least {SHORTEST_SUBSTRING} characters; `{read}` has {len(read)}."
        )
    return Clause(name, key, operator, read, match["negated"] is not None)


def matches(query: Query, fields: dict[str, Field], document: Json) -> bool:
    """Tell whether an object is what a query asks for."""
    found = (_matches(each, fields[each.field], document) for each in query.clauses)
    return any(found) if query.any else all(found)


def _matches(clause: Clause, field: Field, document: Json) -> bool:
    value = field.read(document)
    if clause.key is not None:
        value = (value or {}).get(clause.key)
    return _holds(clause, field.kind, value) is not clause.negated


def _holds(clause: Clause, kind: Kind, value: Any) -> bool:
    if clause.value is None or value is None:
        return value is None and clause.value is None
    if kind == "numeric":
        return _COMPARE[clause.operator](float(value), float(clause.value))
    text = str(value).casefold()
    wanted = clause.value.casefold()
    return wanted in text if clause.operator == "~" else wanted == text


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ":": lambda value, wanted: value == wanted,
    ">": lambda value, wanted: value > wanted,
    ">=": lambda value, wanted: value >= wanted,
    "<": lambda value, wanted: value < wanted,
    "<=": lambda value, wanted: value <= wanted,
}


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _unreadable() -> Exception:
    return _refused(
        'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for '
        'metadata or key:"value" to query for other fields.'
    )


def _refused(message: str) -> Exception:
    return invalid(message, param="query", rule="search_query")
