"""Deleting all records that meet filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.engine import parameters, pool, question
from mocks.algolia.engine.parameters import Wrong
from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.resources import corpora, indices, records

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ALLOWED = frozenset({*question.FILTERS, "aroundLatLng", "aroundRadius", "insideBoundingBox", "insidePolygon"})


def by_filters(tx: Transaction, name: str, body: Json) -> int:
    """Delete the records that meet filters and return the task; refuse what filters nothing."""
    given = dict(body)
    given |= parameters.of_query_string(given.pop("params", None) or "")
    given = {key: value for key, value in given.items() if value not in (None, "", [])}
    if not given or not set(given) <= ALLOWED:
        raise errors.no_filter()
    ids = _meeting(tx, name, given)
    index = indices.to_empty(tx, name)
    for id in ids:
        records.remove(tx, index or {}, id)
    return indices.changed(tx, index)


def _meeting(tx: Transaction, name: str, given: Json) -> list[str]:
    index = tx.get(indices.INDICES, name)
    try:
        values = parameters.of_search(given)
        settings = {} if index is None else indices.settings_in_effect(tx, index)
        asked = question.ask(settings, values, [], Synonyms())
    except Wrong as wrong:
        raise errors.bad_request(wrong.message, rule="invalid_filter", subject=wrong.name) from None
    if index is None:
        return []
    corpus = corpora.corpus(tx, index)
    found = pool.find(corpus, asked, asked.plain)
    return [corpus.record(number)["objectID"] for number in found.numbers.tolist()]
