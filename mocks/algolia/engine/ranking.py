"""The order of hits: criteria one after the other, each deciding only between what the earlier ones left equal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mocks.algolia.engine import geo, paths
from mocks.algolia.engine.matching import Match
from mocks.algolia.engine.question import Question

Json = dict[str, Any]

_SORT = re.compile(r"(asc|desc)\(\s*(.+?)\s*\)")
COMPARED = 50
"""Bytes of a text that sorting looks at (Algolia: "custom ranking")."""

NOWHERE = 2**62
"""The distance of a record without a place: it comes after all others."""

TEXTUAL: dict[str, Callable[[Match], int]] = {
    "typo": lambda match: match.typos,
    "geo": lambda match: match.geo,
    "words": lambda match: -match.words,
    "filters": lambda match: -match.filters,
    "proximity": lambda match: match.proximity,
    "attribute": lambda match: match.attribute,
    "exact": lambda match: -match.exact,
}


def rank(matches: list[Match], question: Question) -> list[Match]:
    """Return the matches in order. What stays equal keeps the order of the index."""
    ranked = matches
    for criterion in reversed(criteria(question)):
        key = TEXTUAL.get(criterion)
        if key is not None:
            ranked = sorted(ranked, key=key)
        elif sort := _SORT.fullmatch(criterion):
            ranked = _by_attribute(ranked, sort[2], descending=sort[1] == "desc")
    return ranked


def criteria(question: Question) -> list[str]:
    """Return the ranking with `custom` written out; `min` and `strict` put typos first."""
    found: list[str] = []
    for criterion in question.values["ranking"]:
        found += (question.values.get("customRanking") or []) if criterion == "custom" else [criterion]
    if question.values.get("typoTolerance") in ("min", "strict"):
        found = ["typo", *(each for each in found if each != "typo")]
    return found


def _by_attribute(matches: list[Match], name: str, *, descending: bool) -> list[Match]:
    """Sort by an attribute; records without it come last, whatever the direction."""
    keyed = [(_key(match.record, name), match) for match in matches]
    present = [each for each in keyed if each[0] is not None]
    present.sort(key=lambda each: each[0], reverse=descending)  # type: ignore[arg-type, return-value]
    return [match for _, match in present] + [match for key, match in keyed if key is None]


def _key(record: Json, name: str) -> tuple[int, Any] | None:
    """Return what is compared: numbers before texts, booleans as the texts that spell them."""
    found = paths.values(record, name)
    if not found:
        return None
    value = found[0]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0, value
    return 1, paths.spelled(value).encode("utf-8", "replace")[:COMPARED]


# --- what ranking needs besides words ----------------------------------------------------------------------------


def score_filters(matches: list[Match], question: Question) -> None:
    """Note the score of the filters that each record meets."""
    if question.scorer.groups:
        for match in matches:
            match.filters = question.scorer.score(match.record)


def located(matches: list[Match], question: Question) -> list[Match]:
    """Return the matches that lie where the search looks, with their distances noted.

    Boxes and polygons take precedence over a radius (Algolia: "Filter and sort results by location").
    """
    boxes = question.values.get("insideBoundingBox") or []
    polygons = question.values.get("insidePolygon") or []
    if boxes or polygons:
        matches = [each for each in matches if _inside(each.record, boxes, polygons)]
    if question.around is None:
        return matches
    radius = None if boxes or polygons else question.values.get("aroundRadius")
    precision = question.values.get("aroundPrecision", 10)
    kept = []
    for match in matches:
        distances = [(geo.distance(question.around, place), place) for place in geo.places(match.record)]
        if not distances:
            match.geo = NOWHERE
            if radius == "all":
                kept.append(match)
            continue
        match.metres, match.place = min(distances)
        match.geo, match.precision = geo.banded(match.metres, precision)
        if isinstance(radius, int) and match.metres > radius:
            continue
        kept.append(match)
    return kept


def _inside(record: Json, boxes: list[list[float]], polygons: list[list[float]]) -> bool:
    return any(
        any(geo.in_box(place, box) for box in boxes)
        or any(geo.in_polygon(place, polygon) for polygon in polygons)
        for place in geo.places(record)
    )
