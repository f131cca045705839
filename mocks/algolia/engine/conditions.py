"""Conditions on records: what filters of every spelling come down to, and how a record meets them.

All filters are conjunctions of disjunctions: `Filter` is a list of groups, of which each must hold; a group holds when
one of its conditions does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from mocks.algolia.engine.paths import spelled, values

Json = Any
Kind = Literal["facet", "numeric", "tag"]
TAGS = "_tags"


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter, such as `brand:Acme`, `price < 10`, `year:2000 TO 2010`, or a tag.

    `operand` is the text of facets and tags, the number of comparisons, and a pair of numbers of ranges.
    """

    kind: Kind
    attribute: str
    operator: str
    operand: Json
    negated: bool = False
    score: int = 1


Group = list[Condition]
Filter = list[Group]
NOTHING = Condition("tag", TAGS, "never", "")
"""A condition that no record meets."""


@dataclass(frozen=True, slots=True)
class Filterable:
    """What an index lets be filtered: declared facets; numeric attributes (None: all) and those for equality only."""

    facets: frozenset[str] = frozenset()
    numeric: frozenset[str] | None = None
    equal_only: frozenset[str] = frozenset()


def filterable(settings: dict[str, Json]) -> Filterable:
    """Read `attributesForFaceting` and `numericAttributesForFiltering`."""
    declared = settings.get("attributesForFaceting") or []
    numeric = settings.get("numericAttributesForFiltering")
    names = frozenset(bare(each) for each in declared)
    if numeric is None:
        return Filterable(names)
    equal_only = frozenset(bare(each) for each in numeric if each.startswith("equalOnly("))
    return Filterable(names, frozenset(bare(each) for each in numeric), equal_only)


def bare(entry: str) -> str:
    """Return the attribute of an entry such as `filterOnly(brand)` or `afterDistinct(searchable(brand))`."""
    while entry.endswith(")") and "(" in entry:
        entry = entry[entry.index("(") + 1 : -1]
    return entry.strip()


Test = Callable[[Json], bool]


def test_of(condition: Condition, allowed: Filterable) -> Test:
    """Return the function that tells whether a record meets a condition.

    A facet that is not declared has no values to be found under, and so meets no record; likewise a number that is not
    to be filtered (Algolia: "attributesForFaceting", "numericAttributesForFiltering").
    """
    test = _facet(condition, allowed) if condition.kind != "numeric" else _numeric(condition, allowed)
    if condition.negated:
        return lambda record: not test(record)
    return test


def _never(_record: Json) -> bool:
    return False


def _facet(condition: Condition, allowed: Filterable) -> Test:
    name, wanted = condition.attribute, condition.operand
    if condition.operator == "never":
        return _never
    if name == "objectID":
        return lambda record: bool(record["objectID"] == wanted)
    if name != TAGS and name not in allowed.facets:
        return _never
    folded = wanted.lower()
    number = _as_number(wanted)

    def holds(record: Json) -> bool:
        found = values(record, name) if "." in name else _direct(record, name)
        return any(_same(value, folded, number) for value in found)

    return holds


def _direct(record: Json, name: str) -> list[Json]:
    value = record.get(name)
    if value is None:
        return []
    return values(value, "") if isinstance(value, list | dict) else [value]


def _same(value: Json, folded: str, number: float | None) -> bool:
    if isinstance(value, str):
        return value.lower() == folded
    if isinstance(value, bool) or number is None:
        return spelled(value) == folded
    return bool(value == number)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    "=": lambda value, bound: value == bound,
    ">=": lambda value, bound: value >= bound,
    ">": lambda value, bound: value > bound,
}


def _numeric(condition: Condition, allowed: Filterable) -> Test:
    name, operator, operand = condition.attribute, condition.operator, condition.operand
    if allowed.numeric is not None and name not in allowed.numeric:
        return _never
    if name in allowed.equal_only and operator not in ("=", "!="):
        return _never
    if operator == "TO":
        low, high = round(operand[0], 3), round(operand[1], 3)
        return lambda record: any(low <= value <= high for value in numbers(record, name))
    bound = round(operand, 3)
    if operator == "!=":
        return lambda record: all(value != bound for value in numbers(record, name))
    compare = _COMPARISONS[operator]
    return lambda record: any(compare(value, bound) for value in numbers(record, name))


def numbers(record: Json, name: str) -> list[float]:
    """Return the numbers of an attribute, to the three decimals that Algolia compares."""
    return [
        round(value, 3)
        for value in values(record, name)
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


def predicate(filters: Iterable[Filter], allowed: Filterable) -> Test | None:
    """Return the function that tells whether a record meets all filters; None when there are none."""
    groups = [[test_of(each, allowed) for each in group] for filter in filters for group in filter]
    if not groups:
        return None

    def holds(record: Json) -> bool:
        return all(any(test(record) for test in group) for group in groups)

    return holds


@dataclass(slots=True)
class Scorer:
    """Adds up the scores of the filters that a record meets (Algolia: "filter scoring").

    Groups are added to each other; within a group the greatest score counts, or the sum with `sumOrFiltersScores`.
    """

    summed: bool = False
    groups: list[list[tuple[Test, int]]] = field(default_factory=list)

    def add(self, filter: Filter, allowed: Filterable) -> None:
        """Count a filter's groups."""
        self.groups += [[(test_of(each, allowed), each.score) for each in group] for group in filter]

    def score(self, record: Json) -> int:
        """Return a record's score."""
        total = 0
        for group in self.groups:
            met = [score for test, score in group if test(record)]
            if met:
                total += sum(met) if self.summed else max(met)
        return total
