"""Browsing an index whole, page after page, by cursors.

A cursor holds the parameters and the last record that was shown, so that pages go on behind it although records were
added or taken out in between; where that record is gone, the number of records already shown counts.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import orjson

from mocks.algolia import errors
from mocks.algolia.engine import jsons, parameters, search
from mocks.algolia.resources import access, searching

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.algolia.engine.matching import Match

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
    groups = asked.found.groups
    size = max(1, min(asked.question.values["hitsPerPage"], searching.MOST_HITS))
    if cursor is None:
        page = asked.question.values.get("page", 0)
        shown = page * size
    start = _start(groups, shown, last)
    part = groups[start : start + size]
    see_all = access.of(tx).may("seeUnretrievableAttributes")
    values, settings = asked.question.values, asked.question.settings
    hits = [search.retrieved(group[0].record, values, settings, see_all=see_all) for group in part]
    answered: Json = {
        "hits": hits,
        "nbHits": len(groups),
        "page": page,
        "nbPages": -(-len(groups) // size),
        "hitsPerPage": size,
        "query": values.get("query", ""),
        "params": parameters.to_query_string(given),
        "exhaustiveNbHits": True,
        "exhaustiveTypo": True,
        "exhaustive": {"nbHits": True, "typo": True},
        "processingTimeMS": 1,
    }
    if start + size < len(groups):
        answered["cursor"] = _write(given, start + size, hits[-1]["objectID"], page + 1)
    return answered


def _start(groups: list[list[Match]], shown: int, last: str | None) -> int:
    """Return where a page begins: behind the last record shown, which is looked for where it was before."""
    if last is None:
        return shown
    for at in range(min(shown, len(groups)) - 1, -1, -1):
        if groups[at][0].record["objectID"] == last:
            return at + 1
    for at in range(shown, len(groups)):
        if groups[at][0].record["objectID"] == last:
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
