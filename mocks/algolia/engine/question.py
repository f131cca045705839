"""A search as the engine works on it: all that parameters and settings say, read and checked once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from mocks.algolia.engine import (
    advanced,
    conditions,
    declarations,
    filter_lists,
    filters,
    geo,
    language,
    readings,
)
from mocks.algolia.engine.conditions import Filter, Filterable, Scorer
from mocks.algolia.engine.parameters import checked, defaults, known
from mocks.algolia.engine.readings import Language, Reading
from mocks.algolia.engine.rules import Applied
from mocks.algolia.engine.shape import spelling_of
from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.engine.text import Spelling, Word, apart, decomposed

Json = dict[str, Any]

FILTERS = ("filters", "facetFilters", "numericFilters", "tagFilters")
PLACE_OF_ADDRESSES = "48.8566,2.3522"
"""Where every address lies, since no addresses are looked up."""

EXACT_LEAST = 3
"""Letters of a word that can be exact when it is searched alone with `exactOnSingleWordQuery: word`."""


@dataclass(slots=True)
class Question:
    """What is asked: the values in effect, the query's words and how they may be read, the filters, and what rules do.

    `without` are words, or words in a row, that no record found may have, `never_exact` those that are not exact alone;
    `looked` is where its words were found; `strictness` is how relevant a record must be for a virtual replica to show it, None elsewhere.
    """

    values: Json
    settings: Json
    plain: Reading
    filters: list[Filter]
    allowed: Filterable
    scorer: Scorer
    synonyms: Synonyms
    language: Language
    spelling: Spelling
    around: geo.Point | None = None
    asked: list[str] = field(default_factory=list)
    without: list[tuple[str, ...]] = field(default_factory=list)
    never_exact: frozenset[str] = frozenset()
    applied: Applied = field(default_factory=Applied)
    strictness: int | None = None
    looked: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def attribute_strategy(self) -> str:
        """How the criterion `attribute` is worked out: `best`, `minProximity` or `sum`.

        Where proximity decides earlier, the best place is one of those that made it (Algolia:
        "attributeCriteriaComputedBy", which takes precedence over "attributeCriteriaComputedByMinProximity").
        """
        by_proximity = self.values.get("attributeCriteriaComputedByMinProximity")
        wanted: str = self.values.get(
            "attributeCriteriaComputedBy", "minProximity" if by_proximity else "best"
        )
        ranking = self.values["ranking"]
        if wanted == "best" and {"proximity", "attribute"} <= set(ranking):
            return "minProximity" if ranking.index("proximity") < ranking.index("attribute") else wanted
        return wanted


def effective(settings: Json, given: Json) -> Json:
    """Return the values in effect: defaults, then the index's settings, then what the request gives."""
    shared = {
        name: checked(known()[name], value)
        for name, value in settings.items()
        if value is not None and name in known()
    }
    values = defaults() | shared | given
    if values.get("naturalLanguages"):
        spoken = values["naturalLanguages"]
        natural = {
            "removeStopWords": spoken,
            "ignorePlurals": spoken,
            "removeWordsIfNoResults": "allOptional",
        }
        values |= {name: value for name, value in natural.items() if name not in given}
        values["ruleContexts"] = [*(values.get("ruleContexts") or ()), "natural_language"]
    return values


def ask(
    settings: Json,
    given: Json,
    forced: list[Json],
    synonyms: Synonyms,
    *,
    dictionaries: language.Dictionaries = language.NO_DICTIONARIES,
    applied: Applied | None = None,
) -> Question:
    """Read a search. `given` are checked parameters; `forced` are sets of filters that a key or rules add to them."""
    values = effective(settings, given)
    declarations.check("ranking", values["ranking"])
    allowed = conditions.filterable(settings)
    found = [filter for each in (values, *forced) for filter in read_filters(each, allowed)]
    if values.get("aroundLatLngViaIP") and not values.get("aroundLatLng"):
        values = values | {"aroundLatLng": PLACE_OF_ADDRESSES}
    around = values.get("aroundLatLng")
    spelling = spelling_of(settings)
    similar = values.get("similarQuery") if not values.get("query") else None
    if similar:
        values = values | {"queryType": "prefixNone", "query": similar}
        values["ranking"] = ["words", *(each for each in values["ranking"] if each != "words")]
    asked, quoted, without = _words(values, spelling)
    asked, quoted = _significant(values, asked, quoted, dictionaries, always=bool(similar))
    optional = {word.text for text in values.get("optionalWords") or () for word in apart(text, spelling)}
    if similar:
        optional |= {word.text for word in asked}
    tongue = _spoken(values, asked, dictionaries)
    plain = readings.plain(values, asked, quoted, optional)
    return Question(
        values=values,
        settings=settings,
        plain=readings.with_others(plain, values, synonyms, tongue),
        filters=found,
        allowed=allowed,
        scorer=_scorer(values, found, allowed),
        synonyms=synonyms,
        language=tongue,
        spelling=spelling,
        around=geo.point(around) if around else None,
        asked=[word.text for word in asked],
        without=without,
        never_exact=_never_exact(values, asked, dictionaries),
        applied=applied or Applied(),
    )


