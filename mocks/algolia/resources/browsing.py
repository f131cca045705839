"""Browsing an index whole, page after page, by cursors.

A cursor holds the parameters and the last record that was shown, so that pages go on behind it although records were
added or taken out in between; where that record is gone, the number of records already shown counts.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import orjson

from harness import jsons
from mocks.algolia import errors
from mocks.algolia.engine import parameters, search
from mocks.algolia.resources import access, searching

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.algolia.engine.search import Found

Json = dict[str, Any]

FIXED: Json = {
    "attributesToHighlight": [],
    "attributesToSnippet": [],
    "distinct": 0,
    "enableRules": False,
    "advancedSyntax": False,
    "ignorePlurals": False,
    "facets": [],
    "optionalFilters": [],
    "getRankingInfo": False,
    "relevancyStrictness": 0,
}
"""What browsing does without, whatever is asked (Algolia: "Browse for records")."""


def answer(tx: Transaction, name: str, given: Json) -> Json:
    """Answer a page of an index; the next one's cursor is in the answer as long as there is one."""
    given = dict(given)
    cursor = given.pop("cursor", None)
    shown, last, page = 0, None, 0
    if cursor is not None:
        given, shown, last, page = _read(cursor)
    fixed = FIXED | ({"typoTolerance": True} if given.get("typoTolerance") in ("min", "strict") else {})
    asked = searching.ask(tx, name, {"hitsPerPage": 1000, **given}, overriding=fixed)
    found = asked.found
    size = max(1, min(asked.question.values["hitsPerPage"], searching.MOST_HITS))
    if cursor is None:
        page = asked.question.values.get("page", 0)
        shown = page * size
    start = _start(found, shown, last)
    part = [asked.corpus.record(group[0]) for group in found.page(start, start + size)]
    see_all = access.of(tx).may("seeUnretrievableAttributes")
    values, settings = asked.question.values, asked.question.settings
    hits = [search.retrieved(record, values, settings, see_all=see_all) for record in part]
    answered: Json = {
        "hits": hits,
        "nbHits": found.total,
        "page": page,
        "nbPages": -(-found.total // size),
        "hitsPerPage": size,
        "query": values.get("query", ""),
        "params": parameters.to_query_string(given),
        "exhaustiveNbHits": True,
        "exhaustiveTypo": True,
        "exhaustive": {"nbHits": True, "typo": True},
        "processingTimeMS": 1,
    }
    if start + size < found.total:
        answered["cursor"] = _write(given, start + size, hits[-1]["objectID"], page + 1)
    return answered


def _start(found: Found, shown: int, last: str | None) -> int:
    """Return where a page begins: behind the last record shown, which is looked for near where it was before."""
    if last is None:
        return shown
    number = found.corpus.number(last)
    near = max(0, shown - searching.MOST_HITS)
    for first, end in ((near, shown), (shown, found.total), (0, near)) if number is not None else ():
        for at, group in enumerate(found.page(first, end), first):
            if group[0] == number:
                return at + 1
    return shown


def _write(given: Json, shown: int, last: str, page: int) -> str:
    return urlsafe_b64encode(orjson.dumps([given, shown, last, page])).decode()


def _read(cursor: Any) -> tuple[Json, int, str, int]:
    try:
        given, shown, last, page = jsons.read(urlsafe_b64decode(cursor))
        proper = isinstance(given, dict) and isinstance(last, str)
        if not (proper and all(isinstance(each, int) and each >= 0 for each in (shown, page))):
            raise ValueError
    except (ValueError, TypeError):
        raise errors.bad_request("Invalid cursor", rule="invalid_cursor", subject="cursor") from None
    return given, shown, last, page
