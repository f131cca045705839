"""A search as the engine works on it: all that parameters and settings say, read and checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mocks.algolia.engine import conditions, filter_lists, filters, geo
from mocks.algolia.engine.conditions import Filter, Filterable, Scorer
from mocks.algolia.engine.parameters import checked, defaults, known
from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.engine.text import words

Json = dict[str, Any]

FILTERS = ("filters", "facetFilters", "numericFilters", "tagFilters")


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word that is looked for; `extra` is what using it costs in typos (alternative corrections)."""

    text: str
    prefix: bool = False
    optional: bool = False
    extra: int = 0
    exact: bool = True
    fixed: bool = False


@dataclass(slots=True)
class Question:
    """What is asked: the values in effect, the words in each of their variants, and the filters."""

    values: Json
    settings: Json
    variants: list[list[QueryWord]]
    filters: list[Filter]
    allowed: Filterable
    scorer: Scorer
    around: geo.Point | None = None
    asked: list[str] = field(default_factory=list)


def effective(settings: Json, given: Json) -> Json:
    """Return the values in effect: defaults, then the index's settings, then what the request gives."""
    shared = {
        name: checked(known()[name], value)
        for name, value in settings.items()
        if value is not None and name in known()
    }
    return defaults() | shared | given


def ask(settings: Json, given: Json, forced: list[Json], synonyms: Synonyms) -> Question:
    """Read a search. `given` are checked parameters; `forced` are sets of filters that a key adds to them."""
    values = effective(settings, given)
    allowed = conditions.filterable(settings)
    found = [filter for each in (values, *forced) for filter in read_filters(each, allowed)]
    scorer = Scorer(bool(values.get("sumOrFiltersScores")))
    for filter in found:
        if any(condition.kind == "facet" for group in filter for condition in group):
            scorer.add(filter, allowed)
    if values.get("optionalFilters"):
        optional = filter_lists.facets(values["optionalFilters"], allowed.facets, "optionalFilters")
        scorer.add(optional, allowed)
    around = values.get("aroundLatLng")
    asked = [word.text for word in _words(values, values.get("query", ""))]
    return Question(
        values=values,
        settings=settings,
        variants=_variants(values, asked, synonyms),
        filters=found,
        allowed=allowed,
        scorer=scorer,
        around=geo.point(around) if around else None,
        asked=asked,
    )


def read_filters(values: Json, allowed: Filterable) -> list[Filter]:
    """Read the filters of all four spellings; they must all hold."""
    found = []
    if values.get("filters"):
        found.append(filters.parse(values["filters"]))
    if values.get("facetFilters"):
        found.append(filter_lists.facets(values["facetFilters"], allowed.facets))
    if values.get("numericFilters"):
        found.append(filter_lists.numbers(values["numericFilters"]))
    if values.get("tagFilters"):
        found.append(filter_lists.tags(values["tagFilters"]))
    return found


def _words(values: Json, text: str) -> list[Any]:
    separators, keep = values.get("separatorsToIndex") or "", values.get("keepDiacriticsOnCharacters") or ""
    return words(text, separators=separators, keep=keep)


def _variants(values: Json, asked: list[str], synonyms: Synonyms) -> list[list[QueryWord]]:
    """Return the ways to read the query: as it is, and with synonyms in place of words."""
    optional = {word.text for text in values.get("optionalWords") or () for word in _words(values, text)}
    kind = values["queryType"]
    plain = [
        QueryWord(
            text,
            prefix=kind == "prefixAll" or (kind == "prefixLast" and at == len(asked) - 1),
            optional=text in optional,
        )
        for at, text in enumerate(asked)
    ]
    variants = [plain]
    if values.get("synonyms", True):
        as_exact = values.get("alternativesAsExact") or ()
        for variant in synonyms.variants(asked):
            exact = "singleWordSynonym" if len(variant.put) == 1 else "multiWordsSynonym"
            put = [
                QueryWord(text, extra=variant.typos, exact=exact in as_exact, fixed=True)
                for text in variant.put
            ]
            variants.append([*plain[: variant.start], *put, *plain[variant.end :]])
    return variants
