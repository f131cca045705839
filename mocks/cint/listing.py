"""Pages of lists: cursors are ids, and there are no totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mocks.cint import errors

if TYPE_CHECKING:
    from harness.collection import Collection
    from harness.transaction import Transaction
    from harness.unit import Page
    from mocks.cint.parameters import Listing

Json = dict[str, Any]


def page(tx: Transaction, collection: Collection, params: Listing, **where: Any) -> Page:
    """Return a page of documents, the newest first; an unknown cursor is refused."""
    if params.start_after is not None and params.end_before is not None:
        raise errors.bad_request("start_after and end_before exclude each other.", "end_before")
    try:
        return tx.page(
            collection,
            where=where,
            limit=params.page_size,
            after=params.start_after,
            before=params.end_before,
        )
    except KeyError as error:
        name = "start_after" if error.args[0] == params.start_after else "end_before"
        raise errors.bad_request(
            f"{name} is not a cursor of this list.", name, rule="unknown_cursor"
        ) from None


def filtered(
    tx: Transaction, collection: Collection, params: Listing, wanted: Callable[[Json], bool], **where: Any
) -> tuple[list[Json], bool]:
    """Return a page of the documents that `wanted` accepts, and whether more follow; reads on until it is full."""
    found: list[Json] = []
    backwards = params.end_before is not None
    while True:
        got = page(tx, collection, params, **where)
        matching = [each for each in got.items if wanted(each)]
        found = matching + found if backwards else found + matching
        more = len(found) > params.page_size
        if more or not got.has_more or not got.items:
            return (found[-params.page_size :] if backwards else found[: params.page_size]), more
        cursor = got.items[0 if backwards else -1][collection.key]
        params = params.model_copy(update={"end_before" if backwards else "start_after": cursor})


def shown(tx: Transaction, name: str, items: list[Json], *, has_more: bool) -> Json:
    """Show a page under its plural name, with its address and the cursor of the next page."""
    request = tx.request
    address = "" if request is None else request.path + (f"?{request.query}" if request.query else "")
    return {
        name: items,
        "url": address,
        "has_more": has_more,
        "next_cursor": items[-1]["id"] if has_more and items else None,
    }
