"""Conditions on records: what filters of every spelling come down to, and which records meet them.

All filters are conjunctions of disjunctions: `Filter` is a list of groups, of which each must hold; a group holds when
one of its conditions does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.columns import Spellings, Values
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.paths import spelled
from mocks.algolia.engine.segment import Segment

Json = Any
Array = npt.NDArray[Any]
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


def meeting(corpus: Corpus, segment: Segment, condition: Condition, allowed: Filterable) -> Array:
    """Return which records of a segment meet a condition.

    A facet that is not declared has no values to be found under, and so meets no record; likewise a number that is not
    to be filtered (Algolia: "attributesForFaceting", "numericAttributesForFiltering").
    """
    if condition.kind == "numeric":
        mask = _numeric(corpus, segment, condition, allowed)
    else:
        mask = _facet(corpus, segment, condition, allowed)
    return ~mask if condition.negated else mask


def _facet(corpus: Corpus, segment: Segment, condition: Condition, allowed: Filterable) -> Array:
    name, wanted = condition.attribute, condition.operand
    mask = np.zeros(len(segment), bool)
    if condition.operator == "never":
        return mask
    if name == "objectID":
        number = corpus.number(wanted)
        if number is not None and (part := corpus.part_of(number)).segment is segment:
            mask[number - part.start] = True
        return mask
    if name != TAGS and name not in allowed.facets:
        return mask
    values = corpus.codes(segment, name).values
    return _with_codes(values, _codes(corpus.spelled(name), wanted))


def _codes(spellings: Spellings, wanted: str) -> list[int]:
    """Return the codes of a value whatever its case; a number may be spelled in another way, such as 5.0 for 5."""
    codes = spellings.folded.get(wanted.lower(), [])
    number = _as_number(wanted)
    if number is not None and spelled(number) != wanted.lower():
        return codes + spellings.folded.get(spelled(number), [])
    return codes


def _with_codes(values: Values, codes: list[int]) -> Array:
    if not codes:
        return np.zeros(values.size, bool)
    data = values.values if values.single is None else values.single
    met = data == codes[0]
    for code in codes[1:]:
        met |= data == code
    return values.holding(met) if values.single is None else met


def _as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


_COMPARISONS: dict[str, Callable[[Array, float], Array]] = {
    "<": lambda values, bound: values < bound,
    "<=": lambda values, bound: values <= bound,
    "=": lambda values, bound: values == bound,
    ">=": lambda values, bound: values >= bound,
    ">": lambda values, bound: values > bound,
}


def _numeric(corpus: Corpus, segment: Segment, condition: Condition, allowed: Filterable) -> Array:
    """Compare numbers to the three decimals that Algolia compares."""
    name, operator, operand = condition.attribute, condition.operator, condition.operand
    if allowed.numeric is not None and name not in allowed.numeric:
        return np.zeros(len(segment), bool)
    if name in allowed.equal_only and operator not in ("=", "!="):
        return np.zeros(len(segment), bool)
    numbers = corpus.numbers(segment, name).values
    data = _rounded(numbers.values if numbers.single is None else numbers.single)
    if operator == "TO":
        met = (data >= round(operand[0], 3)) & (data <= round(operand[1], 3))
    else:
        met = _COMPARISONS["=" if operator == "!=" else operator](data, round(operand, 3))
    mask = numbers.holding(met) if numbers.single is None else met
    return ~mask if operator == "!=" else mask


def _rounded(values: Array) -> Array:
    """Return numbers with three decimals; the greatest ones, which have none to lose, as they are."""
    with np.errstate(over="ignore"):
        found = np.round(values, 3)
    return np.where(np.isinf(found), values, found)


def mask(corpus: Corpus, segment: Segment, filters: Iterable[Filter], allowed: Filterable) -> Array | None:
    """Return which records of a segment meet all filters; None when there are none."""
    found: Array | None = None
    for group in (group for filter in filters for group in filter):
        met = meeting(corpus, segment, group[0], allowed)
        for condition in group[1:]:
            met = met | meeting(corpus, segment, condition, allowed)
        found = met if found is None else found & met
    return found


@dataclass(slots=True)
class Scorer:
    """Adds up the scores of the filters that a record meets (Algolia: "filter scoring").

    Groups are added to each other; within a group the greatest score counts, or the sum with `sumOrFiltersScores`.
    """

    allowed: Filterable
    summed: bool = False
    groups: list[Group] = field(default_factory=list)

    def scores(self, corpus: Corpus, segment: Segment) -> Array:
        """Return the score of each record of a segment."""
        total = np.zeros(len(segment), np.int64)
        for group in self.groups:
            best = np.zeros(len(segment), np.int64)
            for condition in group:
                points = meeting(corpus, segment, condition, self.allowed) * condition.score
                best = best + points if self.summed else np.maximum(best, points)
            total += best
        return total
