"""A whole search: match, filter, rank, group, count facets, cut the page, and show the hits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mocks.algolia.engine import conditions, facets, highlight, matching, paths, ranking
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.matching import Match
from mocks.algolia.engine.question import QueryWord, Question

Json = dict[str, Any]
DROPPED = 5
"""Words at most that `removeWordsIfNoResults` leaves out one by one."""


@dataclass(slots=True)
class Found:
    """What a search found: the matches in order, one list for each group of `distinct`, and all before grouping."""

    matches: list[Match]
    groups: list[list[Match]]
    removed: list[str]


def find(corpus: Corpus, question: Question) -> Found:
    """Return everything that matches, in order."""
    removed: list[str] = []
    matches = _matches(corpus, question)
    if not matches:
        matches, removed = _with_fewer_words(corpus, question)
    matches = _typos_allowed(matches, question)
    ranking.score_filters(matches, question)
    ranked = ranking.rank(matches, question)
    return Found(ranked, _grouped(ranked, question), removed)


def _matches(corpus: Corpus, question: Question) -> list[Match]:
    test = conditions.predicate(question.filters, question.allowed)
    return ranking.located(matching.match(corpus, question, test), question)


def _with_fewer_words(corpus: Corpus, question: Question) -> tuple[list[Match], list[str]]:
    """Search again with words made optional, as `removeWordsIfNoResults` says, until something is found."""
    kind, plain = question.values["removeWordsIfNoResults"], question.variants[0]
    if kind == "none" or len(plain) < 2:
        return [], []
    if kind == "allOptional":
        return _matches(corpus, replace(question, variants=[_optional(plain, range(len(plain)))])), []
    for dropped in range(1, min(DROPPED, len(plain) - 1) + 1):
        at = range(len(plain) - dropped, len(plain)) if kind == "lastWords" else range(dropped)
        rest = [word for place, word in enumerate(plain) if place not in at]
        found = _matches(corpus, replace(question, variants=[rest], asked=[word.text for word in rest]))
        if found:
            return found, [plain[place].text for place in at]
    return [], []


def _optional(words: list[QueryWord], at: range) -> list[QueryWord]:
    return [replace(word, optional=place in at) for place, word in enumerate(words)]


def _typos_allowed(matches: list[Match], question: Question) -> list[Match]:
    """With `min` keep the records with the fewest typos, with `strict` those with the two lowest numbers of them."""
    tolerance = question.values.get("typoTolerance", True)
    if tolerance not in ("min", "strict") or not matches:
        return matches
    counts = sorted({match.typos for match in matches})[: 1 if tolerance == "min" else 2]
    return [match for match in matches if match.typos in counts]


def _grouped(ranked: list[Match], question: Question) -> list[list[Match]]:
    """Put records of one value of `attributeForDistinct` together, the best `distinct` of each."""
    size = int(question.values.get("distinct") or 0)
    name = question.settings.get("attributeForDistinct")
    if not size or not name:
        return [[match] for match in ranked]
    groups: dict[Any, list[Match]] = {}
    for match in ranked:
        found = paths.values(match.record, name)
        key: Any = ("value", paths.spelled(found[0])) if found else ("record", match.number)
        groups.setdefault(key, []).append(match)
    return [group[:size] for group in groups.values()]


# --- what is answered of it --------------------------------------------------------------------------------------


def counted(found: Found, question: Question) -> tuple[Json, Json] | None:
    """Return `facets` and `facets_stats`; None when no facets were asked for."""
    wanted = question.values.get("facets")
    if not wanted:
        return None
    every = [match.record for match in found.matches]
    grouped = [match.record for group in found.groups for match in group[:1]]
    counts, stats = {}, {}
    for facet in facets.asked(question.settings, wanted):
        after = facet.after_distinct or question.values.get("facetingAfterDistinct")
        records = grouped if after else every
        shown = facets.shown(facets.count(records, facet.name), question.values)
        if shown:
            counts[facet.name] = shown
        statistics = facets.statistics(records, facet.name)
        if statistics is not None:
            stats[facet.name] = statistics
    return counts, stats


def hits(corpus: Corpus, question: Question, groups: list[list[Match]]) -> list[Json]:
    """Show the hits of a page."""
    marker = highlight.Marker.of(corpus, question)
    several = int(question.values.get("distinct") or 0) > 1 and question.settings.get("attributeForDistinct")
    shown = []
    for group in groups:
        for place, match in enumerate(group):
            hit = retrieved(match.record, question.values, question.settings)
            hit |= highlight.results(match.record, question, marker)
            if question.values.get("getRankingInfo"):
                hit["_rankingInfo"] = _ranking_info(match, question)
            if several:
                hit["_distinctSeqID"] = place
            shown.append(hit)
    return shown


def retrieved(record: Json, values: Json, settings: Json, *, see_all: bool = False) -> Json:
    """Return the attributes of a record that may and should be shown; the objectID always is."""
    wanted = values.get("attributesToRetrieve")
    shown = record if wanted is None else paths.pick(record, wanted)
    hidden = [] if see_all else settings.get("unretrievableAttributes") or []
    if hidden:
        shown = paths.pick(shown, [f"-{name}" for name in hidden])
    return {**shown, "objectID": record["objectID"]}


def _ranking_info(match: Match, question: Question) -> Json:
    info: Json = {
        "nbTypos": match.typos,
        "firstMatchedWord": match.attribute,
        "proximityDistance": match.proximity,
        "userScore": 0,
        "geoDistance": 0 if match.place is None else match.geo,
        "geoPrecision": match.precision,
        "nbExactWords": match.exact,
        "words": max(match.words, 1),
        "filters": match.filters,
    }
    if question.around is not None and match.place is not None:
        latitude, longitude = match.place
        info["matchedGeoLocation"] = {"lat": latitude, "lng": longitude, "distance": match.metres}
    return info
