"""Searching: one index, several, the values of a facet, and browsing an index whole."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia.parameters import Free
from mocks.algolia.provider import algolia
from mocks.algolia.resources import browsing, searching

Json = dict[str, Any]


class Searches(Params):
    """Several searches; each of them is checked where it is carried out."""

    requests: list[Any] = Field(max_length=1000)
    strategy: str | None = Field(None, pattern="^(none|stopIfEnoughMatches)$")


@algolia.post("/1/indexes/{index_name}/query", id="searchSingleIndex", tier="P0")
def search_single_index(tx: Transaction, params: Free, index_name: str) -> Json:
    """Search an index."""
    return searching.answer(tx, index_name, searching.given_in(params.fields, params.query))


@algolia.get("/1/indexes/{index_name}", id="searchSingleIndexGet", tier="P1")
def search_single_index_by_get(tx: Transaction, params: Free, index_name: str) -> Json:
    """Search an index with all parameters in the address, as old clients do."""
    return searching.answer(tx, index_name, searching.given_in({}, params.query))


@algolia.post("/1/indexes/*/queries", id="search", tier="P1")
def search_several(tx: Transaction, params: Searches) -> Json:
    """Search several indices, or the values of facets, at once."""
    return {"results": searching.answers(tx, params.requests, params.strategy)}


@algolia.post("/1/indexes/{index_name}/facets/{facet}/query", id="searchForFacetValues", tier="P1")
def search_for_facet_values(tx: Transaction, params: Free, index_name: str, facet: str) -> Json:
    """Search among the values of a facet."""
    given = dict(params.fields)
    text, most = given.pop("facetQuery", ""), given.pop("maxFacetHits", None)
    return searching.facet_values(tx, index_name, facet, text, most, searching.given_in(given, params.query))


@algolia.post("/1/indexes/{index_name}/browse", id="browse", tier="P1")
def browse(tx: Transaction, params: Free, index_name: str) -> Json:
    """Browse an index, up to 1,000 records a page."""
    return browsing.answer(tx, index_name, searching.given_in(params.fields, params.query))


@algolia.get("/1/indexes/{index_name}/browse", id="browseGet", tier="P1")
def browse_by_get(tx: Transaction, params: Free, index_name: str) -> Json:
    """Browse an index with all parameters in the address, as old clients do."""
    return browsing.answer(tx, index_name, searching.given_in({}, params.query))
