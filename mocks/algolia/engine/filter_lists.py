"""The older filters: `facetFilters`, `numericFilters`, `tagFilters` and `optionalFilters`, lists whose inner lists are ORs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from mocks.algolia.engine.conditions import NOTHING, TAGS, Condition, Filter
from mocks.algolia.engine.filters import number_of
from mocks.algolia.engine.parameters import Wrong

Json = Any
Reader = Callable[[str], Condition]

_COMPARISON = re.compile(r"<=|>=|!=|<|>|=")
_SCORE = re.compile(r"<score=(\d{1,9})>$")


def facets(value: Json, declared: Collection[str], name: str = "facetFilters") -> Filter:
    """Read `facetFilters` or `optionalFilters`: `attribute:value`, `attribute:-value` for not."""
    return _read(value, name, lambda text: _facet(text, declared, name))


def numbers(value: Json) -> Filter:
    """Read `numericFilters`: `price<10`, `price:10 TO 20`."""
    return _read(value, "numericFilters", _numeric)


def tags(value: Json) -> Filter:
    """Read `tagFilters`: `a`, `-b` for not."""
    return _read(value, "tagFilters", _tag)


def _read(value: Json, name: str, reader: Reader) -> Filter:
    outer = _split(value) if isinstance(value, str) else value
    found: Filter = []
    for each in outer:
        if isinstance(each, str):
            found.append([reader(each)])
        elif isinstance(each, list):
            # Lists within lists within lists are answered with nothing found.
            group = [reader(inner) if isinstance(inner, str) else NOTHING for inner in each]
            if group:
                found.append(group)
        else:
            raise Wrong(f"{name}: Invalid value, expected array of strings", name)
    return found


def _split(text: str) -> list[str | list[str]]:
    """Cut the oldest spelling, `a:b,(c:d,e:f)`, where parentheses are ORs."""
    parts: list[str | list[str]] = []
    for match in re.finditer(r"\(([^()]*)\)|([^,()]+)", text):
        if match.group(1) is not None:
            parts.append([each for each in match.group(1).split(",") if each.strip()])
        elif match.group(2).strip():
            parts.append(match.group(2).strip())
    return parts


def _facet(text: str, declared: Collection[str], name: str) -> Condition:
    score = _SCORE.search(text)
    if score:
        text = text[: score.start()]
    attribute, value = _at_colon(text, declared)
    if value is None:
        raise Wrong(f"{name}: Invalid filter {text}, expected attribute:value", name)
    negated = value.startswith("-")
    value = value[1:] if negated else value.removeprefix("\\") if value.startswith("\\-") else value
    return Condition("facet", attribute, ":", value, negated, int(score.group(1)) if score else 1)


def _at_colon(text: str, declared: Collection[str]) -> tuple[str, str | None]:
    """Cut at the first colon that a declared attribute ends at, else at the first."""
    own = [name for name in declared if text.startswith(f"{name}:")]
    if own:
        name = min(own, key=len)
        return name, text[len(name) + 1 :]
    attribute, colon, value = text.partition(":")
    return attribute, value if colon else None


def _numeric(text: str) -> Condition:
    comparison = _COMPARISON.search(text)
    if comparison:
        name, number = text[: comparison.start()].strip(), number_of(text[comparison.end() :].strip())
        if name and number is not None:
            return Condition("numeric", name, comparison.group(), number)
    name, _, bounds = text.partition(":")
    pieces = bounds.split()
    numbers = [number_of(each) for each in pieces[::2]]
    if name.strip() and pieces[1:2] in ([], ["TO"]) and len(pieces) in (1, 3) and None not in numbers:
        return Condition("numeric", name.strip(), "TO", (numbers[0], numbers[-1]))
    raise Wrong(f"numericFilters: Invalid filter {text}", "numericFilters")


def _tag(text: str) -> Condition:
    negated = text.startswith("-")
    return Condition("tag", TAGS, ":", text[1:] if negated else text.removeprefix("\\"), negated)
