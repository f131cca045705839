"""Searches: from a request's parameters to Algolia's answer, by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.engine import facets as facet_engine
from mocks.algolia.engine import parameters, question, relevance, search
from mocks.algolia.engine import rules as rule_engine
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.parameters import Wrong
from mocks.algolia.engine.question import FILTERS, Question
from mocks.algolia.engine.rules import Applied
from mocks.algolia.engine.search import Found
from mocks.algolia.resources import access, analytics, corpora, dictionaries, indices

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MOST_HITS = 1000
"""Hits of one page; more may be asked for, and are not given."""

BEYOND = (
    "you can only fetch the {limit} hits for this query. You can extend the number of hits returned via the"
    " paginationLimitedTo index parameter or use the browse method. You can read our FAQ for more details about"
    " browsing: https://www.algolia.com/doc/faq/index-configuration/how-can-i-retrieve-all-the-records-in-my-index"
)
KEPT_FIELDS = frozenset(
    {"message", "warning", "cursor", "abTestVariantID", "serverUsed", "indexUsed", "parsedQuery"}
)
"""What `responseFields` cannot leave out."""


@dataclass(slots=True)
class Asked:
    """A search that was carried out: what was asked, of which index, and what was found."""

    index: Json
    given: Json
    question: Question
    corpus: Corpus
    found: Found


def given_in(body: Json, query: Json) -> Json:
    """Return a search's parameters from the body, its `params` text and the address; the body's own fields decide."""
    body = dict(body)
    text = body.pop("params", None)
    if text is not None and not isinstance(text, str):
        raise errors.bad_request('Invalid value for "params" parameter, expected string', subject="params")
    return {**query, **parameters.of_query_string(text or ""), **body}


def ask(tx: Transaction, name: str, given: Json, *, overriding: Json | None = None) -> Asked:
    """Search an index; `overriding` are values that the operation itself fixes."""
    granted = access.to_index(tx, name)
    index = indices.find(tx, name)
    settings = indices.settings_in_effect(tx, index)
    given = _known(tx, given)
    try:
        values, forced = _granted(granted, settings, parameters.of_search(given))
        values |= overriding or {}
        corpus = corpora.corpus(tx, index)
        changes, applied = _ruled(tx, index, values, corpus)
        asked = question.ask(
            settings,
            values | changes,
            [*forced, *applied.forced],
            corpora.synonyms(tx, index),
            dictionaries=dictionaries.in_effect(tx),
            applied=applied,
        )
        if index["virtual"]:
            asked.strictness = asked.values.get("relevancyStrictness", relevance.MOST)
            asked.values["ranking"] = relevance.order(asked.values["ranking"])
        return Asked(index, given | changes, asked, corpus, search.find(corpus, asked))
    except Wrong as wrong:
        raise errors.bad_request(wrong.message, rule=_rule(wrong), subject=wrong.name) from None


def _granted(granted: access.Access, settings: Json, values: Json) -> tuple[Json, list[Json]]:
    """Return a search's parameters as its key has them: filters narrow the request's, all others replace them."""
    forced = []
    given = set(values)
    for each in granted.forced:
        forced.append({key: value for key, value in each.items() if key in FILTERS})
        values |= {key: value for key, value in each.items() if key not in FILTERS}
    if granted.most_hits:
        usual = question.effective(settings, {})["hitsPerPage"]
        for key in ("hitsPerPage", "length") if "length" in given else ("hitsPerPage",):
            values[key] = min(values.get(key) or usual, granted.most_hits)
    return values, forced


def _ruled(tx: Transaction, index: Json, values: Json, corpus: Corpus) -> tuple[Json, Applied]:
    """Return what the index's rules change in a search, and what else they do."""
    held = corpora.rules(tx, index)
    settings = indices.settings_in_effect(tx, index)
    effective = question.effective(settings, values) if held else {}
    if not held or not effective.get("enableRules", True):
        return {}, Applied()
    declared = facet_engine.declared(settings)

    def facet_values(name: str) -> Json:
        if name not in declared:
            return {}
        for part in corpus.parts:
            corpus.codes(part.segment, name)
        return corpus.spelled(name).codes

    return rule_engine.apply(held, effective, now=tx.seconds, facet_values=facet_values)


def _rule(wrong: Wrong) -> str:
    if wrong.name == "filters":
        return "invalid_filter"
    return "unknown_parameter" if wrong.unknown else "invalid_parameters"


def _known(tx: Transaction, given: Json) -> Json:
    """Refuse parameters that no search has; a lenient world lets them be."""
    kept = {}
    for name, value in given.items():
        known = parameters.known().get(name)
        if known is None or known.scope == "settings":
            message = f"Unknown parameter: {name}"
            tx.deviation(errors.bad_request(message, rule="unknown_parameter", subject=name))
            continue
        kept[name] = value
    return kept


def answer(tx: Transaction, name: str, given: Json) -> Json:
    """Answer a search."""
    asked = ask(tx, name, given)
    shown = _page(asked) | _told(tx, asked)
    analytics.note(tx, asked, shown)
    wanted = asked.question.values.get("responseFields")
    if wanted and "*" not in wanted:
        return {key: value for key, value in shown.items() if key in wanted or key in KEPT_FIELDS}
    return shown