def _words(
    values: Json, spelling: Spelling
) -> tuple[list[Word], list[tuple[int, int]], list[tuple[str, ...]]]:
    """Return the query's words, those that belong together, and those that must not be there."""
    query = values.get("query", "")
    without: list[tuple[str, ...]] = []
    quoted: list[tuple[int, int]] = []
    if values.get("advancedSyntax"):
        features = values.get("advancedSyntaxFeatures", ["exactPhrase", "excludeWords"])
        query, phrases, left_out = advanced.read(query, features)
        without = [
            words for text in left_out if (words := tuple(word.text for word in apart(text, spelling)))
        ]
    else:
        phrases = []
    asked = apart(query, spelling)
    for start, end in phrases:
        inside = [at for at, word in enumerate(asked) if start <= word.start and word.end <= end]
        if inside:
            quoted.append((inside[0], inside[-1] + 1))
    if not quoted:
        quoted = readings.glued(query, asked, spelling.separators)
    return asked, quoted, without


def _spoken(values: Json, asked: list[Word], dictionaries: language.Dictionaries) -> Language:
    """Return what the languages say of the words; those with signs apart from their letters are no compounds to them."""
    spoken, query = language.of(values, dictionaries), values.get("query", "")
    whole = {word.text for word in asked if decomposed(query[word.start : word.end])}
    return (
        replace(spoken, parts=lambda word: () if word in whole else spoken.parts(word)) if whole else spoken
    )


def _significant(
    values: Json,
    asked: list[Word],
    quoted: list[tuple[int, int]],
    dictionaries: language.Dictionaries,
    *,
    always: bool,
) -> tuple[list[Word], list[tuple[int, int]]]:
    """Leave stop words out, but not all of a query, not those in quotes, and not the word that is being typed."""
    wanted = values.get("removeStopWords") or always
    if not wanted:
        return asked, quoted
    stop = language.stop_words(values, dictionaries, wanted)
    fixed = {at for first, end in quoted for at in range(first, end)}
    typed = len(asked) - 1 if values["queryType"] != "prefixNone" else -1
    kept = [at for at, word in enumerate(asked) if at in fixed or at == typed or word.text not in stop]
    if not kept or (len(kept) == 1 and kept[0] == typed and asked[typed].text in stop):
        return asked, quoted
    moved = {at: place for place, at in enumerate(kept)}
    return [asked[at] for at in kept], [(moved[first], moved[end - 1] + 1) for first, end in quoted]


def _never_exact(values: Json, asked: list[Word], dictionaries: language.Dictionaries) -> frozenset[str]:
    """Return the short words, and the stop words, which are never exact when they are all of a query."""
    if values["exactOnSingleWordQuery"] != "word":
        return frozenset()
    stop = language.stop_words(values, dictionaries, wanted=True)
    return frozenset(word.text for word in asked if len(word.text) < EXACT_LEAST or word.text in stop)


def _scorer(values: Json, found: list[Filter], allowed: Filterable) -> Scorer:
    """Count the filters on facets and tags, and the optional ones; those on numbers have no scores."""
    scorer = Scorer(allowed, bool(values.get("sumOrFiltersScores")))
    for filter in found:
        scorer.groups += [group for group in filter if group[0].kind != "numeric"]
    if values.get("optionalFilters"):
        scorer.groups += filter_lists.facets(values["optionalFilters"], allowed.facets, "optionalFilters")
    return scorer


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
