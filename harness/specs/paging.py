"""Which things of a collection a list shows: by the filters, sizes and cursors that its query has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.specs import shapes

if TYPE_CHECKING:
    from harness.specs.roles import Part

Json = dict[str, Any]
_LIMITS = ("limit", "page_size", "pageSize", "per_page", "perPage", "hitsPerPage", "count", "size")
_AFTER = ("starting_after", "after", "cursor", "page_token", "next", "until", "next_cursor", "pageToken")
_BEFORE = ("ending_before", "before", "since", "prev")
MOST = 500
"""How many things a page has where nothing says how many."""


def matching(part: Part, held: list[Json], query: Json) -> list[Json]:
    """Return the things whose fields are as the query says; what it says of other fields is no filter."""
    known = shapes.names(part.document, part.place.item) if part.place is not None else {}
    wanted = {name: value for name, value in query.items() if name in known}
    return [
        each
        for each in held
        if all(each["fields"].get(name, value) == value for name, value in wanted.items())
    ]


def window(part: Part, keys: list[str], query: Json) -> tuple[int, int]:
    """Return where a page begins and how many things it has: by offset, by page number, or by a cursor's thing."""
    limit = next((query[name] for name in _LIMITS if isinstance(query.get(name), int)), None)
    size = MOST if limit is None or limit < 0 else min(limit, MOST)
    offset, number = query.get("offset"), query.get("page")
    if isinstance(offset, int):
        return max(offset, 0), size
    if isinstance(number, int):
        return max(number - _first_page(part), 0) * size, size
    for name in _AFTER:
        if str(query.get(name)) in keys:
            return keys.index(str(query[name])) + 1, size
    for name in _BEFORE:
        if str(query.get(name)) in keys:
            return max(keys.index(str(query[name])) - size, 0), size
    return 0, size


def _first_page(part: Part) -> int:
    """Return the number of the first page: 0 where the document counts from there, else 1."""
    for each in part.described.placed("query"):
        schema = each.get("schema") or {}
        if each["name"] == "page" and 0 in (schema.get("default"), schema.get("minimum")):
            return 0
    return 1
