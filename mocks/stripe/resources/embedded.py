"""Lists that live inside another object: invoice lines, subscription items, line items of Checkout Sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.rendering import envelope

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.parameters import ListParams

Json = dict[str, Any]


def listing(tx: Transaction, items: list[Json], params: ListParams, *, url: str) -> Json:
    """Answer a list with a page of `items`, in their own order; raise the 400 for an unknown cursor."""
    after, before = params.starting_after, params.ending_before
    if after is not None and before is not None:
        raise errors.exclusive("starting_after", "ending_before")
    first, last = 0, len(items)
    if after is not None:
        first = _place(items, after, "starting_after") + 1
    if before is not None:
        last = _place(items, before, "ending_before")
        first = max(0, last - params.limit)
        return envelope(tx, items[first:last], params.expand, url=url, has_more=first > 0)
    page = items[first : first + params.limit]
    return envelope(tx, page, params.expand, url=url, has_more=first + params.limit < last)


def _place(items: list[Json], id: str, param: str) -> int:
    for place, item in enumerate(items):
        if item["id"] == id:
            return place
    raise errors.no_such("item", id, param=param)