def _page(asked: Asked) -> Json:
    """Return the hits of the page with its place: by page and size, or by offset and length."""
    values = asked.question.values
    limit, total, last = values["paginationLimitedTo"], asked.found.total, asked.found.total_shown
    if "offset" in values or "length" in values:
        start, size = values.get("offset", 0), values.get("length", values["hitsPerPage"])
        told: Json = {"offset": start, "length": size}
    else:
        size = min(values["hitsPerPage"], MOST_HITS)
        start = values.get("page", 0) * size
        pages = -(-min(last, limit) // size) if size else 0
        told = {"page": values.get("page", 0), "nbPages": pages, "hitsPerPage": size}
    if start and start >= limit:
        told |= {"nbPages": 0} if "page" in told else {}
        return {"hits": [], "nbHits": 0, **told, "message": BEYOND.format(limit=limit)}
    shown = asked.found.page(start, min(start + size, max(limit, 0)))
    return {"hits": search.hits(asked.found, shown), "nbHits": total, **told}


def _told(tx: Transaction, asked: Asked) -> Json:
    """Return what an answer says besides its hits."""
    values = asked.question.values
    told: Json = {"exhaustiveNbHits": True, "exhaustive": {"nbHits": True}}
    if values.get("typoTolerance", True) is not False:
        told["exhaustiveTypo"] = told["exhaustive"]["typo"] = True
    counted = search.counted(asked.found)
    if counted is not None:
        told["facets"] = counted[0]
        if counted[1]:
            told["facets_stats"] = counted[1]
        told["exhaustiveFacetsCount"] = told["exhaustive"]["facetsCount"] = True
    told |= {
        "query": values.get("query", ""),
        "params": parameters.to_query_string(asked.given),
        "index": asked.index["name"],
        "renderingContent": values.get("renderingContent", {}),
        "processingTimeMS": 1,
        "processingTimingsMS": {"_request": {"roundTrip": 1}},
        "serverTimeMS": 1,
    }
    if values.get("clickAnalytics"):
        told["queryID"] = tx.token("query.id", 32, "0123456789abcdef")
    if asked.question.around is not None:
        told["aroundLatLng"] = values["aroundLatLng"]
        if "aroundRadius" not in values and not values.get("insideBoundingBox"):
            told["automaticRadius"] = str(asked.found.radius(values.get("minimumAroundRadius", 0)))
    if asked.found.removed:
        told["queryAfterRemoval"] = _after_removal(values["query"], asked.found.removed)
    applied = asked.question.applied
    if applied.user_data:
        told["userData"] = applied.user_data
    elif asked.index["settings"].get("userData") is not None:
        told["userData"] = asked.index["settings"]["userData"]
    if asked.question.strictness is not None:
        told["nbSortedHits"] = asked.found.total_shown
        told["appliedRelevancyStrictness"] = asked.question.strictness
    if values.get("getRankingInfo"):
        told |= {"indexUsed": asked.index["name"], "parsedQuery": " ".join(asked.question.asked)}
        told["serverUsed"] = "greenroom"
        if applied.rules:
            told["appliedRules"] = [{"objectID": id} for id in applied.rules]
    return told


def _after_removal(query: str, removed: list[str]) -> str:
    """Write a query with the words that were left out emphasised."""
    return " ".join(
        f"<em>{word}</em>" if any(word.lower() == each for each in removed) else word
        for word in query.split()
    )


# --- several searches at once ------------------------------------------------------------------------------------


def answers(tx: Transaction, requests: list[Any], strategy: str | None) -> list[Json]:
    """Answer several searches; with `stopIfEnoughMatches` none is carried out once a page is full."""
    results: list[Json] = []
    enough = False
    for request in requests:
        if not isinstance(request, dict) or not isinstance(request.get("indexName"), str):
            raise errors.bad_request("Missing mandatory parameter: indexName", subject="indexName")
        rest = {key: value for key, value in request.items() if key not in ("indexName", "type")}
        if request.get("type") == "facet":
            results.append(_facet_request(tx, request["indexName"], rest))
            continue
        for name in ("facet", "facetQuery", "maxFacetHits"):
            rest.pop(name, None)
        found = answer(tx, request["indexName"], given_in(rest, {}))
        if enough:
            found |= {"hits": [], "nbHits": 0, "nbPages": 0, "processed": False}
        results.append(found)
        if strategy == "stopIfEnoughMatches" and found["nbHits"] >= found.get("hitsPerPage", 0):
            enough = True
    return results


def _facet_request(tx: Transaction, name: str, request: Json) -> Json:
    facet = request.pop("facet", None)
    if not isinstance(facet, str):
        raise errors.bad_request("Missing mandatory parameter: facet", subject="facet")
    text, most = request.pop("facetQuery", ""), request.pop("maxFacetHits", None)
    return facet_values(tx, name, facet, text, most, given_in(request, {}))


def facet_values(tx: Transaction, name: str, facet: str, text: Any, most: Any, given: Json) -> Json:
    """Search among the values of a facet, counted over what a search finds."""
    if not isinstance(text, str):
        raise errors.bad_request(
            'Invalid value for "facetQuery" parameter, expected string', subject="facetQuery"
        )
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= 100):
        message = 'Invalid value for "maxFacetHits" parameter, expected integer between 0 and 100'
        raise errors.bad_request(message, subject="maxFacetHits")
    asked = ask(tx, name, given)
    declared = facet_engine.declared(asked.question.settings).get(facet)
    if declared is None or not declared.searchable:
        raise errors.facet_not_searchable(facet)
    values = asked.question.values
    counts = facet_engine.count(asked.corpus, asked.found.numbers(), facet)
    limit = most if most is not None else asked.question.settings.get("maxFacetHits", 10)
    tags = values["highlightPreTag"], values["highlightPostTag"]
    hits = facet_engine.search(counts, text, most=limit, tags=tags) if limit else []
    return {"facetHits": hits, "exhaustiveFacetsCount": True, "processingTimeMS": 1}
